#!/bin/sh
# The helper as it is installed: a setuid copy, run by a user who is not root; and every way in which an
# installation can be wrong. Needs real root, for the copy and for namespaces in which to run it.
here=$(dirname "$0")
if [ "${NETD_SETUID_TEST:-}" = "" ]; then
	[ "$(id -u)" -eq 0 ] || { echo "1..0 # SKIP not root: cannot make a setuid copy"; exit 0; }
	unshare -nm true 2>/dev/null || { echo "1..0 # SKIP no namespaces here"; exit 0; }
	NETD_SETUID_TEST=1 exec unshare -nm sh "$0"
fi
# shellcheck source=tests/helper/tap.sh
. "$here/tap.sh"
trap 'umount -l "$tmp/nosuid" "$tmp/dev" 2>/dev/null; rm -rf "$tmp"' EXIT
A=127.0.0.16 user=65534 group=65533
bin=$tmp/bottle-netd

# copy NAME OWNER MODE
copy() {
	cp "$netd" "$tmp/$1" && chown "$2" "$tmp/$1" && chmod "$3" "$tmp/$1"
}

# as_user [OPTION...] COMMAND...: as a user in the helper's group and in another one. The shell between
# them is there because setpriv itself still has root's capabilities when it executes something.
as_user() {
	options=
	while :; do
		case $1 in
		--no-new-privs) options="$options $1" ;;
		--*) options="$options $1 $2" && shift ;;
		*) break ;;
		esac
		shift
	done
	# shellcheck disable=SC2086
	setpriv --reuid $user --regid $user --groups "${groups:-$group,4242}" $options sh -c 'exec "$@"' sh "$@"
}

ip link set lo up
copy bottle-netd 0:$group 4750
if ! as_user "$bin" add $A >/dev/null 2>&1 && as_user "$bin" add $A 2>&1 | grep -q nosuid; then
	skip_all "$tmp is mounted nosuid"
fi

# --- installed as it must be
fresh
run as_user "$bin" add $A
is "a user adds" "$code|$out|$err" "0|$A added|"
is "and the kernel has it" "$(addrs)" "$home
$A/32 lo:16"
run as_user "$bin" remove $A
is "a user removes" "$code|$out|$err|$(addrs)" "0|$A removed||$home"
run as_user "$bin" add 127.0.0.1
is "a user does not get 127.0.0.1" "$code|$out|$(addrs)" "77||$home"
groups=4242 run as_user "$bin" add $A
is "a user outside the group cannot run it" "$code" 126
groups=
copy both 0:0 6755
run as_user "$tmp/both" add $A
is "with the setgid bit too" "$code|$out" "0|$A added"

# The kernel kills at the hard limit of processor time, which only CAP_SYS_RESOURCE lifts; containers have none.
lifts=
[ $(((0x$(awk '/^CapBnd/ { print $2 }' /proc/self/status) >> 24) & 1)) -eq 0 ] || lifts=1
run as_user sh -c 'ulimit -t 60; exec "$0" add '$A "$bin"
if [ "$lifts" ]; then
	is "a limit of processor time is lifted" "$code|$err" "0|"
else
	is "a limit of processor time that cannot be lifted is refused" "$code|$err" \
		"71|bottle-netd: cannot lift the time limit, or forbid core dumps"
fi

# --- what the process has while it waits in its last step, for a reader that does not read
mkfifo "$tmp/pipe"
exec 8<>"$tmp/pipe"
dd if=/dev/zero of="$tmp/pipe" bs=4096 oflag=nonblock 2>/dev/null
sh -c 'trap "" HUP INT QUIT PIPE TERM ALRM CHLD USR1 64; [ -z "$4" ] || ulimit -t 60; exec setpriv --reuid "$1" --regid "$1" --groups "$2",4242 "$3" add 127.0.0.17 >&8 9<"$3"' \
	sh $user $group "$bin" "$lifts" &
pid=$!
tries=0
until grep -q '^Seccomp:.*2$' /proc/$pid/status 2>/dev/null || [ $tries -gt 100 ]; do
	tries=$((tries + 1))
	sleep 0.02
done
sleep 0.1
field() { awk -v name="$1:" '$1 == name { $1 = ""; gsub(/^ | $/, ""); print }' /proc/$pid/status; }
is "user ids: root, all four" "$(field Uid)" "0 0 0 0"
is "group ids: the caller's" "$(field Gid)" "$user $user $user $user"
is "supplementary groups: none" "$(field Groups)" ""
for set in CapInh CapPrm CapEff CapBnd CapAmb; do
	is "$set: empty" "$(field $set)" 0000000000000000
done
is "no_new_privs" "$(field NoNewPrivs)" 1
is "filtered" "$(field Seccomp)" 2
is "every signal is blocked but SIGALRM and what cannot be" "$(field SigBlk)" fffffffffffbdeff
ignored=$(field SigIgn)
is "SIGALRM is default, whatever the caller did" "$((0x${ignored#????????} >> 13 & 1))|$(field SigCgt)" "0|0000000000000000"
is "descriptors: its own alone" "$(cd /proc/$pid/fd && echo *)" "0 1 2 3 4"
is "descriptor 0 is /dev/null" "$(readlink /proc/$pid/fd/0)" /dev/null
is "folder: /" "$(readlink /proc/$pid/cwd)" /
is "no limit of processor time, whatever the caller set" "$(awk '/cpu time/ { print $4, $5 }' /proc/$pid/limits)" \
	"unlimited unlimited"
is "no core" "$(awk '/core file/ { print $5, $6 }' /proc/$pid/limits)" "0 0"
for signal in KILL STOP TERM ALRM; do
	ok "the caller cannot send SIG$signal" sh -c "! setpriv --reuid $user --regid $user --clear-groups \
		kill -$signal $pid 2>/dev/null"
done
ok "the caller cannot read its memory" sh -c "! setpriv --reuid $user --regid $user --clear-groups \
	cat /proc/$pid/maps 2>/dev/null"
ok "(it is there all the while)" kill -0 $pid
code=0
wait $pid 2>/dev/null || code=$?
exec 8>&-
is "then SIGALRM ends it" "$code" 142

# --- what it has while it works
if command -v strace >/dev/null; then
	fresh
	strace -qq -u nobody -o "$tmp/trace" "$tmp/both" add $A >"$tmp/out" 2>&1
	is "(traced by root it works)" "$(cat "$tmp/out")" "$A added"
	sed -n '/SECCOMP_MODE_FILTER/,$p' "$tmp/trace" >"$tmp/sealed"
	is "the privilege is raised for the two writes of an address, and lowered behind them" \
		"$(grep -E 'capset|SIOCS' "$tmp/sealed" | sed -E 's/.*effective=([^,]*),.*/\1/; s/.*(SIOCS[A-Z]*).*/\1/' |
			tr '\n' ' ')" \
		"1<<CAP_NET_ADMIN SIOCSIFADDR SIOCSIFNETMASK 0 0 0 0 "
	is "nothing but CAP_NET_ADMIN is ever permitted then" \
		"$(grep capset "$tmp/sealed" | sed -E 's/.*permitted=([^,]*),.*/\1/' | sort -u | tr '\n' ' ')" \
		"0 1<<CAP_NET_ADMIN "
	is "all of it is given up before the first byte is written" \
		"$(awk '/^capset.*permitted=0/ { gone = "gone" } /^(write|sendto)/ { print gone; exit }' "$tmp/sealed")" \
		gone
	is "it cannot be dumped or traced from before argv is read, and that was the last change to it" \
		"$(grep -o 'PR_SET_DUMPABLE.*' "$tmp/trace" | tr -s ' ')" 'PR_SET_DUMPABLE, SUID_DUMP_DISABLE) = 0'
	is "no write names lo itself" "$(grep SIOCS "$tmp/trace" | grep -vc 'ifr_name="lo:16"')" 0
	is "nothing of argv comes before the seal" "$(sed '/SECCOMP_MODE_FILTER/q' "$tmp/trace" | sed 1d |
		grep -c "$A")" 0
else
	skip "what it has while it works" "no strace"
fi

# --- not installed as it must be
# fault NAME WHY COMMAND...: 78 and WHY for add and remove; the other commands and bad arguments as ever
fault() {
	fault_name=$1 why=$2
	shift 2
	fresh
	for verb in add remove; do
		run "$@" $verb $A
		is "$fault_name: $verb exits 78, says which, changes nothing" "$code|$out|$err|$(addrs)" \
			"78||bottle-netd: $why|$home"
	done
	run "$@" policy
	is "$fault_name: policy" "$code|$out" "0|protocol 1 pool 127.0.0.16 127.0.0.31"
	run "$@" version
	ok "$fault_name: version" test "$code" -eq 0
	run "$@" add 127.0.0.016
	is "$fault_name: a bad argument is that first" "$code" 64
	run "$@" add 127.0.0.1
	is "$fault_name: an address outside is that first" "$code" 77
}
must='not installed as it must be:'
copy plain 0:0 755
fault "no setuid bit" "$must not setuid" as_user "$tmp/plain"
copy setgid 0:0 2755
fault "setgid alone" "$must not setuid" as_user "$tmp/setgid"
copy owner 4242:0 4755
fault "setuid to another user" "$must wrong owner, not root" as_user "$tmp/owner"
copy mine $user:$user 4755
fault "setuid to the caller" "$must wrong owner, not root" as_user "$tmp/mine"
fault "no_new_privs" "no_new_privs is set (container, sandbox or systemd unit)" \
	as_user --no-new-privs "$bin"
mkdir "$tmp/nosuid"
mount -t tmpfs -o nosuid,mode=755 tmpfs "$tmp/nosuid"
cp "$netd" "$tmp/nosuid/" && chmod 4755 "$tmp/nosuid/bottle-netd"
fault "mounted nosuid" "$must its file system is mounted nosuid" as_user "$tmp/nosuid/bottle-netd"
fault "root without CAP_NET_ADMIN" "root lacks capabilities here (container or bounding set)" \
	setpriv --inh-caps -net_admin --bounding-set -net_admin "$tmp/plain"
fault "a user, without CAP_SETPCAP to be had" "root lacks capabilities here (container or bounding set)" \
	as_user --inh-caps -setpcap --bounding-set -setpcap "$tmp/both"
if setcap cap_net_admin+ep "$tmp/plain" 2>/dev/null; then
	fault "file capabilities instead" "$must not setuid" as_user "$tmp/plain"
	copy plain 0:0 755
else
	skip "file capabilities instead" "no setcap"
fi
if command -v strace >/dev/null; then
	fault "traced by the caller" "the setuid bit had no effect (traced, or in a user namespace)" \
		as_user strace -qq -o /dev/null "$bin"
else
	skip "traced by the caller" "no strace"
fi
if as_user unshare -U true 2>/dev/null; then
	fault "in a user namespace where root is nobody" "$must wrong owner, not root" \
		as_user unshare -U "$tmp/both"
else
	skip "in a user namespace where root is nobody" "no user namespace here"
fi
fresh
if as_user unshare -r true 2>/dev/null; then
	run setpriv --reuid $user --regid $user --clear-groups unshare -r "$tmp/plain" add $A
	is "root of a user namespace that does not own this network: exit 71, the kernel refused" \
		"$code|$out|$err|$(addrs)" "71|$A absent|bottle-netd: the kernel refused|$home"
else
	skip "the kernel refuses" "no user namespace here"
fi
run "$tmp/plain" add $A
is "real root needs no setuid bit" "$code|$out" "0|$A added"

# --- the audit line: a log of our own in a /dev of our own
if command -v perl >/dev/null; then
	mkdir "$tmp/dev"
	mount -t tmpfs -o mode=755 tmpfs "$tmp/dev"
	mknod -m 666 "$tmp/dev/null" c 1 3
	mount --move "$tmp/dev" /dev 2>/dev/null || mount --bind "$tmp/dev" /dev
	cat >"$tmp/log.pl" <<'P'
use Socket;
socket(my $log, AF_UNIX, SOCK_DGRAM, 0) or die;
bind($log, sockaddr_un("/dev/log")) or die;
chmod 0666, "/dev/log";
$| = 1;
print "ready\n";
while (<STDIN>) {	# a line on stdin: print one datagram, or "none" after half a second
	my ($bits, $line) = ("", "");
	vec($bits, fileno($log), 1) = 1;
	if (select($bits, undef, undef, 0.5)) {
		recv($log, $line, 4096, 0);
		print "$line\n";
	} else {
		print "none\n";
	}
}
P
	mkfifo "$tmp/ask" "$tmp/answer"
	perl "$tmp/log.pl" <"$tmp/ask" >"$tmp/answer" &
	logger=$!
	exec 6>"$tmp/ask" 7<"$tmp/answer"
	read -r line <&7
	logged() {
		echo >&6
		read -r line <&7
	}
	fresh
	run as_user "$bin" add $A 127.0.0.31
	logged
	like "add: operation, octets, uid, pid, result" "$line" \
		"<85>bottle-netd\[[0-9]+\]: op=add octets=16,31 uid=$user result=0"
	run as_user "$bin" remove $A
	logged
	like "remove" "$line" "<85>bottle-netd\[[0-9]+\]: op=remove octets=16 uid=$user result=0"
	run as_user "$bin" add "$(printf 'x\n<0>root: forged')" $A
	logged
	like "a refused argument is not in the log" "$line" \
		"<85>bottle-netd\[[0-9]+\]: op=add octets= uid=$user result=64"
	run as_user "$bin" remove 127.0.0.1
	logged
	like "an address outside the pool is not in the log, the attempt is" "$line" \
		"<85>bottle-netd\[[0-9]+\]: op=remove octets= uid=$user result=77"
	run as_user "$tmp/mine" add $A
	logged
	like "a failed installation" "$line" "<85>bottle-netd\[[0-9]+\]: op=add octets=16 uid=$user result=78"
	run as_user "$bin" "$(printf 'x\n<0>root: forged')"
	run as_user "$bin" policy
	run as_user "$bin" version
	logged
	is "what is no add or remove is not logged" "$line" none
	# shellcheck disable=SC2016 # perl's own
	perl -MSocket -e 'socket(L, AF_UNIX, SOCK_DGRAM, 0) && connect(L, sockaddr_un("/dev/log")) or die;
		for (1 .. 5000) { defined(send(L, "x" x 80, MSG_DONTWAIT)) or exit 0 } exit 1' ||
		echo "# the log cannot be filled"
	run timeout 2 "$bin" add 127.0.0.18
	is "a log that is full is not waited for" "$code|$out" "0|127.0.0.18 added"
	exec 6>&- 7<&-
	wait $logger || :
	run "$bin" add 127.0.0.19
	is "a log that is gone changes nothing" "$code|$out" "0|127.0.0.19 added"
else
	skip "the audit line" "no perl"
fi
[ "$failed" -ne 0 ] || echo "# audit: installation $count cases: who may run it, what it holds while it works, each faulty installation, the log"
done_testing
