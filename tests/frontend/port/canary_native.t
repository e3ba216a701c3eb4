#!/bin/bash
# A watched port that the kernel gives to whoever dials it, because it has no other: such a dialler reaches itself.
# (bash: for a connection)
here=$(cd "$(dirname "$0")" && pwd)
BUILD=$(cd "${BUILD:-build}" && pwd)
export BUILD
PATH=$PATH:/usr/sbin:/sbin
# shellcheck source=tests/tap.sh
. "$here/../../tap.sh"
if [ -z "${IN_NETNS-}" ]; then
	unshare -rn true 2>/dev/null || skip_all "no network namespace here"
	command -v ip >/dev/null || skip_all "no ip"
	IN_NETNS=1 exec unshare -rn "$0"
fi
watch=$BUILD/tests/frontend/port/canary_native
ports() { # FIRST LAST: what the kernel picks from
	echo "$1 $2" >/proc/sys/net/ipv4/ip_local_port_range
}
ip link set lo up
ports 40000 40000
ok "control: where nobody listens, a dialler is connected" eval '(: <>/dev/tcp/127.0.0.1/40000)'
ports 40001 40001
is "nobody was reached by that" "$("$watch")" "not reached"
ports 40002 50000
is "control: a listener is" "$("$watch" listener)" reached
done_testing
