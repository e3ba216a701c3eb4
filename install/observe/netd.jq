# One line of JSON for each audit line of bottle-netd(8), from the journal:
#
#	journalctl -o json -t bottle-netd | jq -c -f netd.jq
#
# "trusted" is yes when the kernel named uid 0 as the sender. Anybody may log under any name, so a line of
# another sender did not come from the helper, whatever it says. Lines that are no audit line are left out:
# see "What is not normal" in soc.md.
select(.MESSAGE | type == "string") |
. as $entry |
(.MESSAGE | capture("\\Aop=(?<op>add|remove) octets=(?<octets>[0-9,]*) uid=(?<uid>[0-9]+) result=(?<result>[0-9]+)\\z")) |
{
	time: ($entry.__REALTIME_TIMESTAMP // "0" | tonumber / 1000000 | floor | todate),
	host: ($entry._HOSTNAME // ""),
	op,
	octets,
	uid: (.uid | tonumber),
	pid: ($entry.SYSLOG_PID // "0" | tonumber),
	result: (.result | tonumber),
	trusted: (if $entry._UID == "0" then "yes" elif $entry._UID == null then "unknown" else "no" end),
	exe: ($entry._EXE // "")
}
