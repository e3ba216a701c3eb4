/* Asking a proxy. No library: what matters is the status line alone, and a proxy of any quality must not be
 * able to do more than not to answer. */
#include "proxy_ask.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "cancel.h"
#include "clock.h"
#include "mem.h"

enum {
	OPEN_MAX = 64,   /* that a few hang does not keep the others waiting */
	FRESH_MAX = 8,   /* below the shortest backlog: to overflow one costs a second */
	FRESH_MS = 200,  /* after that one counts as hanging */
	STATUS_LEN = 12, /* "HTTP/1.1 200" */
	POLL_MS = 20,
};

struct talk {
	int fd; /* -1 = free */
	int64_t since;
	struct proxy_ask *ask;
	bool sent;
	char bytes[STATUS_LEN + 1];
	size_t got;
};

/* "Basic" credentials of RFC 7617. */
static char *credentials(const char *user, const char *password)
{
	static const char digit[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	cleanup_secret char *plain = xasprintf("%s:%s", user, password);
	size_t len = strlen(plain);
	char *text = xcalloc(len / 3 * 4 + 5, 1), *to = text;

	for (size_t i = 0; i < len; i += 3) {
		size_t rest = len - i;
		unsigned bits = (unsigned char)plain[i] * 65536u;

		bits += rest > 1 ? (unsigned char)plain[i + 1] * 256u : 0;
		bits += rest > 2 ? (unsigned char)plain[i + 2] : 0;
		*to++ = digit[bits >> 18 & 63];
		*to++ = digit[bits >> 12 & 63];
		*to++ = rest > 1 ? digit[bits >> 6 & 63] : '=';
		*to++ = rest > 2 ? digit[bits & 63] : '=';
	}
	return text;
}

static int dial(const struct sockaddr_in *proxy)
{
	cleanup_fd int fd = socket(AF_INET, SOCK_STREAM, 0);

	if (fd < 0)
		return -1;
	fcntl(fd, F_SETFD, FD_CLOEXEC);
	fcntl(fd, F_SETFL, O_NONBLOCK);
	if (connect(fd, (const struct sockaddr *)proxy, sizeof(*proxy)) != 0 &&
		errno != EINPROGRESS)
		return -1;
	return steal_fd(&fd);
}

/* A request is less than a new socket takes: what does not go at once never goes. */
static bool send_request(struct talk *talk, const char *secret)
{
	const struct proxy_ask *ask = talk->ask;
	cleanup_secret char *text =
		ask->connect
			? xasprintf("CONNECT %s HTTP/1.1\r\nHost: %s\r\n"
				    "Proxy-Authorization: Basic %s\r\n\r\n",
				  ask->target, ask->target, secret)
			: xasprintf("GET http://%s/%s HTTP/1.1\r\nHost: %s\r\n"
				    "Proxy-Authorization: Basic %s\r\nConnection: close\r\n\r\n",
				  ask->target, ask->nonce, ask->target, secret);
	size_t len = strlen(text);

	talk->sent = send(talk->fd, text, len, MSG_NOSIGNAL) == (ssize_t)len;
	return talk->sent;
}

/* Returns false when the talk is over. */
static bool hear(struct talk *talk)
{
	ssize_t got = recv(talk->fd, talk->bytes + talk->got, STATUS_LEN - talk->got, 0);
	int status = 0;

	if (got < 0 && (errno == EAGAIN || errno == EINTR))
		return true;
	if (got <= 0)
		return false;
	talk->got += (size_t)got;
	if (talk->got < STATUS_LEN)
		return true;
	if (sscanf(talk->bytes, "HTTP/%*1u.%*1u %3d", &status) == 1 && status >= 100)
		talk->ask->status = status;
	if (talk->ask->connect && status >= 200 && status < 300)
		(void)send(talk->fd, talk->ask->nonce, strlen(talk->ask->nonce), MSG_NOSIGNAL);
	return false;
}

/* One round of poll over COUNT talks; returns how many go on. */
static size_t serve(struct talk *talks, size_t count, const char *secret)
{
	struct pollfd fds[OPEN_MAX];
	size_t going = 0;

	for (size_t i = 0; i < count; i++)
		fds[i] = (struct pollfd){talks[i].fd, talks[i].sent ? POLLIN : POLLOUT, 0};
	if (poll(fds, count, POLL_MS) < 0)
		return count;
	for (size_t i = 0; i < count; i++) {
		if (talks[i].fd < 0)
			continue;
		if (fds[i].revents != 0 &&
			!(talks[i].sent ? hear(&talks[i]) : send_request(&talks[i], secret)))
			mem_cleanup_fd(&talks[i].fd);
		going += talks[i].fd >= 0;
	}
	return going;
}

/* Begins what may begin now of the COUNT requests of which *NEXT is the next. */
static void begin(struct talk *talks, const struct sockaddr_in *proxy, struct proxy_ask *asks,
	size_t count, size_t *next)
{
	int64_t now = clock_ms();
	size_t fresh = 0;

	for (size_t i = 0; i < OPEN_MAX; i++)
		fresh += talks[i].fd >= 0 && now - talks[i].since < FRESH_MS;
	for (size_t i = 0; i < OPEN_MAX && *next < count && fresh < FRESH_MAX; i++) {
		if (talks[i].fd >= 0)
			continue;
		talks[i] = (struct talk){.fd = dial(proxy), .since = now, .ask = &asks[*next]};
		++*next;
		fresh++;
	}
}

void proxy_ask_all(const char *address, uint16_t port, const char *user, const char *password,
	struct proxy_ask *asks, size_t count, int deadline_ms)
{
	struct sockaddr_in proxy = {.sin_family = AF_INET, .sin_port = htons(port)};
	cleanup_secret char *secret = credentials(user, password);
	struct talk talks[OPEN_MAX];
	int64_t end = clock_ms() + deadline_ms;
	size_t next = 0, going = 1;

	for (size_t i = 0; i < count; i++)
		asks[i].status = 0;
	for (size_t i = 0; i < OPEN_MAX; i++)
		talks[i] = (struct talk){.fd = -1};
	if (inet_pton(AF_INET, address, &proxy.sin_addr) != 1)
		return;
	while ((next < count || going > 0) && clock_ms() < end && !cancel_asked()) {
		begin(talks, &proxy, asks, count, &next);
		going = serve(talks, OPEN_MAX, secret);
	}
	for (size_t i = 0; i < OPEN_MAX; i++)
		mem_cleanup_fd(&talks[i].fd);
}
