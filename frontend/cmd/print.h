/* How commands show progress and results to people. Data goes to stdout, everything else to stderr. */
#ifndef CMD_PRINT_H
#define CMD_PRINT_H

#include <stdint.h>
#include <stdio.h>

struct context;
struct probe_report;

/* Prints a line for a step when it is over and took longer than half a second, or always. */
struct print_steps {
	int always;
	int64_t started_us;
};

/* Hooks STEPS, which must outlive it, into the context's progress. */
void print_steps(struct context *ctx, struct print_steps *steps);

/* Hooks only the warnings. */
void print_warnings(struct context *ctx);

/* Says how many of this host's addresses were not probed, if any. */
void print_untried(const struct probe_report *report, FILE *out);

/* The probe table, to stdout. */
void print_probes(const struct probe_report *report);

/* What was asked of the proxy, to stdout; nothing without a proxy. And the rows that it did not refuse. */
void print_proxy(const struct probe_report *report);
void print_proxy_open(const struct probe_report *report, FILE *out);

#endif
