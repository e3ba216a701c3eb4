/* What a container has written and goes on to write (GET /containers/ID/logs of the Docker Engine API), without a
 * limit. For its end as one text, see engine_container_logs. */
#ifndef PORT_ENGINE_LOGS_H
#define PORT_ENGINE_LOGS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct error;

struct engine_logs_wish {
	bool follow;   /* until the container ends */
	int64_t tail;  /* that many last lines; -1 = all */
	int64_t since; /* milliseconds since 1970 */
};

/* A stream being read. In 8 bytes before each piece stand its stream and length, unless the container has a
 * terminal. */
struct engine_logs {
	int fd; /* polls readable */
	bool tty;
	unsigned char head[8];
	size_t head_len;
	uint32_t left; /* of the piece at hand */
	int stream;    /* 1 stdout, 2 stderr */
};

#define ENGINE_LOGS_INIT                            \
	{                                           \
		.fd = -1, .tty = false, .stream = 1 \
	}
#define cleanup_engine_logs __attribute__((cleanup(engine_logs_clear)))

/* ID as the engine gave it; TTY as Config.Tty says. */
int engine_logs_open(const char *socket, const char *id, bool tty,
	const struct engine_logs_wish *wish, struct engine_logs *ret, struct error *err);

/* Reads once and hands on what is the container's. Blocks unless fd polled readable. Returns 1, 0 at the end, -1 when
 * the engine goes away or sends what is no log. TAKE returns -1 to end it, with *err untouched. */
int engine_logs_read(struct engine_logs *logs,
	int (*take)(void *arg, int stream, const char *bytes, size_t len), void *arg,
	struct error *err);

void engine_logs_clear(struct engine_logs *logs);

#endif
