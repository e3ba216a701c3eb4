/*
 * What bottle-guest is told and what it answers. Constants only, so that the host side may include
 * this file too.
 *
 *	bottle-guest hold
 *	bottle-guest relay ALIAS PORT=PATH...
 *	bottle-guest up ALIAS
 *	bottle-guest probe ATTEMPT...
 *	bottle-guest up ALIAS probe ATTEMPT...
 *	bottle-guest --version
 *
 * Exit status: GUEST_EXIT_*. On a failure stdout is not to be used and stderr has one line. All
 * arguments are checked before anything is done: after GUEST_EXIT_USAGE nothing was attempted.
 *
 * hold
 *	Waits until SIGTERM or SIGINT, then exits 0. Reaps whatever becomes its child.
 *
 * relay
 *	hold, and a pipe beside it: listens on ALIAS for each PORT (1-65535 without leading zeros; 1 to 3 of them) and
 *	takes every connection to the unix socket PATH, absolute (pump.h). ALIAS as for `up`.
 *
 * up
 *	ALIAS is a dotted quad in 127.0.0.2-127.255.255.254. Answers one line on stdout:
 *	  route none
 *	    There is no eth0, so nothing was done.
 *	  route ALIAS via GATEWAY dev eth0 src SOURCE
 *	    As the kernel reads it back.
 *	If `up` fails, nothing is probed.
 *
 * probe
 *	1 to GUEST_ATTEMPT_MAX attempts, all of them at once, each one argument:
 *	  ID,KIND,ADDRESS,PORT,DEADLINE_MS,NONCE
 *
 *	ID           [a-z0-9-], 1 to GUEST_ID_MAX, different for each attempt
 *	ADDRESS      strict dotted quad, or IPv6 as inet_pton(3) takes it, without scope
 *	PORT         1-65535 without leading zeros; exactly 0 for icmp and resolv
 *	DEADLINE_MS  1 to GUEST_DEADLINE_MAX without leading zeros
 *	NONCE        [A-Za-z0-9], 1 to GUEST_NONCE_MAX; dns-udp, dns-tcp and resolv make it a DNS
 *	             label and take GUEST_DNS_NONCE_MAX
 *	KIND
 *	  tcp        connect, send "NONCE\n", read
 *	  http       connect, send "HEAD /NONCE HTTP/1.0\r\n\r\n", read
 *	  udp        send "NONCE", again every GUEST_RESEND_MS; any datagram is an answer
 *	  icmp       echo request with NONCE as payload, repeated too; only its reply is an answer
 *	  dns-udp    A query for NONCE.GUEST_DNS_SUFFIX, repeated too; any datagram is an answer
 *	  dns-tcp    the same query over TCP
 *	  resolv     dns-udp to port 53 of each nameserver in /etc/resolv.conf; ADDRESS is 0.0.0.0
 *	  listen     bind, also to an address that is not there (IP_FREEBIND), and listen until all
 *	             other attempts are over and at least DEADLINE_MS; starts before all others
 *	  tcp-link,  tcp and udp past the routing table: bound to GUEST_DEVICE and, with
 *	  udp-link   SO_DONTROUTE, as if ADDRESS were on that link. Whoever shares it and has
 *	             ADDRESS on any of its own devices may answer
 *
 *	Answer: the line GUEST_PROBE_HEAD, one line per attempt in the order given, and
 *	GUEST_PROBE_END with their number. Without that last line the answer was cut short and
 *	proves nothing.
 *	  ID STATE ERRNO MS DATAHEX
 *	One blank between; an empty field is "-".
 *
 *	MS           from the start of the probe to what decided STATE
 *	ERRNO        symbolic (ECONNREFUSED), or decimal where it has no name here
 *	DATAHEX      the first GUEST_DATA_MAX bytes that came back, lower case; icmp: the ICMP
 *	             message; dns-tcp: with its length prefix; accepted: what the first peer sent
 *	STATE
 *	  open       TCP connected; nothing came back before the deadline
 *	  answer     something came back (TCP: until EOF, GUEST_DATA_MAX bytes or the deadline; MS
 *	             is that of the first byte)
 *	  closed     TCP connected, then an orderly EOF without data
 *	  reset      TCP connected, then an error (ERRNO) without data
 *	  refused    connect or send failed, or ICMP said no (ERRNO)
 *	  timeout    no connection, or no datagram, before the deadline
 *	  listening  the listener stood to the end and nobody came
 *	  accepted   the listener took a connection
 *	  error      could not be attempted (ERRNO): no descriptor, no such address family, bind
 *	             failed; never evidence of containment. resolv: ENOENT no file, ENODATA no
 *	             nameserver in it, EFBIG too long, EINVAL not a file or one is no address
 *
 *	A TCP connection is no proof of a way out: the relay in the VM monitor may accept before it
 *	dials. Hence open, closed, reset and answer are told apart, and the listener on the host is
 *	the judge. A connection stays until EOF or its deadline, perhaps to the end of the program.
 *	resolv speaks for several nameservers by the most telling of their states: answer, timeout,
 *	error, refused.
 */
#ifndef GUEST_PROTOCOL_H
#define GUEST_PROTOCOL_H

#define GUEST_EXIT_OK 0
#define GUEST_EXIT_FAILED 1
#define GUEST_EXIT_USAGE 64

#define GUEST_DEVICE "eth0"
#define GUEST_PROBE_HEAD "bottle-guest probe 1"
#define GUEST_PROBE_END "end "

#define GUEST_ATTEMPT_MAX 64
#define GUEST_ID_MAX 32
#define GUEST_NONCE_MAX 64
#define GUEST_DNS_NONCE_MAX 63
#define GUEST_DEADLINE_MAX 60000
#define GUEST_RESEND_MS 500
#define GUEST_DATA_MAX 64
#define GUEST_DNS_SUFFIX "leak.example"

/* A reader with this much room never truncates an honest answer. */
#define GUEST_LINE_MAX (GUEST_ID_MAX + 2 * GUEST_DATA_MAX + 48)
#define GUEST_ANSWER_MAX (GUEST_LINE_MAX * (GUEST_ATTEMPT_MAX + 3))

#endif
