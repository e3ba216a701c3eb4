/* What is asked of a proxy, and what its answers are taken for. */
#include "proxy_probe.h"

#include <arpa/inet.h>

#include "clock.h"
#include "err.h"
#include "frontend/port/fake_proxy.h"
#include "mem.h"
#include "tap.h"

static struct fake_proxy proxy;

static void probe(
	const char *(*answer)(const char *request), bool full, struct probe_report *report)
{
	cleanup_error struct error err = ERROR_INIT;
	struct probe_port ports[] = {{"proxy", 0, 8888}, {"git", 1, 9418}};
	struct probe_input input = {.alias = "127.0.0.1",
		.dial = "127.0.0.1",
		.other = "127.0.0.1",
		.bundle_ip = "10.213.1.242",
		.ports = ports,
		.port_count = 2,
		.egress_port = 9099,
		.full = full};

	fake_proxy_start(&proxy, answer);
	ports[0].host_port = proxy.port;
	is_int(proxy_probe_run(&input, "web", "token", report, &err), 0,
		"the table was gone through");
	fake_proxy_stop(&proxy);
}

static const struct probe_row *row(const struct probe_report *report, const char *id)
{
	for (size_t i = 0; i < report->count; i++)
		if (strcmp(report->row[i].id, id) == 0)
			return &report->row[i];
	return NULL;
}

static const char *state(const struct probe_report *report, const char *id)
{
	const struct probe_row *found = row(report, id);

	return found ? found->state : NULL;
}

static const char *refuse(const char *request)
{
	(void)request;
	return "HTTP/1.1 403 Forbidden\r\n\r\n";
}

static const char *tunnel(const char *request)
{
	return strncmp(request, "CONNECT ", 8) == 0 ? "HTTP/1.1 200 OK\r\n\r\n" : refuse(request);
}

static const char *page(const char *request)
{
	return strncmp(request, "CONNECT ", 8) == 0 ? refuse(request) : "HTTP/1.1 200 OK\r\n\r\n";
}

static const char *fail(const char *request)
{
	(void)request;
	return "HTTP/1.1 503 Nobody there\r\n\r\n";
}

static const char *say_nothing(const char *request)
{
	(void)request;
	return NULL;
}

/* Goes to our listeners without a word of the request, and then says that it did not. */
static const char *visit(const char *request)
{
	struct sockaddr_in sin = {.sin_family = AF_INET};
	char address[16];
	unsigned port;

	if (sscanf(request, "GET http://%15[0-9.]:%u/", address, &port) == 2 && port > 10000 &&
		inet_pton(AF_INET, address, &sin.sin_addr) == 1) {
		int fd = socket(AF_INET, SOCK_STREAM, 0);

		sin.sin_port = htons((uint16_t)port);
		(void)!connect(fd, (struct sockaddr *)&sin, sizeof(sin));
		close(fd);
	}
	return strncmp(request, "GET http://", 11) != 0 || strchr("0123456789[", request[11])
		       ? refuse(request)
		       : fail(request);
}

static void test_table(void)
{
	static const char *const targets[][2] = {{"egress", "127.0.0.1:9099"},
		{"egress-decimal", "2130706433:9099"}, {"egress-octal", "0177.00.00.01:9099"},
		{"egress-hex", "0x7f000001:9099"}, {"egress-mapped", "[::ffff:127.0.0.1]:9099"},
		{"egress-mapped-hex", "[::ffff:7f00:1]:9099"}, {"egress-own", "10.213.1.242:9099"},
		{"egress-own-name", "bot-bottle-sidecars-web:9099"}, {"gateway", "10.213.1.241:80"},
		{"gateway-mapped", "[::ffff:10.213.1.241]:80"},
		{"metadata-decimal", "2852039166:80"}, {"other-bundle", "10.213.2.2:8888"}};
	struct probe_report quick = {0}, full = {0};

	probe(refuse, false, &quick);
	probe(refuse, true, &full);
	for (size_t i = 0; i < sizeof(targets) / sizeof(*targets); i++) {
		const struct probe_row *found = row(&quick, targets[i][0]);

		is_str(found ? found->target : NULL, targets[i][1], targets[i][0]);
	}
	ok(row(&quick, "egress-loopback6") == NULL && row(&full, "egress-loopback6") != NULL,
		"literal IPv6 is for a full run");
	is_int((long long)full.failed, 0, "a proxy that refuses all has nothing open");
	is_int((long long)proxy_probe_open(&full), 0, "nor counted as open");
	is_str(row(&quick, "egress")->why,
		"CONNECT :9099 403, GET :9099 403, CONNECT :443 403, GET :80 403", "why");
	probe_report_clear(&quick);
	probe_report_clear(&full);
}

static void test_judgement(void)
{
	struct probe_report report = {0};

	probe(tunnel, false, &report);
	is_int((long long)proxy_probe_open(&report), (long long)report.count,
		"whoever grants tunnels is open everywhere");
	probe_report_clear(&report);

	probe(page, false, &report);
	is_str(state(&report, "egress"), "open", "a page that comes back is open");
	probe_report_clear(&report);

	probe(fail, false, &report);
	is_str(state(&report, "egress"), "unproven",
		"an address where it finds nobody is unproven");
	is_str(state(&report, "metadata"), "unproven", "another one too");
	is_str(state(&report, "metadata-name"), "unreachable",
		"a name that it cannot resolve is not");
	is_int((long long)proxy_probe_open(&report), 0, "none of these is open");
	ok(report.failed > 0, "but some do not pass");
	probe_report_clear(&report);

	probe(visit, false, &report);
	is_str(state(&report, "other-bottle"), "open", "whoever comes to our listener went there");
	ok(row(&report, "other-bottle")->host_judged, "whatever it says: the host judges");
	is_str(state(&report, "egress"), "unproven",
		"after that, a 403 to a GET may be the daemon's");
	probe_report_clear(&report);
}

static void test_silence(void)
{
	struct probe_report report = {0};
	int64_t begin = clock_ms();

	probe(say_nothing, true, &report);
	ok(clock_ms() - begin < 6500, "a proxy that says nothing holds nobody up for long");
	is_int((long long)report.failed, (long long)report.count, "silence never passes");
	is_str(state(&report, "metadata-name"), "unproven", "not for a name either");
	probe_report_clear(&report);
}

static void test_none(void)
{
	cleanup_error struct error err = ERROR_INIT;
	struct probe_port git = {"git", 1, 9418};
	struct probe_input input = {.alias = "127.0.0.1", .ports = &git, .port_count = 1};
	struct probe_report report = {0};

	is_int(proxy_probe_run(&input, "web", "token", &report, &err), 0,
		"a bottle without a proxy");
	is_int((long long)report.count, 0, "has no rows");
}

int main(void)
{
	test_table();
	test_judgement();
	test_silence();
	test_none();
	return done_testing();
}
