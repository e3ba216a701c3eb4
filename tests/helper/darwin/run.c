/* One run of the whole program, from execve(2) to _exit(2), inside the test's own process. */
#include <setjmp.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "request.h"
#include "xnu.h"

struct xnu xnu;

int netd_main(int argc, char **argv);
struct outcome netd_request_parse(int argc, char **argv, struct request *ret);
void *darwin_memcpy(void *to, const void *from, size_t size);
extern int darwin_errno, darwin_open_max;

/* build.sh puts the program's variables into sections of these names. */
extern char __start_netd_bss[] __attribute__((weak)), __stop_netd_bss[] __attribute__((weak));
extern char __start_netd_data[] __attribute__((weak)), __stop_netd_data[] __attribute__((weak));

int (*xnu_instead)(void);
static jmp_buf end;
static char **arguments;

bool xnu_enter(const char *name, int works, int *ret)
{
	unsigned now = ++xnu.calls;

	if (now >= XNU_CALLS) {
		xnu_wrong("it never ends");
		xnu_end(-1);
	}
	xnu.name[now] = name;
	xnu.raised[now] = xnu.euid == 0 && xnu.ruid != 0;
	for (int i = 0; i < 2; i++)
		if (xnu.acts[i].at == now)
			xnu_act(xnu.acts[i].act);
	if (xnu.fault.at != now && !(xnu.fault.again && xnu.fault.at < now &&
					   strcmp(name, xnu.name[xnu.fault.at]) == 0))
		return false;
	darwin_errno = xnu.fault.error;
	*ret = xnu.fault.error != 0             ? -1
	       : xnu.fault.result == XNU_ANSWER ? works
						: xnu.fault.result;
	return true;
}

void xnu_wrong(const char *what)
{
	if (xnu.wrong == NULL)
		xnu.wrong = what;
}

int xnu_error(int number)
{
	darwin_errno = number;
	return -1;
}

void xnu_quiet(const char *what)
{
	if (xnu.euid != xnu.ruid || xnu.egid != xnu.rgid || xnu.svgid != xnu.rgid)
		xnu_wrong(what);
}

void xnu_gone(const char *what)
{
	if (xnu.ruid != xnu.caller || xnu.euid != xnu.caller ||
		(xnu.svuid != xnu.caller && !xnu.keeps && !xnu.fault.again))
		xnu_wrong(what);
}

_Noreturn void xnu_end(int code)
{
	xnu.code = code;
	longjmp(end, 1);
}

_Noreturn void darwin__exit(int code);
_Noreturn void darwin__exit(int code)
{
	xnu_end(code);
}

void *darwin_memcpy(void *to, const void *from, size_t size)
{
	unsigned char *address = to;

	memcpy(to, from, size);
	/* The four bytes of an address, behind a length, AF_INET and a port. */
	if (size == 4 && address[-4] == 16 && address[-3] == 2 && ++xnu.copies == xnu.stray) {
		address[-4] = (unsigned char)xnu.stray_len;
		address[-3] = (unsigned char)xnu.stray_family;
	}
	return to;
}

/* Stands between main() and the parser. main() never gets argv itself, so it cannot have looked at it. */
struct outcome request_parse(int argc, char **argv, struct request *ret)
{
	(void)argv;
	xnu_quiet("the arguments are parsed with more than the caller's ids");
	xnu.parsed = true;
	xnu.calls++;
	xnu.name[xnu.calls] = "parse";
	return netd_request_parse(argc, arguments, ret);
}

/* execve(2): who the process is then (exec_handle_sugid() in kern_exec.c). */
static void exec(void)
{
	bool honoured = !xnu.nosuid && !xnu.traced;
	bool by_uid = honoured && (xnu.mode & 04000) != 0,
	     by_gid = honoured && (xnu.mode & 02000) != 0;

	xnu.caller = xnu.ruid;
	xnu.euid = xnu.svuid = by_uid ? xnu.owner : xnu.lent ? 0 : xnu.ruid;
	xnu.egid = xnu.svgid = by_gid ? xnu.file_gid : xnu.rgid;
	xnu.groups[0] = xnu.egid;
	xnu.sugid = (by_uid && xnu.owner != xnu.ruid) || (by_gid && xnu.file_gid != xnu.rgid);
}

void xnu_run(int argc, char **argv)
{
	/* No pointer into any memory: main() that looks at it ends the test. */
	static char **const unreadable = (char **)16;
	static char *before;

	if (before == NULL) {
		before = malloc((size_t)(__stop_netd_data - __start_netd_data) + 1);
		memcpy(before, __start_netd_data, (size_t)(__stop_netd_data - __start_netd_data));
	}
	memcpy(__start_netd_data, before, (size_t)(__stop_netd_data - __start_netd_data));
	memset(__start_netd_bss, 0, (size_t)(__stop_netd_bss - __start_netd_bss));
	darwin_errno = 0;
	darwin_open_max = xnu.open_max;
	arguments = argv;
	exec();
	if (setjmp(end) == 0)
		xnu_end(xnu_instead != NULL ? xnu_instead() : netd_main(argc, unreadable));
	/* Whatever else happened: nothing is left of root, unless a fault let SIGALRM through. */
	if (xnu.code >= 0 || xnu.fault.at == 0)
		xnu_gone("it ends with user ids that are not the caller's");
	/* The group that a wrong mode gave goes once, before all else: not when must() ends it earlier. */
	if (xnu.code != 71 && (xnu.code >= 0 || xnu.fault.at == 0) &&
		(xnu.egid != xnu.rgid || xnu.svgid != xnu.rgid))
		xnu_wrong("it ends with group ids that are not the caller's");
}
