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

/* How a step ended. WHY is fixed text for stderr, NULL when CODE is EXIT_OK; WORD is what stdout says behind
 * an address, to the end of the line; NULL when there is nothing to say. */
struct outcome {
	enum exit_code code;
	const char *why;
	const char *word;
};

/*@ predicate is_change(integer op) = op == OP_ADD || op == OP_REMOVE;

    predicate is_verb(char *s, integer op) =
      op == OP_ADD ? s[0] == 'a' && s[1] == 'd' && s[2] == 'd' && s[3] == '\0' :
      op == OP_REMOVE ? s[0] == 'r' && s[1] == 'e' && s[2] == 'm' && s[3] == 'o' &&
        s[4] == 'v' && s[5] == 'e' && s[6] == '\0' :
      op == OP_POLICY ? s[0] == 'p' && s[1] == 'o' && s[2] == 'l' && s[3] == 'i' &&
        s[4] == 'c' && s[5] == 'y' && s[6] == '\0' :
      op == OP_VERSION && s[0] == 'v' && s[1] == 'e' && s[2] == 'r' && s[3] == 's' &&
        s[4] == 'i' && s[5] == 'o' && s[6] == 'n' && s[7] == '\0';

    // What execve(2) grants: strings or NULL, none of them inside *ret. More than are looked at
    // need not be there.
    predicate are_args(int argc, char **argv, struct request *ret) =
      \forall integer i; 1 <= i < argc && i < POOL_SIZE + 2 ==>
        \valid_read(argv + i) && (argv[i] == \null || is_string(argv[i])) &&
        \separated(argv + i, ret) && \separated(argv[i] + (0 ..), ret);

    // argv[2] and those after it spell addresses of the pool, no two the same.
    predicate are_addrs(int argc, char **argv) =
      (\forall integer i; 2 <= i < argc ==>
        argv[i] != \null && \exists integer v; spells_pool(argv[i], v)) &&
      (\forall integer i, j, v; 2 <= i < j < argc ==>
        !(spells_pool(argv[i], v) && spells_pool(argv[j], v)));

    // R has the addresses that argv spells.
    predicate has_addrs(struct request r, int argc, char **argv) = r.count == argc - 2 &&
      \forall integer n; 0 <= n < r.count ==>
        in_pool(r.addr[n]) && spells_addr(argv[n + 2], r.addr[n]);
*/

/* Reads argv. EXIT_OK: *ret is a whole request, its addresses distinct and inside the pool. Otherwise no
 * address is in *ret, and op is the verb if that much was understood. Any argc and any NULL is survived. */
/*@ requires argv == \null || are_args(argc, argv, ret);
    requires \valid(ret);
    assigns *ret;
    // Addresses are let through for these arguments and no others,
    ensures \forall integer op; is_change(op) ==> (\result.code == EXIT_OK && ret->op == op <==>
      3 <= argc <= POOL_SIZE + 2 && argv != \null && argv[1] != \null && is_verb(argv[1], op) &&
      are_addrs(argc, argv));
    // and are those that were spelled;
    ensures \result.code == EXIT_OK && is_change(ret->op) ==> has_addrs(*ret, argc, argv);
    // every other outcome has none.
    ensures \result.code != EXIT_OK || !is_change(ret->op) ==> ret->count == 0;
    ensures \result.code == EXIT_OK ==> OP_ADD <= ret->op <= OP_VERSION;
*/
struct outcome request_parse(int argc, char **argv, struct request *ret);

#endif
