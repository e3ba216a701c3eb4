#!/bin/sh
# docs/probes.md and the tables of probes say the same.
. "$(dirname "$0")/tap.sh"

for table in probe_table probe_table_container proxy_table; do
	sed -n 's/^	{"\([a-z0-9-]*\)",.*/\1/p' "frontend/domain/$table.c" | LC_ALL=C sort -u >"$work/$table"
	check "$table has rows" test "$(grep -c . "$work/$table")" -ge 20
done
LC_ALL=C sort -u "$work/probe_table" "$work/probe_table_container" "$work/proxy_table" >"$work/tables"
grep '^|' docs/probes.md | grep -o '`[a-z0-9-]*`' | tr -d '`' | grep -vx wildcard | LC_ALL=C sort -u >"$work/page"
check "the page names every probe, and no other" diff "$work/tables" "$work/page"
# What only a full run tries is marked so on the page.
awk '/^	\{"/ { split($0, part, "\""); id = part[2] } /FULL/ && id != "" && !/define/ { print id; id = "" }' \
	frontend/domain/probe_table.c frontend/domain/probe_table_container.c frontend/domain/proxy_table.c | LC_ALL=C sort -u >"$work/full"
grep -o '`[a-z0-9-]*` (\*full\*)' docs/probes.md | sed 's/`\(.*\)`.*/\1/' | LC_ALL=C sort -u >"$work/marked"
check "what is for a full run is marked, and nothing else" diff "$work/full" "$work/marked"
done_testing
