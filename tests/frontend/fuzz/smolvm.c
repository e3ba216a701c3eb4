/* Any bytes as what smolvm prints: its version, the list of its machines, the connections that it denied. What reads
 * the latter two are functions that nobody else may call, hence their files. */
#include "smolvm.h"

#include "denials.h"
#include "fuzz.h"

static const uint8_t *said;
static size_t said_len;

static int fuzz_egress_events(
	const struct smolvm *vm, const char *machine, char **ret, struct error *err)
{
	(void)vm, (void)machine, (void)err;
	*ret = fuzz_text(said, said_len);
	return 0;
}

#define smolvm_egress_events fuzz_egress_events
#include "../../../frontend/domain/evidence.c"
#include "../../../frontend/domain/inventory.c"

static void check_version(const char *text)
{
	const struct smolvm_caps *caps = NULL;
	cleanup_error struct error err = ERROR_INIT;
	enum smolvm_standing standing;

	if (smolvm_caps_find(text, &caps, &standing, &err) != 0)
		return;
	FUZZ_RULE(caps != NULL);
	FUZZ_RULE(strspn(text, "0123456789.") == strlen(text));
}

static void check_list(const char *text)
{
	json_auto_t *machines = json_loads(text, 0, NULL);

	if (machines != NULL && machine_is_up(machines, "bot-bottle-web"))
		FUZZ_RULE(strstr(text, "running") || strstr(text, "unreachable") ||
			  strchr(text, '\\'));
}

static void check_denials(void)
{
	static struct smolvm_caps caps = {.egress_events = true};
	static struct probe_row row = {
		.id = (char *)"gateway", .target = (char *)"tcp 100.96.0.1:4242"};
	struct smolvm vm = {.caps = &caps};
	struct context ctx = {.vm = &vm};
	struct verdict verdict = {.machine = (char *)"m", .probes = {.row = &row, .count = 1}};
	cleanup_error struct error err = ERROR_INIT;
	cleanup_evidence struct evidence evidence = {.count = 0};
	cleanup_free char *text = fuzz_text(said, said_len);

	FUZZ_RULE(look_at_denials(&ctx, &verdict, &evidence, &err) == 0 && evidence.count == 1);
	if (evidence.row[0].pass)
		FUZZ_RULE(strstr(text, "100.96.0.1:4242") != NULL || strchr(text, '\\') != NULL);
}

/* As events: numbers only, in order, not without end. */
static void check_told(const char *text)
{
	cleanup_denials struct denials denials = {NULL, 0};
	cleanup_error struct error err = ERROR_INIT;

	if (denials_parse(text, &denials, &err) != 0)
		return;
	FUZZ_RULE(denials.count <= DENIALS_MAX);
	for (size_t i = 0; i < denials.count; i++) {
		const char *address = denials.item[i].address;

		FUZZ_RULE(*address && strspn(address, "0123456789abcdef.:") == strlen(address));
		FUZZ_RULE(i == 0 || denials.item[i - 1].at <= denials.item[i].at);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	cleanup_free char *text = NULL;

	if (size == 0)
		return 0;
	said = data + 1;
	said_len = size - 1;
	text = fuzz_text(said, said_len);
	if (data[0] % 3 == 0)
		check_version(text);
	else if (data[0] % 3 == 1)
		check_list(text);
	else
		check_denials(), check_told(text);
	return 0;
}
