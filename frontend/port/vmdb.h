/* smolvm's own state: the SQLite file with one JSON record a machine, and each machine's folder.
 * smolvm offers no way to ask for the policy that it will boot, or to set one for a packed machine,
 * so this reads and patches its record. Sources of the facts: smolvm's db.rs, config.rs and
 * agent/manager.rs at the tags 0.8.0 to 1.9.3, and rows, policy files and system calls of 0.8.0,
 * 1.7.4 and 1.32.2 as run.
 *
 * Exit codes: EXIT_UNAVAILABLE the state is missing or not in a form that is known, EXIT_REFUSED it
 * is not safe (not ours, open to others, other than asked), EXIT_AGAIN running or locked. */
#ifndef PORT_VMDB_H
#define PORT_VMDB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sha256.h"
#include "strv.h"

struct error;
struct plan;

/* Where smolvm keeps its state. Zero-initialise; vmdb_locate fills it, vmdb_clear releases it. */
struct vmdb {
	char *path;        /* the database: DATA/smolvm/server/smolvm.db */
	char *cache;       /* DIR/smolvm, the parent of vms/ */
	int busy_ms;       /* how long a lock of another process is waited for */
	struct plan *plan; /* gets what would be written; NULL = it is written (plan.h) */
};

#define VMDB_INIT                   \
	{                           \
		NULL, NULL, 0, NULL \
	}
#define VMDB_BUSY_MS 15000 /* as smolvm's own */
#define cleanup_vmdb __attribute__((cleanup(vmdb_clear)))

/* Finds the places from the environment as a child smolvm will (childenv.h): on Linux XDG_DATA_HOME
 * and XDG_CACHE_HOME when absolute, else below HOME, else below the home folder of the password
 * database; SMOLVM_DATA_DIR, when absolute, stands in for HOME and switches the XDG names off. On
 * macOS ~/Library/Application Support and ~/Library/Caches. Touches no file. EXIT_CONFIG without a
 * home. */
int vmdb_locate(struct vmdb *ret, struct error *err);
void vmdb_clear(struct vmdb *vmdb);

/* The machine's folder, CACHE/vms/<first 16 digits of sha256(name)>, whether it exists or not. The
 * caller frees it. */
char *vmdb_machine_dir(const struct vmdb *vmdb, const char *machine);

/* What the VM's kernel and smolvm's agent in it print, as smolvm keeps it: agent-console.log in that folder (its
 * agent/manager.rs at 0.8.0; `console_log` in the boot-config.json of 1.32.2). Whether it exists or not. The caller
 * frees it. */
char *vmdb_console_log(const struct vmdb *vmdb, const char *machine);

/* Makes the database's folder and its parent `smolvm`, the cache folder and its vms, or closes them
 * to other users: afterwards each is a real folder of this user with mode 0700, and nobody else can
 * swap one of their parents. To be called before anything is created in them. */
int vmdb_close_folders(const struct vmdb *vmdb, struct error *err);

/* Whether other users are kept from the machine's folder, and so from agent.sock in it (0777): of
 * the folders on its real path one is ours and 0700. EXIT_REFUSED names the chain. For after
 * `start`. */
int vmdb_check_machine_private(const struct vmdb *vmdb, const char *machine, struct error *err);

/* What may be reached from a machine, as a record or a policy file says it. */
struct vmdb_network {
	bool network;
	bool unrestricted; /* allowed_cidrs is null or missing: everything, once network is true */
	struct strv cidrs;
	char *dns; /* NULL = the engine's default */
};

/* One record. Zero-initialise. */
struct vmdb_machine {
	char *state;        /* created, running, stopped, failed, unreachable, frozen ... */
	int64_t pid;        /* of the VM monitor; 0 = none */
	uint64_t pid_start; /* in the unit of self_process_start(); 0 = not recorded */
	char *pack;         /* source_smolmachine, or NULL */
	struct vmdb_network network;
	struct strv
		sockets; /* HOST:GUEST of those mounted into the guest; "?" = one of another kind */
};

#define VMDB_MACHINE_INIT                                                    \
	{                                                                    \
		NULL, 0, 0, NULL, {false, false, STRV_INIT, NULL}, STRV_INIT \
	}
#define cleanup_vmdb_machine __attribute__((cleanup(vmdb_machine_clear)))

/* Reads one record. EXIT_UNAVAILABLE when there is none or it cannot be read. */
int vmdb_machine(
	const struct vmdb *vmdb, const char *machine, struct vmdb_machine *ret, struct error *err);
void vmdb_machine_clear(struct vmdb_machine *machine);
void vmdb_network_clear(struct vmdb_network *network);

/* Whether the machine has a record, readable or not. A database that does not exist has none; one
 * that cannot be read is an error, never "no". */
int vmdb_has_row(const struct vmdb *vmdb, const char *machine, bool *ret, struct error *err);

/* The packs that records name: PACKS[i] is that of MACHINES[i]; a machine that was made without one has no
 * entry. A database that does not exist has none. A record that cannot be read is an error: which pack it
 * needs is not known. */
int vmdb_packs(
	const struct vmdb *vmdb, struct strv *machines, struct strv *packs, struct error *err);

/* What a machine shall boot with. */
struct vmdb_policy {
	const char *cidr; /* "127.0.0.N/32"; NULL = nothing: network false, allowed_cidrs [] */
	const char *dns;  /* resolver for the guest; NULL = without the key (older engines) */
	const struct strv *cmd; /* workload; the image's ENTRYPOINT is set aside */
	/* Without a network card: network false and allowed_cidrs null, cidr and dns being NULL. A list, an
	 * empty one too, makes the engine give the machine a card that leads nowhere (1.32.2, measured). */
	bool sealed;
};

/* Writes POLICY into the record in one transaction, so that every byte outside the patched values
 * survives; writes nothing when it is there already. The record must be that of a machine that does
 * not run. Reads back before it commits: 0 means that the database has said so. Never while
 * `machine start` or `machine stop` is under way: stop writes back a copy that it read before. */
int vmdb_patch(const struct vmdb *vmdb, const char *machine, const struct vmdb_policy *policy,
	struct error *err);

/* The same for network, allowed_cidrs and dns alone; POLICY->cmd is not looked at. */
int vmdb_set_policy(const struct vmdb *vmdb, const char *machine, const struct vmdb_policy *policy,
	struct error *err);

struct vmdb_mount {
	const char *host, *guest;
	bool read_only;
};

struct vmdb_socket {
	const char *host, *guest; /* a socket of the host, and its name in the guest */
};

/* A machine as it was asked for. What is not in here must have its harmless default. */
struct vmdb_template {
	const char *name;
	unsigned cpus, memory_mib; /* 0 = whatever the pack says */
	const struct vmdb_mount *mounts;
	size_t mount_count;
	const struct vmdb_socket *sockets;
	size_t socket_count;
	const struct strv *env; /* K=V; NULL = none */
	const char *image;      /* NULL = whatever the pack says */
	const char *pack;       /* real path of the .smolmachine; NULL = made without one */
	struct vmdb_policy policy;
	bool running; /* compare after start: state running with a pid; else not running, without */
};

/* Compares the whole record, read afresh, with what was asked for. Known keys must be ours or the
 * stated default; a key that nobody here knows must be null, false, 0, "", [] or {}, because a
 * newer engine's widening is of another value. Variables beside ours are the image's own, and open
 * nothing. EXIT_REFUSED has one note "differs" for every difference: key, expected, found. Values of
 * env are never shown. *RET (may be NULL) receives the record that was compared; with difference or
 * error it is left alone. */
int vmdb_compare(const struct vmdb *vmdb, const struct vmdb_template *template,
	struct vmdb_machine *ret, struct error *err);

/* Removes the files in which the engine notes what it boots, so that what is there after a start is
 * of that start. Returns the time before the removal in *since (seconds of the epoch). */
int vmdb_forget_policy(
	const struct vmdb *vmdb, const char *machine, int64_t *since, struct error *err);

/* What the engine noted when it booted: agent.config.json must exist and not be older than SINCE,
 * and is compared with the template by the rule of vmdb_compare; so is boot-config.json if it is
 * still there (1.32.2's monitor removes it as soon as it has read it). */
int vmdb_check_effective(const struct vmdb *vmdb, const struct vmdb_template *template,
	int64_t since, struct error *err);

/* The folders that the engine noted as sources of mounts, in agent.config.json's order. EXIT_REFUSED. */
int vmdb_effective_sources(
	const struct vmdb *vmdb, const char *machine, struct strv *ret, struct error *err);

/* The digest of agent.config.json: the same for as long as nobody changes the file. EXIT_REFUSED. */
int vmdb_policy_digest(const struct vmdb *vmdb, const char *machine,
	char ret[static SHA256_HEX_LEN], struct error *err);

/* The policy in agent.config.json, for reports; no comparison. */
int vmdb_effective_policy(const struct vmdb *vmdb, const char *machine, int64_t since,
	struct vmdb_network *ret, struct error *err);

struct vmdb_health {
	size_t rows;
	char *text_row; /* name of a record that is TEXT, which makes every listing of smolvm fail; or NULL */
	char *broken_row; /* name of one that is no JSON, or NULL */
};

/* Looks at the database as a whole, changing nothing: *ret_exists is false when there is none yet. Else as the
 * other calls: the file must be ours, and its table one that smolvm makes. The caller frees the names. */
int vmdb_check(
	const struct vmdb *vmdb, bool *ret_exists, struct vmdb_health *ret, struct error *err);

#endif
