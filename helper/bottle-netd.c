/* bottle-netd: adds and removes the pool's addresses on the loopback interface, and nothing else.
 *
 * Installed setuid root. Everything that execve(2) hands over belongs to the caller, who may be hostile:
 * arguments, environment, descriptors, limits, signals, timing. Nothing else is read: no file, no name
 * service, no locale. Trusted are the kernel and this program. No heap, no stdio, no exec, no fork.
 *
 * main() below is the whole order; a step relies on those before it.
 *
 *  1 environ       forgotten. Nothing here or in the libc that is linked looks anything up in it later.
 *  2 record        who called, and whether execve(2) granted root as the installation should make it. A
 *                  fault is kept, not reported: `version` and `policy` work without any installation, and a
 *                  wrong argument is a wrong argument first.
 *  3 settle        all signals blocked and no alarm running or pending, descriptors 0-2 there and no others,
 *                  umask 077, folder /, no core, no limit of processor time. Before the ids change, so that
 *                  the caller can still kill a process that the caller's own devices make wait here (a FUSE
 *                  file system that has its request holds even a killed one until it answers). What the
 *                  caller ignores or not is left as it is: blocked for good, SIGALRM aside.
 *  4 shrink        of root only the right to change addresses is left, and is not in effect. Each result
 *                  is checked and read back, and taking it back is tried and must fail. No byte of argv
 *                  has been looked at yet.
 *  5 open          descriptor 3 for the log, 4 for the ioctls: the calls that need socket(2), before it is
 *                  filtered away. Without both nothing is done, so that no limit keeps a change off the log.
 *  6 seal          from here on only the calls, ioctl numbers and descriptors of filter_gen.c.
 *  7 parse         argv to numbers. All arguments are judged before the first ioctl. No byte of argv is
 *                  ever written, to a descriptor, a log or the kernel.
 *  8 work          one address after the other; the privilege is raised for the writes of one address, in
 *                  os_*.c, where the four numbers are judged again. A failure does not stop the rest; the
 *                  first one is what is reported.
 *  9 drop          the right is given up for good, and taking it back is tried and must fail. What dies
 *                  before drops it too before it says why.
 * 10 say           the audit line, stdout, stderr; exit. A reader that makes this wait ends it (report.c).
 *
 * What must never happen: a change of 127.0.0.1, of another address outside the pool, or of the
 * interface's flags; see os_linux.c and os_darwin.c for how near the kernels' interfaces come to that. */
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "os.h"
#include "privilege.h"
#include "report.h"

static void settle(void)
{
	sigset_t all;

	/* The two other timers send signals that stay blocked. SIG_IGN throws away what is pending. */
	(void)alarm(0);
	must(signal(SIGALRM, SIG_IGN) != SIG_ERR && signal(SIGALRM, SIG_DFL) == SIG_IGN,
		"cannot reset SIGALRM");
	/* All but the deadline of the report: no other alarm is left, and only root may send one later. Not
	 * sigfillset(3): musl's leaves out 32 to 34, one of which may be pending. */
	memset(&all, 0xff, sizeof(all));
	sigdelset(&all, SIGALRM);
	must(sigprocmask(SIG_SETMASK, &all, NULL) == 0, "cannot block signals");
	/* Nothing reads from 0. What is behind it could make close(2) wait: now, not when the ids are root's.
	 * open(2) takes the lowest free number, so each gap is filled in its turn. No fstat(2): on the
	 * caller's own FUSE mount it could be made to wait. */
	(void)close(0);
	for (int fd = 0; fd <= 2; fd++)
		if (fcntl(fd, F_GETFD) < 0)
			must(open("/dev/null", O_RDWR) == fd, "cannot open /dev/null");
	must(os_close_from(3) && fcntl(3, F_GETFD) < 0, "cannot close inherited descriptors");
	(void)umask(077); /* cannot fail */
	must(chdir("/") == 0, "cannot change to /");
	must(os_set_limits(), "cannot lift the time limit, or forbid core dumps");
}

static struct outcome work(const struct request *request, struct text *out)
{
	struct outcome first = {EXIT_OK, NULL, NULL};

	for (unsigned i = 0; i < request->count; i++) {
		struct outcome one = os_change(request->op == OP_ADD, request->addr[i]);

		text_add(out, "127.0.0.");
		text_number(out, request->addr[i].octet[3]);
		text_add(out, one.word);
		first = first.code == EXIT_OK ? one : first;
	}
	return first;
}

int main(int argc, char **argv)
{
	struct request request;
	struct text out = {0};
	struct outcome end;

	environ = NULL;
	struct caller caller = privilege_record();
	settle();
	privilege_shrink(&caller);
	must(report_open_log(os_log_path) == LOG_FD && socket(AF_INET, SOCK_DGRAM, 0) == NET_FD,
		"cannot open a socket");
	privilege_seal();

	end = request_parse(argc, argv, &request);
	if (end.code == EXIT_OK && request.op == OP_POLICY)
		text_add(&out, "protocol 1 pool " POOL_TEXT "\n");
	else if (end.code == EXIT_OK && request.op == OP_VERSION)
		text_add(&out, "bottle-netd " BOTTLE_VERSION "\n");
	else if (end.code == EXIT_OK && caller.fault != NULL)
		end = (struct outcome){EXIT_CONFIG, caller.fault, NULL};
	else if (end.code == EXIT_OK)
		end = work(&request, &out);

	must(privilege_drop(), "cannot give up privileges");
	if (request.op == OP_ADD || request.op == OP_REMOVE)
		report_audit(&request, caller.uid, end.code);
	must(report_write(1, &out) || end.code != EXIT_OK, "cannot write to standard output");
	if (end.code != EXIT_OK)
		die(end.code, end.why);
	_exit(EXIT_OK);
}
