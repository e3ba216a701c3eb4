/* Child processes: what they get, how they end, and that none stays. */
#include "proc.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cancel.h"
#include "clock.h"
#include "err.h"
#include "mem.h"
#include "strv.h"
#include "tap.h"

/* Runs `sh -c SCRIPT` captured. */
static int sh(struct proc *proc, const char *script, int deadline_ms, size_t max, struct error *err)
{
	cleanup_strv struct strv argv = STRV_INIT, env = STRV_INIT;
	struct proc_spec spec = PROC_SPEC_INIT;

	strv_push(&argv, "/bin/sh");
	strv_push(&argv, "-c");
	strv_push(&argv, script);
	strv_push(&env, "PATH=/usr/bin:/bin");
	strv_push(&env, "ONLY=this");
	spec.argv = &argv;
	spec.env = &env;
	spec.deadline_ms = deadline_ms;
	spec.output_max = max;
	return proc_run(proc, &spec, err);
}

static const struct {
	const char *script;
	int code;
	const char *out, *last, *name;
} cases[] = {
	{"exit 0", 0, "", "it printed nothing", "success"},
	{"exit 7", 7, "", "it printed nothing", "an exit code"},
	{"kill -9 $$", 137, "", "it printed nothing", "a signal"},
	{"kill -15 $$", 143, "", "it printed nothing", "another signal"},
	{"echo out; echo err >&2", 0, "out\n", "err", "both streams, apart"},
	{"echo a; echo b; echo", 0, "a\nb\n\n", "b", "the last line that is not empty"},
	{"cat", 0, "", "it printed nothing", "stdin is empty"},
	{"env | grep -v ^PWD | grep -v ^_ | sort", 0, "ONLY=this\nPATH=/usr/bin:/bin\n",
		"PATH=/usr/bin:/bin", "the environment is the one given"},
	{"umask", 0, "0077\n", "0077", "umask 077"},
	{"printf %s \"$0 $#\"", 0, "/bin/sh 0", "/bin/sh 0", "no shell of ours in between"},
	{"trap", 0, "", "it printed nothing", "no signal is ignored"},
	{"ls /proc/self/fd | wc -l", 0, "4\n", "4",
		"stdin, stdout, stderr, and the one that ls opened"},
	{"test -t 0 || test -t 1 || echo no", 0, "no\n", "no", "no terminal"},
	{"sh -c 'kill -INT $PPID'; exit 3", 130, "", "it printed nothing", "SIGINT is not ignored"},
};

static void test_cases(void)
{
	int stray = open("/dev/null", O_RDONLY); /* inheritable on purpose */

	fcntl(stray, F_DUPFD, 100);
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		cleanup_proc struct proc proc = PROC_INIT;
		cleanup_error struct error err = ERROR_INIT;
		cleanup_free char *line = NULL;

		is_int(sh(&proc, cases[i].script, 20000, 0, &err), 0, cases[i].name);
		is_int(proc.exit_code, cases[i].code, "its exit code");
		is_str(buf_str(&proc.out), cases[i].out, "its output");
		line = proc_last_line(&proc);
		is_str(line, cases[i].last, "its last line");
	}
	close(stray);
}

static void test_exec_fails(void)
{
	static const struct {
		const char *path;
		enum exit_code code;
	} bad[] = {{"/no/such/program", EXIT_NOT_FOUND}, {"/tmp", EXIT_NOT_EXECUTABLE},
		{"/etc/passwd", EXIT_NOT_EXECUTABLE}};

	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		cleanup_proc struct proc proc = PROC_INIT;
		cleanup_error struct error err = ERROR_INIT;
		cleanup_strv struct strv argv = STRV_INIT, env = STRV_INIT;
		struct proc_spec spec = PROC_SPEC_INIT;

		strv_push(&argv, bad[i].path);
		strv_push(&env, "A=b");
		spec.argv = &argv;
		spec.env = &env;
		is_int(proc_start(&proc, &spec, &err), -1, bad[i].path);
		is_int(err.code, bad[i].code, "its code");
		ok(err.message != NULL && strstr(err.message, bad[i].path) != NULL,
			"the program is named");
		is_int(proc.pid, 0, "no child is left");
	}
}

/* Whether the process whose number PROC printed is gone within a second; a zombie is gone. */
static bool is_gone(const char *text)
{
	pid_t pid = (pid_t)strtol(text, NULL, 10);
	cleanup_free char *path = xasprintf("/proc/%d/stat", (int)pid);

	for (int i = 0; i < 100; i++) {
		char line[256] = "";
		FILE *stat = fopen(path, "r");
		char *state;

		if (stat == NULL)
			return true;
		if (fgets(line, sizeof(line), stat) == NULL)
			line[0] = '\0';
		fclose(stat);
		state = strrchr(line, ')');
		if (state != NULL && state[2] == 'Z')
			return true;
		clock_sleep_ms(10);
	}
	return false;
}

static void test_deadline(void)
{
	cleanup_proc struct proc proc = PROC_INIT, stubborn = PROC_INIT;
	cleanup_error struct error err = ERROR_INIT;
	int64_t begin = clock_ms();

	is_int(sh(&proc, "sleep 60 & echo $!; sleep 60", 500, 0, &err), -1, "a deadline");
	is_int(err.code, EXIT_DEADLINE, "is told as one");
	ok(clock_ms() - begin >= 500 && clock_ms() - begin < 5000, "in time");
	is_int(proc.pid, 0, "the child is reaped");
	ok(is_gone(buf_str(&proc.out)), "its own child ends with it");
	begin = clock_ms();
	is_int(sh(&stubborn, "trap '' TERM; echo $$; while :; do sleep 60; done", 500, 0, &err), -1,
		"a child that ignores SIGTERM");
	ok(clock_ms() - begin < 8000 && is_gone(buf_str(&stubborn.out)), "is killed");
}

static void test_output(void)
{
	cleanup_proc struct proc exact = PROC_INIT, more = PROC_INIT, daemon = PROC_INIT,
				 endless = PROC_INIT;
	cleanup_error struct error err = ERROR_INIT;
	int64_t begin = clock_ms();

	is_int(sh(&exact, "head -c 100000 /dev/zero", 20000, 100000, &err), 0,
		"as much output as is allowed");
	is_int((long long)exact.out.len, 100000, "all of it is there");
	is_int(sh(&more, "head -c 100001 /dev/zero; sleep 1", 20000, 100000, &err), -1,
		"one byte more is an error");
	is_int(err.code, EXIT_UNAVAILABLE, "with its code");
	is_int(sh(&endless, "yes", 20000, 0, &err), -1,
		"a child that never stops printing is stopped");
	begin = clock_ms();
	is_int(sh(&daemon, "sleep 30 & echo started", 20000, 0, &err), 0,
		"a daemon that keeps the streams open");
	ok(clock_ms() - begin < 10000, "is not waited for");
	is_str(buf_str(&daemon.out), "started\n", "what the child said is there");
}

static void hear(void *arg, const char *bytes, size_t len)
{
	(void)buf_append(arg, bytes, len);
}

/* What comes is told as it comes, and is in the buffers all the same. */
static void test_told(void)
{
	cleanup_strv struct strv argv = STRV_INIT, env = STRV_INIT;
	cleanup_buf struct buf heard = BUF_INIT(100);
	cleanup_proc struct proc proc = PROC_INIT;
	cleanup_error struct error err = ERROR_INIT;
	struct proc_spec spec = PROC_SPEC_INIT;

	strv_push(&argv, "/bin/sh");
	strv_push(&argv, "-c");
	strv_push(&argv, "echo out; sleep 0.3; echo err >&2");
	strv_push(&env, "PATH=/usr/bin:/bin");
	spec.argv = &argv;
	spec.env = &env;
	spec.on_output = hear;
	spec.on_output_arg = &heard;
	is_int(proc_run(&proc, &spec, &err), 0, "a child whose output is told of");
	is_str(buf_str(&heard), "out\nerr\n", "both streams are told");
	is_str(buf_str(&proc.out), "out\n", "stdout is kept too");
	is_str(buf_str(&proc.err), "err\n", "and stderr");
}

static void *interrupt(void *arg)
{
	(void)arg;
	clock_sleep_ms(300);
	kill(getpid(), SIGINT);
	return NULL;
}

static void test_cancel(void)
{
	cleanup_proc struct proc proc = PROC_INIT;
	cleanup_error struct error err = ERROR_INIT;
	int64_t begin = clock_ms();
	pthread_t thread;

	cancel_init();
	pthread_create(&thread, NULL, interrupt, NULL);
	is_int(sh(&proc, "echo $$; exec sleep 60", 0, 0, &err), -1,
		"Ctrl-C ends a wait without a deadline");
	pthread_join(thread, NULL);
	is_int(err.code, EXIT_SIGNAL_BASE + SIGINT, "with the signal's code");
	ok(clock_ms() - begin < 5000 && is_gone(buf_str(&proc.out)), "and the child");
}

int main(void)
{
	struct proc none = PROC_INIT;

	test_cases();
	test_exec_fails();
	test_deadline();
	test_output();
	test_told();
	test_cancel();
	proc_clear(&none);
	proc_clear(&none);
	ok(true, "clearing nothing, twice");
	return done_testing();
}
