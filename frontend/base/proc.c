/* Child processes. */
#include "proc.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cancel.h"
#include "clock.h"
#include "err.h"
#include "mem.h"
#include "outside.h"
#include "pidfd.h"
#include "proc_os.h"
#include "strv.h"

enum {
	OUTPUT_MAX = 1 << 20,
	TERM_GRACE_MS = 2000, /* between SIGTERM and SIGKILL */
};

static int open_null(int flags)
{
	return open("/dev/null", flags | O_CLOEXEC);
}

/* In the child: put FD on TARGET without close-on-exec. */
static void place(int fd, int target)
{
	if (fd == target)
		fcntl(fd, F_SETFD, 0);
	else
		dup2(fd, target);
}

/* What the child is told. */
struct birth {
	const struct proc_spec *spec;
	int stdio[3]; /* -1 = as ours */
	int report;   /* takes errno when there was no exec */
};

static void child_exec(const void *arg)
{
	const struct birth *birth = arg;
	const struct proc_spec *spec = birth->spec;
	sigset_t none;
	int failure;
	ssize_t ignored;

	if (spec->stdio == PROC_CAPTURE)
		setsid(); /* no terminal to ask on, and one name for all that it leaves behind */
	for (int i = 0; i < 3; i++)
		if (birth->stdio[i] >= 0)
			place(birth->stdio[i], i);
	for (int i = 1; i < NSIG; i++)
		signal(i, SIG_DFL);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	umask(077);
	proc_close_others(birth->report);
	execve(spec->argv->item[0], spec->argv->item, spec->env->item);
	failure = errno;
	ignored = write(birth->report, &failure, sizeof(failure));
	(void)ignored;
	_exit(EXIT_NOT_FOUND);
}

/* Reads the child's errno from the close-on-exec pipe: nothing means that the exec worked. */
static int exec_failure(int fd)
{
	int failure = 0;
	ssize_t got;

	do
		got = read(fd, &failure, sizeof(failure));
	while (got < 0 && errno == EINTR);
	return got == sizeof(failure) ? failure : 0;
}

int proc_pipe(int *ret_read, int *ret_write, struct error *err)
{
	int raw[2];

	if (pipe(raw) != 0)
		return err_errno(err, EXIT_OS, "make a pipe");
	*ret_read = fcntl(raw[0], F_DUPFD_CLOEXEC, 3);
	*ret_write = fcntl(raw[1], F_DUPFD_CLOEXEC, 3);
	close(raw[0]);
	close(raw[1]);
	return *ret_read >= 0 && *ret_write >= 0 ? 0 : err_errno(err, EXIT_OS, "make a pipe");
}

int proc_start(struct proc *proc, const struct proc_spec *spec, struct error *err)
{
	const char *path = spec->argv->item[0];
	cleanup_fd int in = spec->stdin_fd, out_r = -1, out_w = spec->stdout_fd, err_r = -1,
		       err_w = -1;
	cleanup_fd int report_r = -1, report_w = -1;
	bool pass = spec->stdio == PROC_PASS_ERR || spec->stdio == PROC_PASS_RAW;
	int failure;

	*proc = (struct proc)PROC_INIT;
	buf_init(&proc->out, spec->output_max ? spec->output_max : OUTPUT_MAX);
	buf_init(&proc->err, spec->output_max ? spec->output_max : OUTPUT_MAX);
	for (int i = 0; pass && i < 2; i++) {
		proc->pass[i].clean = spec->stdio == PROC_PASS_ERR && isatty(i + 1);
		proc->pass[i].on = proc->pass[i].clean || i == 1;
	}
	if (spec->stdio == PROC_CAPTURE && in < 0 && (in = open_null(O_RDONLY)) < 0)
		return err_errno(err, EXIT_OS, "open /dev/null");
	if (((spec->stdio == PROC_CAPTURE && out_w < 0) || proc->pass[0].on) &&
		proc_pipe(&out_r, &out_w, err) != 0)
		return -1;
	if (spec->stdio != PROC_INHERIT && proc_pipe(&err_r, &err_w, err) != 0)
		return -1;
	if (proc_pipe(&report_r, &report_w, err) != 0)
		return -1;
	proc->pid = proc_spawn(child_exec, &(struct birth){spec, {in, out_w, err_w}, report_w});
	if (proc->pid < 0) {
		proc->pid = 0;
		return err_errno(err, EXIT_OS, "start %s", path);
	}
	mem_cleanup_fd(&report_w);
	outside_enter();
	failure = exec_failure(report_r);
	outside_leave();
	if (failure != 0) {
		waitpid(proc->pid, NULL, 0);
		proc->pid = 0;
		errno = failure;
		return err_errno(err, failure == ENOENT ? EXIT_NOT_FOUND : EXIT_NOT_EXECUTABLE,
			"run %s", path);
	}
	proc->own_group = spec->stdio == PROC_CAPTURE;
	proc->on_output = spec->on_output;
	proc->on_output_arg = spec->on_output_arg;
	proc->out_fd = steal_fd(&out_r);
	proc->err_fd = steal_fd(&err_r);
	proc->deadline_ms = spec->deadline_ms;
	proc->deadline = spec->deadline_ms ? clock_ms() + spec->deadline_ms : 0;
	proc->name = xstrdup(strrchr(path, '/') ? strrchr(path, '/') + 1 : path);
	return 0;
}

static void record_status(struct proc *proc, int status)
{
	proc->exit_code =
		WIFSIGNALED(status) ? EXIT_SIGNAL_BASE + WTERMSIG(status) : WEXITSTATUS(status);
	proc->pid = 0;
}

static void kill_group(struct proc *proc)
{
	int64_t give_up = clock_ms() + TERM_GRACE_MS;
	pid_t pid = proc->pid;
	int status = 0;

	if (pid == 0)
		return;
	kill(proc->own_group ? -pid : pid, SIGTERM);
	while (waitpid(pid, &status, WNOHANG) == 0) {
		if (clock_ms() > give_up) {
			kill(proc->own_group ? -pid : pid, SIGKILL);
			waitpid(pid, &status, 0);
			break;
		}
		clock_sleep_ms(10);
	}
	record_status(proc, status);
	if (proc->own_group)
		proc_kill_session(pid);
}

/* To our own FD. A terminal that takes nothing is waited for, until somebody ends us. */
static void put(int fd, const char *bytes, size_t len)
{
	while (len > 0) {
		ssize_t done = 0;

		if (poll(&(struct pollfd){fd, POLLOUT, 0}, 1, 200) > 0)
			done = write(fd, bytes, len);
		if (done < 0 && errno != EINTR && errno != EAGAIN)
			return; /* nobody reads it: as if the child had written itself */
		if (done <= 0 && cancel_signal() != 0 && cancel_signal() != SIGINT)
			return;
		bytes += done > 0 ? done : 0;
		len -= done > 0 ? (size_t)done : 0;
	}
}

/* Hands on what is there of stream I + 1, and keeps the last of it. */
static int pass_on(struct proc *proc, int i)
{
	struct proc_pass *pass = &proc->pass[i];
	struct buf *tail = i == 0 ? &proc->out : &proc->err;
	int *fd = i == 0 ? &proc->out_fd : &proc->err_fd;
	cleanup_free char *clean = NULL;
	char chunk[4096];
	ssize_t got = read(*fd, chunk, sizeof(chunk));

	if (got == 0 || (got < 0 && errno != EINTR && errno != EAGAIN))
		mem_cleanup_fd(fd);
	if (got <= 0)
		return 0;
	if (pass->clean)
		clean = printable_feed(&pass->stream, chunk, (size_t)got);
	put(i + 1, clean ? clean : chunk, clean ? strlen(clean) : (size_t)got);
	buf_clear(tail);
	return buf_append(tail, chunk, (size_t)got);
}

/* What was held back for want of the rest. */
static void pass_rest(struct proc *proc)
{
	for (int i = 0; i < 2; i++) {
		cleanup_free char *rest = printable_end(&proc->pass[i].stream);

		put(i + 1, rest, strlen(rest));
	}
}

/* Reads what is there. Returns -1 when the cap is passed. */
static int drain(const struct proc *proc, int *fd, struct buf *buf)
{
	char chunk[16384];
	ssize_t got = read(*fd, chunk, sizeof(chunk));

	if (got < 0)
		return errno == EINTR || errno == EAGAIN ? 0 : (mem_cleanup_fd(fd), 0);
	if (got == 0) {
		mem_cleanup_fd(fd);
		return 0;
	}
	if (proc->on_output != NULL)
		proc->on_output(proc->on_output_arg, chunk, (size_t)got);
	return buf_append(buf, chunk, (size_t)got);
}

/* Takes what is there of stream I + 1. */
static int take(struct proc *proc, int i)
{
	if (proc->pass[i].on)
		return pass_on(proc, i);
	return i == 0 ? drain(proc, &proc->out_fd, &proc->out)
		      : drain(proc, &proc->err_fd, &proc->err);
}

static int wait_ms(const struct proc *proc)
{
	int64_t left;

	if (proc->deadline == 0)
		return 200; /* another thread may have taken the wake-up byte */
	left = proc->deadline - clock_ms();
	return left < 0 ? 0 : left > 200 ? 200 : (int)left;
}

/* Until the child whose hold is PIDFD has ended, or somebody asks us to end, or MS have passed. */
static void doze(const struct proc *proc, int pidfd, int ms)
{
	struct pollfd fds[2] = {
		{pidfd, POLLIN, 0}, {proc->own_group ? cancel_fd() : -1, POLLIN, 0}};

	if (pidfd < 0)
		clock_sleep_ms(5);
	else if (poll(fds, 2, ms) > 0 && fds[1].revents && !cancel_asked())
		cancel_drain();
}

static int wait_for_end(struct proc *proc, struct error *err)
{
	cleanup_fd int pidfd = proc->pid != 0 ? pidfd_get(proc->pid) : -1;
	int status;

	int seen = cancel_count();

	while (proc->pid != 0) {
		struct pollfd fds[4] = {{proc->out_fd, POLLIN, 0}, {proc->err_fd, POLLIN, 0},
			{proc->own_group ? cancel_fd() : -1, POLLIN, 0}, {pidfd, POLLIN, 0}};
		bool streams = proc->out_fd >= 0 || proc->err_fd >= 0;

		if (proc->own_group && cancel_asked()) {
			kill_group(proc);
			return err_set(err, EXIT_SIGNAL_BASE + cancel_signal(), "%s: interrupted",
				proc->name);
		}
		/* The terminal sends Ctrl-C to a child in our group itself; what was sent to us alone is passed on. */
		if (!proc->own_group && cancel_count() > seen) {
			seen = cancel_count();
			if (cancel_signal() != SIGINT)
				kill(proc->pid, cancel_signal());
		}
		if (proc->deadline != 0 && clock_ms() >= proc->deadline) {
			kill_group(proc);
			return err_set(err, EXIT_DEADLINE, "%s: not done after %d s", proc->name,
				proc->deadline_ms / 1000);
		}
		if (!streams) {
			/* A daemon of the child may hold its streams no longer than the child itself lives;
			 * without a stream there is only the exit to wait for. */
			pid_t got = waitpid(proc->pid, &status,
				proc->deadline || proc->own_group ? WNOHANG : 0);

			if (got == proc->pid)
				record_status(proc, status);
			else if (got < 0 && errno != EINTR)
				return err_errno(err, EXIT_OS, "wait for %s", proc->name);
			else if (got == 0)
				doze(proc, pidfd, wait_ms(proc));
			continue;
		}
		if (poll(fds, 4, wait_ms(proc)) < 0 && errno != EINTR)
			return err_errno(err, EXIT_OS, "wait for %s", proc->name);
		if (fds[2].revents && !cancel_asked())
			cancel_drain();
		if ((fds[0].revents && take(proc, 0) != 0) ||
			(fds[1].revents && take(proc, 1) != 0)) {
			kill_group(proc);
			return err_set(err, EXIT_UNAVAILABLE, "%s: printed more than %zu bytes",
				proc->name, proc->out.max);
		}
		/* A VM monitor started by the child may inherit its stderr and keep the pipe open: the end
		 * of the child counts, not the end of the stream. */
		if (waitpid(proc->pid, &status, WNOHANG) == proc->pid) {
			record_status(proc, status);
			for (int i = 0; i < 2; i++) {
				int *fd = i == 0 ? &proc->out_fd : &proc->err_fd;

				while (*fd >= 0 && poll(&(struct pollfd){*fd, POLLIN, 0}, 1, 0) > 0)
					if (take(proc, i) != 0)
						break;
			}
		}
	}
	return 0;
}

bool proc_runs(const struct proc *proc)
{
	siginfo_t ended = {.si_pid = 0};

	return proc->pid != 0 &&
	       waitid(P_PID, (id_t)proc->pid, &ended, WEXITED | WNOHANG | WNOWAIT) == 0 &&
	       ended.si_pid == 0;
}

int proc_wait(struct proc *proc, struct error *err)
{
	int result;

	outside_enter();
	result = wait_for_end(proc, err);
	pass_rest(proc);
	outside_leave();
	return result;
}

int proc_run(struct proc *proc, const struct proc_spec *spec, struct error *err)
{
	if (proc_start(proc, spec, err) != 0)
		return -1;
	return proc_wait(proc, err);
}

void proc_leave(struct proc *proc)
{
	proc->pid = 0;
	proc_clear(proc);
}

void proc_clear(struct proc *proc)
{
	kill_group(proc);
	mem_cleanup_fd(&proc->out_fd);
	mem_cleanup_fd(&proc->err_fd);
	buf_clear(&proc->out);
	buf_clear(&proc->err);
	free(proc->name);
	*proc = (struct proc)PROC_INIT;
}

char *proc_last_line(const struct proc *proc)
{
	const struct buf *from = proc->err.len > 0 ? &proc->err : &proc->out;
	size_t end = from->len, start;

	while (end > 0 && (from->data[end - 1] == '\n' || from->data[end - 1] == ' '))
		end--;
	for (start = end; start > 0 && from->data[start - 1] != '\n'; start--)
		;
	return end > start ? xstrndup(from->data + start, end - start)
			   : xstrdup("it printed nothing");
}
