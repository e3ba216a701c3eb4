/*
 * Descriptors are not closed when a flow is over: the connection must be there for the host's
 * listener to see, and a few hundred of them fit below any RLIMIT_NOFILE that is not set against
 * us (then: error EMFILE). The program ends right after its last flow.
 */
#define _GNU_SOURCE 1
#include "flow.h"

#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>

#include "payload.h"

static bool is_v6(const struct flow *f)
{
	return f->to.at.any.sa_family == AF_INET6;
}

static bool is_stream(const struct flow *f)
{
	enum attempt_kind kind = f->attempt->kind;

	return kind == ATTEMPT_TCP || kind == ATTEMPT_HTTP || kind == ATTEMPT_DNS_TCP ||
	       kind == ATTEMPT_TCP_LINK;
}

static void decide(struct flow *f, enum flow_state state, int err, int64_t now)
{
	f->state = state;
	f->err = err;
	f->decided = now;
}

static void finish(struct flow *f)
{
	f->over = true;
	f->fd = -1;
}

static void end(struct flow *f, enum flow_state state, int err, int64_t now)
{
	decide(f, state, err, now);
	finish(f);
}

/* The network said no, or we never got to ask: only the first may count as containment. */
static void end_refused(struct flow *f, int err, int64_t now)
{
	switch (err) {
	case EAFNOSUPPORT:
	case EAGAIN:
	case EINVAL:
	case EMFILE:
	case ENFILE:
	case ENOBUFS:
	case ENOMEM:
		end(f, FLOW_ERROR, err, now);
		break;
	case ETIMEDOUT:
		end(f, FLOW_TIMEOUT, err, now);
		break;
	default:
		end(f, FLOW_REFUSED, err, now);
	}
}

static int open_socket(const struct flow *f, int type, int protocol)
{
	return socket(f->to.at.any.sa_family, type | SOCK_NONBLOCK | SOCK_CLOEXEC, protocol);
}

/* Since Linux 5.7 neither option needs a privilege (net/core/sock.c, sock_bindtoindex). With both the kernel
 * takes a destination that no route leads to for one on the link (net/ipv4/route.c,
 * ip_route_output_key_hash_rcu), and a Linux neighbour answers ARP there for the addresses of all of its
 * devices (arp_ignore 0, the default). An older kernel says EPERM: then an agent cannot do it either. */
static int bind_to_link(int fd)
{
	int one = 1;

	return setsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, GUEST_DEVICE, sizeof(GUEST_DEVICE)) <
				       0 ||
			       setsockopt(fd, SOL_SOCKET, SO_DONTROUTE, &one, sizeof(one)) < 0
		       ? -1
		       : 0;
}

static bool is_link(const struct flow *f)
{
	return f->attempt->kind == ATTEMPT_TCP_LINK || f->attempt->kind == ATTEMPT_UDP_LINK;
}

/* The ping socket needs no privilege but net.ipv4.ping_group_range, whose default is nobody
 * (icmp(7)); the raw one needs CAP_NET_RAW. */
static int open_icmp(struct flow *f)
{
	int protocol = is_v6(f) ? IPPROTO_ICMPV6 : IPPROTO_ICMP;
	int fd = open_socket(f, SOCK_DGRAM, protocol);

	if (fd >= 0)
		return fd;
	f->raw = !is_v6(f);
	return open_socket(f, SOCK_RAW, protocol);
}

/* A local port where nobody listens can be picked for this very socket, which then is its own peer (TCP: a
 * simultaneous open, RFC 9293, 3.5). Nobody was reached. */
static bool is_own_peer(const struct flow *f)
{
	struct endpoint own = {.len = sizeof(own.at)}, peer = {.len = sizeof(peer.at)};

	return f->attempt->kind != ATTEMPT_ICMP && getsockname(f->fd, &own.at.any, &own.len) == 0 &&
	       getpeername(f->fd, &peer.at.any, &peer.len) == 0 && own.len == peer.len &&
	       memcmp(&own.at, &peer.at, own.len) == 0;
}

/* false: the flow is over. */
static bool send_payload(struct flow *f, int64_t now)
{
	uint8_t payload[PAYLOAD_MAX];
	size_t len = payload_build(f->attempt, is_v6(f), payload);
	ssize_t n;

	if (is_own_peer(f)) {
		end(f, FLOW_REFUSED, ECONNREFUSED, now);
		return false;
	}
	n = send(f->fd, payload, len, MSG_NOSIGNAL);
	if (n == (ssize_t)len)
		return true;
	if (n >= 0)
		end(f, FLOW_ERROR, EMSGSIZE, now);
	else if (is_stream(f))
		end(f, FLOW_RESET, errno, now);
	else
		end_refused(f, errno, now);
	return false;
}

/* musl 1.2.3 does not have it yet; ipv6(7), since Linux 4.15. */
#ifndef IPV6_FREEBIND
#define IPV6_FREEBIND 78
#endif

/* SO_REUSEADDR: a probe must not fail on the TIME_WAIT of the last one. IPV6_V6ONLY: [::] and
 * 0.0.0.0 can then be probed together. */
static void start_listener(struct flow *f, int64_t now)
{
	int one = 1, level = is_v6(f) ? IPPROTO_IPV6 : IPPROTO_IP;
	int freebind = is_v6(f) ? IPV6_FREEBIND : IP_FREEBIND;

	f->fd = open_socket(f, SOCK_STREAM, 0);
	if (f->fd < 0 || setsockopt(f->fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one)) < 0 ||
		setsockopt(f->fd, level, freebind, &one, sizeof(one)) < 0 ||
		(is_v6(f) && setsockopt(f->fd, level, IPV6_V6ONLY, &one, sizeof(one)) < 0) ||
		bind(f->fd, &f->to.at.any, f->to.len) < 0 || listen(f->fd, 16) < 0)
		end(f, FLOW_ERROR, errno, now);
	else
		decide(f, FLOW_LISTENING, 0, now);
}

void flow_start(struct flow *f, const struct attempt *a, const struct endpoint *to, int64_t now)
{
	*f = (struct flow){
		.attempt = a,
		.to = *to,
		.fd = -1,
		.start = now,
		.deadline = now + a->deadline_ms,
		.resend = INT64_MAX,
	};
	if (a->kind == ATTEMPT_LISTEN) {
		start_listener(f, now);
		return;
	}
	if (a->kind == ATTEMPT_ICMP)
		f->fd = open_icmp(f);
	else
		f->fd = open_socket(f, is_stream(f) ? SOCK_STREAM : SOCK_DGRAM, 0);
	if (f->fd < 0) {
		end(f, FLOW_ERROR, errno, now);
	} else if (is_link(f) && bind_to_link(f->fd) < 0) {
		end_refused(f, errno, now);
	} else if (connect(f->fd, &f->to.at.any, f->to.len) < 0) {
		if (errno == EINPROGRESS)
			f->connecting = true;
		else
			end_refused(f, errno, now);
	} else if (send_payload(f, now) && !is_stream(f)) {
		f->resend = now + GUEST_RESEND_MS;
	}
}

void flow_fail(struct flow *f, const struct attempt *a, int err, int64_t now)
{
	*f = (struct flow){.attempt = a, .start = now};
	end(f, FLOW_ERROR, err, now);
}

short flow_events(const struct flow *f)
{
	return f->connecting ? POLLOUT : POLLIN;
}

static void connected(struct flow *f, int64_t now)
{
	int err = 0;
	socklen_t len = sizeof(err);

	f->connecting = false;
	if (getsockopt(f->fd, SOL_SOCKET, SO_ERROR, &err, &len) < 0)
		err = errno;
	if (err)
		end_refused(f, err, now);
	else
		send_payload(f, now);
}

static void read_stream(struct flow *f, int64_t now)
{
	ssize_t n = recv(f->fd, f->data + f->len, sizeof(f->data) - f->len, 0);

	if (n > 0) {
		if (f->len == 0 && f->state == FLOW_WAITING)
			decide(f, FLOW_ANSWER, 0, now);
		f->len += (size_t)n;
		if (f->len == sizeof(f->data))
			finish(f);
	} else if (n == 0) {
		if (f->state == FLOW_WAITING)
			end(f, FLOW_CLOSED, 0, now);
		else
			finish(f);
	} else if (errno != EAGAIN && errno != EINTR) {
		/* What came before the trouble still counts as an answer. */
		if (f->state == FLOW_WAITING)
			end(f, FLOW_RESET, errno, now);
		else
			finish(f);
	}
}

static void read_datagram(struct flow *f, int64_t now)
{
	uint8_t buf[1500], *message = buf;
	ssize_t n = recv(f->fd, buf, sizeof(buf), 0);
	size_t len;

	if (n < 0) {
		if (errno != EAGAIN && errno != EINTR)
			end_refused(f, errno, now);
		return;
	}
	len = (size_t)n;
	if (f->attempt->kind == ATTEMPT_ICMP) {
		size_t header = f->raw && len > 0 ? (size_t)(buf[0] & 15) * 4 : 0;

		if (header > len)
			return;
		message += header;
		len -= header;
		if (!payload_is_reply(f->attempt, is_v6(f), message, len))
			return;
	}
	f->len = len < sizeof(f->data) ? len : sizeof(f->data);
	memcpy(f->data, message, f->len);
	end(f, FLOW_ANSWER, 0, now);
}

/* The first peer takes the listener's place in the poll set; those after it wait in the backlog. */
static void take_peer(struct flow *f, int64_t now)
{
	int peer = accept4(f->fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);

	if (peer >= 0) {
		decide(f, FLOW_ACCEPTED, 0, now);
		f->fd = peer;
	} else if (errno != EAGAIN && errno != EINTR && errno != ECONNABORTED) {
		end(f, FLOW_ERROR, errno, now);
	}
}

void flow_ready(struct flow *f, int64_t now)
{
	if (f->connecting)
		connected(f, now);
	else if (f->state == FLOW_LISTENING)
		take_peer(f, now);
	else if (f->state == FLOW_ACCEPTED || is_stream(f))
		read_stream(f, now);
	else
		read_datagram(f, now);
}

int64_t flow_tick(struct flow *f, int64_t now)
{
	if (f->state == FLOW_LISTENING)
		f->decided = now;
	if (f->attempt->kind == ATTEMPT_LISTEN)
		return f->state == FLOW_ERROR || now >= f->deadline ? INT64_MAX : f->deadline;
	if (!f->over && now >= f->deadline) {
		if (f->state == FLOW_ANSWER)
			finish(f);
		else if (is_stream(f) && !f->connecting)
			end(f, FLOW_OPEN, 0, now);
		else
			end(f, FLOW_TIMEOUT, 0, now);
	}
	if (!f->over && now >= f->resend) {
		f->resend = now + GUEST_RESEND_MS;
		send_payload(f, now);
	}
	if (f->over)
		return INT64_MAX;
	return f->resend < f->deadline ? f->resend : f->deadline;
}
