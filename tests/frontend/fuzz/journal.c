/* Any bytes as a file of our own state: a power cut may have cut it, a copy of somebody's home may have brought it.
 * The first byte chooses journal, verdict, approval, or the line from which a supervisor learns what it watches. */
#include "journal.h"

#include "context.h"
#include "err.h"
#include "fuzz.h"
#include "trust.h"
#include "verdict.h"
#include "watch.h"

static struct context ctx;

static void read_journal(struct error *err)
{
	cleanup_journal_facts struct journal_facts facts = {0};

	if (journal_read(&ctx, "web", &facts, err) != 0)
		return;
	FUZZ_RULE(strlen(facts.launch) == JOURNAL_LAUNCH_LEN);
	FUZZ_RULE(facts.engine != NULL && facts.smolvm != NULL);
	FUZZ_RULE(facts.children <= JOURNAL_CHILD_MAX);
}

static void read_verdict(struct error *err)
{
	cleanup_verdict struct verdict verdict = {0};
	cleanup_strv struct strv urls = STRV_INIT;

	if (verdict_load(&ctx, "web", &verdict, err) != 0) {
		FUZZ_RULE(err->code == EXIT_DATA);
		return;
	}
	FUZZ_RULE(verdict.port_count <= BUNDLE_PORT_MAX && strcmp(verdict.slug, "web") == 0);
	verdict_urls(&verdict, &urls);
}

static void read_watch(const uint8_t *data, size_t size, struct error *err)
{
	cleanup_watch struct watch watch = {0};
	cleanup_free char *line = fuzz_text(data, size);

	if (watch_parse(line, &watch, err) == 0)
		FUZZ_RULE(watch.port_count <= BUNDLE_PORT_MAX && watch.slug != NULL);
}

static void read_approval(struct error *err)
{
	cleanup_trust_record struct trust_record record = {0};
	struct trust_file file = {.path = (char *)"/p"};

	if (trust_find(&ctx, &file, &record, err) == 0 && record.path != NULL)
		FUZZ_RULE(strcmp(record.path, "/p") == 0 &&
			  strlen(record.sha256) == SHA256_HEX_LEN - 1);
}

static char *place_of_approval(void)
{
	char hex[SHA256_HEX_LEN];

	sha256_hex("file /p", strlen("file /p"), hex);
	return xasprintf("%s/.trust/%s", ctx.state_root, hex);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static char *journal, *verdict, *approval;
	cleanup_error struct error err = ERROR_INIT;

	if (size == 0)
		return 0;
	if (journal == NULL) {
		ctx.state_root = xstrdup(fuzz_folder());
		FUZZ_RULE(chdir(fuzz_folder()) == 0 && mkdir("web", 0700) == 0 &&
			  mkdir(".trust", 0700) == 0);
		journal = xasprintf("%s/web/journal", ctx.state_root);
		verdict = xasprintf("%s/web/verdict", ctx.state_root);
		approval = place_of_approval();
	}
	switch (data[0] % 4) {
	case 0:
		fuzz_file(journal, data + 1, size - 1);
		read_journal(&err);
		break;
	case 1:
		fuzz_file(verdict, data + 1, size - 1);
		read_verdict(&err);
		break;
	case 2:
		fuzz_file(approval, data + 1, size - 1);
		read_approval(&err);
		break;
	default:
		read_watch(data + 1, size - 1, &err);
		break;
	}
	return 0;
}
