#!/bin/sh
# bottle-guest probe: every KIND in every STATE, against listeners in the same network namespace.
# shellcheck source=tests/guest/tap.sh
. "$(dirname "$0")/tap.sh"
own_namespace
command -v python3 >/dev/null || skip_all "no python3"
command -v ip >/dev/null || skip_all "no ip"
ip link set lo up

# A wire with nobody at its end: packets to 192.0.2.9 get no answer, not even to ARP (EHOSTUNREACH
# comes after 3 s, later than every deadline here).
wire=yes
ip link add wire0 type veth peer name wire1 2>/dev/null || wire=
if [ "$wire" ]; then
	ip addr add 192.0.2.1/24 dev wire0
	ip link set wire0 up
	ip link set wire1 up
	ip route add prohibit 198.51.100.1
	ip route add unreachable 198.51.100.2
fi
six=
ip -6 addr show dev lo 2>/dev/null | grep -q ::1 && six=yes
# A private /etc/resolv.conf, if there is one to cover.
resolv=
: >"$tmp/resolv.conf"
target=$(readlink -f /etc/resolv.conf 2>/dev/null)
[ -f "$target" ] && mount --bind "$tmp/resolv.conf" "$target" 2>/dev/null && resolv=yes

python3 "$here/canary.py" "$tmp/log" echo=127.0.0.1:9001 silent=127.0.0.1:9002 \
	close=127.0.0.1:9003 reset=127.0.0.1:9004 reset-early=127.0.0.1:9014 http=127.0.0.1:9005 \
	hold-long=127.0.0.1:9006 hold-exact=127.0.0.1:9009 \
	hold-short=127.0.0.1:9007 data-reset=127.0.0.1:9008 \
	udp-echo=127.0.0.1:9101 udp-silent=127.0.0.1:9102 udp-second=127.0.0.1:9103 \
	udp-empty=127.0.0.1:9104 udp-long=127.0.0.1:9105 \
	dns-udp=127.0.0.1:5353 dns-tcp=127.0.0.1:5353 ns1=127.0.0.53:53 ns2=127.0.0.54:53 \
	${six:+echo=::1:9001} >"$tmp/ready" &
pids=$!
ready() {
	grep -q ready "$tmp/ready" 2>/dev/null
}
wait_for ready || skip_all "the listeners did not start"

heard() {
	grep -c "^$1 " "$tmp/log"
}
logged() {
	grep -qxF -- "$1" "$tmp/log"
}

# Everything at once: the time of all is that of the longest deadline.
start=$(date +%s%N)
run probe \
	t-echo,tcp,127.0.0.1,9001,800,echo01 \
	t-silent,tcp,127.0.0.1,9002,800,silent01 \
	t-close,tcp,127.0.0.1,9003,800,close01 \
	t-reset,tcp,127.0.0.1,9004,800,reset01 \
	t-reset-early,tcp,127.0.0.1,9014,800,reset02 \
	t-refused,tcp,127.0.0.1,9099,800,refused01 \
	t-long,tcp,127.0.0.1,9006,800,long01 \
	t-short,tcp,127.0.0.1,9007,800,short01 \
	t-data-reset,tcp,127.0.0.1,9008,800,datareset01 \
	t-nowhere,tcp,203.0.113.1,80,800,nowhere01 \
	h-http,http,127.0.0.1,9005,800,http01 \
	h-silent,http,127.0.0.1,9002,800,silent02 \
	h-refused,http,127.0.0.1,9099,800,refused02 \
	u-echo,udp,127.0.0.1,9101,800,uecho01 \
	u-silent,udp,127.0.0.1,9102,1200,usilent01 \
	u-second,udp,127.0.0.1,9103,800,usecond01 \
	u-empty,udp,127.0.0.1,9104,800,uempty01 \
	u-long,udp,127.0.0.1,9105,800,ulong01 \
	u-refused,udp,127.0.0.1,9199,800,urefused01 \
	u-bcast,udp,127.255.255.255,9101,800,ubcast01 \
	u-nowhere,udp,203.0.113.1,53,800,nowhere02 \
	i-lo,icmp,127.0.0.1,0,800,ping01 \
	i-nowhere,icmp,203.0.113.1,0,800,nowhere03 \
	d-udp,dns-udp,127.0.0.1,5353,800,dnsudp01 \
	d-tcp,dns-tcp,127.0.0.1,5353,800,dnstcp01 \
	d-refused,dns-udp,127.0.0.1,5399,800,dnsrefused01 \
	d-tcp-refused,dns-tcp,127.0.0.1,5399,800,dnsrefused02
took=$((($(date +%s%N) - start) / 1000000))
all=$out
is "exit 0" "$code" 0
is "nothing on stderr" "$err" ""
is "first line" "$(printf '%s\n' "$out" | head -n 1)" "bottle-guest probe 1"
is "last line" "$(printf '%s\n' "$out" | tail -n 1)" "end 27"
is "every line in its grammar" "$(printf '%s\n' "$out" | sed '1d;$d' | grep -Evc \
	'^[a-z0-9-]{1,32} [a-z]+ (-|[A-Z0-9]+) [0-9]+ (-|([0-9a-f]{2}){1,64})$')" 0
ok "concurrent: at least the longest deadline ($took ms)" [ $took -ge 1200 ]
ok "concurrent: not much more ($took ms)" [ $took -lt 2500 ]

# expect ID STATE ERRNO DATAHEX
expect() {
	line "$1"
	is "$1 is $2" "$line" "$2 $3 $4"
}
expect t-echo answer - "$(hex 'canary echo01\n')"
ok "tcp sends its nonce and a newline" logged "echo 'echo01\\n'"
ok "an answer is timed by its first byte ($ms ms)" [ "$ms" -lt 400 ]
expect t-silent open - -
ok "open is decided at the deadline ($ms ms)" [ "$ms" -ge 800 ]
expect t-close closed - -
expect t-reset reset ECONNRESET -
line t-reset-early
like "t-reset-early is reset, never open or closed" "$line" "reset (ECONNRESET|EPIPE) -"
expect t-refused refused ECONNREFUSED -
ok "a refusal is decided at once ($ms ms)" [ "$ms" -lt 400 ]
expect t-long answer - "$(printf '78%.0s' $(seq 64))"
expect t-short answer - "$(hex hi)"
expect t-data-reset answer - "$(hex hi)"
expect t-nowhere refused ENETUNREACH -
expect h-http answer - "$(hex 'HTTP/1.0 200 OK\r\nX-Request: HEAD /http01 HTTP/1.0\r\n\r\n')"
ok "http asks for its nonce" logged "http 'HEAD /http01 HTTP/1.0\\r\\n\\r\\n'"
expect h-silent open - -
expect h-refused refused ECONNREFUSED -
expect u-echo answer - "$(hex 'canary uecho01')"
expect u-silent timeout - -
ok "timeout is decided at the deadline ($ms ms)" [ "$ms" -ge 1200 ]
is "udp is sent again every 500 ms" "$(heard udp-silent)" 3
expect u-second answer - "$(hex again)"
ok "by its second datagram ($ms ms)" [ "$ms" -ge 500 ]
expect u-empty answer - -
expect u-long answer - "$(printf '79%.0s' $(seq 64))"
expect u-refused refused ECONNREFUSED -
expect u-bcast refused EACCES -
expect u-nowhere refused ENETUNREACH -
line i-lo
like "i-lo is answered, with its nonce" "$line" "answer - 0000[0-9a-f]{8}0001$(hex ping01)"
expect i-nowhere refused ENETUNREACH -
line d-udp
like "d-udp is answered" "$line" "answer - b0778183.*"
ok "dns-udp asks for NONCE.leak.example, A, IN" \
	logged "dns-udp 'dnsudp01.leak.example 00010001'"
line d-tcp
like "d-tcp is answered, length first" "$line" "answer - 00..b0778183.*"
ok "dns-tcp asks the same" logged "dns-tcp 'dnstcp01.leak.example 00010001'"
expect d-refused refused ECONNREFUSED -
expect d-tcp-refused refused ECONNREFUSED -
is "the canary never heard what was refused" "$(grep -c 'refused0\|nowhere0' "$tmp/log")" 0
gone() {
	logged "silent 'gone'"
}
ok "a silent connection is closed by the end of the program" wait_for gone

# Positive control of the order: as given, whatever finishes first.
is "answers come in the order of the attempts" \
	"$(printf '%s\n' "$all" | sed '1d;$d' | cut -d' ' -f1 | tr '\n' ' ')" \
	"t-echo t-silent t-close t-reset t-reset-early t-refused t-long t-short t-data-reset \
t-nowhere h-http h-silent h-refused u-echo u-silent u-second u-empty u-long u-refused u-bcast \
u-nowhere i-lo i-nowhere d-udp d-tcp d-refused d-tcp-refused "

# Done early: nothing left to wait for.
start=$(date +%s%N)
run probe a,tcp,127.0.0.1,9001,30000,early01 b,tcp,127.0.0.1,9009,20000,early02 \
	c,udp,127.0.0.1,9101,30000,early03 d,tcp,127.0.0.1,9099,30000,early04
took=$((($(date +%s%N) - start) / 1000000))
ok "ends when all is decided ($took ms)" [ $took -lt 5000 ]

if [ "$wire" ]; then
	run probe t,tcp,192.0.2.9,80,600,n u,udp,192.0.2.9,80,600,n i,icmp,192.0.2.9,0,600,n \
		d,dns-udp,192.0.2.9,53,600,n dt,dns-tcp,192.0.2.9,53,600,n \
		p,tcp,198.51.100.1,80,600,n pu,udp,198.51.100.1,80,600,n \
		x,http,198.51.100.2,80,600,n
	for id in t u i d dt; do
		line $id
		is "$id to nobody is timeout" "$line" "timeout - -"
		ok "at its deadline ($ms ms)" [ "$ms" -ge 600 ]
	done
	expect p refused EACCES -
	expect pu refused EACCES -
	expect x refused EHOSTUNREACH -
else
	skip "timeout of each kind" "no veth"
fi

if [ "$six" ]; then
	run probe t,tcp,::1,9001,500,six01 r,tcp,::1,9099,500,six02 u,udp,::1,9099,500,six03 \
		i,icmp,::1,0,500,six04
	expect t answer - "$(hex 'canary six01\n')"
	expect r refused ECONNREFUSED -
	expect u refused ECONNREFUSED -
	line i
	like "ICMPv6 is answered" "$line" "answer - 8100[0-9a-f]{8}0001$(hex six04)"
else
	skip "IPv6" "no ::1"
fi

# The ping socket needs no privilege, the raw one does; with neither it is no proof of anything.
if echo "0 2147483647" >/proc/sys/net/ipv4/ping_group_range 2>/dev/null; then
	run probe i,icmp,127.0.0.1,0,500,ping02
	line i
	like "icmp by a ping socket" "$line" "answer - 0000[0-9a-f]{8}0001$(hex ping02)"
	echo "1 0" >/proc/sys/net/ipv4/ping_group_range
else
	skip "icmp by a ping socket" "ping_group_range cannot be written"
fi
if command -v setpriv >/dev/null; then
	out=$(setpriv --bounding-set -net_raw "$guest" probe i,icmp,127.0.0.1,0,500,n)
	expect i error EPERM -
else
	skip "icmp without privilege is an error" "no setpriv"
fi
if command -v prlimit >/dev/null; then
	out=$(prlimit --nofile=5 "$guest" probe a,tcp,127.0.0.1,9099,200,n \
		b,tcp,127.0.0.1,9099,200,n c,tcp,127.0.0.1,9099,200,n d,tcp,127.0.0.1,9099,200,n)
	expect a refused ECONNREFUSED -
	expect d error EMFILE -
else
	skip "out of descriptors is an error" "no prlimit"
fi

# Listeners: first started, last to go.
start=$(date +%s%N)
run probe in,tcp,127.0.0.99,8000,300,inside01 l-taken,listen,127.0.0.99,8000,10,n \
	l-idle,listen,0.0.0.0,8001,700,n l-foreign,listen,203.0.113.7,8002,10,n \
	l-busy,listen,127.0.0.1,9001,10,n ${six:+l-six,listen,::,8001,10,n}
took=$((($(date +%s%N) - start) / 1000000))
expect in open - -
expect l-taken accepted - "$(hex 'inside01\n')"
expect l-idle listening - -
ok "listens to its deadline ($ms ms)" [ "$ms" -ge 700 ]
expect l-foreign listening - -
ok "listens until all others are over ($ms ms)" [ "$ms" -ge 300 ]
expect l-busy error EADDRINUSE -
if [ "$six" ]; then
	expect l-six listening - -
else
	skip "listens on :: beside 0.0.0.0" "no ::1"
fi
ok "and no longer ($took ms)" [ $took -lt 2500 ]

if [ "$resolv" ]; then
	printf 'search example\nnameserver 127.0.0.53\nnameserver 127.0.0.54\n' >"$tmp/resolv.conf"
	run probe r,resolv,0.0.0.0,0,500,resolv01
	line r
	like "resolv is answered" "$line" "answer - b0778183.*"
	ok "the first nameserver was asked" logged "ns1 'resolv01.leak.example 00010001'"
	ok "the second nameserver was asked too" logged "ns2 'resolv01.leak.example 00010001'"

	printf 'nameserver 127.0.0.55\nnameserver 127.0.0.54\n' >"$tmp/resolv.conf"
	run probe r,resolv,0.0.0.0,0,500,resolv02
	line r
	like "one answer outweighs a refusal" "$line" "answer - b0778183.*"
	printf 'nameserver 127.0.0.55\nnameserver 127.255.255.255\n' >"$tmp/resolv.conf"
	run probe r,resolv,0.0.0.0,0,500,resolv03
	line r
	like "all refused" "$line" "refused (ECONNREFUSED|EACCES) -"
	printf 'nameserver 127.0.0.55\nnameserver here\n' >"$tmp/resolv.conf"
	run probe r,resolv,0.0.0.0,0,500,resolv04
	expect r error EINVAL -
	printf 'search example\n' >"$tmp/resolv.conf"
	run probe r,resolv,0.0.0.0,0,500,resolv05
	expect r error ENODATA -
	head -c 9000 /dev/zero | tr '\0' '#' >"$tmp/resolv.conf"
	run probe r,resolv,0.0.0.0,0,500,resolv06
	expect r error EFBIG -
else
	skip "resolv" "no /etc/resolv.conf to cover"
fi

# A port of this machine where nobody is, and the only one that the kernel has left for the dialling end: the socket
# is connected to itself. That is nobody reached.
port=7000
for kind in tcp http udp dns-udp dns-tcp; do
	port=$((port + 1))
	echo "$port $port" >/proc/sys/net/ipv4/ip_local_port_range
	run probe "self,$kind,127.0.0.1,$port,300,self01"
	expect self refused ECONNREFUSED -
	if [ "$six" ]; then
		port=$((port + 1))
		echo "$port $port" >/proc/sys/net/ipv4/ip_local_port_range
		run probe "self,$kind,::1,$port,300,self02"
		expect self refused ECONNREFUSED -
	else
		skip "$kind by IPv6 to itself" "no ::1"
	fi
done
echo 32768 60999 >/proc/sys/net/ipv4/ip_local_port_range

if mount -t tmpfs none /etc 2>/dev/null; then
	run probe r,resolv,0.0.0.0,0,500,resolv07 t,tcp,127.0.0.1,9001,500,bare01
	expect r error ENOENT -
	expect t answer - "$(hex 'canary bare01\n')"
	mkfifo /etc/resolv.conf
	run probe r,resolv,0.0.0.0,0,500,resolv08
	expect r error EINVAL -
	umount /etc
else
	skip "resolv without a file" "no tmpfs"
fi
done_testing
