/* Setuid and setgid files that an agent left in its writable mounts. What root in the VM makes there belongs on
 * this host to the user of the bottle: whoever else can reach and run such a file is that user. */
#ifndef DOMAIN_SETID_H
#define DOMAIN_SETID_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "strv.h"

struct context;
struct journal;
struct journal_facts;

enum { SETID_NAMES = 10 };

/* What was found below a folder. */
struct setid_report {
	size_t count;  /* files whose bits were taken off */
	size_t failed; /* files that have theirs still */
	bool partial; /* not all of it was looked at: too deep, too much, unreadable, another folder */
	struct strv names; /* the first SETID_NAMES of both, printable */
};

#define SETID_REPORT_INIT              \
	{                              \
		0, 0, false, STRV_INIT \
	}
#define cleanup_setid __attribute__((cleanup(setid_report_clear)))

/* Takes setuid and setgid off the files of this user below FOLDER, which must be the folder DEVICE:INODE, on its file
 * system alone, and adds them to *REPORT. No symbolic link is followed: a mode is changed through a
 * descriptor of the very file that was looked at. Ends at DEADLINE (clock_ms). Folders keep their setgid, which
 * only hands their group down. */
void setid_clear(const char *folder, dev_t device, ino_t inode, int64_t deadline,
	struct setid_report *report);

/* setid_clear for the writable mounts in FACTS, whose VM has ended; what there is to say goes to the journal and
 * to ctx's warnings. Takes some seconds at most, and fails nothing. */
void setid_sweep(
	const struct context *ctx, struct journal *journal, const struct journal_facts *facts);

/* Warns of what an earlier sweep put in the journal. */
void setid_recall(const struct context *ctx, const char *slug, const struct journal_facts *facts);

void setid_report_clear(struct setid_report *report);

#endif
