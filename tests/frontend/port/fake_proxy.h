/* A proxy for tests: one thread, many clients, each answered by what a function makes of its request. */
#ifndef TESTS_FAKE_PROXY_H
#define TESTS_FAKE_PROXY_H

#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { FAKE_CLIENTS = 512 };

struct fake_proxy {
	/* The answer to REQUEST, or NULL to say nothing; "" closes. */
	const char *(*answer)(const char *request);
	int fd;
	uint16_t port;
	atomic_bool stop;
	atomic_int served;
	pthread_t thread;
};

static void fake_proxy_serve(struct fake_proxy *proxy, int fd)
{
	char request[1024];
	ssize_t got = recv(fd, request, sizeof(request) - 1, 0);
	const char *answer;

	if (got <= 0)
		return;
	request[got] = '\0';
	answer = proxy->answer(request);
	if (answer != NULL) {
		proxy->served++;
		/* In two pieces: a status line may come so. */
		send(fd, answer, strlen(answer) / 2, MSG_NOSIGNAL);
		usleep(500);
		send(fd, answer + strlen(answer) / 2, strlen(answer) - strlen(answer) / 2,
			MSG_NOSIGNAL);
		shutdown(fd, SHUT_WR);
	}
}

static void *fake_proxy_main(void *arg)
{
	struct fake_proxy *proxy = arg;
	struct pollfd fds[FAKE_CLIENTS] = {{proxy->fd, POLLIN, 0}};
	size_t count = 1;

	while (!atomic_load(&proxy->stop)) {
		if (poll(fds, count, 20) <= 0)
			continue;
		for (size_t i = 1; i < count; i++) {
			if (fds[i].revents == 0)
				continue;
			fake_proxy_serve(proxy, fds[i].fd);
			fds[i].events = 0; /* kept open: it is the client that ends */
			if (fds[i].revents & (POLLHUP | POLLERR))
				fds[i].fd = -1;
		}
		if (fds[0].revents != 0 && count < FAKE_CLIENTS)
			fds[count++] = (struct pollfd){accept(proxy->fd, NULL, NULL), POLLIN, 0};
	}
	for (size_t i = 0; i < count; i++)
		close(fds[i].fd);
	return NULL;
}

static void fake_proxy_start(struct fake_proxy *proxy, const char *(*answer)(const char *request))
{
	struct sockaddr_in sin = {.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};
	socklen_t len = sizeof(sin);

	proxy->answer = answer;
	proxy->fd = socket(AF_INET, SOCK_STREAM, 0);
	atomic_store(&proxy->stop, false);
	atomic_store(&proxy->served, 0);
	if (bind(proxy->fd, (struct sockaddr *)&sin, len) != 0 || listen(proxy->fd, 128) != 0 ||
		getsockname(proxy->fd, (struct sockaddr *)&sin, &len) != 0 ||
		pthread_create(&proxy->thread, NULL, fake_proxy_main, proxy) != 0)
		abort();
	proxy->port = ntohs(sin.sin_port);
}

static void fake_proxy_stop(struct fake_proxy *proxy)
{
	atomic_store(&proxy->stop, true);
	pthread_join(proxy->thread, NULL);
}

#endif
