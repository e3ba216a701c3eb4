#!/bin/sh
# install/observe/rsyslog and logrotate: a real rsyslogd at /dev/log, real calls of the helper, and a rotation under it.
here=$(dirname "$0")
if [ "${OBSERVE_RSYSLOG:-}" = "" ]; then
	[ "$(id -u)" -eq 0 ] || { echo "1..0 # SKIP not root: cannot make a setuid copy"; exit 0; }
	unshare -nm true 2>/dev/null || { echo "1..0 # SKIP no namespaces here"; exit 0; }
	# Here, because there is no network in there.
	kept=${XDG_CACHE_HOME:-${HOME:?}/.cache}/bottle-observe/debs
	"$here/debs" "$kept" rsyslog libestr0 libfastjson4 liblognorm5 logrotate ||
		{ echo "1..0 # SKIP Debian's packages cannot be fetched"; exit 0; }
	OBSERVE_RSYSLOG=$kept exec unshare -nm sh "$0"
fi
# shellcheck source=tests/tree/tap.sh
. "$here/../tree/tap.sh"
kept=$OBSERVE_RSYSLOG
LD_LIBRARY_PATH=$kept/usr/lib/$(uname -m)-linux-gnu
export LD_LIBRARY_PATH
rsyslogd=$kept/usr/sbin/rsyslogd modules=$LD_LIBRARY_PATH/rsyslog
example=$top/install/observe
log=/var/log/bottle-netd.log
# shellcheck disable=SC2154 # status
trap 'status=$?; stop; umount -l "$work/dev" 2>/dev/null; rm -rf "$work"; exit $status' EXIT
trap 'exit 1' HUP INT TERM
chmod 755 "$work"

mount -t tmpfs -o mode=755 tmpfs /var/log
mkdir "$work/dev"
mount -t tmpfs -o mode=755 tmpfs "$work/dev"
mknod -m 666 "$work/dev/null" c 1 3
mknod -m 666 "$work/dev/urandom" c 1 9
mount --bind "$work/dev" /dev
ip link set lo up
install -o 0 -g 65534 -m 4750 "$BUILD/libexec/bottle-netd" "$work/bottle-netd"
install -m 755 "$BUILD/libexec/bottle-netd" "$work/plain"

configure() { # PARAMETERS of imuxsock
	cat >"$work/rsyslog.conf" <<CONF
module(load="imuxsock" $1)
global(workDirectory="$work")
include(file="$example/rsyslog/bottle-netd.conf")
CONF
}
start() {
	"$rsyslogd" -n -M "$modules" -f "$work/rsyslog.conf" -i "$work/pid" >"$work/rsyslog.out" 2>&1 &
	daemon=$!
	tries=0
	until [ -S /dev/log ] && [ -s "$work/pid" ] || [ $((tries += 1)) -gt 100 ]; do sleep 0.05; done
}
stop() {
	[ "${daemon:-}" ] || return 0
	kill "$daemon" 2>/dev/null
	wait "$daemon"
	daemon=
	rm -f /dev/log
}
lines() { # COUNT: waits for so many in the file
	tries=0
	until [ "$(grep -c . $log 2>/dev/null)" = "$1" ] || [ $((tries += 1)) -gt 100 ]; do sleep 0.05; done
	grep -c . $log
}
as_user() {
	setpriv --reuid 65533 --regid 65533 --groups 65534 sh -c 'exec "$@"' sh "$@" >/dev/null 2>&1
}
made_up() { # LINE
	# shellcheck disable=SC2016 # python's own
	as_user /usr/bin/python3 -c 'import socket, sys
s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
s.connect("/dev/log")
s.send(sys.argv[1].encode())' "$1"
}

configure 'SysSock.Annotate="on" SysSock.ParseTrusted="on"'
check "rsyslogd has nothing to say of the snippet" "$rsyslogd" -N1 -M "$modules" -f "$work/rsyslog.conf"
is "not a warning either" "$(grep -iE 'error|warning' "$work/out")" ""
sed 's/re_match(/re_mtch(/' "$example/rsyslog/bottle-netd.conf" >"$work/bad.conf"
sed "s|$example/rsyslog/bottle-netd.conf|$work/bad.conf|" "$work/rsyslog.conf" >"$work/with-bad.conf"
check "(one that is wrong is found)" refuses "$rsyslogd" -N1 -M "$modules" -f "$work/with-bad.conf"
cp "$work/out" "$work/bad"
check "(by what is wrong with it)" grep -q re_mtch "$work/bad"
start
as_user "$work/bottle-netd" add 127.0.0.16 127.0.0.17
as_user "$work/bottle-netd" add 127.0.0.1
as_user "$work/plain" add 127.0.0.16
made_up '<85>bottle-netd[1]: op=add octets=18 uid=0 result=0'
made_up '<85>bottle-netd[1]: op=add octets=18 uid=0 result=0 and more'
made_up '<85>bottle-netd[1]: 127.0.0.16 added'
made_up '<85>other[1]: op=add octets=18 uid=0 result=0'
is "four lines, of seven" "$(lines 4)" 4
is "its mode and group" "$(stat -c '%a %U:%G' /var/log/bottle-netd.log)" "640 root:adm"
is "each is JSON, with the keys of netd.jq" "$(jq -r 'keys_unsorted | join(" ")' $log | sort -u)" \
	"time host op octets uid pid result trusted exe"
is "what they say" "$(jq -r '[.op, .octets, .uid, .result, .trusted] | map(tostring) | join(" ")' $log)" \
	"add 16,17 65533 0 yes
add  65533 77 yes
add 16 65533 78 no
add 18 0 0 no"
is "numbers are numbers" \
	"$(jq -r '[.uid, .pid, .result] | map(type) | join(" ")' $log | sort -u)" "number number number"

# Rotation. Debian's rsyslog-rotate sends this signal by systemd, which is not here.
sed "s|/usr/lib/rsyslog/rsyslog-rotate|kill -HUP $daemon|" "$example/logrotate/bottle-netd" >"$work/logrotate"
cp "$example/logrotate/bottle-netd" "$work/example" && chmod 644 "$work/example" "$work/logrotate"
logrotate=$kept/usr/sbin/logrotate
check "logrotate -d reads it" "$logrotate" -d -s "$work/state" "$work/example"
cp "$work/out" "$work/debug"
is "without an error" "$(grep -i error "$work/debug")" ""
check "and finds the file" grep -q "considering log $log" "$work/debug"
check "rotates" "$logrotate" -f -s "$work/state" "$work/logrotate"
tries=0
until [ -e /var/log/bottle-netd.log ] || [ $((tries += 1)) -gt 100 ]; do sleep 0.05; done
sleep 0.5
as_user "$work/bottle-netd" remove 127.0.0.16
is "what comes then is in the new file" "$(lines 1)" 1
is "of the same mode" "$(stat -c '%a %U:%G' /var/log/bottle-netd.log)" "640 root:adm"
is "and the old one is whole" "$(grep -c . /var/log/bottle-netd.log.1)" 4
stop

rm -f /var/log/bottle-netd.log*
configure ""
start
as_user "$work/bottle-netd" add 127.0.0.16
is "an rsyslogd that does not ask for the sender: a line" "$(lines 1)" 1
is "whose sender is unknown" "$(jq -r .trusted /var/log/bottle-netd.log)" unknown
stop
done_testing
