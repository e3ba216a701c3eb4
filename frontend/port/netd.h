/* bottle-netd, the privileged helper, as the frontend uses it: an argument vector and an exit code. */
#ifndef PORT_NETD_H
#define PORT_NETD_H

#include <stdbool.h>

struct error;
struct plan;
struct strv;

/* What is spoken with the helper: verbs, addresses, output and exit codes. It rises when one of these changes so
 * that an older frontend or helper would misunderstand (CONTRIBUTING.md, *Versions*). */
enum { NETD_PROTOCOL = 1 };

/* Where it is installed, there or not. Caller frees. */
int netd_path(char **ret, struct error *err);

/* Adds or removes the addresses of ADDRESSES in one call. The helper's refusal comes back with its own
 * exit code and its own line. REMOVED gets those that were there. EXIT_CONFIG when it is not installed.
 * PLAN, unless NULL, gets the call instead (plan.h). */
int netd_add(const struct strv *addresses, struct plan *plan, struct error *err);
int netd_remove(const struct strv *addresses, struct strv *removed, struct error *err);

/* The pool the helper was built with, 127.0.0.FIRST-LAST. EXIT_CONFIG when it speaks another protocol: to be
 * asked before anything else is asked of it. */
int netd_policy(unsigned *ret_first, unsigned *ret_last, struct error *err);

/* Whether ADDRESS can be bound now, without any help: on Linux all of 127/8 can. */
bool netd_address_is_up(const char *address);

#endif
