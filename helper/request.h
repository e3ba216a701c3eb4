/* What the caller asks for. */
#ifndef HELPER_REQUEST_H
#define HELPER_REQUEST_H

#include "exit_code.h"
#include "pool.h"

enum op { OP_NONE, OP_ADD, OP_REMOVE, OP_POLICY, OP_VERSION };

struct request {
	enum op op;
	unsigned count;
	struct addr addr[POOL_SIZE];
};

/* How a step ended. WHY is fixed text for stderr, NULL when CODE is EXIT_OK; WORD is what stdout says about
 * an address, NULL when there is nothing to say. */
struct outcome {
	enum exit_code code;
	const char *why;
	const char *word;
};

/* Reads argv. EXIT_OK: *ret is a whole request, its addresses distinct and inside the pool. Otherwise no
 * address is in *ret, and op is the verb if that much was understood. Any argc and any NULL is survived. */
struct outcome request_parse(int argc, char **argv, struct request *ret);

#endif
