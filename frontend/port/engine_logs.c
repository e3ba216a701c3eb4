/* Container logs as a stream. */
#include "engine_logs.h"

#include <errno.h>
#include <unistd.h>

#include "engine_stream.h"
#include "err.h"
#include "mem.h"

int engine_logs_open(const char *socket, const char *id, bool tty,
	const struct engine_logs_wish *wish, struct engine_logs *ret, struct error *err)
{
	cleanup_free char *tail =
		wish->tail < 0 ? xstrdup("all") : xasprintf("%lld", (long long)wish->tail);
	/* Nanoseconds are a fraction of nine digits to the engine. */
	cleanup_free char *path = xasprintf(
		"/containers/%s/logs?stdout=1&stderr=1&follow=%d&tail=%s&since=%lld.%03d000000", id,
		wish->follow, tail, (long long)wish->since / 1000, (int)(wish->since % 1000));
	uid_t uid;

	*ret = (struct engine_logs)ENGINE_LOGS_INIT;
	ret->tty = tty;
	return engine_stream_open(socket, path, "the container's log", &ret->fd, &uid, err);
}

/* What BYTES add to the header of a piece; how many of them. -1: it is none. */
static int take_head(struct engine_logs *logs, const char *bytes, size_t len)
{
	size_t used = 0;

	while (logs->head_len < sizeof(logs->head) && used < len)
		logs->head[logs->head_len++] = (unsigned char)bytes[used++];
	if (logs->head_len < sizeof(logs->head))
		return (int)used;
	if (logs->head[0] > 2 || logs->head[1] || logs->head[2] || logs->head[3])
		return -1;
	logs->stream = logs->head[0] == 2 ? 2 : 1;
	logs->left = (uint32_t)logs->head[4] << 24 | (uint32_t)logs->head[5] << 16 |
		     (uint32_t)logs->head[6] << 8 | logs->head[7];
	logs->head_len = 0;
	return (int)used;
}

int engine_logs_read(struct engine_logs *logs,
	int (*take)(void *arg, int stream, const char *bytes, size_t len), void *arg,
	struct error *err)
{
	char chunk[16384];
	ssize_t got = read(logs->fd, chunk, sizeof(chunk));
	size_t at = 0;

	if (got < 0)
		return errno == EINTR || errno == EAGAIN
			       ? 1
			       : err_errno(err, EXIT_UNAVAILABLE, "docker: read the log");
	if (got == 0)
		return logs->left == 0 && logs->head_len == 0
			       ? 0
			       : err_set(err, EXIT_UNAVAILABLE,
					 "docker: the log ends in the middle of a piece");
	while (at < (size_t)got) {
		size_t len = (size_t)got - at;

		if (!logs->tty && logs->left == 0) {
			int used = take_head(logs, chunk + at, len);

			if (used < 0)
				return err_set(err, EXIT_UNAVAILABLE,
					"docker: what the engine sends is no log");
			at += (size_t)used;
			continue;
		}
		if (!logs->tty && len > logs->left)
			len = logs->left;
		if (take(arg, logs->stream, chunk + at, len) != 0)
			return -1;
		at += len;
		logs->left -= logs->tty ? 0 : (uint32_t)len;
	}
	return 1;
}

void engine_logs_clear(struct engine_logs *logs)
{
	mem_cleanup_fd(&logs->fd);
}
