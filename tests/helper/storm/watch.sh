# shellcheck shell=sh disable=SC2034
# Watches lo by `ip monitor` and judges what it saw. Sourced by storm.t; $tmp, $home and $flags are there.
marker=127.0.0.200/32 # an address of no bottle: seen in the log, everything before it has been seen too

# mark: waits until the log has a marker that was set after all that happened before
mark() {
	marks=$(grep -c "Deleted.* $marker " "$tmp/watched" || :)
	tries=0
	until [ "$(grep -c "Deleted.* $marker " "$tmp/watched")" -gt "$marks" ]; do
		ip addr add $marker dev lo && ip addr del $marker dev lo
		tries=$((tries + 1))
		[ $tries -lt 50 ] || return 1
		sleep 0.1
	done
}

watch() {
	: >"$tmp/watched"
	before=$(aliases)
	ip -o monitor link address >"$tmp/watched" 2>"$tmp/watch-err" &
	watcher=$!
	mark
}

# unwatch: false when the log is not whole: the monitor had ended before, or the kernel had to drop messages
unwatch() {
	whole=0
	mark || whole=1
	kill $watcher 2>/dev/null || whole=1
	wait $watcher 2>/dev/null || :
	[ ! -s "$tmp/watch-err" ] || whole=1
	[ $((before + $(seen "" 32) - $(seen "Deleted " 32))) -eq "$(aliases)" ] || whole=1
	return $whole
}

# seen PREFIX LENGTH: how many messages about an alias
seen() {
	grep -cE "^$1[0-9]+: lo +inet 127\.0\.0\.(1[6-9]|2[0-9]|3[01])/$2 .* lo:" "$tmp/watched" || :
}

# aliases: how many there are
aliases() {
	addrs | grep -c '/32 lo:' || :
}

# faults [FLAGS]...: every message that should not be there. Of lo with other flags than those given, or gone; of
# any address but the aliases of the pool, 127.0.0.1 first among them. With more than one FLAGS lo goes down and
# up, and what IPv6 does then is not judged.
faults() {
	awk -v flags=" $* " -v more="$#" -v marker="$marker" '
	{ line = $0; gone = sub(/^Deleted /, "") }
	/^[0-9]+: lo: </ {
		match($0, /<[^>]*>/)
		if (gone || index(flags, " " substr($0, RSTART, RLENGTH) " ") == 0)
			print line
		next
	}
	$3 == "inet6" && more > 1 { next }
	$2 == "lo" && $3 == "inet" && $4 == marker { next }
	$2 == "lo" && $3 == "inet" && $4 ~ /^127\.0\.0\.(1[6-9]|2[0-9]|3[01])\/(8|32)$/ {
		split($4, part, /[.\/]/)
		if ($0 ~ " lo:" part[4] "[\\\\ ]")
			next
	}
	{ print line }' "$tmp/watched"
}
