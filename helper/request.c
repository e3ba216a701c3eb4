/* The argument grammar: one spelling for each thing, nothing optional. */
#include "request.h"

static const struct outcome good = {EXIT_OK, NULL, NULL};
static const struct outcome bad_usage = {
	EXIT_USAGE_ERROR, "usage: bottle-netd add|remove ADDR... | policy | version", NULL};
static const struct outcome bad_addr = {
	EXIT_USAGE_ERROR, "an address is not a canonical dotted quad, or there twice", NULL};
static const struct outcome bad_pool = {EXIT_REFUSED, "an address lies outside the pool", NULL};

static const char verbs[][8] = {"", "add", "remove", "policy", "version"}; /* as enum op */

/*@ requires is_string(word) && OP_ADD <= op <= OP_VERSION;
    assigns \nothing;
    ensures \result == true <==> is_verb(word, op);
*/
static bool matches(const char *word, enum op op)
{
	unsigned i = 0;

	//@ assert op == OP_ADD || op == OP_REMOVE || op == OP_POLICY || op == OP_VERSION;
	//@ assert verbs[op][7] == '\0';
	/*@ loop invariant i <= 7;
	    loop invariant \forall integer n; 0 <= n < i ==>
	      word[n] == verbs[op][n] && word[n] != '\0';
	    loop assigns i;
	    loop variant 7 - i;
	*/
	while (word[i] != '\0' && word[i] == verbs[op][i])
		i++;
	return word[i] == verbs[op][i];
}

/* Reads the addresses from argv[2] on into *ret: all of them, or none. */
/*@ requires 2 <= argc <= POOL_SIZE + 2 && are_args(argc, argv, ret);
    requires \valid(ret);
    assigns *ret;
    ensures sound: \result.code == EXIT_OK ==> are_addrs(argc, argv);
    ensures complete: are_addrs(argc, argv) ==> \result.code == EXIT_OK;
    ensures held: \result.code == EXIT_OK ==> has_addrs(*ret, argc, argv);
    ensures none: \result.code != EXIT_OK ==> *ret == \old(*ret) && ret->count == \old(ret->count);
    ensures kept: ret->op == \old(ret->op);
*/
static struct outcome parse_addrs(int argc, char **argv, struct request *ret)
{
	struct request got = {.op = ret->op};
	struct addr addr;

	/*@ loop invariant count: 2 <= i <= argc && got.count == i - 2 && got.op == \at(ret->op, Pre);
	    loop invariant pool: \forall integer n; 0 <= n < got.count ==> in_pool(got.addr[n]);
	    loop invariant read: \forall integer j; 2 <= j < i ==>
	      argv[j] != \null && spells_addr(argv[j], got.addr[j - 2]);
	    loop invariant only: \forall integer j, v; 2 <= j < i && spells_pool(argv[j], v) ==>
	      v == got.addr[j - 2].octet[3];
	    loop invariant distinct: \forall integer n, m; 0 <= m < n < got.count ==>
	      got.addr[m].octet[3] != got.addr[n].octet[3];
	    loop assigns i, got.count, got.addr[0 .. POOL_SIZE - 1], addr;
	    loop variant argc - i;
	*/
	for (int i = 2; i < argc; i++) {
		if (!addr_parse(argv[i], &addr))
			return bad_addr;
		if (!pool_contains(addr))
			return bad_pool;
		/*@ loop invariant 0 <= seen <= got.count;
		    loop invariant new: \forall integer n; 0 <= n < seen ==>
		      got.addr[n].octet[3] != addr.octet[3];
		    loop assigns seen;
		    loop variant got.count - seen;
		*/
		for (unsigned seen = 0; seen < got.count; seen++)
			if (got.addr[seen].octet[3] == addr.octet[3])
				//@ assert twice: spells_pool(argv[seen + 2], addr.octet[3]);
				return bad_addr;
		got.addr[got.count++] = addr;
	}
	*ret = got;
	return good;
}

struct outcome request_parse(int argc, char **argv, struct request *ret)
{
	*ret = (struct request){.op = OP_NONE};
	/* Linux 5.18 and newer never start a program with argc 0 (execve(2)); others do. */
	if (argc < 2 || argv == NULL || argv[1] == NULL)
		return bad_usage;
	/*@ loop invariant OP_NONE <= ret->op <= OP_VERSION;
	    loop invariant \forall integer op; ret->op < op <= OP_VERSION ==> !is_verb(argv[1], op);
	    loop assigns ret->op;
	    loop variant ret->op;
	*/
	for (ret->op = OP_VERSION; ret->op != OP_NONE && !matches(argv[1], ret->op); ret->op--)
		;
	/* Only changes take addresses, and none goes without. The count is judged before any address is
	 * read: a million of them cost nothing. */
	if (ret->op == OP_NONE || argc - 2 > POOL_SIZE ||
		(argc > 2) != (ret->op == OP_ADD || ret->op == OP_REMOVE))
		return bad_usage;
	return parse_addrs(argc, argv, ret);
}
