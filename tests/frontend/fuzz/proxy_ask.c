/* Any bytes as a proxy's status line, read by a function that nobody else may call, hence its file. */
#include "../../../frontend/port/proxy_ask.c"

#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct proxy_ask ask = {.connect = true, .nonce = "n"};
	struct talk talk = {.ask = &ask};
	int pair[2];

	if (size > 4096 || socketpair(AF_UNIX, SOCK_STREAM, 0, pair) != 0)
		return 0;
	talk.fd = pair[0];
	if (size > 0)
		FUZZ_RULE(write(pair[1], data, size) == (ssize_t)size);
	shutdown(pair[1], SHUT_WR);
	while (hear(&talk))
		;
	FUZZ_RULE(ask.status == 0 || (ask.status >= 100 && ask.status <= 999));
	close(pair[0]);
	close(pair[1]);
	return 0;
}
