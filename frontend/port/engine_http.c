/* HTTP over a unix socket by libcurl. Nothing of the environment (proxy, netrc) may move a
 * request elsewhere, and nothing that the other side sends may make us wait, allocate or connect
 * more than was asked. */
#include "engine_http.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cancel.h"
#include "engine_curl.h"
#include "err.h"
#include "mem.h"
#include "outside.h"
#include "peer.h"

enum { CONNECT_MS = 5000 };

struct engine_http {
	const struct engine_curl *curl;
	CURL *easy; /* keeps the connection between requests */
	struct curl_slist *json_headers, *plain_headers;
	char *socket_path, *rule;
	char failure[CURL_ERROR_SIZE];
	int fd;        /* of the connection, -1 = none */
	bool stranger; /* who listens there is neither root nor this user, but: */
	uid_t peer;
	bool once;     /* the request makes something: it is sent a single time */
	unsigned sent; /* so many times */
};

/* What the callbacks of one exchange see. */
struct exchange {
	const struct engine_request *request;
	struct engine_answer *answer;
	bool head_done;
};

void engine_answer_clear(struct engine_answer *answer)
{
	buf_clear(&answer->body);
	*answer = (struct engine_answer)ENGINE_ANSWER_INIT;
}

/* libcurl makes its sockets inheritable. Children of ours are started with all descriptors above 2
 * closed anyway; this is for the fork of another library. (libcurl's own wake-up pair, which leads
 * nowhere, stays as it is.) */
static curl_socket_t open_socket(void *context, curlsocktype purpose, struct curl_sockaddr *address)
{
	struct engine_http *http = context;
	int fd = socket(address->family, address->socktype, address->protocol);

	(void)purpose;
	if (fd >= 0)
		fcntl(fd, F_SETFD, FD_CLOEXEC);
	http->fd = fd;
	return fd >= 0 ? fd : CURL_SOCKET_BAD;
}

static int close_socket(void *context, curl_socket_t fd)
{
	struct engine_http *http = context;

	if (fd == http->fd)
		http->fd = -1;
	return close(fd);
}

/* Between the connection and the first byte of each request: who listens there, by the very descriptor that
 * the request goes over. The path that was looked at before may lead elsewhere by now.
 *
 * libcurl repeats a request by itself when a connection that it had kept ends without an answer. What the engine was
 * asked to make it may have made by then, and it would say to the second that a thing of that name exists. */
static int look_at_peer(void *context, char *to, char *from, int to_port, int from_port)
{
	struct engine_http *http = context;

	(void)to, (void)from, (void)to_port, (void)from_port;
	http->peer = (uid_t)-1;
	if (http->once && http->sent++ > 0)
		return CURL_PREREQFUNC_ABORT;
	if (peer_uid(http->fd, &http->peer) == 0 && (http->peer == 0 || http->peer == geteuid()))
		return CURL_PREREQFUNC_OK;
	http->stranger = true;
	return CURL_PREREQFUNC_ABORT;
}

/* What an engine was asked to make, it makes, also when nobody waits for the answer any more: the undo would
 * have looked too early. So a POST comes to its end, unless the user insists or it makes nothing. */
static int on_progress(void *context, curl_off_t a, curl_off_t b, curl_off_t c, curl_off_t d)
{
	const struct engine_request *request = context;

	(void)a, (void)b, (void)c, (void)d;
	return cancel_asked() &&
	       (cancel_count() > 2 || request->may_stop || strcmp(request->method, "POST") != 0);
}

static size_t on_body(char *bytes, size_t size, size_t count, void *context)
{
	struct exchange *exchange = context;
	struct buf *body = &exchange->answer->body;
	size_t len = size * count;

	if (exchange->request->sink != NULL)
		return exchange->request->sink(exchange->request->sink_arg, bytes, len) == 0 ? len
											     : 0;
	if (buf_append(body, bytes, len) == 0)
		return len;
	if (exchange->request->keep == 0)
		return 0;
	exchange->answer->cut = true;
	buf_append(body, bytes, body->max - body->len);
	return 0; /* ends the transfer; the rest is not wanted */
}

static size_t on_header(char *bytes, size_t size, size_t count, void *context)
{
	static const char name[] = "Api-Version:";
	struct exchange *exchange = context;
	size_t len = size * count, out = 0;

	if (len > 0 && (bytes[0] == '\r' || bytes[0] == '\n'))
		exchange->head_done = true;
	if (len < sizeof(name) - 1 || strncasecmp(bytes, name, sizeof(name) - 1) != 0)
		return len;
	for (size_t i = sizeof(name) - 1; i < len && out < ENGINE_API_STRLEN - 1; i++)
		if ((bytes[i] >= '0' && bytes[i] <= '9') || bytes[i] == '.')
			exchange->answer->api[out++] = bytes[i];
	exchange->answer->api[out] = '\0';
	return len;
}

int engine_http_open(
	const char *socket_path, const char *rule, struct engine_http **ret, struct error *err)
{
	const struct engine_curl *curl = engine_curl_load(err);
	struct engine_http *http;

	if (curl == NULL)
		return -1;
	http = xcalloc(1, sizeof(*http));
	http->curl = curl;
	http->fd = -1;
	http->socket_path = xstrdup(socket_path);
	http->rule = xstrdup(rule);
	http->easy = curl->easy_init();
	/* An empty Expect: a large body is sent without asking first. */
	http->plain_headers = curl->slist_append(NULL, "Expect:");
	http->json_headers = curl->slist_append(NULL, "Expect:");
	if (http->json_headers != NULL)
		curl->slist_append(http->json_headers, "Content-Type: application/json");
	if (http->easy == NULL || http->plain_headers == NULL || http->json_headers == NULL) {
		engine_http_free(http);
		return err_set(err, EXIT_OS, "docker: libcurl cannot start");
	}
	*ret = http;
	return 0;
}

void engine_http_free(struct engine_http *http)
{
	if (http == NULL)
		return;
	if (http->easy != NULL)
		http->curl->easy_cleanup(http->easy);
	http->curl->slist_free_all(http->json_headers);
	http->curl->slist_free_all(http->plain_headers);
	free(http->socket_path);
	free(http->rule);
	free(http);
}

static int set_options(struct engine_http *http, const struct engine_request *request,
	const char *url, struct exchange *exchange)
{
	CURLcode (*set)(CURL *, CURLoption, ...) = http->curl->easy_setopt;
	CURL *easy = http->easy;
	bool post = strcmp(request->method, "POST") == 0;
	const char *body = request->body ? request->body : "";
	unsigned bad = 0;

	http->curl->easy_reset(easy); /* keeps the connection */
	bad |= set(easy, CURLOPT_UNIX_SOCKET_PATH, http->socket_path);
	bad |= set(easy, CURLOPT_URL, url);
	bad |= set(easy, CURLOPT_PATH_AS_IS, 1L);
#if LIBCURL_VERSION_NUM >= 0x075500
	bad |= set(easy, CURLOPT_PROTOCOLS_STR, "http");
#else
	bad |= set(easy, CURLOPT_PROTOCOLS, CURLPROTO_HTTP);
#endif
	bad |= set(easy, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
	bad |= set(easy, CURLOPT_PROXY, "");
	bad |= set(easy, CURLOPT_NOPROXY, "*");
	bad |= set(easy, CURLOPT_FOLLOWLOCATION, 0L);
	bad |= set(easy, CURLOPT_NOSIGNAL, 1L);
	bad |= set(easy, CURLOPT_CONNECTTIMEOUT_MS, (long)CONNECT_MS);
	bad |= set(easy, CURLOPT_TIMEOUT_MS, (long)request->deadline_ms);
	bad |= set(easy, CURLOPT_ERRORBUFFER, http->failure);
	bad |= set(easy, CURLOPT_OPENSOCKETFUNCTION, open_socket);
	bad |= set(easy, CURLOPT_OPENSOCKETDATA, http);
	bad |= set(easy, CURLOPT_CLOSESOCKETFUNCTION, close_socket);
	bad |= set(easy, CURLOPT_CLOSESOCKETDATA, http);
	bad |= set(easy, CURLOPT_PREREQFUNCTION, look_at_peer);
	bad |= set(easy, CURLOPT_PREREQDATA, http);
	bad |= set(easy, CURLOPT_NOPROGRESS, 0L);
	bad |= set(easy, CURLOPT_XFERINFOFUNCTION, on_progress);
	bad |= set(easy, CURLOPT_XFERINFODATA, request);
	bad |= set(easy, CURLOPT_WRITEFUNCTION, on_body);
	bad |= set(easy, CURLOPT_WRITEDATA, exchange);
	bad |= set(easy, CURLOPT_HEADERFUNCTION, on_header);
	bad |= set(easy, CURLOPT_HEADERDATA, exchange);
	if (post) {
		bad |= set(easy, CURLOPT_POSTFIELDS, body);
		bad |= set(easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)strlen(body));
	} else {
		bad |= set(easy, CURLOPT_CUSTOMREQUEST, request->method);
	}
	bad |= set(
		easy, CURLOPT_HTTPHEADER, request->body ? http->json_headers : http->plain_headers);
	return bad ? -1 : 0;
}

/* The request's own header line beside ours. The caller frees *RET. */
static int add_header(
	struct engine_http *http, const struct engine_request *request, struct curl_slist **ret)
{
	if (request->header == NULL)
		return 0;
	*ret = http->curl->slist_append(NULL, "Expect:");
	if (*ret == NULL || http->curl->slist_append(*ret, request->header) == NULL)
		return -1;
	return http->curl->easy_setopt(http->easy, CURLOPT_HTTPHEADER, *ret) == CURLE_OK ? 0 : -1;
}

/* Behind the socket is somebody who is neither root nor this user: no word was said to them. */
static int refuse_stranger(const struct engine_http *http, struct error *err)
{
	err_set(err, EXIT_REFUSED, "docker: a process of uid %u listens at %s",
		(unsigned)http->peer, http->socket_path);
	err_note(err, "why", "an engine is root's or your own; nothing was sent to this one (%s)",
		http->rule);
	return err_note(err, "next", "name the socket of your engine: --engine PATH");
}

/* Why connect(2) failed, in the words of someone who has to do something about it. */
static int unreachable(const struct engine_http *http, int failure, struct error *err)
{
	const struct group *group;
	struct stat st;

	err_set(err, EXIT_UNAVAILABLE, "docker: cannot reach the engine at %s: %s",
		http->socket_path, failure ? strerror(failure) : http->failure);
	switch (failure) {
	case EACCES:
	case EPERM:
		group = stat(http->socket_path, &st) == 0 ? getgrgid(st.st_gid) : NULL;
		err_note(err, "why", "only root and the members of the group %s may use it (%s)",
			group ? group->gr_name : "docker", http->rule);
		err_note(err, "next",
			"sudo usermod -aG %s \"$USER\", then log in again (that group is "
			"root-equivalent), or use a rootless engine",
			group && group->gr_gid != 0 ? group->gr_name : "docker");
		break;
	case ECONNREFUSED:
		err_note(err, "why", "the socket is there, but no engine is running behind it (%s)",
			http->rule);
		err_note(err, "next",
			"start the engine (systemctl start docker, or the desktop product)");
		break;
	default:
		err_note(err, "why", "the socket was chosen by: %s", http->rule);
		err_note(err, "next", "start the engine, or name its socket: --engine PATH");
		break;
	}
	return -1;
}

static int broken(struct engine_http *http, const struct engine_request *request, CURLcode code,
	const struct exchange *exchange, struct error *err)
{
	const char *method = request->method, *path = request->path;
	long failure = 0;

	if (http->stranger)
		return refuse_stranger(http, err);
	if (http->sent > 1)
		code = CURLE_GOT_NOTHING;
	switch (code) {
	case CURLE_COULDNT_CONNECT:
		http->curl->easy_getinfo(http->easy, CURLINFO_OS_ERRNO, &failure);
		return unreachable(http, (int)failure, err);
	case CURLE_ABORTED_BY_CALLBACK:
		return err_set(err, EXIT_SIGNAL_BASE + cancel_signal(), "docker: interrupted");
	case CURLE_OPERATION_TIMEDOUT:
		err_set(err, EXIT_DEADLINE, "docker: %s %s: no whole answer after %d.%d s", method,
			path, request->deadline_ms / 1000, request->deadline_ms % 1000 / 100);
		return err_note(err, "next", "docker info (does it answer?), then try again");
	case CURLE_WRITE_ERROR:
		if (exchange->answer->body.toobig)
			return err_set(err, EXIT_UNAVAILABLE,
				"docker: %s %s: the answer is larger than %d MiB", method, path,
				ENGINE_BODY_MAX >> 20);
		break;
	case CURLE_GOT_NOTHING:
		return err_set(err, EXIT_UNAVAILABLE,
			"docker: %s %s: the engine closed the connection without an answer", method,
			path);
	case CURLE_PARTIAL_FILE:
		return err_set(err, EXIT_UNAVAILABLE,
			"docker: %s %s: the answer ends in the middle", method, path);
	case CURLE_WEIRD_SERVER_REPLY:
	case CURLE_UNSUPPORTED_PROTOCOL:
		err_set(err, EXIT_UNAVAILABLE, "docker: %s %s: the answer is not HTTP", method,
			path);
		return err_note(err, "why", "whatever listens on %s is not an engine (%s)",
			http->socket_path, http->rule);
	default:
		break;
	}
	return err_set(err, EXIT_UNAVAILABLE, "docker: %s %s: %s", method, path,
		http->failure[0] ? http->failure : http->curl->easy_strerror(code));
}

int engine_http_send(struct engine_http *http, const struct engine_request *request,
	struct engine_answer *ret, struct error *err)
{
	cleanup_engine_answer struct engine_answer answer = ENGINE_ANSWER_INIT;
	cleanup_free char *url = xasprintf("http://docker%s", request->path);
	struct exchange exchange = {request, &answer, false};
	struct curl_slist *headers = NULL;
	long status = 0;
	CURLcode code;

	if (cancel_asked())
		return err_set(err, EXIT_SIGNAL_BASE + cancel_signal(), "docker: interrupted");
	buf_init(&answer.body, request->keep ? request->keep : ENGINE_BODY_MAX);
	if (set_options(http, request, url, &exchange) != 0 ||
		add_header(http, request, &headers) != 0)
		return err_set(err, EXIT_UNAVAILABLE, "docker: this libcurl is too old");
	http->failure[0] = '\0';
	http->stranger = false;
	http->once = strcmp(request->method, "POST") == 0;
	http->sent = 0;
	outside_enter();
	code = http->curl->easy_perform(http->easy);
	outside_leave();
	http->curl->slist_free_all(headers);
	if (code != CURLE_OK && !answer.cut)
		return broken(http, request, code, &exchange, err);
	/* To libcurl a connection that is closed within the headers is a short answer. */
	if (!exchange.head_done)
		return broken(http, request, CURLE_PARTIAL_FILE, &exchange, err);
	http->curl->easy_getinfo(http->easy, CURLINFO_RESPONSE_CODE, &status);
	/* None at all: libcurl takes a head like "HTTP/21.1 200" for one without, and any number behind "HTTP/2". */
	if (status < 200 || status > 999)
		return broken(http, request, CURLE_WEIRD_SERVER_REPLY, &exchange, err);
	if (status >= 300 && status < 400 && status != 304) {
		err_set(err, EXIT_UNAVAILABLE,
			"docker: %s %s: a redirect (%ld), which no engine sends", request->method,
			request->path, status);
		return err_note(err, "why", "whatever listens on %s is not an engine (%s)",
			http->socket_path, http->rule);
	}
	answer.status = (int)status;
	*ret = answer;
	answer = (struct engine_answer)ENGINE_ANSWER_INIT;
	return 0;
}
