#!/bin/bash
# An address changes hands, with real VMs: alice's bundle is removed while bob launches until he has her address, the
# only one of the pool. Her guest tries the ports that his bundle may get, as fast as it can, and must never get a byte
# of it. An emulated machine is slow at this; tests/native/handover.t does more than a hundred a second, without a VM.
# Runs as root inside the machine that tests/lab/run boots: tests/lab/run tests/lab/handover.sh [ROUNDS]
set -u
cd "$(dirname "$0")" || exit 1
# shellcheck source=tap.sh
. ./tap.sh

rounds=${1:-20}
mkdir -p /etc/bottle
echo 'pool: {first: 16, last: 16}' >/etc/bottle/config.yaml
printf 'FROM bottle-demo-agent\nCMD ["/bin/busybox","sh","-c","while :; do echo HTTP/1.0 200 THEIRS | busybox nc -l -p 8888; done"]\n' |
	docker build -q -t bottle-test-theirs - >/dev/null
install -d -o alice /home/alice/knock
install -o alice ../../build/tests/lab/knock /home/alice/knock/knock
launch="bottle launch --memory 512 --cpus 1 --image bottle-demo-agent"

# bob, until his bundle serves on the address; his VM is not waited for.
want() {
	runuser -u bob -- env -i HOME=/home/bob USER=bob PATH=/usr/local/bin:/usr/bin:/bin sh -c "
		until $launch theirs --bundle-image bottle-test-theirs; do :; done" >/tmp/theirs 2>&1 &
	wanting=$!
}

# What the host gets of bob's bundle, for as long as it is there.
served() {
	local port
	port=$(docker port bot-bottle-sidecars-theirs 8888/tcp 2>/dev/null | cut -d: -f2)
	[ -n "$port" ] && curl -s -i -m 5 "http://127.0.0.16:$port/" 2>/dev/null | grep -q THEIRS
}

n=0
while [ $n -lt "$rounds" ]; do
	n=$((n + 1))
	rm -f /home/alice/knock/log*
	# shellcheck disable=SC2086
	as alice $launch web --bundle-image bottle-demo-bundle --mount /home/alice/knock:/knock --allow-mount /home/alice/knock
	result $? "round $n: alice's bottle is up"
	port=$(jq .bundle.ports.proxy.host /home/alice/.local/state/bottle/web/verdict)
	runuser -u alice -- env -i HOME=/home/alice PATH=/usr/local/bin:/usr/bin:/bin \
		bottle exec web -- /knock/knock 127.0.0.16 "$port" $((port + 7)) /knock/log >/dev/null 2>&1 &
	sleep 6
	want
	sleep 2
	docker rm -f bot-bottle-sidecars-web >/dev/null
	docker network prune -f >/dev/null
	tries=0
	until served || [ $((tries += 1)) -gt 120 ]; do sleep 0.2; done
	served
	result $? "round $n: bob's bundle serves on the address"
	sleep 1
	cat /home/alice/knock/log.rate >$out 2>$err
	awk '$2 > 0 { rate = $1 / $2 } END { print rate; exit rate < 5 }' $out
	result $? "round $n: her guest tried five times a second and more ($(cat $out): attempts, seconds)"
	passes "round $n: control: it did get answers of its own bundle" grep -aq squid /home/alice/knock/log
	fails "round $n: and not one byte of bob's" grep -a THEIRS /home/alice/knock/log
	kill "$wanting" 2>/dev/null
	pkill -INT -u bob -x bottle
	wait "$wanting" 2>/dev/null
	as bob bottle stop theirs
	as alice bottle stop web
	note "round $n"
done
rm -f /etc/bottle/config.yaml
done_testing
