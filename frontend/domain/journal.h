/* What a launch did, written before it does it, in the bottle's own folder: the memory that undo, stop and
 * gc work from, also after a kill -9. */
#ifndef DOMAIN_JOURNAL_H
#define DOMAIN_JOURNAL_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "strv.h"

struct context;
struct error;

#define JOURNAL_LAUNCH_LEN 32 /* hex digits of a launch id */

/* A bottle's folder, locked by this process. Zero-initialise with lock -1. */
struct journal {
	char *slug;
	char *folder;  /* STATE/SLUG */
	char *path;    /* STATE/SLUG/journal */
	char *verdict; /* STATE/SLUG/verdict */
	int lock;
};

#define JOURNAL_INIT                       \
	{                                  \
		NULL, NULL, NULL, NULL, -1 \
	}
#define cleanup_journal __attribute__((cleanup(journal_clear)))

enum {
	JOURNAL_CHILD_MAX = 32,
	JOURNAL_LOCK_MS =
		1000, /* longer than a look at a lock, which takes it, shorter than a command */
};

struct journal_child {
	pid_t pid;
	uint64_t start;
};

/* A writable mount of the agent, and which folder it was. */
struct journal_mount {
	char *host;
	dev_t device;
	ino_t inode;
};

/* What a journal says. Zero-initialise. */
struct journal_facts {
	char *launch; /* id: the label `io.bot-bottle.launcher` of what it made */
	char *engine; /* socket of the engine used */
	char *smolvm; /* program used */
	char *alias;  /* of the last claim; NULL = none made */
	char *doubt;  /* what the last verify found; NULL = nothing */
	char *lost;   /* why its supervisor stopped it; NULL = it did not */
	pid_t pid;    /* the launcher */
	uint64_t pid_start;
	char *boot;
	pid_t vm_pid; /* the VM monitor that was booted; 0 = none known */
	uint64_t vm_start;
	struct journal_child child[JOURNAL_CHILD_MAX]; /* of smolvm; the first ones */
	size_t children;
	struct journal_mount *mount;
	size_t mount_count;
	size_t setid_count, setid_failed; /* what setid.h found, and its names */
	struct strv setid_names;
	bool network, container, machine; /* begun, so perhaps there */
	bool sealed;                      /* network: sealed */
	bool docker;                      /* the backend: no machine, but the following */
	bool agent_network, agent_container;
	bool started;     /* its VM may have run */
	bool ready, kept; /* came to its end; failed and left for the user to look at */
	bool cleared;     /* lost, and nothing but the folder is left */
};

#define cleanup_journal_facts __attribute__((cleanup(journal_facts_clear)))

/* Locks the folder of SLUG, waiting up to DEADLINE_MS for another command of this user on it (EXIT_AGAIN).
 * The folder itself is made by journal_begin. */
int journal_lock(const struct context *ctx, const char *slug, int deadline_ms,
	struct journal *journal, struct error *err);

/* Whether a command of this user works on SLUG right now. */
bool journal_is_locked(const struct context *ctx, const char *slug);

bool journal_exists(const struct journal *journal);

/* The same without a lock. */
bool journal_is_there(const struct context *ctx, const char *slug);

/* Starts a new journal for a launch: id, this process, engine and smolvm in use. */
int journal_begin(struct journal *journal, const char *launch, const char *engine,
	const char *smolvm, struct error *err);

/* Appends {"event": NAME, "at": ms since boot, KEY: VALUE}. VALUE may be NULL. Not synced: a process
 * that dies loses nothing, and a power cut takes VM and bundle with it. */
int journal_event(struct journal *journal, const char *name, const char *key, const char *value,
	struct error *err);

/* Puts the journal on the disk: before something is made that a power cut does not take away and that no
 * label of ours marks. */
int journal_sync(struct journal *journal, struct error *err);

/* Appends that the child PID of smolvm was started: it may outlive this process and go on. */
int journal_child(struct journal *journal, pid_t pid, struct error *err);

/* Appends a writable mount. */
int journal_mount(
	struct journal *journal, const char *host, dev_t device, ino_t inode, struct error *err);

/* Appends EVENT as it is; takes its reference, and NULL for an error. */
int journal_note(struct journal *journal, json_t *event, struct error *err);

/* Appends which process the VM monitor is. */
int journal_booted(struct journal *journal, pid_t pid, uint64_t start, struct error *err);

/* Reads the journal of SLUG without a lock. EXIT_DATA when there is none or its first line is broken; a
 * broken last line (power cut) is what had not been done yet, and is ignored. */
int journal_read(
	const struct context *ctx, const char *slug, struct journal_facts *ret, struct error *err);

/* The verdict: a JSON document, replaced as a whole. *ret is a new reference. */
int journal_write_verdict(struct journal *journal, json_t *verdict, struct error *err);
int journal_read_verdict(
	const struct context *ctx, const char *slug, json_t **ret, struct error *err);

/* Removes the folder. */
int journal_remove(struct journal *journal, struct error *err);

/* All slugs with a folder, sorted. */
int journal_slugs(const struct context *ctx, struct strv *ret, struct error *err);

void journal_facts_clear(struct journal_facts *facts);
void journal_clear(struct journal *journal); /* unlocks */

#endif
