/* Asking a proxy: what is sent, what counts as an answer, and that it ends in time. */
#include "proxy_ask.h"

#include "clock.h"
#include "frontend/port/fake_proxy.h"
#include "mem.h"
#include "tap.h"

static const char *refuse(const char *request)
{
	(void)request;
	return "HTTP/1.1 403 Forbidden\r\n\r\n";
}

static const char *say_nothing(const char *request)
{
	(void)request;
	return NULL;
}

/* Judges the request itself: 204 when it is as it must be. */
static const char *check(const char *request)
{
	/* printf bottle:sesame | base64 */
	if (strstr(request, "\r\nProxy-Authorization: Basic Ym90dGxlOnNlc2FtZQ==\r\n") == NULL)
		return "HTTP/1.1 407 Who\r\n\r\n";
	if (strncmp(request, "CONNECT a.example:1 HTTP/1.1\r\nHost: a.example:1\r\n", 48) == 0 ||
		strncmp(request, "GET http://[::1]:2/nonce HTTP/1.1\r\nHost: [::1]:2\r\n", 50) == 0)
		return "HTTP/1.1 204 Yes\r\n\r\n";
	return "HTTP/1.1 400 What\r\n\r\n";
}

static const char *by_target(const char *request)
{
	return strstr(request, "garbage")  ? "220 mail.example ESMTP\r\n"
	       : strstr(request, "short")  ? "HTTP/1.1"
	       : strstr(request, "closed") ? ""
	       : strstr(request, "letter") ? "HTTP/1.1 abc\r\n\r\n"
					   : "HTTP/1.0 502 Bad gateway\r\n\r\n";
}

int main(void)
{
	static struct fake_proxy proxy;
	static struct proxy_ask many[300];
	struct proxy_ask two[] = {
		{true, "a.example:1", "nonce", -1}, {false, "[::1]:2", "nonce", -1}};
	struct proxy_ask odd[] = {{false, "garbage:1", "n", -1}, {false, "short:1", "n", -1},
		{false, "closed:1", "n", -1}, {true, "letter:1", "n", -1},
		{true, "other:1", "n", -1}};
	size_t answered = 0;
	int64_t begin;

	fake_proxy_start(&proxy, check);
	proxy_ask_all("127.0.0.1", proxy.port, "bottle", "sesame", two, 2, 3000);
	is_int(two[0].status, 204, "CONNECT is as it must be, with credentials");
	is_int(two[1].status, 204, "GET too");
	proxy_ask_all("127.0.0.1", proxy.port, "bottle", "sesam", two, 2, 3000);
	is_int(two[0].status, 407, "other credentials are others");
	fake_proxy_stop(&proxy);

	fake_proxy_start(&proxy, by_target);
	proxy_ask_all("127.0.0.1", proxy.port, "u", "p", odd, 5, 500);
	is_int(odd[0].status, 0, "what is not HTTP is no answer");
	is_int(odd[1].status, 0, "nor is half a status line");
	is_int(odd[2].status, 0, "nor an end without a word");
	is_int(odd[3].status, 0, "nor a status that is no number");
	is_int(odd[4].status, 502, "control: an answer is one");
	fake_proxy_stop(&proxy);

	for (size_t i = 0; i < 300; i++)
		many[i] = (struct proxy_ask){i % 2 == 0, "a:1", "n", -1};
	fake_proxy_start(&proxy, refuse);
	proxy_ask_all("127.0.0.1", proxy.port, "u", "p", many, 300, 10000);
	for (size_t i = 0; i < 300; i++)
		answered += many[i].status == 403;
	is_int((long long)answered, 300, "more requests than are made at once are all answered");
	fake_proxy_stop(&proxy);

	fake_proxy_start(&proxy, say_nothing);
	begin = clock_ms();
	proxy_ask_all("127.0.0.1", proxy.port, "u", "p", many, 300, 400);
	ok(clock_ms() - begin < 1500,
		"a proxy that says nothing is waited for no longer than said");
	answered = 0;
	for (size_t i = 0; i < 300; i++)
		answered += many[i].status != 0;
	is_int((long long)answered, 0, "and has answered none, those never asked included");
	fake_proxy_stop(&proxy);
	proxy_ask_all("127.0.0.1", proxy.port, "u", "p", two, 2, 400);
	is_int(two[0].status + two[1].status, 0, "nobody there is no answer");
	return done_testing();
}
