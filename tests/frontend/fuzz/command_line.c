/* Any bytes as what somebody types: a time, a length of time, a line that a shell wants completed. The first byte
 * chooses. */
#include "../../../frontend/cmd/command.h"

#include "duration.h"
#include "fuzz.h"
#include "moment.h"

#define NOW INT64_C(1764363600123)
#define LATE INT64_C(100000000000000000) /* further on than any length of time is long */

/* What is taken for a moment is the one that its text says, by the other function. */
static void read_moment(const char *text)
{
	char same[MOMENT_STRLEN];
	int64_t at = -1, again = -1;
	bool leap =
		strstr(text, ":60") != NULL; /* a leap second is the next one to everybody else */

	if (!moment_parse(text, NOW, &at)) {
		FUZZ_RULE(at == -1);
		return;
	}
	FUZZ_RULE(at >= 0);
	moment_print(leap ? at - 1000 : at, same);
	if (strchr(text, 'T') != NULL)
		FUZZ_RULE(strncmp(same, text, strlen("2026-11-28T21:00:")) == 0);
	moment_print(at, same);
	if (strlen(same) == strlen("2026-11-28T21:00:00.123Z") && same[0] != '?')
		FUZZ_RULE(moment_parse(same, NOW, &again) && again == at);
}

static void read_duration(const char *text)
{
	int64_t seconds = -1, at = -1;

	if (!parse_duration(text, &seconds)) {
		FUZZ_RULE(seconds == -1);
		return;
	}
	FUZZ_RULE(seconds >= 0 && seconds <= INT64_C(99999999) * 86400);
	FUZZ_RULE(moment_parse(text, LATE, &at) && at == LATE - seconds * 1000);
}

/* Lines as the header promises them. A lone dash stands for both of an option's. */
static void check_offers(char *lines, const char *last)
{
	char *rest = NULL;

	for (char *line = strtok_r(lines, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest)) {
		char *tab = strchr(line, '\t');

		FUZZ_RULE(tab != NULL);
		if (tab == line)
			FUZZ_RULE(strcmp(line, "\tfile") == 0 || strcmp(line, "\tfolder") == 0);
		else if (last[0] != '-' || last[1] == '-')
			FUZZ_RULE(strncmp(line, last, strlen(last)) == 0);
	}
}

static void complete(const uint8_t *data, size_t size)
{
	enum { WORDS = 16 };
	const char *words[WORDS + 1] = {NULL};
	cleanup_free char *text = xcalloc(size + 1, 1);
	char *lines = NULL;
	size_t count = 0, len = 0;
	FILE *out = open_memstream(&lines, &len);

	memcpy(text, data, size);
	for (size_t at = 0; at <= size && count < WORDS; at += strlen(text + at) + 1)
		words[count++] = text + at;
	FUZZ_RULE(out != NULL);
	command_complete(words, out);
	fclose(out);
	/* A newline in the word is repeated by what completes it. */
	if (memchr(data, '\n', size) == NULL)
		check_offers(lines, words[count - 1]);
	free(lines);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	cleanup_free char *text = NULL;
	static bool begun;

	if (size == 0)
		return 0;
	if (!begun) {
		cleanup_free char *bottle = xasprintf("%s/bottle", fuzz_folder());
		cleanup_free char *web = xasprintf("%s/bottle/web", fuzz_folder());

		setenv("XDG_STATE_HOME", fuzz_folder(), 1);
		setenv("XDG_CONFIG_HOME", fuzz_folder(), 1);
		FUZZ_RULE(mkdir(bottle, 0700) == 0 && mkdir(web, 0700) == 0);
		begun = true;
	}
	text = fuzz_text(data + 1, size - 1);
	if (data[0] % 3 == 0)
		read_moment(text);
	else if (data[0] % 3 == 1)
		read_duration(text);
	else
		complete(data + 1, size - 1);
	return 0;
}
