/* libFuzzer: any argument vector to the whole program on the model. The bytes are the arguments, each ended by NUL;
 * the first byte says what is wrong with the installation, the descriptors and lo. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "machine.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void fail(const char *why)
{
	fprintf(stderr, "%s\nexit %d\nout %s\nerr %s\n%s", why, machine.exit_code, machine.out.at,
		machine.err.at, machine.broken.at);
	abort();
}

/* One fixed line, or nothing. */
static void judge_texts(void)
{
	static const char *const errors[] = {"",
		"bottle-netd: usage: bottle-netd add|remove ADDR... | policy | version\n",
		"bottle-netd: an address is not a canonical dotted quad, or there twice\n",
		"bottle-netd: an address lies outside the pool\n",
		"bottle-netd: not installed as it must be: not setuid\n",
		"bottle-netd: the loopback interface is down\n"};
	char octet[16], word[16], line[64];
	const char *at = machine.out.at;
	size_t i = 0;

	while (i < sizeof(errors) / sizeof(errors[0]) && strcmp(errors[i], machine.err.at) != 0)
		i++;
	if (i == sizeof(errors) / sizeof(errors[0]))
		fail("another text on stderr");
	if (strcmp(at, "bottle-netd 0.0.0\n") == 0 ||
		strcmp(at, "protocol 1 pool 127.0.0.16 127.0.0.31\n") == 0)
		return;
	for (; *at != '\0'; at = strchr(at, '\n') + 1) {
		if (sscanf(at, "127.0.0.%15[0-9] %15[a-z]\n", octet, word) != 2)
			fail("another text on stdout");
		snprintf(line, sizeof(line), "127.0.0.%s %s\n", octet, word);
		if (strncmp(at, line, strlen(line)) != 0 || atoi(octet) < 16 || atoi(octet) > 31 ||
			strstr(" added present removed absent ", word) == NULL)
			fail("another line on stdout");
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static char bytes[4096];
	static const char *argv[600];
	int argc = 0;

	machine_reset();
	machine.quiet = true;
	if (size > 0) {
		machine.open_fds = data[0] & 7;
		machine.log_missing = (data[0] & 8) != 0;
		machine.lo.up = (data[0] & 16) == 0;
		if ((data[0] & 32) != 0) {
			machine.uid[1] = machine.uid[2] = 1000;
			machine.permitted = machine.effective = 0;
			machine.secure = 0;
			machine.mode = S_IFREG | 0755;
		}
		if ((data[0] & 64) != 0)
			lo_add(&machine.lo, 0x7f000010U, 8, "lo:16");
		data++;
		size--;
	}
	size = size < sizeof(bytes) - 1 ? size : sizeof(bytes) - 1;
	memcpy(bytes, data, size);
	bytes[size] = '\0';
	for (size_t at = 0; at < size && argc < 599; at += strlen(bytes + at) + 1)
		argv[argc++] = bytes + at;
	argv[argc] = NULL;
	machine_run(argc, argv);
	if (machine.broken.len > 0 || !lo_has(&machine.lo, 0x7f000001U, 8))
		fail("a rule is broken");
	if (machine.exit_code != 0 && machine.exit_code != 64 && machine.exit_code != 75 &&
		machine.exit_code != 77 && machine.exit_code != 78)
		fail("another exit code");
	if ((machine.exit_code == 64 || machine.exit_code == 77 || machine.exit_code == 78) &&
		(machine.writes > 0 || machine.out.len > 0))
		fail("a refusal that does something");
	judge_texts();
	return 0;
}
