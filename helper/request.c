/* The argument grammar: one spelling for each thing, nothing optional. */
#include "request.h"

#include <string.h>

static const struct outcome good = {EXIT_OK, NULL, NULL};
static const struct outcome bad_usage = {
	EXIT_USAGE_ERROR, "usage: bottle-netd add|remove ADDR... | policy | version", NULL};
static const struct outcome bad_addr = {
	EXIT_USAGE_ERROR, "an address is not a canonical dotted quad, or there twice", NULL};
static const struct outcome bad_pool = {EXIT_REFUSED, "an address lies outside the pool", NULL};

static const char *const verbs[] = {"", "add", "remove", "policy", "version"}; /* as enum op */

struct outcome request_parse(int argc, char **argv, struct request *ret)
{
	struct request got = {.op = OP_VERSION};
	struct addr addr;

	*ret = (struct request){.op = OP_NONE};
	/* Linux 5.18 and newer never start a program with argc 0 (execve(2)); others do. */
	if (argc < 2 || argv == NULL || argv[1] == NULL)
		return bad_usage;
	while (got.op != OP_NONE && strcmp(argv[1], verbs[got.op]) != 0)
		got.op--;
	ret->op = got.op;
	if (got.op == OP_POLICY || got.op == OP_VERSION)
		return argc == 2 ? good : bad_usage;
	/* The count is judged before any address is read: a million of them cost nothing. */
	if (got.op == OP_NONE || argc == 2 || argc - 2 > POOL_SIZE)
		return bad_usage;
	for (int i = 2; i < argc; i++) {
		if (argv[i] == NULL || !addr_parse(argv[i], &addr))
			return bad_addr;
		if (!pool_contains(addr))
			return bad_pool;
		for (unsigned seen = 0; seen < got.count; seen++)
			if (addr_equal(got.addr[seen], addr))
				return bad_addr;
		got.addr[got.count++] = addr;
	}
	*ret = got;
	return good;
}
