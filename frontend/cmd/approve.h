/* Asking for trust in a file. */
#ifndef CMD_APPROVE_H
#define CMD_APPROVE_H

#include <stdbool.h>

struct context;
struct error;
struct trust_file;

/* 0 when FILE, which was read, is trusted. One that is not is shown on a terminal, as what changed since it was
 * approved (of a tree the names), and asked about; yes approves the bytes that were read. Without MAY_ASK or a
 * terminal, or after another answer: EXIT_REFUSED. */
int approve(
	const struct context *ctx, const struct trust_file *file, bool may_ask, struct error *err);

/* The same for DOCKERFILE with what it builds from; NULL is fine. What is built is read once more, and judged by the
 * same approval: the answer may be given long after the question. */
int approve_build(
	const struct context *ctx, const char *dockerfile, bool may_ask, struct error *err);

#endif
