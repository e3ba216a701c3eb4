/* The helper's argument grammar, with argument vectors that no shell and no modern kernel hands over. */
#include "request.h"

#include "tap.h"

#define A "127.0.0.16"
#define B "127.0.0.31"
#define MAX_ARGS 24

_Static_assert(POOL_FIRST == 16 && POOL_LAST == 31, "the table below is for the default pool");

static const struct {
	const char *name;
	enum exit_code code;
	enum op op;
	unsigned count;
	int argc;
	const char *argv[MAX_ARGS];
} cases[] = {
	{"argc 0", EXIT_USAGE_ERROR, OP_NONE, 0, 0, {NULL}},
	{"argc 0 with words behind it", EXIT_USAGE_ERROR, OP_NONE, 0, 0, {"n", "add", A}},
	{"argc -1", EXIT_USAGE_ERROR, OP_NONE, 0, -1, {"n", "add", A}},
	{"argc 1", EXIT_USAGE_ERROR, OP_NONE, 0, 1, {"n"}},
	{"argc 1 with words behind it", EXIT_USAGE_ERROR, OP_NONE, 0, 1, {"n", "policy"}},
	{"a NULL verb", EXIT_USAGE_ERROR, OP_NONE, 0, 3, {"n", NULL, A}},
	{"a NULL address", EXIT_USAGE_ERROR, OP_ADD, 0, 4, {"n", "add", A, NULL}},
	{"an argc that lies", EXIT_USAGE_ERROR, OP_ADD, 0, 3, {"n", "add"}},
	{"an empty verb", EXIT_USAGE_ERROR, OP_NONE, 0, 3, {"n", "", A}},
	{"ADD", EXIT_USAGE_ERROR, OP_NONE, 0, 3, {"n", "ADD", A}},
	{"Add", EXIT_USAGE_ERROR, OP_NONE, 0, 3, {"n", "Add", A}},
	{"ad", EXIT_USAGE_ERROR, OP_NONE, 0, 3, {"n", "ad", A}},
	{"addd", EXIT_USAGE_ERROR, OP_NONE, 0, 3, {"n", "addd", A}},
	{"'add '", EXIT_USAGE_ERROR, OP_NONE, 0, 3, {"n", "add ", A}},
	{"del", EXIT_USAGE_ERROR, OP_NONE, 0, 3, {"n", "del", A}},
	{"--", EXIT_USAGE_ERROR, OP_NONE, 0, 4, {"n", "--", "add", A}},
	{"-h", EXIT_USAGE_ERROR, OP_NONE, 0, 2, {"n", "-h"}},
	{"--version", EXIT_USAGE_ERROR, OP_NONE, 0, 2, {"n", "--version"}},
	{"add without address", EXIT_USAGE_ERROR, OP_ADD, 0, 2, {"n", "add"}},
	{"remove without address", EXIT_USAGE_ERROR, OP_REMOVE, 0, 2, {"n", "remove"}},
	{"policy with an argument", EXIT_USAGE_ERROR, OP_POLICY, 0, 3, {"n", "policy", A}},
	{"version with an argument", EXIT_USAGE_ERROR, OP_VERSION, 0, 3, {"n", "version", ""}},
	{"the same address twice", EXIT_USAGE_ERROR, OP_ADD, 0, 5, {"n", "add", A, B, A}},
	{"the same address twice, not the first", EXIT_USAGE_ERROR, OP_ADD, 0, 5,
		{"n", "add", A, B, B}},
	{"-- before an address", EXIT_USAGE_ERROR, OP_ADD, 0, 4, {"n", "add", "--", A}},
	{"two verbs", EXIT_USAGE_ERROR, OP_ADD, 0, 4, {"n", "add", "remove", A}},
	{"an empty address", EXIT_USAGE_ERROR, OP_ADD, 0, 3, {"n", "add", ""}},
	{"two addresses in one argument", EXIT_USAGE_ERROR, OP_ADD, 0, 3, {"n", "add", A " " B}},
	{"the last number alone", EXIT_USAGE_ERROR, OP_ADD, 0, 3, {"n", "add", "16"}},
	{"a good address, then a bad one", EXIT_USAGE_ERROR, OP_ADD, 0, 4, {"n", "add", A, "x"}},
	{"127.0.0.1", EXIT_REFUSED, OP_REMOVE, 0, 3, {"n", "remove", "127.0.0.1"}},
	{"the one before the pool", EXIT_REFUSED, OP_ADD, 0, 3, {"n", "add", "127.0.0.15"}},
	{"the one after the pool", EXIT_REFUSED, OP_ADD, 0, 3, {"n", "add", "127.0.0.32"}},
	{"0.0.0.0", EXIT_REFUSED, OP_REMOVE, 0, 3, {"n", "remove", "0.0.0.0"}},
	{"a good address, then one outside", EXIT_REFUSED, OP_ADD, 0, 4,
		{"n", "add", A, "10.0.0.1"}},
	{"17 addresses", EXIT_USAGE_ERROR, OP_ADD, 0, 19,
		{"n", "add", A, A, A, A, A, A, A, A, A, A, A, A, A, A, A, A, A}},
	{"17 addresses, one of them outside", EXIT_USAGE_ERROR, OP_ADD, 0, 19,
		{"n", "add", "10.0.0.1", A, A, A, A, A, A, A, A, A, A, A, A, A, A, A, A}},
	{"a million addresses, none of them there", EXIT_USAGE_ERROR, OP_ADD, 0, 1000002,
		{"n", "add"}},
	{"the largest argc", EXIT_USAGE_ERROR, OP_ADD, 0, 0x7fffffff, {"n", "add"}},
	{"policy", EXIT_OK, OP_POLICY, 0, 2, {"n", "policy"}},
	{"version", EXIT_OK, OP_VERSION, 0, 2, {"n", "version"}},
	{"add of one", EXIT_OK, OP_ADD, 1, 3, {"n", "add", A}},
	{"remove of two", EXIT_OK, OP_REMOVE, 2, 4, {"n", "remove", A, B}},
	{"add without argv[0]", EXIT_OK, OP_ADD, 1, 3, {NULL, "add", B}},
	{"add of all 16", EXIT_OK, OP_ADD, 16, 18,
		{"n", "add", "127.0.0.16", "127.0.0.17", "127.0.0.18", "127.0.0.19", "127.0.0.20",
			"127.0.0.21", "127.0.0.22", "127.0.0.23", "127.0.0.24", "127.0.0.25",
			"127.0.0.26", "127.0.0.27", "127.0.0.28", "127.0.0.29", "127.0.0.30",
			"127.0.0.31"}},
};

int main(void)
{
	struct request got;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct outcome end;
		bool kept = true;

		memset(&got, 0xee, sizeof(got));
		end = request_parse(cases[i].argc, (char **)(uintptr_t)cases[i].argv, &got);
		for (unsigned n = 0; n < cases[i].count; n++) {
			struct addr addr;

			kept &= addr_parse(cases[i].argv[n + 2], &addr) &&
				memcmp(&addr, &got.addr[n], sizeof(addr)) == 0;
		}
		ok(end.code == cases[i].code && got.op == cases[i].op &&
				got.count == cases[i].count && kept &&
				(end.why == NULL) == (end.code == EXIT_OK),
			"%s: exit %d", cases[i].name, cases[i].code);
	}
	ok(request_parse(2, NULL, &got).code == EXIT_USAGE_ERROR && got.op == OP_NONE,
		"no argv: exit 64");
	return done_testing();
}
