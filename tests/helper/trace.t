#!/bin/sh
# The system calls of the shipped binary, in their order and with their arguments, against tests/helper/trace/golden:
# a setuid copy, run by an ordinary user, traced by root. A call more, less or elsewhere is a difference. What
# follows the seal is also held against the model's trace of the same case.
#
#	TRACE_WRITE=1 sh tests/helper/trace.t		writes the golden files: read the difference before you commit it
here=$(dirname "$0")
[ "$(uname -sm)" = "Linux x86_64" ] || { echo "1..0 # SKIP the golden traces are of x86_64 Linux"; exit 0; }
if [ "${NETD_TRACE_TEST:-}" = "" ]; then
	[ "$(id -u)" -eq 0 ] || { echo "1..0 # SKIP not root: cannot make a setuid copy and trace it"; exit 0; }
	unshare -nm true 2>/dev/null || { echo "1..0 # SKIP no namespaces here"; exit 0; }
	NETD_TRACE_TEST=1 exec timeout 600 unshare -nm sh "$0"
fi
# shellcheck source=tests/helper/tap.sh
. "$here/tap.sh"
command -v strace >/dev/null || { echo "1..1"; echo "not ok 1 - strace is there (next: install/deps check)"; exit 1; }
umask 022
LC_ALL=C
export LC_ALL
trap '[ ! "${log:-}" ] || kill "$log"; umount -l "$tmp/dev" "$tmp/nosuid" 2>/dev/null; rm -rf "$tmp"' EXIT
golden=$here/trace/golden
A=127.0.0.16 B=127.0.0.31
runs=0
install -o 0 -g 65534 -m 4750 "$netd" "$tmp/bottle-netd"
install -m 755 "$netd" "$tmp/plain"
# A /dev with a log that is read and thrown away: what log this host has shall not matter.
mkdir "$tmp/dev" && mount -t tmpfs -o mode=755 tmpfs "$tmp/dev" && mknod -m 666 "$tmp/dev/null" c 1 3 &&
	mount --bind "$tmp/dev" /dev
perl -MSocket -e 'socket(L, AF_UNIX, SOCK_DGRAM, 0) && bind(L, sockaddr_un("/dev/log")) or die; chmod 0666, "/dev/log";
	recv(L, $_, 4096, 0) while 1' &
log=$!
until [ -S /dev/log ]; do sleep 0.05; done
# shellcheck source=tests/helper/trace/run.sh
. "$here/trace/run.sh"

expect add whole fresh -- add $A
expect "add, present" sealed "fresh $A/32 lo:16" -- add $A
expect "add, leftover" sealed "fresh $A/8 lo:16" -- add $A
expect "add, foreign" sealed "fresh $A/32 lo" -- add $A
expect "add, label taken" sealed "fresh 10.9.9.9/32 lo:16" -- add $A
expect remove sealed "fresh $A/32 lo:16" -- remove $A
expect "remove, absent" sealed fresh -- remove $A
expect "remove, leftover" sealed "fresh $A/8 lo:16" -- remove $A
expect "remove, foreign" sealed "fresh $A/32 lo" -- remove $A
expect "remove, label taken" sealed "fresh 10.9.9.9/32 lo:16" -- remove $A
expect "two, one of them foreign" sealed "fresh $A/32 lo" -- remove $A $B
# shellcheck disable=SC2046
expect all sealed fresh -- add $(seq -f 127.0.0.%g 16 31)
expect "lo down" sealed lo_down -- add $A
expect "127.0.0.1 missing" sealed no_home -- add $A
expect policy sealed fresh -- policy
expect version sealed fresh -- version
expect usage sealed fresh --
expect "bad address" sealed fresh -- add 127.0.0.16x
expect outside sealed fresh -- remove 127.0.0.32
expect twice sealed fresh -- add $A $A

program=$tmp/plain
expect "not setuid" whole fresh -- add $A
expect "not setuid, policy" sealed fresh -- policy
program=$tmp/bottle-netd
who=root
expect root whole fresh -- add $A
who=user
with="-e inject=ioctl:error=EPERM:syscall=getpid:when=4"
expect "kernel refuses SIOCSIFADDR" sealed fresh -- add $A
with="-e inject=ioctl:error=ENOBUFS:syscall=getpid:when=8"
expect "kernel refuses SIOCSIFNETMASK" sealed fresh -- add $A
with="-e inject=ioctl:error=EADDRNOTAVAIL:syscall=getpid:when=5"
expect "kernel does not find what SIOCSIFFLAGS deletes" sealed "fresh $A/32 lo:16" -- remove $A
with="-e inject=ioctl:error=EIO:syscall=getpid:when=1"
expect "kernel does not answer" sealed fresh -- add $A
with=
closed=yes
expect "no descriptor open" whole fresh -- add 127.0.0.1
closed=

table add fresh -- add $A
table remove "fresh $A/32 lo:16" -- remove $A

# The model says the same, call by call, of every case that both have.
same=0
for name in "add" "add, present" "add, leftover" "add, foreign" "add, label taken" "remove" "remove, absent" "remove, leftover" \
	"remove, foreign" "remove, label taken" "two, one of them foreign" "all" "lo down" "127.0.0.1 missing" "policy" "version" \
	"usage" "bad address" "outside" "twice"; do
	is "$name: the model makes the same calls after the seal" "$(of_model "$name")" "$(as_model "$name")"
	same=$((same + 1))
done
[ "$failed" -ne 0 ] || echo "# audit: trace $runs runs of the binary: $traced traces and $tables tables of faults as in the golden files," \
	"$same cases as on the model"
done_testing
