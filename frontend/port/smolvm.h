/* The smolvm engine, by its command line. What each version can do stands in one table (smolvm_caps.c),
 * taken from the project's sources and from runs; nothing else asks for a version number. */
#ifndef PORT_SMOLVM_H
#define PORT_SMOLVM_H

#include <stdbool.h>
#include <sys/types.h>

#include "outside.h"
#include "proc.h"
#include "strv.h"

struct agent_command;
struct error;
struct plan;

/* What an engine version can do. */
struct smolvm_caps {
	unsigned since[3];     /* first version that this row describes */
	bool name_flag;        /* create, delete, data-dir take --name (before: positional) */
	bool dns;              /* the row has the key `dns` */
	bool exec_user;        /* exec --user UID:GID (before: exec runs as root) */
	bool pack_archive;     /* pack create --image FILE.tar */
	bool trailing_command; /* create ... -- COMMAND */
	bool mount_socket;     /* create --from keeps --mount-socket (row key published_sockets) */
	bool secret_env;       /* exec --secret-env GUEST=HOST */
	bool stop_timeout;     /* stop --timeout SECONDS */
	bool egress_events;    /* machine egress-events --json */
	const char *transport; /* network of a machine with a policy: "tsi" or "virtio-net" */
	const char *holes; /* why this version is unproven, or NULL; printed before it is used */
};

enum smolvm_standing {
	SMOLVM_SUPPORTED, /* proven version */
	SMOLVM_NEWER,     /* newer than any that was tried: used like the newest row */
	SMOLVM_OLDER,     /* only with --engine-unproven */
	SMOLVM_REFUSED,   /* not even then */
};

/* An engine that was found. Zero-initialise; smolvm_clear releases it. */
struct smolvm {
	char *path;    /* absolute */
	char *version; /* "1.32.2" */
	const struct smolvm_caps *caps;
	enum smolvm_standing standing;
	struct strv env;     /* what its children get */
	struct strv dropped; /* SMOLVM_ names of our environment that they do not get */
	struct proc asking;  /* smolvm --version, while it runs */
	struct outside_mark asked;
	/* Told of every child that is waited for, so that a journal can name it: one may outlive us. May be
	 * NULL; called on whichever thread runs it. */
	void (*on_child)(void *arg, pid_t pid);
	void *on_child_arg;
	struct plan *plan; /* gets what would be run; NULL = it is run (plan.h) */
};

#define SMOLVM_INIT                 \
	{                           \
		.asking = PROC_INIT \
	}

/* Fills *caps and *standing for VERSION ("1.32.2"); -1 when it is not a version. */
int smolvm_caps_find(const char *version, const struct smolvm_caps **caps,
	enum smolvm_standing *standing, struct error *err);

/* Finds the program: CONFIGURED, an absolute path, or the one of PATH that program_find() gives. Neither may
 * lie in one of the folders MOUNTED, nor where others can exchange it (EXIT_REFUSED). EXIT_UNAVAILABLE when
 * there is none. */
int smolvm_find(
	struct smolvm *vm, const char *configured, const struct strv *mounted, struct error *err);

/* Fills in what its children get once more, after MOUNTED has grown. */
void smolvm_renew_env(struct smolvm *vm, const struct strv *mounted);

/* Asks its version in the background, unless that was done; smolvm_ask_done waits for the answer, from
 * which on caps and standing are known. */
int smolvm_ask(struct smolvm *vm, struct error *err);
int smolvm_ask_done(struct smolvm *vm, struct error *err);

struct smolvm_create {
	const char *machine;
	const char *pack; /* .smolmachine file */
	unsigned cpus, memory_mib;
	const struct strv *volumes; /* HOST:GUEST[:ro] */
	const struct strv *sockets; /* HOST:GUEST, unix sockets that the guest may reach */
	const struct strv *env;     /* K=V, stored in clear in the row */
	const struct strv *command; /* the workload, instead of the image's ENTRYPOINT and CMD */
};

enum { SMOLVM_TAKEN = 1 };

/* Creates a machine without any network flag, so that the row is born closed. SMOLVM_TAKEN, with *err set,
 * when one of that name exists. */
int smolvm_create(const struct smolvm *vm, const struct smolvm_create *create, struct error *err);

/* Starts a machine. That it runs already is a failure: a policy set before the call would not apply. */
int smolvm_start(const struct smolvm *vm, const char *machine, struct error *err);

/* Stops a machine at once; one that does not run or does not exist is success. */
int smolvm_stop(const struct smolvm *vm, const char *machine, struct error *err);

/* Deletes a machine and its disks; one that does not exist is success. */
int smolvm_delete(const struct smolvm *vm, const char *machine, struct error *err);

/* machine ls --json, as text; needs no more than smolvm_find. Caller frees *ret. */
int smolvm_list(const struct smolvm *vm, char **ret, struct error *err);

/* machine egress-events --json, as text; *ret is NULL where the engine has none. */
int smolvm_egress_events(
	const struct smolvm *vm, const char *machine, char **ret, struct error *err);

/* Runs ARGV in the machine as root and waits; the answer is in PROC (caller clears). */
int smolvm_exec_root(const struct smolvm *vm, const char *machine, const struct strv *argv,
	int deadline_ms, struct proc *proc, struct error *err);

/* Whether smolvm did not run it, as the machine's agent said nothing within three seconds: what smolvm calls "not
 * running", whether the VM has ended or is too busy (ensure_running_and_connect in its src/cli/vm_common.rs). */
bool smolvm_exec_unheard(const struct proc *proc);

/* Runs a user's COMMAND in the machine by agent_command_run and returns its exit code in *ret: 126 and 127 as a shell
 * has them. */
int smolvm_exec(const struct smolvm *vm, const char *machine, const struct agent_command *command,
	int *ret, struct error *err);

/* Packs IMAGE into PACK (must end in .smolmachine): the path of a `docker save` archive where caps has
 * pack_archive, else a name that the packing VM pulls from a registry, "localhost:PORT/REPOSITORY@DIGEST". */
int smolvm_pack(const struct smolvm *vm, const char *image, const char *pack, struct error *err);

void smolvm_clear(struct smolvm *vm);

#endif
