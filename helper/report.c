/* Writing without stdio, heap or locale. */
#include "report.h"

#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "privilege.h"

void text_add(struct text *text, const char *add)
{
	while (*add != '\0' && text->len < sizeof(text->at))
		text->at[text->len++] = *add++;
}

void text_number(struct text *text, unsigned long number)
{
	char digits[3 * sizeof(number) + 1], *at = digits + sizeof(digits) - 1;

	for (*at = '\0'; at[0] == '\0' || number != 0; number /= 10)
		*--at = (char)('0' + number % 10);
	text_add(text, at);
}

bool report_write(int fd, const struct text *text)
{
	/* With real uid 0 this process is out of its caller's reach for kill(2) and RLIMIT_NPROC, so a
	 * pipe that nobody reads would let the caller pile up processes for good. Two seconds, then
	 * SIGALRM, the one signal that is not blocked; no privilege is left then. Not for a write that a FUSE file
	 * system has taken on: that lasts until it answers. */
	ssize_t wrote = 1;

	(void)alarm(2);
	for (size_t done = 0; done < text->len && wrote > 0; done += (size_t)wrote)
		wrote = write(fd, text->at + done, text->len - done);
	return wrote > 0;
}

int report_open_log(const char *path)
{
	struct sockaddr_un log = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, SOCK_DGRAM, 0);

	memcpy(log.sun_path, path, strlen(path));
	/* Without a log there is nothing to connect to, and send(2) fails. */
	(void)connect(fd, (const struct sockaddr *)&log, sizeof(log));
	return fd;
}

/* Not syslog(3): it reads the program's name and the time zone, and waits for a full log. */
void report_audit(const struct request *request, uid_t uid, enum exit_code code)
{
	struct text line = {0};

	text_add(&line, "<85>bottle-netd["); /* facility 10 (authpriv) * 8 + severity 5 (notice) */
	text_number(&line, (unsigned long)getpid());
	text_add(&line, request->op == OP_ADD ? "]: op=add octets=" : "]: op=remove octets=");
	for (unsigned i = 0; i < request->count; i++) {
		text_add(&line, i == 0 ? "" : ",");
		text_number(&line, request->addr[i].octet[3]);
	}
	text_add(&line, " uid=");
	text_number(&line, uid);
	text_add(&line, " result=");
	text_number(&line, code);
	(void)send(LOG_FD, line.at, line.len, MSG_DONTWAIT);
}

void die(enum exit_code code, const char *why)
{
	struct text line = {0};

	(void)privilege_drop(); /* whatever there was of it: what takes long now takes long without it */
	text_add(&line, "bottle-netd: ");
	text_add(&line, why);
	text_add(&line, "\n");
	(void)report_write(STDERR_FILENO, &line);
	_exit(code);
}

void must(bool held, const char *why)
{
	if (!held)
		die(EXIT_OS, why);
}
