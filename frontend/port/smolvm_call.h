/* What the files that speak smolvm's command line share. */
#ifndef PORT_SMOLVM_CALL_H
#define PORT_SMOLVM_CALL_H

struct error;
struct proc;
struct smolvm;
struct strv;

/* Begins ARGV: the program, NOUN, VERB. */
void smolvm_words(struct strv *argv, const struct smolvm *vm, const char *noun, const char *verb);

/* Runs ARGV, or notes it in the plan; 0 when it ended, whatever its exit code. Caller clears PROC. */
int smolvm_call(const struct smolvm *vm, const struct strv *argv, int deadline_ms,
	struct proc *proc, struct error *err);

#endif
