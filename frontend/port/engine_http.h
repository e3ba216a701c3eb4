/* One kept-alive HTTP/1.1 connection to a unix socket: a request in, a whole answer or an error
 * out. */
#ifndef PORT_ENGINE_HTTP_H
#define PORT_ENGINE_HTTP_H

#include <stdbool.h>
#include <stddef.h>

#include "buf.h"

struct engine_http;
struct error;

enum {
	ENGINE_BODY_MAX = 16 << 20, /* bytes of one answer */
	ENGINE_API_STRLEN = 16,
};

struct engine_request {
	const char *method;
	const char *path;   /* from the first slash, already escaped */
	const char *body;   /* JSON text; NULL = none */
	int deadline_ms;    /* for the whole exchange */
	size_t keep;        /* 0: more than ENGINE_BODY_MAX is an error; else keep so much */
	const char *header; /* one more header line, or NULL */
	bool may_stop; /* a POST that a cancel ends: the engine gives up what its caller hung up on */
	/* Takes the body as it comes, however long, in place of the answer's body; -1 ends the exchange. */
	int (*sink)(void *arg, const char *bytes, size_t len);
	void *sink_arg;
};

struct engine_answer {
	int status;
	struct buf body;
	char api[ENGINE_API_STRLEN]; /* of the Api-Version header; "" = none */
	bool cut;                    /* body was longer than keep */
};

#define ENGINE_ANSWER_INIT                \
	{                                 \
		0, BUF_INIT(0), "", false \
	}
#define cleanup_engine_answer __attribute__((cleanup(engine_answer_clear)))

void engine_answer_clear(struct engine_answer *answer);

/* Makes ready; nothing is sent yet. RULE tells in messages why this socket was chosen. */
int engine_http_open(
	const char *socket_path, const char *rule, struct engine_http **ret, struct error *err);

/* NULL is fine. */
void engine_http_free(struct engine_http *http);

/* Sends one request, a POST never a second time, and reads the whole answer, whatever its status; redirects are
 * never followed and are an error. -1: no whole answer, and what was asked may or may not have
 * happened. EXIT_UNAVAILABLE: unreachable, closed early, not HTTP, too big; EXIT_DEADLINE; 128 +
 * signal when the user cancelled. */
int engine_http_send(struct engine_http *http, const struct engine_request *request,
	struct engine_answer *ret, struct error *err);

#endif
