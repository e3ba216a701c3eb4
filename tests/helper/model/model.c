/* The whole helper on a modelled machine: what it does to every small list of addresses, what it does when a
 * call fails or lies, when another root changes the list in between, and the order of its calls.
 *
 *	model GOLDEN-FOLDER
 *
 * A build is made by build.sh. With MODEL_WRITE=1 the golden files are written instead of compared: read the
 * difference before it is committed. */
#include <stdio.h>
#include <stdlib.h>

#include "part.h"
#include "tap.h"

unsigned long part_runs;
static const char *golden_folder;

void part_run(const struct asked *op)
{
	char text[3][32];
	const char *argv[6] = {"bottle-netd", op->verb};

	for (unsigned i = 0; i < op->count; i++) {
		snprintf(text[i], sizeof(text[i]), "127.0.0.%u", op->octet[i]);
		argv[i + 2] = text[i];
	}
	argv[op->count + 2] = NULL;
	machine_run((int)op->count + 2, argv);
	part_runs++;
}

void part_holds(const struct record *wrong, const char *rule)
{
	if (!ok(wrong->len == 0, "%s", rule))
		fprintf(stderr, "%.1500s\n", wrong->at);
}

void part_golden(const char *name, const struct record *got)
{
	static struct record want;
	char path[4096];
	FILE *file;

	snprintf(path, sizeof(path), "%s/%s", golden_folder, name);
	if (getenv("MODEL_WRITE") != NULL && (file = fopen(path, "w")) != NULL) {
		fputs(got->at, file);
		fclose(file);
	}
	want.at[want.len = 0] = '\0';
	if ((file = fopen(path, "r")) != NULL) {
		want.len = (unsigned)fread(want.at, 1, sizeof(want.at) - 1, file);
		want.at[want.len] = '\0';
		fclose(file);
	}
	if (!ok(want.len > 0 && want.len + 2 < sizeof(want.at) && strcmp(want.at, got->at) == 0,
		    "%s is as in the golden file", name)) {
		const char *a = want.at, *b = got->at;

		while (*a != '\0' && *a == *b) {
			a++;
			b++;
		}
		while (a > want.at && a[-1] != '\n') {
			a--;
			b--;
		}
		fprintf(stderr, "# want: %.*s\n#  got: %.*s\n", (int)strcspn(a, "\n"), a,
			(int)strcspn(b, "\n"), b);
	}
}

int main(int argc, char **argv)
{
	if (argc != 2) {
		fprintf(stderr, "usage: model GOLDEN-FOLDER\n");
		return 64;
	}
	golden_folder = argv[1];
	test_traces();
	test_faults();
	test_behaviour();
	test_rivals();
	printf("# audit: model %lu runs of the whole program on a modelled machine\n", part_runs);
	return done_testing();
}
