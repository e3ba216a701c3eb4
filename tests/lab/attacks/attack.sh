# shellcheck shell=bash disable=SC2034
# How the attacks are made and judged. Sourced by run, which has set up $netd, $tools, $tmp and the users.
count=0 failed=0 runs=0
in=() # how to get into the network namespace that is looked at: nothing for the machine's own
A=127.0.0.20 B=127.0.0.21

# What the helper may say: code|stdout|stderr, as caller prints it.
usage='64||bottle-netd: usage: bottle-netd add|remove ADDR... | policy | version;'
bad='64||bottle-netd: an address is not a canonical dotted quad, or there twice;'
outside='77||bottle-netd: an address lies outside the pool;'
added="0|$A added;|"
removed="0|$A removed;|"
absent="0|$A absent;|"
policy='0|protocol 1 pool 127.0.0.16 127.0.0.31;|'
shrink='71||bottle-netd: cannot give up privileges;'
full='71||bottle-netd: cannot write to standard output;'
down="75|$A absent;|bottle-netd: the loopback interface is down;"
missing="75|$A absent;|bottle-netd: 127.0.0.1/8 is missing from lo, or secondary to another address;"
refused="71|$A absent;|bottle-netd: the kernel refused;"
unlucky="75|$A absent;|bottle-netd: the address or its label is held or changed by others;"
lacks='78||bottle-netd: root lacks capabilities here (container or bounding set);'
wrong='78||bottle-netd: not installed as it must be:'
nothing_new='78||bottle-netd: no_new_privs is set (container, sandbox or systemd unit);'
no_effect='78||bottle-netd: the setuid bit had no effect (traced, or in a user namespace);'

# result STATUS NAME [GOT WANT]
result() {
	count=$((count + 1))
	if [ "$1" -eq 0 ]; then
		echo "ok $count - $2"
	else
		echo "not ok $count - $2"
		failed=1
		{ # standard error is what prove(1) shows
			echo "not ok $count - $2"
			[ $# -lt 3 ] || printf ' got: %s\nwant: %s\n' "${3:0:2000}" "$4"
		} | sed 's/^/# /' >&2
	fi
}

passes() { # NAME COMMAND...
	local name=$1
	shift
	"$@" >"$tmp/said" 2>&1
	result $? "$name" "$(head -c 2000 "$tmp/said")" "success of: $*"
}

refuses() { # NAME COMMAND...
	local name=$1
	shift
	! "$@" >"$tmp/said" 2>&1
	result $? "$name" "$(head -c 2000 "$tmp/said")" "failure of: $*"
}

is() { # NAME GOT WANT
	[ "$2" = "$3" ]
	result $? "$@"
}

skip() { # NAME WHY: the table counts this case as not run
	count=$((count + 1))
	echo "ok $count - $1 # SKIP $2"
}

# All that ip(8) tells of lo, its addresses and its flags.
state() {
	printf 'addr show lo\nlink show lo\n' | "${in[@]}" ip -o -batch - 2>&1
}

line_of() { # ADDRESS [MASK [FLAGS]]: an alias as ip(8) shows it
	echo "1: lo    inet $1/${2:-32} scope host ${3:-}lo:${1##*.}\\       valid_lft forever preferred_lft forever"
}

# kind_of STATE: what is left of $A
kind_of() {
	case $1 in
	"$home") echo absent ;;
	"$(with_line "$(line_of $A)")") echo whole ;;
	"$(with_line "$(line_of $A 8 'secondary ')")") echo leftover ;;
	*) echo other ;;
	esac
}

# unchanged [ADDRESS]...: lo is as it was byte for byte, but for these aliases, which are taken off again
unchanged() {
	local now address line
	now=$(state)
	for address; do
		line=$(line_of "$address")
		case $'\n'$now$'\n' in
		*$'\n'"$line"$'\n'*) ;;
		*)
			difference="$address/32 is missing: $now"
			repair
			return 1
			;;
		esac
		now=$'\n'$now$'\n'
		now=${now/$'\n'"$line"$'\n'/$'\n'}
		now=${now#$'\n'} now=${now%$'\n'}
		"${in[@]}" ip addr del "$address/32" dev lo
	done
	[ "$now" != "$home" ] || return 0
	difference=$(diff <(echo "$home") <(echo "$now"))
	repair
	return 1
}

# After a failure, so that it is one failure: whatever is left of the pool goes.
repair() {
	"${in[@]}" ip -o -4 addr show lo | sed -nE 's|.* inet (127\.0\.0\.[0-9]+/(8\|32)) .* lo:[0-9]+\\.*|\1|p' |
		while read -r address; do "${in[@]}" ip addr del "$address" dev lo; done
}

# call WORD... -- ARGUMENT...: $got, what caller prints, and $calls
call() {
	local said
	said=$("${in[@]}" "$tools/caller" "$@" 2>"$tmp/broken")
	runs=$((runs + 1))
	got=${said%%$'\n'*} calls=${said##*$'\n'}
	[ ! -s "$tmp/broken" ] || got+=" $(<"$tmp/broken")"
	# The kernel of a developer's machine is said to hang when filters come and go by the thousand a second.
	[ -n "$lab" ] || sleep 0.04
}

# attack "NN NAME" WANT WORD... -- ARGUMENT...: the installed helper with these arguments, called by alice, or by whom
# the words say. WANT is what caller has to print; several are divided by a newline, "*" is anything, and "any death" a
# signal with no output. After it lo is as before, but for what was "added", or what the array left names.
attack() {
	local name=$1 want=$2
	local who=user=$alice
	local -a words=()
	shift 2
	while [ "$1" != -- ]; do
		case $1 in
		user=*) who=$1 ;;
		*) words+=("$1") ;;
		esac
		shift
	done
	shift
	call "$who" "${words[@]}" -- "${victim:-$netd}" "$@"
	judge "$name" "$want"
}

# judge NAME WANT: $got, and then lo
judge() {
	local name=$1 want=$2 one held=1 difference=
	local -a there=("${left[@]}")
	while IFS= read -r one; do
		[ "$one" = 'any death' ] && one='SIG*||'
		# shellcheck disable=SC2053 # it is a pattern
		[[ $got == $one ]] && held=0
	done <<<"$want"
	if [ ${#there[@]} -eq 0 ] && [[ $got == 0\|*\ added\;* ]]; then
		one=${got#0|}
		one=${one%%|*}
		one=${one//;/$'\n'}
		while read -r one _; do
			[ -z "$one" ] || there+=("$one")
		done <<<"$one"
	fi
	[ "${there[0]:-}" != none ] || there=()
	if ! unchanged "${there[@]}"; then
		result 1 "$name: lo" "$got, and $difference" "$want, and as before"
	else
		result $held "$name" "$got" "$want"
	fi
	left=()
}

# Every line of the log since the last call is one that the helper makes of numbers alone, of at most 128 bytes.
log_pattern='^<85>bottle-netd\[[0-9]+\]: op=(add|remove) octets=((1[6-9]|2[0-9]|3[01])(,(1[6-9]|2[0-9]|3[01]))*)? uid=[0-9]+ result=[0-9]+$'
log_total=0
log_clean() { # NAME
	local -a lines
	local line strange=
	log_flush
	mapfile -t lines <"$tmp/log"
	for line in "${lines[@]:log_total}"; do
		[[ $line =~ $log_pattern && ${#line} -le 128 ]] || strange=$line
	done
	is "$1: $((${#lines[@]} - log_total)) lines of the log, of numbers alone" "$strange" ""
	log_total=${#lines[@]}
}

# wait_for COMMAND...: until it succeeds, ten seconds at most
wait_for() {
	local tries=0
	until "$@"; do
		[ $((tries += 1)) -le 200 ] || return 1
		sleep 0.05
	done
}

# log_flush: until all that was sent before is in the file
log_flush() {
	perl -MSocket -e 'socket(my $log, AF_UNIX, SOCK_DGRAM, 0) or die($!);
		send($log, "flush $ARGV[0]", 0, sockaddr_un("/dev/log")) or die($!)' "$tmp/log.flushed"
	wait_for test -e "$tmp/log.flushed"
	rm -f "$tmp/log.flushed"
}

log_start() {
	perl "$here/log.pl" "$tmp/log" "$tmp/log.ready" &
	logger=$!
	wait_for test -e "$tmp/log.ready"
	rm -f "$tmp/log.ready"
}

other_namespace() {
	[ "$(readlink /proc/$namespace/ns/net)" != "$(readlink /proc/$$/ns/net)" ] &&
		[ "$(readlink /proc/$namespace/exe)" != "$(readlink /proc/$$/exe)" ]
}

# damaged COMMAND...: from here on everything happens in a fresh network namespace, lo up in it and then changed by
# the lines of ip(8) that are given; undamaged: back on the machine's own lo
damaged() {
	local line
	[ ${#in[@]} -gt 0 ] || real_home=$home
	[ -z "${namespace:-}" ] || kill "$namespace"
	unshare -n sleep 1000 &
	namespace=$!
	wait_for other_namespace
	in=(nsenter "--net=/proc/$namespace/ns/net" --)
	"${in[@]}" ip link set lo up
	# shellcheck disable=SC2086 # words
	for line; do "${in[@]}" ip $line; done
	home=$(state)
}

undamaged() {
	kill "$namespace"
	namespace="" in=() home=$real_home
}

# quietly COMMAND...: as root, for what only has to happen
quietly() {
	"$@" >/dev/null 2>&1
}

# with_line LINE: $home with that line where the kernel puts an alias: a primary behind those of its scope, a secondary
# behind all IPv4 addresses
with_line() {
	local line before="" after="" place=' inet '
	[[ $1 == *secondary* ]] || place=' inet * scope host '
	while IFS= read -r line; do
		# shellcheck disable=SC2254 # a pattern
		case $line in
		*$place*) before+=$after$line$'\n' after= ;;
		*) after+=$line$'\n' ;;
		esac
	done <<<"$home"
	printf '%s%s\n%s' "$before" "$1" "$after"
}
