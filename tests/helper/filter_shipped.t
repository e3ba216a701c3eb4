#!/bin/sh
# The system call filter of the binary as shipped: its bytes are those that the generator made and
# filter_judge.c judged, and they are what the kernel is handed.
# shellcheck source=tests/helper/tap.sh
. "$(dirname "$0")/tap.sh"

made=${BUILD:-build}/netd/netd_filter.h

# rows: the header's instructions, each as "code jt jf k" in decimal
rows() {
	sed -n 's/^\t{\(0x[0-9a-f]*\), \([0-9]*\), \([0-9]*\), \(0x[0-9a-f]*\)},$/\1 \2 \3 \4/p' "$1" |
		while read -r op jt jf k; do echo "$((op)) $jt $jf $((k))"; done
}

# traced: the same of the programs in an strace(1) of raw numbers, where an operation is or-ed of its parts
traced() {
	grep -o 'BPF_[STMJUP]*([^)]*)' "$1" |
		sed 's/BPF_STMT(\([^,]*\), \([^)]*\))/\1 0 0 \2/
			s/BPF_JUMP(\([^,]*\), \([^,]*\), \([^,]*\), \([^)]*\))/\1 \3 \4 \2/' |
		while read -r op jt jf k; do echo "$(($op)) $((jt)) $((jf)) $((k))"; done # $op is a sum
}

# bytes: ROWS as they lie in the memory of a little-endian machine, in hexadecimal
bytes() {
	while read -r op jt jf k; do
		printf '%02x%02x%02x%02x%02x%02x%02x%02x' $((op & 255)) $((op >> 8)) "$jt" "$jf" \
			$((k & 255)) $((k >> 8 & 255)) $((k >> 16 & 255)) $((k >> 24))
	done
}

rows "$made" >"$tmp/made"
length=$(wc -l <"$tmp/made")
ok "the generated header has a program" [ "$length" -gt 20 ]

# Each byte has three characters here, so that a hit begins at a byte.
od -An -v -tx1 "$netd" | tr -d '\n' >"$tmp/hex"
want=$(bytes <"$tmp/made" | sed 's/../ &/g')
is "the shipped binary carries these bytes, once" "$(grep -oF -- "$want" "$tmp/hex" | wc -l)" 1

seals=none
if [ "$(uname -m)" != "${ARCH:-$(uname -m)}" ]; then
	skip "the kernel is handed exactly these instructions" "made for $ARCH"
elif ! run timeout 30 unshare -rn strace -o "$tmp/trace" true || [ "$code" -ne 0 ]; then
	skip "the kernel is handed exactly these instructions" "no strace in a namespace here: $err"
else
	run timeout 30 unshare -rn strace -f -v -X raw -e trace=prctl,seccomp -o "$tmp/trace" "$netd" policy
	is "traced, it answers" "$code|$err" "0|"
	seals=$(grep -c 'BPF_' "$tmp/trace")
	is "one filter is installed" "$seals" 1
	is "it succeeds, by prctl(22, 2) with a length that is the program's" \
		"$(sed -n 's/.*prctl(0x16, 0x2, {len=\([0-9]*\), filter=.*}[0, ]*) = 0$/\1/p' "$tmp/trace")" \
		"$length"
	is "the kernel is handed exactly these instructions" "$(traced "$tmp/trace")" "$(cat "$tmp/made")"
fi

echo "# audit: filter $length instructions in the binary, $seals handed to the kernel in one run"
done_testing
