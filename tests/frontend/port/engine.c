/* The engine's API against a scripted engine on a unix socket: every way an answer can be bad,
 * and the words in which engines of other versions refuse. */
#include "engine.h"

#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cancel.h"
#include "clock.h"
#include "engine_call.h"
#include "engine_container.h"
#include "engine_image.h"
#include "engine_network.h"
#include "engine_socket.h"
#include "err.h"
#include "fs.h"
#include "mem.h"
#include "tap.h"

#define PING "HTTP/1.1 200 OK\r\nApi-Version: 1.41\r\nContent-Length: 2\r\n\r\nOK"
#define PING_API(v) "HTTP/1.1 200 OK\r\nApi-Version: " v "\r\nContent-Length: 2\r\n\r\nOK"
#define ID "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

/* One scripted answer. NULL bytes with a status: BODY as JSON. */
struct reply {
	const char *bytes;
	int status;
	const char *body;
	size_t len;    /* of bytes, 0 = strlen */
	bool silent;   /* no bytes */
	size_t filler; /* as many spaces after it */
	int delay_ms;  /* before it */
	bool close;    /* after it */
};

static char folder[] = "/tmp/bottle-engine.XXXXXX";
static char socket_path[64], log_path[64];
static pid_t server;

/* Reads one request (head and body) into REQUEST. False when the client is gone. */
static bool read_request(int fd, char *request, size_t size)
{
	size_t len = 0, head = 0, body = 0;

	for (;;) {
		ssize_t got = len < size - 1 ? read(fd, request + len, size - 1 - len) : 0;
		const char *end, *length;

		if (got <= 0)
			return false;
		len += (size_t)got;
		request[len] = '\0';
		end = strstr(request, "\r\n\r\n");
		if (end == NULL)
			continue;
		head = (size_t)(end - request) + 4;
		length = strcasestr(request, "Content-Length:");
		body = length && length < end ? strtoul(length + 15, NULL, 10) : 0;
		if (len >= head + body)
			return true;
	}
}

static bool write_all(int fd, const char *bytes, size_t len)
{
	while (len > 0) {
		ssize_t put = write(fd, bytes, len);

		if (put <= 0)
			return false;
		bytes += put;
		len -= (size_t)put;
	}
	return true;
}

static bool answer(int fd, const struct reply *reply)
{
	static char filler[65536];
	cleanup_free char *json = NULL;
	const char *bytes = reply->bytes;
	size_t left = reply->filler;

	if (bytes == NULL) {
		json = xasprintf(
			"HTTP/1.1 %d X\r\nContent-Type: application/json\r\nContent-Length: %zu"
			"\r\n\r\n%s",
			reply->status, strlen(reply->body), reply->body);
		bytes = json;
	}
	clock_sleep_ms(reply->delay_ms);
	if (reply->silent)
		return !reply->close;
	if (!write_all(fd, bytes, reply->len ? reply->len : strlen(bytes)))
		return false;
	memset(filler, ' ', sizeof(filler));
	while (left > 0) {
		size_t part = left < sizeof(filler) ? left : sizeof(filler);

		if (!write_all(fd, filler, part))
			return false;
		left -= part;
	}
	return !reply->close;
}

static void serve(int listener, const struct reply *replies, size_t count)
	__attribute__((noreturn));

static void serve(int listener, const struct reply *replies, size_t count)
{
	static char request[65536];
	cleanup_error struct error err = ERROR_INIT;
	size_t next = 0;

	signal(SIGPIPE, SIG_IGN);
	alarm(60);
	for (;;) {
		int fd = accept(listener, NULL, NULL);
		bool open = fd >= 0;

		while (open && read_request(fd, request, sizeof(request))) {
			fs_append(log_path, request, strlen(request), &err);
			if (next == count)
				break;
			open = answer(fd, &replies[next++]);
		}
		close(fd);
	}
}

static void stop(void)
{
	if (server > 0) {
		kill(server, SIGKILL);
		waitpid(server, NULL, 0);
	}
	server = 0;
	unlink(socket_path);
	unlink(log_path);
}

static int listen_at(const char *path, int backlog)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);

	snprintf(address.sun_path, sizeof(address.sun_path), "%s", path);
	if (bind(fd, (struct sockaddr *)&address, sizeof(address)) != 0 ||
		(backlog > 0 && listen(fd, backlog) != 0))
		exit(EXIT_OS);
	return fd;
}

/* Starts an engine that gives these answers in turn, one to a request. */
static void start(const struct reply *replies, size_t count)
{
	int fd;

	stop();
	fd = listen_at(socket_path, 8);
	server = fork();
	if (server == 0)
		serve(fd, replies, count);
	close(fd);
}

#define START(...)                                 \
	start((const struct reply[]){__VA_ARGS__}, \
		sizeof((const struct reply[]){__VA_ARGS__}) / sizeof(struct reply))

/* All requests so far. */
static char *requests(void)
{
	cleanup_error struct error err = ERROR_INIT;
	struct buf text = BUF_INIT(1 << 20);

	fs_read(log_path, &text, &err);
	return buf_steal(&text);
}

static bool requested(const char *text)
{
	cleanup_free char *all = requests();
	bool found = strstr(all, text) != NULL;

	if (!found)
		printf("# not in: %s\n", all);
	return found;
}

static struct engine *try_open(struct error *err)
{
	struct engine_socket socket = {socket_path, (char *)"the test"};
	struct engine *engine = NULL;

	engine_open(&socket, &engine, err);
	return engine;
}

/* Opens the scripted engine; its script begins with PING. */
static struct engine *opened(void)
{
	struct error err = ERROR_INIT;
	struct engine *engine = try_open(&err);

	if (engine == NULL) {
		err_print(&err, stdout);
		exit(EXIT_BAD);
	}
	return engine;
}

/* FAILS with exit CODE and a message that contains TEXT. */
static void is_error(
	int result, const struct error *err, int code, const char *text, const char *name)
{
	bool pass = result != 0 && err->message != NULL && err->code == (enum exit_code)code &&
		    strstr(err->message, text) != NULL;

	ok(pass, "%s", name);
	if (!pass)
		printf("#   got: %d, exit %d, %s\n#  want: exit %d, %s\n", result, (int)err->code,
			err->message ? err->message : "(no message)", code, text);
}

static void test_open(void)
{
	cleanup_error struct error err = ERROR_INIT;
	const struct engine_info *info = NULL;
	struct engine *engine;
	int fd;

	stop();
	engine = try_open(&err);
	is_error(!engine, &err, EXIT_UNAVAILABLE, "No such file", "open: no socket is unreachable");
	is_str(err_find_note(&err, "next"), "start the engine, or name its socket: --engine PATH",
		"open: ... and says what to do");

	fd = listen_at(socket_path, 0);
	close(fd);
	engine = try_open(&err);
	is_error(!engine, &err, EXIT_UNAVAILABLE, "Connection refused",
		"open: a dead socket is unreachable");
	ok(err_find_note(&err, "why") && strstr(err_find_note(&err, "why"), "no engine is running"),
		"open: ... and says that no engine runs behind it");
	if (geteuid() == 0)
		skip("open: a socket of another group names the group",
			"root may use every socket");
	else {
		chmod(socket_path, 0);
		engine = try_open(&err);
		is_error(!engine, &err, EXIT_UNAVAILABLE, "Permission denied",
			"open: a socket of another group names the group");
	}

	START({.bytes = PING_API("1.39")});
	engine = try_open(&err);
	is_error(!engine, &err, EXIT_UNAVAILABLE, "speaks API 1.39, this program 1.40 to",
		"open: refuses an engine older than API 1.40");

	START({.bytes = PING_API("1.60")}, {.status = 200, .body = "[]"});
	engine = opened();
	is_int(engine_api_minor(engine), 51, "open: speaks no newer API than it knows");
	engine_free(engine);

	START({.bytes = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nOK"});
	engine = try_open(&err);
	is_error(!engine, &err, EXIT_UNAVAILABLE, "is not an engine",
		"open: refuses a server that is no engine");

	START({.bytes = "HTTP/1.1 500 X\r\nApi-Version: 1.41\r\nContent-Length: 3\r\n\r\nbad"});
	engine = try_open(&err);
	is_error(!engine, &err, EXIT_UNAVAILABLE, "HTTP 500 to a ping",
		"open: refuses an engine that is not well");

	START({.bytes = "SSH-2.0-OpenSSH_9.2\r\n", .close = true});
	engine = try_open(&err);
	is_error(!engine, &err, EXIT_UNAVAILABLE, "is not HTTP", "open: tells what is not HTTP");
	START({.bytes = "HTTP/21.1 200 OK\r\nApi-Version: 1.41\r\n\r\nOK", .close = true});
	engine = try_open(&err);
	is_error(!engine, &err, EXIT_UNAVAILABLE, "is not HTTP",
		"open: nor is an answer without a status");

	setenv("http_proxy", "http://127.0.0.1:9", 1);
	setenv("ALL_PROXY", "socks5://127.0.0.1:9", 1);
	START({.bytes = PING},
		{.status = 200,
			.body = "{\"Version\": \"4.9.3\", \"Os\": \"linux\", \"Arch\": \"arm64\","
				"\"Components\": [{\"Name\": \"Podman Engine\"}]}"});
	engine = opened();
	is_int(engine_ask_info(engine, &info, &err), 0,
		"open: no proxy of the environment is used");
	is_str(info->version, "4.9.3", "info: the version");
	is_str(info->product, "Podman Engine", "info: the product by its component");
	is_str(info->arch, "arm64", "info: the architecture");
	is_int(engine_ask_info(engine, &info, &err), 0, "info: asked once only");
	ok(requested("GET /v1.41/version"), "info: by the agreed version");
	unsetenv("http_proxy");
	unsetenv("ALL_PROXY");
	engine_free(engine);
	engine_free(NULL);
	ok(true, "free accepts NULL");
}

/* What a list of containers says when the one answer to it is REPLY. */
static void list_fails(const char *name, struct reply reply, int code, const char *text)
{
	cleanup_error struct error err = ERROR_INIT;
	cleanup_engine_containers struct engine_containers list = ENGINE_CONTAINERS_INIT;
	struct engine *engine;

	START({.bytes = PING}, reply);
	engine = opened();
	is_error(engine_container_list(engine, NULL, NULL, &list, &err), &err, code, text, name);
	engine_free(engine);
}

static void test_bad_answers(void)
{
	list_fails("answer: truncated body",
		(struct reply){
			.bytes = "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n[]", .close = true},
		EXIT_UNAVAILABLE, "ends in the middle");
	list_fails("answer: truncated in the headers",
		(struct reply){.bytes = "HTTP/1.1 200 OK\r\nContent-Le", .close = true},
		EXIT_UNAVAILABLE, "ends in the middle");
	list_fails("answer: truncated chunk",
		(struct reply){
			.bytes = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nff\r\n[",
			.close = true},
		EXIT_UNAVAILABLE, "containers/json");
	list_fails("answer: nonsense for a chunk's length",
		(struct reply){
			.bytes = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n[]"},
		EXIT_UNAVAILABLE, "containers/json");
	list_fails("answer: the connection is closed without one",
		(struct reply){.bytes = "HTTP", .len = 0, .close = true}, EXIT_UNAVAILABLE,
		"containers/json");
	list_fails("answer: malformed JSON", (struct reply){.status = 200, .body = "[{\"Id\": "},
		EXIT_UNAVAILABLE, "not valid JSON");
	list_fails("answer: JSON with something after it",
		(struct reply){.status = 200, .body = "[] []"}, EXIT_UNAVAILABLE, "not valid JSON");
	list_fails("answer: JSON of another shape", (struct reply){.status = 200, .body = "{}"},
		EXIT_UNAVAILABLE, "not as its API says");
	list_fails("answer: empty where a list belongs", (struct reply){.status = 200, .body = ""},
		EXIT_UNAVAILABLE, "not as its API says");
	list_fails("answer: an id that cannot stand in a path",
		(struct reply){.status = 200, .body = "[{\"Id\": \"../../x\"}]"}, EXIT_UNAVAILABLE,
		"not as its API says");
	list_fails("answer: 500 with the engine's message",
		(struct reply){.status = 500, .body = "{\"message\": \"no space left\"}"},
		EXIT_UNAVAILABLE, "list the containers: no space left");
	list_fails("answer: 500 in plain text",
		(struct reply){.bytes = "HTTP/1.1 500 X\r\nContent-Length: 9\r\n\r\nbackend\r\n"},
		EXIT_UNAVAILABLE, "list the containers: backend");
	list_fails("answer: 500 without a word",
		(struct reply){.bytes = "HTTP/1.1 500 X\r\nContent-Length: 0\r\n\r\n"},
		EXIT_UNAVAILABLE, "HTTP status 500");
	list_fails("answer: a redirect is not followed",
		(struct reply){
			.bytes =
				"HTTP/1.1 301 X\r\nLocation: http://192.0.2.1/\r\nContent-Length: 0"
				"\r\n\r\n"},
		EXIT_UNAVAILABLE, "a redirect (301)");
	list_fails("answer: a status of more than three digits",
		(struct reply){.bytes = "HTTP/2 2000 X\r\nContent-Length: 2\r\n\r\n[]"},
		EXIT_UNAVAILABLE, "is not HTTP");
	list_fails("answer: larger than the cap",
		(struct reply){.bytes = "HTTP/1.1 200 OK\r\nContent-Length: 17000000\r\n\r\n",
			.filler = 17000000},
		EXIT_UNAVAILABLE, "larger than 16 MiB");
	list_fails("answer: larger than the cap, without a length",
		(struct reply){
			.bytes = "HTTP/1.1 200 OK\r\n\r\n", .filler = 17000000, .close = true},
		EXIT_UNAVAILABLE, "larger than 16 MiB");
}

static void test_good_answers(void)
{
	cleanup_error struct error err = ERROR_INIT;
	cleanup_engine_containers struct engine_containers list = ENGINE_CONTAINERS_INIT;
	struct engine *engine;

	START({.bytes = PING},
		{.bytes = "HTTP/1.1 200 OK\r\nTransfer-Encoding: "
			  "chunked\r\n\r\n1\r\n[\r\n1\r\n]\r\n0\r\n\r\n"},
		{.bytes = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n[]", .close = true},
		{.status = 200, .body = "[]"});
	engine = opened();
	is_int(engine_container_list(engine, NULL, NULL, &list, &err), 0, "answer: chunked");
	engine_containers_clear(&list);
	is_int(engine_container_list(engine, NULL, NULL, &list, &err), 0,
		"answer: on the same connection");
	engine_containers_clear(&list);
	is_int(engine_container_list(engine, NULL, NULL, &list, &err), 0,
		"answer: on a new one after the engine closed it");
	engine_free(engine);
}

/* No descriptor to an engine may reach a child. */
static void test_descriptors(void)
{
	struct engine *engine;
	struct stat st;
	int inheritable = 0;
	struct sockaddr_un peer;

	START({.bytes = PING}, {.status = 200, .body = "[]"});
	engine = opened();
	for (int fd = 3; fd < 64; fd++) {
		socklen_t len = sizeof(peer);

		memset(&peer, 0, sizeof(peer));
		if (fstat(fd, &st) == 0 && S_ISSOCK(st.st_mode) &&
			getpeername(fd, (struct sockaddr *)&peer, &len) == 0 &&
			strcmp(peer.sun_path, socket_path) == 0)
			inheritable += 100 + !(fcntl(fd, F_GETFD) & FD_CLOEXEC);
	}
	is_int(inheritable, 100, "the one connection to the engine is close-on-exec");
	engine_free(engine);
}

static void test_deadline_and_cancel(void)
{
	cleanup_error struct error err = ERROR_INIT;
	json_t *answer = NULL;
	struct engine *engine;
	int64_t since;
	int status;
	pid_t timer, self = getpid();

	START({.bytes = PING}, {.status = 200, .body = "[]", .delay_ms = 5000});
	engine = opened();
	since = clock_ms();
	is_error(engine_call(engine, "GET", "/slow", NULL, 300, &status, &answer, &err), &err,
		EXIT_DEADLINE, "no whole answer after 0.3 s",
		"deadline: an engine that does not answer");
	ok(clock_ms() - since < 2000, "deadline: is kept");
	is_int(engine_fault(engine), ENGINE_FAULT_TRANSPORT,
		"deadline: it may have happened or not");
	engine_free(engine);

	START({.bytes = PING}, {.status = 200, .body = "[]", .delay_ms = 9000});
	engine = opened();
	timer = fork();
	if (timer == 0) {
		clock_sleep_ms(200);
		kill(self, SIGINT);
		_exit(0);
	}
	since = clock_ms();
	is_error(engine_call(engine, "GET", "/slow", NULL, 8000, &status, &answer, &err), &err,
		EXIT_SIGNAL_BASE + SIGINT, "interrupted", "cancel: Ctrl-C ends a call");
	ok(clock_ms() - since < 1500, "cancel: at once");
	is_error(engine_call(engine, "GET", "/slow", NULL, 8000, &status, &answer, &err), &err,
		EXIT_SIGNAL_BASE + SIGINT, "interrupted", "cancel: no further call is begun");
	engine_free(engine);
	waitpid(timer, NULL, 0);
	cancel_tolerate(1);
	START({.bytes = PING}, {.status = 200, .body = "[]"});
	engine = opened();
	is_int(engine_call(engine, "GET", "/undo", NULL, 8000, &status, &answer, &err), 0,
		"cancel: undo still talks to the engine");
	json_decref(answer);
	engine_free(engine);
}

static void test_list(void)
{
	static const char body[] =
		"[{\"Id\": \"" ID
		"\", \"Names\": [\"/bot-bottle-sidecars-web\"], \"Image\": \"b:1\","
		"\"ImageID\": \"sha256:aa\", \"State\": \"running\","
		"\"Labels\": {\"io.bot-bottle.alias\": \"127.0.0.16\"}, \"Ports\": ["
		"{\"IP\": \"127.0.0.16\", \"PrivatePort\": 8888, \"PublicPort\": 49153, \"Type\": "
		"\"tcp\"},"
		"{\"PrivatePort\": 9099, \"Type\": \"tcp\"},"
		"{\"IP\": \"::\", \"PrivatePort\": 53, \"PublicPort\": 5353, \"Type\": \"udp\"}]},"
		"{\"Id\": \"bb\", \"Names\": [\"/botXbottle\"], \"Ports\": []},"
		"{\"Id\": \"cc\", \"Names\": null, \"Ports\": null, \"Labels\": null}]";
	cleanup_error struct error err = ERROR_INIT;
	cleanup_engine_containers struct engine_containers list = ENGINE_CONTAINERS_INIT;
	cleanup_engine_containers struct engine_containers all = ENGINE_CONTAINERS_INIT;
	struct engine *engine;

	START({.bytes = PING}, {.status = 200, .body = body}, {.status = 200, .body = body});
	engine = opened();
	is_int(engine_container_list(engine, "bot-", "io.bot-bottle.alias", &list, &err), 0,
		"list: reads");
	ok(requested("GET /v1.41/containers/json?all=1&filters="
		     "%7B%22name%22%3A%5B%22%5E%2F%3Fbot-%22%5D%2C%22label%22%3A%5B%22io.bot-"
		     "bottle.alias"
		     "%22%5D%7D HTTP/1.1"),
		"list: one request, filters escaped");
	is_int((long long)list.count, 1,
		"list: what the engine's looser filter let through is dropped");
	is_str(list.item[0].name, "bot-bottle-sidecars-web", "list: the name without its slash");
	is_str(list.item[0].state, "running", "list: the state");
	is_str(engine_container_label(&list.item[0], "io.bot-bottle.alias"), "127.0.0.16",
		"list: a label");
	is_str(engine_container_label(&list.item[0], "none"), NULL, "list: no label");
	is_int((long long)list.item[0].port_count, 2, "list: a port that is not published is none");
	is_str(list.item[0].ports[0].host_ip, "127.0.0.16", "list: a published port's address");
	is_int(list.item[0].ports[0].port, 8888, "list: ... port in the container");
	is_int(list.item[0].ports[0].host_port, 49153, "list: ... port on the host");
	is_str(list.item[0].ports[1].proto, "udp", "list: ... protocol");
	is_int(engine_container_list(engine, NULL, NULL, &all, &err), 0, "list: without a filter");
	is_int((long long)all.count, 3, "list: containers without names, ports and labels too");
	is_str(engine_container_label(&all.item[2], "x"), NULL, "list: a label of none");
	engine_free(engine);
}

static void test_list_running(void)
{
	cleanup_error struct error err = ERROR_INIT;
	cleanup_engine_containers struct engine_containers list = ENGINE_CONTAINERS_INIT;
	struct engine *engine;

	START({.bytes = PING}, {.status = 200, .body = "[{\"Id\": \"aa\"}]"});
	engine = opened();
	is_int(engine_container_list_running(engine, &list, &err), 0, "list running: reads");
	ok(requested("filters=%7B%22status%22%3A%5B%22running%22%5D%7D HTTP/1.1"),
		"list running: the engine filters");
	is_int((long long)list.count, 1, "list running: all that it sends");
	engine_free(engine);
}

/* Times of one moment, 2026-11-28 21:09:03 UTC, and what is none. */
static void test_clock(void)
{
	static const char *const good[] = {"2026-11-28T21:09:03Z", "2026-11-28T21:09:03.123456789Z",
		"2026-11-28T22:09:03.5+01:00", "2026-11-28T15:39:03-05:30"};
	static const char *const bad[] = {"", "yesterday", "2026-11-28", "2026-11-28T21:09",
		"2026-11-28T21:09:03", "2026-11-28T21:09:03.Q", "2026-11-28T21:09:03*01:00"};

	for (size_t i = 0; i < sizeof(good) / sizeof(*good) + sizeof(bad) / sizeof(*bad); i++) {
		bool well = i < sizeof(good) / sizeof(*good);
		const char *text = well ? good[i] : bad[i - sizeof(good) / sizeof(*good)];
		cleanup_free char *body = xasprintf("{\"SystemTime\": \"%s\"}", text);
		cleanup_error struct error err = ERROR_INIT;
		int64_t at = 0, ms = -1;
		struct engine *engine;

		START({.bytes = PING}, {.status = 200, .body = body});
		engine = opened();
		if (well) {
			is_int(engine_ask_clock(engine, &at, &ms, &err), 0, text);
			ok(at == 1795900143 && ms >= 0, "clock: ... is the moment");
		} else
			is_error(engine_ask_clock(engine, &at, &ms, &err), &err, EXIT_UNAVAILABLE,
				"not as its API", text);
		engine_free(engine);
	}
}

static void test_age(void)
{
	struct engine *engine;

	START({.bytes = PING_API("1.47")});
	engine = opened();
	ok(engine_is_below_28(engine), "age: API 1.47 is older than 28");
	engine_free(engine);
	START({.bytes = PING_API("1.48")});
	engine = opened();
	ok(!engine_is_below_28(engine), "age: 1.48 is that of 28");
	engine_free(engine);
	START({.bytes = PING_API("1.53")});
	engine = opened();
	ok(!engine_is_below_28(engine), "age: a newer one than we speak is newer");
	engine_free(engine);
}

static void test_inspect(void)
{
	static const char body[] =
		"{\"Id\": \"" ID "\", \"Name\": \"/web\", \"Image\": \"sha256:aa\","
		"\"State\": {\"Status\": \"exited\", \"ExitCode\": 3},"
		"\"Config\": {\"Image\": \"b:1\", \"Labels\": {\"a\": \"b\"},"
		"\"Env\": [\"AB=1\", 7, \"A\", \"A=x=y\", \"E=\"]},"
		"\"HostConfig\": {\"PortBindings\": {\"8888/tcp\":"
		"[{\"HostIp\": \"127.0.0.16\", \"HostPort\": \"\"}]}},"
		"\"NetworkSettings\": {\"Ports\": {\"8888/tcp\": [{\"HostIp\": \"127.0.0.16\","
		"\"HostPort\": \"49153\"}, {\"HostIp\": \"\", \"HostPort\": \"70000\"}], "
		"\"9/udp\": null}}}";
	cleanup_error struct error err = ERROR_INIT;
	cleanup_engine_container struct engine_container found = ENGINE_CONTAINER_INIT;
	struct engine *engine;

	START({.bytes = PING}, {.status = 200, .body = body},
		{.status = 404, .body = "{\"message\": \"No such container: x\"}"},
		{.status = 200, .body = "{\"Id\": \"aa\"}"});
	engine = opened();
	is_int(engine_container_inspect(engine, "web", &found, &err), 0, "inspect: reads");
	is_str(found.state, "exited", "inspect: the state");
	is_str(found.image, "b:1", "inspect: the image's name");
	is_str(engine_container_label(&found, "a"), "b", "inspect: a label");
	is_str(engine_container_env(&found, "A"), "x=y", "inspect: a variable");
	is_str(engine_container_env(&found, "E"), "", "inspect: an empty one");
	is_str(engine_container_env(&found, "B"), NULL, "inspect: one that is not there");
	is_int((long long)found.port_count, 2, "inspect: what is published");
	is_int(found.ports[0].host_port, 49153, "inspect: ... port on the host");
	is_str(found.ports[1].host_ip, "", "inspect: ... on every address");
	is_int(found.ports[1].host_port, 0, "inspect: ... no port beyond 65535");
	is_int((long long)found.binding_count, 1, "inspect: what was asked for");
	is_str(found.bindings[0].host_ip, "127.0.0.16", "inspect: ... address");
	is_int(found.bindings[0].host_port, 0, "inspect: ... any port");
	is_error(engine_container_inspect(engine, "x", &found, &err), &err, EXIT_UNAVAILABLE,
		"No such container", "inspect: none there");
	is_int(engine_fault(engine), ENGINE_FAULT_MISSING, "inspect: ... is told apart");
	is_error(engine_container_inspect(engine, "x", &found, &err), &err, EXIT_UNAVAILABLE,
		"not as its API says", "inspect: an answer without a state");
	is_error(engine_container_inspect(engine, "../images/x", &found, &err), &err, EXIT_BUG,
		"cannot be a container", "inspect: an id that would leave its place is not sent");
	engine_free(engine);
}

static void test_create_refuses(void)
{
	static const struct {
		const char *host_config, *name;
	} refused[] = {
		{"{\"PortBindings\": {\"80/tcp\": [{\"HostIp\": \"\", \"HostPort\": \"1\"}]}}",
			"create: an empty HostIp is never sent"},
		{"{\"PortBindings\": {\"80/tcp\": [{\"HostPort\": \"1\"}]}}",
			"create: a missing HostIp is never sent"},
		{"{\"PortBindings\": {\"80/tcp\": [{\"HostIp\": null}]}}", "create: nor null"},
		{"{\"PortBindings\": {\"80/tcp\": [{\"HostIp\": \"0.0.0.0\"}]}}",
			"create: nor 0.0.0.0"},
		{"{\"PortBindings\": {\"80/tcp\": [{\"HostIp\": \"0\"}]}}",
			"create: nor another spelling of it"},
		{"{\"PortBindings\": {\"80/tcp\": [{\"HostIp\": \"::\"}]}}",
			"create: nor every v6 address"},
		{"{\"PortBindings\": {\"80/tcp\": [{\"HostIp\": \"192.0.2.1\"}]}}",
			"create: nor an address off the loopback"},
		{"{\"PortBindings\": {\"80/tcp\": [{\"HostIp\": \"127.0.0.16 \"}]}}",
			"create: nor an address with something after it"},
		{"{\"PortBindings\": {\"80/tcp\": [{\"HostIp\": \"127.0.0.16\"}, {}]}}",
			"create: nor one good binding with a bad one"},
		{"{\"PortBindings\": {\"80/tcp\": []}}", "create: nor an empty list of bindings"},
		{"{\"PortBindings\": {\"80/tcp\": null}}", "create: nor null for one"},
		{"{\"PortBindings\": [1]}", "create: nor bindings that are no object"},
		{"{\"PublishAllPorts\": true}", "create: nor all ports"},
	};
	cleanup_error struct error err = ERROR_INIT;
	cleanup_free char *id = NULL, *sent = NULL;
	struct engine *engine;

	START({.bytes = PING}, {.status = 201, .body = "{\"Id\": \"" ID "\"}"});
	engine = opened();
	for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++) {
		json_t *host_config = json_loads(refused[i].host_config, 0, NULL);
		json_auto_t *body =
			json_pack("{s:s, s:o}", "Image", "x", "HostConfig", host_config);

		is_error(engine_container_create(engine, "web", body, &id, &err), &err, EXIT_BUG,
			"", refused[i].name);
	}
	sent = requests();
	ok(strstr(sent, "POST") == NULL, "create: nothing of these reached the engine");
	engine_free(engine);
}

/* A connection that was kept ends without an answer: what was asked for may have been made. */
static void test_lost_answer(void)
{
	json_auto_t *body = json_pack("{s:s}", "Image", "x");
	cleanup_error struct error err = ERROR_INIT;
	cleanup_free char *id = NULL, *all = NULL;
	json_t *answer = NULL;
	struct engine *engine;
	int status = 0;

	START({.bytes = PING}, {.bytes = "", .silent = true, .close = true},
		{.status = 409, .body = "{\"message\": \"already in use\"}"});
	engine = opened();
	is_error(engine_container_create(engine, "web", body, &id, &err), &err, EXIT_UNAVAILABLE,
		"closed the connection without an answer", "lost answer: of a creation is one");
	is_int(engine_fault(engine), ENGINE_FAULT_TRANSPORT, "lost answer: it may have happened");
	all = requests();
	ok(strstr(all, "POST ") != NULL && strstr(strstr(all, "POST ") + 1, "POST ") == NULL,
		"lost answer: it is not asked for again");
	engine_free(engine);

	START({.bytes = PING}, {.bytes = "", .silent = true, .close = true},
		{.status = 200, .body = "[]"});
	engine = opened();
	is_int(engine_call(engine, "GET", "/x", NULL, 5000, &status, &answer, &err), 0,
		"lost answer: a question is asked again");
	json_decref(answer);
	engine_free(engine);
}

static void test_create(void)
{
	static const struct {
		struct reply reply;
		enum engine_fault fault;
		int code;
		const char *text, *name;
	} failing[] = {
		{{.status = 409,
			 .body = "{\"message\": \"Conflict. The container name \\\"/web\\\" is "
				 "already in use\"}"},
			ENGINE_FAULT_NAME_TAKEN, EXIT_CANTCREATE, "already in use",
			"create: the name is taken"},
		{{.status = 404, .body = "{\"message\": \"No such image: x:latest\"}"},
			ENGINE_FAULT_MISSING, EXIT_CANTCREATE, "No such image",
			"create: no such image"},
		{{.status = 400, .body = "{\"message\": \"invalid mount\"}"}, ENGINE_FAULT_OTHER,
			EXIT_CANTCREATE, "create the container web: invalid mount",
			"create: refused"},
		{{.status = 201, .body = "{}"}, ENGINE_FAULT_TRANSPORT, EXIT_UNAVAILABLE,
			"not as its API", "create: done, but without an id"},
		{{.status = 200, .body = "{\"Id\": \"a/b\"}"}, ENGINE_FAULT_TRANSPORT,
			EXIT_UNAVAILABLE, "not as its API", "create: an id that cannot be one"},
	};
	json_auto_t *body = json_pack("{s:s, s:{s:{s:[{s:s, s:s}]}}}", "Image", "x", "HostConfig",
		"PortBindings", "8888/tcp", "HostIp", "127.0.0.16", "HostPort", "");
	cleanup_error struct error err = ERROR_INIT;
	cleanup_free char *id = NULL;
	struct engine *engine;

	START({.bytes = PING}, {.status = 201, .body = "{\"Id\": \"" ID "\", \"Warnings\": []}"});
	engine = opened();
	is_int(engine_container_create(engine, "web", body, &id, &err), 0, "create: works");
	is_str(id, ID, "create: the id");
	ok(requested("POST /v1.41/containers/create?name=web HTTP/1.1"), "create: by name");
	ok(requested("Content-Type: application/json"), "create: as JSON");
	ok(requested("{\"8888/tcp\":[{\"HostIp\":\"127.0.0.16\",\"HostPort\":\"\"}]}"),
		"create: the binding as it was asked for");
	engine_free(engine);
	for (size_t i = 0; i < sizeof(failing) / sizeof(failing[0]); i++) {
		START({.bytes = PING}, failing[i].reply);
		engine = opened();
		is_error(engine_container_create(engine, "web", body, &id, &err), &err,
			failing[i].code, failing[i].text, failing[i].name);
		is_int(engine_fault(engine), failing[i].fault, "create: ... is told apart");
		engine_free(engine);
	}
}

static void test_start(void)
{
	static const struct {
		const char *message, *name;
		enum engine_fault fault;
		int status, code;
	} failing[] = {
		{"driver failed programming external connectivity on endpoint web (aa): Error "
		 "starting userland "
		 "proxy: listen tcp4 127.0.0.16:8888: bind: address already in use",
			"start: busy port, docker 20.10", ENGINE_FAULT_PORT_BUSY, 500, EXIT_AGAIN},
		{"driver failed programming external connectivity on endpoint web (aa): Bind for "
		 "127.0.0.16:8888 failed: port is already allocated",
			"start: port of another container", ENGINE_FAULT_PORT_BUSY, 500,
			EXIT_AGAIN},
		{"failed to set up container networking: driver failed programming external "
		 "connectivity on "
		 "endpoint web (aa): failed to bind host port for "
		 "127.0.0.16:8888:10.213.1.2:8888/tcp: address "
		 "already in use",
			"start: busy port, docker 28", ENGINE_FAULT_PORT_BUSY, 500, EXIT_AGAIN},
		{"Ports are not available: exposing port TCP 127.0.0.16:8888 -> 127.0.0.1:0: "
		 "listen tcp "
		 "127.0.0.16:8888: bind: can't assign requested address",
			"start: address not up, Docker Desktop", ENGINE_FAULT_NO_ADDRESS, 500,
			EXIT_AGAIN},
		{"Error starting userland proxy: listen tcp4 127.0.0.16:8888: bind: cannot assign "
		 "requested "
		 "address",
			"start: address not up, docker 20.10", ENGINE_FAULT_NO_ADDRESS, 500,
			EXIT_AGAIN},
		{"No such container: aa", "start: no such container", ENGINE_FAULT_MISSING, 404,
			EXIT_CANTCREATE},
		{"OCI runtime create failed: exec: \\\"/x\\\": no such file",
			"start: anything else", ENGINE_FAULT_OTHER, 400, EXIT_CANTCREATE},
	};
	cleanup_error struct error err = ERROR_INIT;
	struct engine *engine;

	START({.bytes = PING}, {.bytes = "HTTP/1.1 204 No Content\r\n\r\n"},
		{.bytes = "HTTP/1.1 304 Not Modified\r\n\r\n"}, {.status = 200, .body = "{}"});
	engine = opened();
	is_int(engine_container_start(engine, "aa", &err), 0, "start: works");
	is_int(engine_container_start(engine, "aa", &err), 0, "start: running already is success");
	is_error(engine_container_start(engine, "aa", &err), &err, EXIT_UNAVAILABLE,
		"not as its API", "start: no engine answers 200");
	engine_free(engine);
	for (size_t i = 0; i < sizeof(failing) / sizeof(failing[0]); i++) {
		cleanup_free char *json = xasprintf("{\"message\": \"%s\"}", failing[i].message);

		START({.bytes = PING}, {.status = failing[i].status, .body = json});
		engine = opened();
		is_error(engine_container_start(engine, "aa", &err), &err, failing[i].code,
			"start the container aa", failing[i].name);
		is_int(engine_fault(engine), failing[i].fault, "start: ... is told apart");
		engine_free(engine);
	}
}

static void test_remove(void)
{
	cleanup_error struct error err = ERROR_INIT;
	struct engine *engine;
	cleanup_free char *sent = NULL;

	START({.bytes = PING}, {.status = 404, .body = "{\"message\": \"No such container\"}"},
		{.status = 409,
			.body = "{\"message\": \"removal of container aa is already in "
				"progress\"}"},
		{.status = 409,
			.body = "{\"message\": \"removal of container aa is already in "
				"progress\"}"},
		{.bytes = "HTTP/1.1 204 No Content\r\n\r\n"},
		{.status = 500, .body = "{\"message\": \"device or resource busy\"}"});
	engine = opened();
	is_int(engine_container_remove(engine, "aa", &err), 0, "remove: none there is success");
	is_int(engine_container_remove(engine, "aa", &err), 0,
		"remove: waits for a removal under way");
	sent = requests();
	ok(strstr(sent, "DELETE /v1.41/containers/aa?force=1&v=1 HTTP/1.1") != NULL,
		"remove: kills, with volumes");
	is_error(engine_container_remove(engine, "aa", &err), &err, EXIT_UNAVAILABLE, "busy",
		"remove: a failure is one");
	engine_free(engine);
}

static void test_logs(void)
{
	static const char frames[] = "HTTP/1.1 200 OK\r\nContent-Length: 31\r\n\r\n"
				     "\1\0\0\0\0\0\0\6hello\n"
				     "\2\0\0\0\0\0\0\5oops\n"
				     "\1\0\0";
	static const char cut[] = "HTTP/1.1 200 OK\r\nContent-Length: 18\r\n\r\n"
				  "\1\0\0\0\0\0\0\12abcdefghi\n";
	cleanup_error struct error err = ERROR_INIT;
	cleanup_free char *text = NULL, *part = NULL, *raw = NULL, *none = NULL;
	struct engine *engine;

	START({.bytes = PING}, {.bytes = frames, .len = sizeof(frames) - 1, .close = true},
		{.bytes = cut, .len = sizeof(cut) - 1},
		{.bytes = "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\ntty\n"},
		{.bytes = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"},
		{.status = 404, .body = "{\"message\": \"No such container: aa\"}"});
	engine = opened();
	is_error(engine_container_logs(engine, "aa", 5, 4096, &text, &err), &err, EXIT_UNAVAILABLE,
		"ends in the middle", "logs: a truncated answer");
	is_int(engine_container_logs(engine, "aa", 5, 12, &part, &err), 0, "logs: reads");
	is_str(part, "abcd\n[cut after 12 bytes]\n", "logs: capped, and says so");
	is_int(engine_container_logs(engine, "aa", 5, 4096, &raw, &err), 0, "logs: of a terminal");
	is_str(raw, "tty\n", "logs: ... have no frames");
	is_int(engine_container_logs(engine, "aa", 5, 4096, &none, &err), 0, "logs: none");
	is_str(none, "", "logs: ... are empty");
	is_error(engine_container_logs(engine, "aa", 5, 4096, &text, &err), &err, EXIT_UNAVAILABLE,
		"No such container", "logs: no such container");
	ok(requested("/logs?stdout=1&stderr=1&tail=5 "), "logs: the last lines only");
	engine_free(engine);
}

static void test_internal_network(const json_t *labels)
{
	static const char inhibit[] = "\"com.docker.network.bridge.inhibit_ipv4\":\"true\"";
	static const char isolated[] =
		"\"com.docker.network.bridge.gateway_mode_ipv4\":\"isolated\"";
	cleanup_error struct error err = ERROR_INIT;
	cleanup_free char *id = NULL, *newer = NULL, *sent = NULL;
	json_auto_t *inspected = NULL;
	struct engine *engine;

	START({.bytes = PING}, {.status = 201, .body = "{\"Id\": \"" ID "\"}"},
		{.bytes = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"},
		{.status = 404, .body = "{\"message\": \"no such network\"}"},
		{.status = 200, .body = "[]"},
		{.status = 403, .body = "{\"message\": \"address already in use\"}"});
	engine = opened();
	is_int(engine_network_create_internal(
		       engine, "n", "10.213.1.8/29", "10.213.1.9", labels, &id, &err),
		0, "internal network: create");
	ok(requested("\"Internal\":true") && requested("\"EnableIPv6\":false") &&
			requested(inhibit) && requested("\"Gateway\":\"10.213.1.9\""),
		"internal network: closed, without an address of the host, its gateway reserved");
	is_int(engine_network_connect(engine, ID, "c0ffee", "10.213.1.10", &err), 0,
		"internal network: attach");
	ok(requested("/networks/" ID "/connect") &&
			requested("\"IPAMConfig\":{\"IPv4Address\":\"10.213.1.10\"}"),
		"internal network: with an address");
	is_error(engine_network_inspect(engine, ID, &inspected, &err), &err, EXIT_UNAVAILABLE,
		"no such network", "internal network: gone");
	is_int(engine_fault(engine), ENGINE_FAULT_MISSING, "internal network: ... is told apart");
	is_error(engine_network_inspect(engine, ID, &inspected, &err), &err, EXIT_UNAVAILABLE,
		"inspect a network", "internal network: an answer that is no network");
	ok(inspected == NULL, "internal network: ... is not handed on");
	is_error(engine_network_connect(engine, ID, "c0ffee", "10.213.1.10", &err), &err,
		EXIT_CANTCREATE, "address already in use", "internal network: not attached");
	sent = requests();
	ok(strstr(sent, isolated) == NULL, "internal network: not isolated below API 1.48");
	engine_free(engine);

	START({.bytes = PING_API("1.48")}, {.status = 201, .body = "{\"Id\": \"" ID "\"}"});
	engine = opened();
	is_int(engine_network_create_internal(
		       engine, "n", "10.213.1.8/29", "10.213.1.9", labels, &newer, &err),
		0, "internal network: create with 1.48");
	ok(requested(isolated) && requested(inhibit),
		"internal network: isolated from API 1.48 on");
	free(sent);
	sent = requests();
	ok(strstr(sent, "\"Gateway\"") == NULL, "internal network: which has no gateway");
	engine_free(engine);
}

static void test_network(void)
{
	static const char list_body[] = "[{\"Id\": \"aa\", \"Name\": \"host\", \"Driver\": "
					"\"host\", \"IPAM\": {\"Config\": null}},"
					"{\"Id\": \"bb\", \"Name\": \"v6\", \"IPAM\": {\"Config\": "
					"[{\"Subnet\": \"fd00::/64\"}]}},"
					"{\"Id\": \"cc\", \"Name\": \"n\", \"Labels\": {\"a\": "
					"\"b\"}, \"Driver\": \"bridge\","
					"\"IPAM\": {\"Config\": [{\"Subnet\": \"10.213.1.0/28\", "
					"\"Gateway\": \"10.213.1.1\"}]}}]";
	static const struct {
		const char *message, *name;
		int status, code;
		enum engine_fault fault;
	} failing[] = {
		{"Pool overlaps with other one on this address space",
			"network: overlap, docker 20.10", 403, EXIT_AGAIN, ENGINE_FAULT_OVERLAP},
		{"invalid pool request: Pool overlaps with other one on this address space",
			"network: overlap, docker 28", 403, EXIT_AGAIN, ENGINE_FAULT_OVERLAP},
		{"cannot create network aa (br-aa): conflicts with network bb (br-bb): networks "
		 "have overlapping "
		 "IPv4",
			"network: overlap, the bridge driver", 403, EXIT_AGAIN,
			ENGINE_FAULT_OVERLAP},
		{"subnet 10.213.1.0/28 is already used on the host or by another config",
			"network: overlap, Podman", 500, EXIT_AGAIN, ENGINE_FAULT_OVERLAP},
		{"network with name n already exists", "network: the name is taken", 409,
			EXIT_CANTCREATE, ENGINE_FAULT_NAME_TAKEN},
		{"could not find plugin", "network: anything else", 404, EXIT_CANTCREATE,
			ENGINE_FAULT_OTHER},
	};
	json_auto_t *labels = json_pack("{s:s}", "io.bot-bottle.slug", "web");
	cleanup_error struct error err = ERROR_INIT;
	cleanup_engine_networks struct engine_networks list = ENGINE_NETWORKS_INIT;
	cleanup_free char *id = NULL, *newer = NULL, *sent = NULL;
	const struct engine_network *holder;
	struct engine *engine;

	START({.bytes = PING}, {.status = 201, .body = "{\"Id\": \"" ID "\", \"Warning\": \"\"}"},
		{.status = 200, .body = list_body});
	engine = opened();
	is_int(engine_network_create(engine, "n", "10.213.1.0/28", "10.213.1.1", labels, &id, &err),
		0, "network: create");
	is_str(id, ID, "network: the id");
	ok(requested("\"IPAM\":{\"Driver\":\"default\",\"Config\":[{\"Subnet\":\"10.213.1.0/"
		     "28\",\"Gateway\":"
		     "\"10.213.1.1\"}]}"),
		"network: the explicit subnet and gateway");
	ok(requested("\"EnableIPv6\":false"), "network: IPv6 is off explicitly");
	ok(requested("\"Labels\":{\"io.bot-bottle.slug\":\"web\"}"), "network: labels");
	ok(requested("\"CheckDuplicate\":true"), "network: names are checked below API 1.44");
	is_int(engine_network_list(engine, &list, &err), 0, "network: list");
	is_int((long long)list.count, 3, "network: all of them, with and without subnets");
	holder = engine_network_holder(&list, "10.213.1.0/28");
	is_str(holder ? holder->name : NULL, "n", "network: who holds the same subnet");
	is_str(holder ? engine_network_label(holder, "a") : NULL, "b", "network: a label");
	ok(engine_network_holder(&list, "10.213.0.0/20") == holder, "network: ... a wider one");
	ok(engine_network_holder(&list, "10.213.1.15/32") == holder, "network: ... a narrower one");
	ok(engine_network_holder(&list, "0.0.0.0/0") == holder, "network: ... everything");
	ok(engine_network_holder(&list, "10.213.1.16/28") == NULL,
		"network: nobody holds the next one");
	ok(engine_network_holder(&list, "10.213.1.0/33") == NULL, "network: nor what is no subnet");
	engine_free(engine);

	START({.bytes = PING_API("1.44")}, {.status = 201, .body = "{\"Id\": \"" ID "\"}"});
	engine = opened();
	engine_network_create(engine, "n", "10.213.1.0/28", "10.213.1.1", NULL, &newer, &err);
	sent = requests();
	ok(newer != NULL && strstr(sent, "CheckDuplicate") == NULL,
		"network: not asked for from 1.44 on");
	engine_free(engine);

	test_internal_network(labels);
	for (size_t i = 0; i < sizeof(failing) / sizeof(failing[0]); i++) {
		cleanup_free char *json = xasprintf("{\"message\": \"%s\"}", failing[i].message);
		char *unused = NULL;

		START({.bytes = PING}, {.status = failing[i].status, .body = json});
		engine = opened();
		is_error(engine_network_create(
				 engine, "n", "10.213.1.0/28", "10.213.1.1", NULL, &unused, &err),
			&err, failing[i].code, "create the network n", failing[i].name);
		is_int(engine_fault(engine), failing[i].fault, "network: ... is told apart");
		engine_free(engine);
	}

	START({.bytes = PING}, {.bytes = "HTTP/1.1 204 No Content\r\n\r\n"},
		{.status = 404, .body = "{\"message\": \"network n not found\"}"},
		{.status = 403,
			.body = "{\"message\": \"error while removing network: network n id aa has "
				"active endpoints\"}"});
	engine = opened();
	is_int(engine_network_remove(engine, "n", &err), 0, "network: remove");
	is_int(engine_network_remove(engine, "n", &err), 0, "network: none there is success");
	is_error(engine_network_remove(engine, "n", &err), &err, EXIT_AGAIN, "active endpoints",
		"network: not while containers are attached");
	is_int(engine_fault(engine), ENGINE_FAULT_IN_USE, "network: ... is told apart");
	is_error(engine_network_remove(engine, "", &err), &err, EXIT_BUG, "cannot be a network",
		"network: an empty id is not sent");
	engine_free(engine);
}

static void test_image(void)
{
	static const char body[] =
		"{\"Id\": \"sha256:" ID
		"\", \"Os\": \"linux\", \"Architecture\": \"amd64\", \"Size\": 99,"
		"\"Config\": {\"User\": \"1000\", \"Env\": [\"A=b\", \"C=d\"], \"Entrypoint\": "
		"null,"
		"\"Cmd\": [\"/bin/sh\", \"-c\"], \"WorkingDir\": \"/w\", \"Labels\": {\"a\": "
		"\"b\"}}}";
	cleanup_error struct error err = ERROR_INIT;
	cleanup_engine_image struct engine_image image = ENGINE_IMAGE_INIT;
	struct engine *engine;

	START({.bytes = PING}, {.status = 200, .body = body},
		{.status = 404, .body = "{\"message\": \"No such image: x\"}"},
		{.status = 200, .body = "{\"Id\": \"x\"}"});
	engine = opened();
	is_int(engine_image_inspect(engine, "127.0.0.1:5000/a b/c:1@x", &image, &err), 0,
		"image: inspect");
	ok(requested("GET /v1.41/images/127.0.0.1:5000/a%20b/c:1@x/json HTTP/1.1"),
		"image: the name escaped");
	is_str(image.id, "sha256:" ID, "image: id");
	is_str(image.user, "1000", "image: user");
	is_str(image.arch, "amd64", "image: architecture");
	is_int((long long)image.entrypoint.count, 0, "image: no entrypoint");
	is_str(image.cmd.count == 2 ? image.cmd.item[1] : NULL, "-c", "image: command");
	is_str(image.env.count == 2 ? image.env.item[0] : NULL, "A=b", "image: environment");
	is_str(engine_image_label(&image, "a"), "b", "image: label");
	is_error(engine_image_inspect(engine, "x", &image, &err), &err, EXIT_DATA,
		"docker: no such image 'x'", "image: a missing one");
	is_int(engine_fault(engine), ENGINE_FAULT_MISSING, "image: ... is told apart");
	ok(err_find_note(&err, "next") && strstr(err_find_note(&err, "next"), "docker pull x"),
		"image: ... and says what to type");
	is_error(engine_image_inspect(engine, "x", &image, &err), &err, EXIT_UNAVAILABLE,
		"not as its API", "image: an id that is no digest");
	is_error(engine_image_inspect(engine, "../x", &image, &err), &err, EXIT_DATA,
		"not the name", "image: a name that is a path");
	engine_free(engine);
}

int main(void)
{
	cancel_init();
	if (mkdtemp(folder) == NULL)
		return EXIT_OS;
	snprintf(socket_path, sizeof(socket_path), "%s/sock", folder);
	snprintf(log_path, sizeof(log_path), "%s/log", folder);
	test_open();
	test_bad_answers();
	test_good_answers();
	test_descriptors();
	test_list();
	test_list_running();
	test_clock();
	test_age();
	test_inspect();
	test_create_refuses();
	test_create();
	test_lost_answer();
	test_start();
	test_remove();
	test_logs();
	test_network();
	test_image();
	test_deadline_and_cancel(); /* last: a cancel request stays */
	stop();
	rmdir(folder);
	return done_testing();
}
