/* What both ways of running bottle-guest share: guest.c in a machine, guest_container.c in a container. */
#ifndef PORT_GUEST_ASK_H
#define PORT_GUEST_ASK_H

#include <stddef.h>

struct error;
struct guest_attempt;
struct proc;
struct strv;

/* On top of the attempts' own deadlines: starting an exec took 1.2 s in a machine under emulation. */
#define GUEST_EXEC_MS 60000

/* Adds the words of the attempts to ARGV; returns the longest deadline of them, in ms. */
unsigned guest_ask_push(struct strv *argv, const struct guest_attempt *attempts, size_t count);

/* EXIT_REFUSED, with its last line, when the program that PROC ran in WHERE ("machine", "container") failed. */
int guest_ask_ended(const struct proc *proc, const char *where, struct error *err);

#endif
