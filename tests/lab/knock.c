/* knock ALIAS FIRST LAST LOG: from inside a VM, connects to every port from FIRST to LAST of ALIAS, again and again,
 * asks "GET /", and appends what came back to LOG; RATE beside it has the number of attempts and the seconds so far.
 * For handover.sh; static, so that it runs in any image. */
#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { BATCH = 64, WAIT_MS = 400 };

static void ask(int fd, FILE *log)
{
	static const char request[] = "GET / HTTP/1.0\r\n\r\n";
	struct pollfd waiting = {fd, POLLIN, 0};
	char answer[512];
	ssize_t got;

	if (send(fd, request, sizeof(request) - 1, MSG_NOSIGNAL) < 0 ||
		poll(&waiting, 1, WAIT_MS) <= 0)
		return;
	got = recv(fd, answer, sizeof(answer), 0);
	if (got > 0) {
		fwrite(answer, 1, (size_t)got, log);
		fflush(log);
	}
}

static void batch(const char *alias, int first, int count, FILE *log)
{
	struct pollfd fds[BATCH];

	for (int i = 0; i < count; i++) {
		struct sockaddr_in to = {
			.sin_family = AF_INET, .sin_port = htons((uint16_t)(first + i))};

		inet_pton(AF_INET, alias, &to.sin_addr);
		fds[i] = (struct pollfd){socket(AF_INET, SOCK_STREAM, 0), POLLOUT, 0};
		fcntl(fds[i].fd, F_SETFL, O_NONBLOCK);
		(void)connect(fds[i].fd, (struct sockaddr *)&to, sizeof(to));
	}
	poll(fds, (nfds_t)count, WAIT_MS);
	for (int i = 0; i < count; i++) {
		int failure = 1;
		socklen_t len = sizeof(failure);

		poll(&fds[i], 1, 0);
		if ((fds[i].revents & POLLOUT) &&
			getsockopt(fds[i].fd, SOL_SOCKET, SO_ERROR, &failure, &len) == 0 &&
			failure == 0)
			ask(fds[i].fd, log);
		close(fds[i].fd);
	}
}

int main(int argc, char **argv)
{
	time_t begun = time(NULL);
	long attempts = 0;
	char rate[4096], fresh[4096];
	FILE *log;

	if (argc != 5 || (log = fopen(argv[4], "a")) == NULL)
		return 64;
	snprintf(rate, sizeof(rate), "%s.rate", argv[4]);
	snprintf(fresh, sizeof(fresh), "%s.new", argv[4]);
	for (;;) {
		int first = atoi(argv[2]), last = atoi(argv[3]);
		FILE *out;

		for (; first <= last; first += BATCH) {
			int count = last - first + 1 < BATCH ? last - first + 1 : BATCH;

			batch(argv[1], first, count, log);
			attempts += count;
		}
		out = fopen(fresh, "w");
		if (out != NULL) {
			fprintf(out, "%ld %ld\n", attempts, (long)(time(NULL) - begun));
			fclose(out);
			rename(fresh, rate);
		}
	}
}
