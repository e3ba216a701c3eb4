/* Every address, every neighbour of a good one, every short string: what the helper's parser makes of them.
 *
 *   exhaustive quads [FIRST LAST]   the canonical spellings of all addresses, or of FIRST.0.0.0 to LAST.255.255.255
 *   exhaustive edits                all strings one byte away from a spelling of the pool, as an argument
 *   exhaustive short                all strings of up to 4 bytes, those of up to 3 as an argument too
 *
 * Two processes share the work. Prints what was counted; exits 1 if anything was not as it must be. The sources
 * are included so that the compiler can inline them: a call takes nanoseconds. */
#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "helper/request.c"
#include "shared/addr.c"
#include "shared/pool.c"

#define WORKERS 2

_Static_assert(
	POOL_FIRST == 16 && POOL_LAST == 31, "the strings below are those of the default pool");

static const char *const pool[] = {"127.0.0.16", "127.0.0.17", "127.0.0.18", "127.0.0.19",
	"127.0.0.20", "127.0.0.21", "127.0.0.22", "127.0.0.23", "127.0.0.24", "127.0.0.25",
	"127.0.0.26", "127.0.0.27", "127.0.0.28", "127.0.0.29", "127.0.0.30", "127.0.0.31"};
#define POOL_STRINGS (sizeof(pool) / sizeof(pool[0]))

struct tally {
	unsigned long accepted; /* as an address, or as an argument */
	unsigned long refused;
	unsigned long pool; /* of those accepted, inside the pool */
	unsigned long wrong;
};

struct range {
	unsigned first, last;
};

static void quads(struct tally *tally, unsigned worker, struct range range)
{
	char tail[256][4], text[INET_ADDRSTRLEN];

	for (unsigned d = 0; d < 256; d++) {
		char number[12] = {0};

		snprintf(number, sizeof(number), "%u", d);
		memcpy(tail[d], number, sizeof(tail[d]));
	}
	for (unsigned front = range.first << 16; front < (range.last + 1) << 16; front++) {
		const uint8_t a = (uint8_t)(front >> 16), b = (uint8_t)(front >> 8),
			      c = (uint8_t)front;
		int at;

		if (front % WORKERS != worker)
			continue;
		at = snprintf(text, sizeof(text), "%u.%u.%u.", a, b, c);
		for (unsigned d = 0; d < 256; d++) {
			const struct addr want = {{a, b, c, (uint8_t)d}};
			struct addr got = {{0, 0, 0, 0}};
			bool inside;

			memcpy(text + at, tail[d], sizeof(tail[d]));
			if (!addr_parse(text, &got)) {
				tally->refused++;
				tally->wrong++;
				continue;
			}
			tally->accepted++;
			tally->wrong += memcmp(&got, &want, sizeof(got)) != 0;
			inside = pool_contains(got);
			tally->pool += inside;
			tally->wrong += inside != ((front == 127u << 16) && d >= 16 && d <= 31);
		}
	}
}

/* TEXT as the one argument of VERB: accepted if it is a string of the pool, with its address; refused else,
 * with no address; as outside the pool if the C library reads it as an address and prints it the same. */
static void argument(struct tally *tally, const char *verb, const char *text)
{
	static const struct request empty;
	struct request got;
	char name[] = "bottle-netd", word[8], copy[24], printed[INET_ADDRSTRLEN];
	char *argv[] = {name, word, copy, NULL};
	struct in_addr addr;
	struct outcome end;
	size_t entry = 0;

	strcpy(word, verb);
	strcpy(copy, text);
	memset(&got, 0xee, sizeof(got));
	end = request_parse(3, argv, &got);
	while (entry < POOL_STRINGS && strcmp(pool[entry], text) != 0)
		entry++;
	if (end.code == EXIT_OK) {
		const struct addr want = {{127, 0, 0, (uint8_t)(16 + entry)}};

		tally->accepted++;
		tally->pool++;
		tally->wrong +=
			entry == POOL_STRINGS || got.count != 1 ||
			memcmp(&got.addr[0], &want, sizeof(want)) != 0 ||
			memcmp(&got.addr[1], &empty.addr[1], sizeof(got.addr) - sizeof(want)) != 0;
	} else {
		bool is_quad =
			inet_pton(AF_INET, text, &addr) == 1 &&
			strcmp(inet_ntop(AF_INET, &addr, printed, sizeof(printed)), text) == 0;

		tally->refused++;
		tally->wrong += entry < POOL_STRINGS || got.count != 0 ||
				memcmp(got.addr, empty.addr, sizeof(got.addr)) != 0 ||
				end.code != (is_quad ? EXIT_REFUSED : EXIT_USAGE_ERROR);
	}
	tally->wrong += got.op != (word[0] == 'a' ? OP_ADD : OP_REMOVE);
}

static void edits(struct tally *tally, unsigned worker, struct range range)
{
	const char *verb = worker == 0 ? "add" : "remove";
	char text[24];

	(void)range;
	for (size_t entry = 0; entry < POOL_STRINGS; entry++) {
		const char *from = pool[entry];
		const int len = (int)strlen(from);

		for (int at = 0; at <= len; at++) {
			for (int byte = 1; byte < 256; byte++) {
				snprintf(text, sizeof(text), "%.*s%c%s", at, from, byte, from + at);
				argument(tally, verb, text); /* inserted */
				if (at == len)
					continue;
				strcpy(text, from);
				text[at] = (char)byte;
				argument(tally, verb, text); /* replaced */
			}
			if (at == len)
				continue;
			snprintf(text, sizeof(text), "%.*s%s", at, from, from + at + 1);
			argument(tally, verb, text); /* left out */
		}
	}
}

static void one_short(struct tally *tally, const char *text)
{
	struct addr addr;

	if (addr_parse(text, &addr))
		tally->accepted++;
	else
		tally->refused++;
}

static void shorts(struct tally *tally, unsigned worker, struct range range)
{
	char text[5] = {0};

	(void)range;
	/* Bytes 0 to 255 in each place: with a 0 in it, a string is one of the shorter ones, and counts once. */
	for (unsigned front = worker; front < 1u << 24; front += WORKERS) {
		const unsigned len = (front & 0xff0000) == 0   ? 0
				     : (front & 0x00ff00) == 0 ? 1
				     : (front & 0x0000ff) == 0 ? 2
							       : 3;

		if ((front & (0x00ffffffu >> 8 * len)) != 0)
			continue; /* bytes behind the NUL */
		text[0] = (char)(front >> 16);
		text[1] = (char)(front >> 8);
		text[2] = (char)front;
		text[3] = '\0';
		one_short(tally, text);
		argument(tally, "add", text);
		for (unsigned last = 1; len == 3 && last < 256; last++) {
			text[3] = (char)last;
			one_short(tally, text);
		}
	}
	tally->wrong += tally->accepted;
}

int main(int argc, char **argv)
{
	struct range range = {0, 255};
	struct tally *tally, all = {0, 0, 0, 0};
	void (*part)(struct tally *, unsigned, struct range);
	int broken = 0;

	if (argc != 2 && argc != 4)
		return 64;
	part = strcmp(argv[1], "quads") == 0   ? quads
	       : strcmp(argv[1], "edits") == 0 ? edits
					       : shorts;
	if (argc == 4)
		range = (struct range){(unsigned)atoi(argv[2]), (unsigned)atoi(argv[3])};
	tally = mmap(NULL, WORKERS * sizeof(*tally), PROT_READ | PROT_WRITE,
		MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (tally == MAP_FAILED)
		return 71;
	for (unsigned worker = 0; worker < WORKERS; worker++) {
		pid_t pid = fork();

		if (pid < 0)
			return 71;
		if (pid == 0) {
			struct tally own = {0, 0, 0, 0};

			part(&own, worker, range);
			tally[worker] = own;
			_exit(0);
		}
	}
	for (unsigned worker = 0; worker < WORKERS; worker++) {
		int status;

		broken |= wait(&status) < 0 || status != 0;
	}
	for (unsigned worker = 0; worker < WORKERS; worker++) {
		all.accepted += tally[worker].accepted;
		all.refused += tally[worker].refused;
		all.pool += tally[worker].pool;
		all.wrong += tally[worker].wrong;
	}
	printf("tried %lu accepted %lu pool %lu wrong %lu%s\n", all.accepted + all.refused,
		all.accepted, all.pool, all.wrong, broken ? " broken" : "");
	return broken || all.wrong != 0;
}
