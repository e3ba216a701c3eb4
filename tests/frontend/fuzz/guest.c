/* Any bytes as what bottle-guest answers: it runs where the agent is root. */
#include "guest.h"

#include "err.h"
#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct guest_attempt attempts[3] = {{.id = "a"}, {.id = "b2"}, {.id = "gateway"}};
	cleanup_error struct error err = ERROR_INIT;
	cleanup_free char *text = NULL;
	struct guest_reply reply;
	size_t count;

	if (size == 0)
		return 0;
	count = data[0] % 4;
	text = fuzz_text(data + 1, size - 1);
	if (guest_parse(text, attempts, count, &reply, &err) != 0) {
		FUZZ_RULE(err.code == EXIT_REFUSED);
		return 0;
	}
	FUZZ_RULE(strncmp(text, "route ", 6) == 0 && strlen(reply.route) < sizeof(reply.route));
	for (size_t i = 0; i < count; i++) {
		FUZZ_RULE(attempts[i].data_len <= GUEST_DATA_MAX);
		FUZZ_RULE(guest_state_name(attempts[i].state) != NULL);
		FUZZ_RULE(strstr(text, attempts[i].id) != NULL);
	}
	return 0;
}
