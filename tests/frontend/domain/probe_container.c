/* Judging a container: the attempts are made here, in its place, by a function that reaches what it likes; listeners
 * of ours on this host are the judge. */
#include "probe.h"

#include <arpa/inet.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "clock.h"
#include "err.h"
#include "guest.h"
#include "mem.h"
#include "probe_table.h"
#include "tap.h"

/* What the container does with the attempt ID; every other one is as containment looks. */
struct behaviour {
	const char *id;
	bool send; /* its nonce, to where it is told, by UDP */
	enum guest_state state;
	const char *data;
	size_t data_len;
};

static void send_nonce(const struct guest_attempt *at)
{
	struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(at->port)};
	int fd = socket(AF_INET, SOCK_DGRAM, 0);

	inet_pton(AF_INET, at->address, &to.sin_addr);
	sendto(fd, at->nonce, strlen(at->nonce), 0, (struct sockaddr *)&to, sizeof(to));
	close(fd);
	clock_sleep_ms(300); /* the listener is a thread */
}

static int act(void *arg, struct guest_attempt *attempts, size_t count, struct error *err)
{
	const struct behaviour *does = arg;

	if (does == NULL)
		return err_set(err, EXIT_REFUSED, "no answer");
	for (size_t i = 0; i < count; i++) {
		struct guest_attempt *at = &attempts[i];

		at->state = strncmp(at->id, "published", 9) == 0 ? GUEST_ANSWER
			    : strcmp(at->kind, "listen") == 0    ? GUEST_LISTENING
								 : GUEST_REFUSED;
		if (at->state == GUEST_ANSWER) {
			memcpy(at->data, "HTTP/1.0", 8);
			at->data_len = 8;
		}
		if (strcmp(at->id, does->id) != 0)
			continue;
		if (does->send)
			send_nonce(at);
		at->state = does->state;
		at->data_len = does->data_len;
		if (does->data != NULL)
			memcpy(at->data, does->data, does->data_len);
	}
	return 0;
}

static int run(const struct behaviour *does, struct probe_report *report, struct error *err)
{
	static const struct probe_port ports[] = {{"proxy", 8888, 8888}};
	struct probe_input input = {.machine = "m",
		.alias = "10.213.1.10",
		.other = "127.0.0.17",
		.bundle_ip = "10.213.1.2",
		.ports = ports,
		.port_count = 1,
		.egress_port = 9099,
		.full = true,
		.gateway = "127.0.0.9", /* an address of this host, so that a listener can wait */
		.ask = act,
		.ask_arg = (void *)does};

	return probe_run(NULL, &input, report, err);
}

static const struct probe_row *row_of(const struct probe_report *report, const char *id)
{
	for (size_t i = 0; i < report->count; i++)
		if (strcmp(report->row[i].id, id) == 0)
			return &report->row[i];
	return NULL;
}

/* RFC 1035: id, flags, counts. */
#define SERVFAIL "\0\1\x81\x82\0\1\0\0\0\0\0\0"
#define REFUSED "\0\1\x81\x85\0\1\0\0\0\0\0\0"
#define NXDOMAIN "\0\1\x81\x83\0\1\0\0\0\0\0\0"
#define ANSWERED "\0\1\x81\x80\0\1\0\1\0\0\0\0"
#define WITH_RECORD "\0\1\x81\x82\0\1\0\1\0\0\0\0"
#define QUERY "\0\1\x01\x02\0\1\0\0\0\0\0\0"

static const struct {
	const char *name;
	struct behaviour does;
	bool pass;
} cases[] = {
	{"the gateway is silent", {"gateway", false, GUEST_TIMEOUT, NULL, 0}, true},
	{"the gateway connects", {"gateway", false, GUEST_OPEN, NULL, 0}, false},
	{"a datagram to the gateway arrives, and nothing comes back",
		{"gateway-udp", true, GUEST_TIMEOUT, NULL, 0}, false},
	{"a datagram arrives, and the guest says that it was refused",
		{"gateway-udp", true, GUEST_REFUSED, NULL, 0}, false},
	{"the egress daemon answers", {"egress-inside", false, GUEST_ANSWER, "x", 1}, false},
	{"the egress daemon takes a connection", {"egress-inside", false, GUEST_OPEN, NULL, 0},
		false},
	{"another bottle answers", {"other-bottle", false, GUEST_ANSWER, "x", 1}, false},
	{"the internet answers", {"internet-udp", false, GUEST_ANSWER, "x", 1}, false},
	{"the metadata service connects", {"metadata", false, GUEST_OPEN, NULL, 0}, false},
	{"the engine's resolver is silent", {"dns-engine", false, GUEST_TIMEOUT, NULL, 0}, true},
	{"it fails", {"dns-engine", false, GUEST_ANSWER, SERVFAIL, 12}, true},
	{"it refuses", {"dns-engine", false, GUEST_ANSWER, REFUSED, 12}, true},
	{"it knows that there is no such name", {"dns-engine", false, GUEST_ANSWER, NXDOMAIN, 12},
		false},
	{"it knows the name", {"dns-engine", false, GUEST_ANSWER, ANSWERED, 12}, false},
	{"it fails with a record", {"dns-engine", false, GUEST_ANSWER, WITH_RECORD, 12}, false},
	{"a query comes back", {"dns-engine", false, GUEST_ANSWER, QUERY, 12}, false},
	{"half an answer", {"dns-engine", false, GUEST_ANSWER, SERVFAIL, 11}, false},
	{"what resolv.conf names fails", {"dns-configured", false, GUEST_ANSWER, SERVFAIL, 12},
		true},
	{"a public resolver fails", {"dns-public", false, GUEST_ANSWER, SERVFAIL, 12}, false},
	{"the bundle resolves", {"dns-bundle", false, GUEST_ANSWER, SERVFAIL, 12}, false},
	{"the guest could not try", {"internet-tcp", false, GUEST_ERROR, NULL, 0}, false},
	{"the bundle's port is closed", {"published-proxy", false, GUEST_REFUSED, NULL, 0}, false},
	{"the bundle's port says nothing of HTTP", {"published-proxy", false, GUEST_ANSWER, "x", 1},
		false},
};

int main(void)
{
	cleanup_error struct error err = ERROR_INIT;
	struct probe_report report = {NULL, NULL, 0, 0, 0};

	is_int(run(&(struct behaviour){.id = ""}, &report, &err), 0, "a contained one");
	is_int((int)report.failed, 0, "passes in every row");
	ok(report.count <= GUEST_ATTEMPT_MAX && report.count >= probe_table_container_count - 4,
		"all of the table is asked");
	ok(row_of(&report, "gateway-udp") != NULL && row_of(&report, "gateway-udp")->host_judged,
		"where this host has the gateway's address, it is the judge");
	probe_report_clear(&report);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const struct probe_row *row;

		ok(run(&cases[i].does, &report, &err) == 0, "%s: judged", cases[i].name);
		row = row_of(&report, cases[i].does.id);
		ok(row != NULL && row->pass == cases[i].pass &&
				report.failed == (cases[i].pass ? 0u : 1u),
			"%s: %s", cases[i].name, cases[i].pass ? "passes" : "fails alone");
		probe_report_clear(&report);
	}
	is_int(run(NULL, &report, &err), -1, "no answer proves nothing");
	return done_testing();
}
