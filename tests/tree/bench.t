#!/bin/sh
# The report of the benchmark says what was measured: ratios and verdicts are those of the samples, a figure that nobody
# measured is refused, and docs/performance.md has none that its results have not.
. "$(dirname "$0")/tap.sh"

folder=$work/folder
results=$work/results
mkdir -p "$results"
# A part that knows what its medians are: 2000, 5, 1000 and 3 (of 1, 3 and 100).
begin() {
	rm -rf "$folder"
	mkdir -p "$folder"
	BENCH_INTO=$folder
	# shellcheck source=bench/lib.sh
	. bench/lib.sh
	sample slow_us 1999 2000 2001
	sample fast_us 5
	sample other_us 900 1000 1100
	sample most_kib 100 1 3
	printf 'kernel\tsome kernel\n' >"$folder/machine"
	version some 1.2
}
record() {
	python3 -I bench/record.py patch "bench/run patch" run-1 "$folder" "$results/patch.json"
}
figures_of() { # FILE FILTER
	jq -r "$2" "$1"
}

begin
row many faster 100 fast_us slow_us "one thing" ours theirs -
row few faster 3 other_us slow_us "another" ours theirs "half of {slow_us} is {slow_us / 2}, {slow_us / other_us:x}x"
row costs cost 2 slow_us other_us "a cost" ours theirs "too much: {slow_us - other_us}"
row much cost 1.9 slow_us other_us "a cost too much" ours theirs "too much: {slow_us - other_us} more"
row small limit 3 most_kib - "a size" ours - "{most_kib}"
row large limit 2.9 most_kib - "a size too much" ours - "it is {most_kib}"
row told cost - slow_us other_us "no goal" ours theirs -
figure most_kib "the size"
check "a result is made of samples" record
is "ratios are those of the medians, goals met and missed on the right side" \
	"$(figures_of "$results/patch.json" '.rows[] | "\(.id) \(.measured) \(.met)"')" "many 400 true
few 2 false
costs 2 true
much 2 false
small 3 true
large 3 false
told 2 null"
is "a missed goal tells its reason in figures" "$(figures_of "$results/patch.json" '.rows[] | .why // empty')" \
	"half of 2000 µs is 1000 µs, 2x
too much: 1000 µs more
it is 3 KiB"
cp -r "$folder" "$work/good"

begin
row few faster 3 other_us slow_us "another" ours theirs -
check "a missed goal without a reason is refused" refuses record
begin
row few faster 3 other_us never_us "another" ours theirs "why"
check "a row without its samples is refused" refuses record
begin
row few faster 3 other_us slow_us "another" ours theirs "{never_us}"
check "a reason without its samples is refused" refuses record
begin
check "a part that compares nothing is refused" refuses record
begin
sample unitless 1
row few faster 1 other_us slow_us "another" ours theirs -
check "a sample without a unit is refused" refuses record

folder=$work/good
record >"$work/out"
merge() { bench/render.py merge "$results" >"$work/results.json"; }
page() { bench/render.py page "$work/results.json" >"$work/page.md"; }
check "results are merged" merge
check "and make a page" page
is "whose table is that of the results" "$(sed -n '/^## Goals/,/^## Beside/p' "$work/page.md" |
	sed -n 's/^| \([^|]*\): ours |.* | \([^|]*\) | \([^|]*\) | `bench.*/\1: \2: \3/p')" \
	"one thing: **400x**: 5 µs beside 2000 µs: met
another: **2x**: 1000 µs beside 2000 µs: **missed**: half of 2000 µs is 1000 µs, 2x
a cost: **2x**: 2000 µs beside 1000 µs: met
a cost too much: **2x**: 2000 µs beside 1000 µs: **missed**: too much: 1000 µs more
a size: **3 KiB**: met
a size too much: **3 KiB**: **missed**: it is 3 KiB"
is "parts that were not measured are named" "$(sed -n 's/^\*\*Not measured in it\*\*: //p' "$work/page.md")" \
	"helper, pool, launch, start, transport, resident."
for change in '.rows[0].measured = 401' '.rows[1].met = true' '.rows[0].measured_text = "500x"' \
	'.rows[4].measured_text = "2 KiB"' '.samples.fast_us.values = [6]' '.samples.fast_us.median = 6' \
	'del(.rows[1].why)'; do
	merge
	jq ".results[0] |= ($change)" "$work/results.json" >"$work/changed"
	mv "$work/changed" "$work/results.json"
	check "no page when $change" refuses page
done

check "no page of no result" refuses bench/render.py merge "$work"
mkdir "$work/cut"
head -c 100 "$results/patch.json" >"$work/cut/pool.json"
is "a result that was cut is named" "$(bench/render.py merge "$work/cut" 2>&1 >"$work/none" | grep -c 'pool.json is no result')" 1
check "bench/run names its parts when it does not know one" sh -c 'bench/run nothing 2>&1 | grep -q "helper pool"'
for part in helper pool patch launch lab/start lab/transport lab/resident; do
	check "bench/$part is there to be run" test -x "bench/$part"
done

# strays PAGE RESULTS: numbers of the page that no text of its results has. The samples do not count: some of so many
# would be found by chance.
strays() {
	jq -r 'del(.results[].samples) | .. | scalars | tostring' "$2" | grep -oE '[0-9]+([.][0-9]+)*' | sort -u >"$work/known"
	grep -oE '[0-9]+([.][0-9]+)*' "$1" | sort -u | comm -23 - "$work/known"
}
merge
page
is "no figure of a page is missing from its results" "$(strays "$work/page.md" "$work/results.json")" "$(printf '')"
sed 's/400x/407x/' "$work/page.md" >"$work/forged.md"
is "control: one that is, is found" "$(strays "$work/forged.md" "$work/results.json")" 407

if [ -e docs/performance.md ]; then
	check "docs/performance.md is what its results make" sh -c \
		'bench/render.py page docs/performance/results.json | diff - docs/performance.md'
	is "and has no figure that they have not" "$(strays docs/performance.md docs/performance/results.json)" ""
	check "its plots are there" sh -c \
		'grep -oE "performance/[a-z]+[.]svg" docs/performance.md | while read -r plot; do [ -s "docs/$plot" ] || exit 1; done'
else
	skip "docs/performance.md" "not there: make bench"
fi
if command -v gnuplot >/dev/null; then
	# Every sample that a plot shows, of a value that does not matter.
	jq '{median: 7, values: [6, 7, 8], unit: "ms"} as $one |
		def of($part; names): {part: $part, rows: [], samples: ([names | {(.): $one}] | add)};
		.results += [
			of("pool"; "pool_", "ps_", "pool_reference_", "ps_reference_" | .+ "16_us", . + "200_us"),
			of("start"; "cold_step_", "cold_hand_", "cached_step_", "cached_hand_" | .+ "machine_ms", . + "start_ms"),
			of("transport"; "alias", "sealed", "plain", "virtio", "listed", "mount", "relays" |
				.+ "_get_us", . + "_put_us", . + "_ping_us", . + "_meet_us")] |
		.results[0].samples += {patch_us: $one, reference_us: $one, read_us: $one, bare_us: $one}' \
		"$work/results.json" >"$work/plotted.json"
	check "plots are drawn" bench/plots.py "$work/plotted.json" "$work"
	for plot in goals pool patch launch transport; do
		check "as SVG: $plot" grep -q '</svg>' "$work/$plot.svg"
	done
else
	skip "plots" "no gnuplot (install/deps bench)"
fi
done_testing
