/* How commands show results to people. Data goes to stdout, everything else to stderr. */
#ifndef CMD_PRINT_H
#define CMD_PRINT_H

#include <stdio.h>

struct context;
struct evidence;
struct probe_report;
struct verdict;

/* One line, with nothing in it that a terminal would act on. */
void print_line(FILE *out, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* LEAD and TEXT as one line; on a terminal that says how wide it is, TEXT goes on below itself where it
 * does not fit. */
void print_wrapped(FILE *out, const char *lead, const char *text);

void print_warning(const char *text);

/* Hooks the warnings into the context. */
void print_warnings(struct context *ctx);

/* What of this host a bottle reaches beside its bundle, and the verdict's notes. */
void print_services(const struct verdict *verdict, FILE *out);

/* Says how many of this host's addresses were not probed, if any. */
void print_untried(const struct probe_report *report, FILE *out);

/* What the host shows, to stdout. */
void print_evidence(const struct evidence *evidence);

/* What the guest says, to stdout: of a guest that an agent may have changed, so that only what a listener of ours got
 * is a pass. */
void print_guest_probes(const struct probe_report *report);

/* What was asked of the proxy, to stdout; nothing without a proxy. And the rows that it did not refuse. */
void print_proxy(const struct probe_report *report);
void print_proxy_open(const struct probe_report *report, FILE *out);

#endif
