/* libFuzzer: a kernel that answers anything. Each ioctl of the program takes its result, its errno and the bytes of
 * its answer from the input; the list of addresses too. The helper may end as it likes: by a documented exit code,
 * with fixed texts, and with no write but its own. */
#include <errno.h>
#include <net/if.h>
#include <netinet/in.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>

#include "kernel.h"
#include "machine.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const uint8_t *next;
static size_t left;

static uint8_t take(void)
{
	if (left == 0)
		return 0;
	left--;
	return *next++;
}

/* Some names and numbers that matter, or any. */
static void take_entry(struct ifreq *entry)
{
	static const char *const labels[] = {
		"lo", "lo:16", "lo:17", "lo:1", "eth0", "", "lo:160", "lox"};
	static const uint32_t numbers[] = {
		0x7f000001U, 0x7f000010U, 0x7f000011U, 0xff000000U, 0xffffffffU, 0, 1, 0x0a000001U};
	uint8_t how = take();
	struct sockaddr_in in = {.sin_family = AF_INET, .sin_addr = {htonl(numbers[how >> 3 & 7])}};

	memset(entry, 0, sizeof(*entry));
	strcpy(entry->ifr_name, labels[how & 7]);
	memcpy(&entry->ifr_addr, &in, sizeof(in));
	if (how >> 6 == 3)
		for (size_t i = 0; i < sizeof(*entry); i++)
			((uint8_t *)entry)[i] = take();
}

int fuzz_ioctl(int fd, unsigned long request, ...)
{
	bool writes =
		request == SIOCSIFADDR || request == SIOCSIFNETMASK || request == SIOCSIFFLAGS;
	uint8_t how = take();
	struct ifreq entry;
	va_list ap;
	void *arg;

	va_start(ap, request);
	arg = va_arg(ap, void *);
	va_end(ap);
	if (writes)
		(void)model_ioctl(fd, request, arg); /* judges it */
	if ((how & 15) == 15) {
		errno = how >> 4;
		return -1;
	}
	if (request == SIOCGIFCONF) {
		struct ifconf *conf = arg;
		unsigned room = (unsigned)conf->ifc_len / sizeof(entry);
		unsigned count = (how & 15) == 14 ? room : how & 7;

		for (unsigned i = 0; i < count; i++)
			take_entry(&conf->ifc_req[i]);
		/* Also lengths that are no multiple of an entry, as no kernel answers: inside the room all the same. */
		conf->ifc_len = (int)(count * sizeof(entry)) - ((how & 15) == 13 && count > 0);
		return 0;
	}
	if (request == SIOCGIFFLAGS) {
		((struct ifreq *)arg)->ifr_flags =
			(short)(how & 1 ? take() : IFF_UP | IFF_LOOPBACK);
		return 0;
	}
	if (request == SIOCGIFNETMASK) {
		take_entry(&entry);
		memcpy(&((struct ifreq *)arg)->ifr_addr, &entry.ifr_addr, sizeof(entry.ifr_addr));
	}
	return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const all[] = {"n", "add", "127.0.0.16", "127.0.0.17", NULL};
	const char *argv[5];
	int argc;

	next = data;
	left = size;
	machine_reset();
	machine.quiet = true;
	memcpy(argv, all, sizeof(all));
	argc = 3 + (take() & 1);
	argv[1] = (take() & 1) != 0 ? "add" : "remove";
	argv[argc] = NULL;
	machine_run(argc, argv);
	if (machine.broken.len > 0 ||
		(machine.exit_code != 0 && machine.exit_code != 71 && machine.exit_code != 75) ||
		(machine.exit_code == 0) != (machine.err.len == 0) || machine.err.len > 100 ||
		(machine.exit_code != 71 && machine.out.len == 0)) {
		fprintf(stderr, "exit %d\nout %s\nerr %s\n%s", machine.exit_code, machine.out.at,
			machine.err.at, machine.broken.at);
		abort();
	}
	return 0;
}
