/* The parts of the test on the model, one file each; model.c runs them. A part counts what it runs in
 * PART_RUNS and reports by TAP. */
#ifndef MODEL_PART_H
#define MODEL_PART_H

#include <stdbool.h>

#include "machine.h"

struct asked {
	const char *verb; /* add or remove */
	unsigned count;
	unsigned octet[3];
};

extern unsigned long part_runs;

void test_behaviour(void);
void test_rivals(void);
void test_traces(void);
void test_faults(void);

/* Runs the helper for OP on the machine as it stands. */
void part_run(const struct asked *op);

/* The text that the run must have left is in the file GOLDEN/NAME; with MODEL_WRITE set it is put there. */
void part_golden(const char *name, const struct record *got);

/* Passes as RULE when TEXT, which says what is wrong, is empty; shows its beginning otherwise. */
void part_holds(const struct record *wrong, const char *rule);

#endif
