/* What the helper says: lines for stdout, one fixed text for stderr, one line for the audit log. */
#ifndef HELPER_REPORT_H
#define HELPER_REPORT_H

#include <stddef.h>
#include <sys/types.h>

#include "request.h"

/* Text that grows by appending and is cut at its end; the longest line written here fits. */
struct text {
	size_t len;
	char at[128 + 32 * POOL_SIZE];
};

void text_add(struct text *text, const char *add);
void text_number(struct text *text, unsigned long number);

/* Writes TEXT to FD, 1 or 2. Returns false when that fails; a reader that makes it wait ends the process by
 * SIGALRM, since nobody but root could end it otherwise. */
bool report_write(int fd, const struct text *text);

/* The one descriptor of the log, and that of the ioctls: the first two behind 0 to 2. */
enum { LOG_FD = 3, NET_FD = 4 };

/* A socket for the system's log at PATH, connected if there is one; -1 when there are no descriptors. */
int report_open_log(const char *path);

/* Sends the audit line to LOG_FD if that can be done without waiting: operation, last octets, UID, pid, CODE;
 * never a byte of argv. A log that is missing, full or stopped changes nothing else. */
void report_audit(const struct request *request, uid_t uid, enum exit_code code);

/* Writes WHY, fixed text, to stderr and ends the process with CODE. */
_Noreturn void die(enum exit_code code, const char *why);

/* Dies with EXIT_OS and WHY unless HELD. */
void must(bool held, const char *why);

#endif
