/* Running bottle-netd. */
#include "netd.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "err.h"
#include "mem.h"
#include "plan.h"
#include "proc.h"
#include "self.h"
#include "strv.h"

#define NETD_MS 10000

int netd_path(char **ret, struct error *err)
{
	cleanup_free char *libexec = NULL;

	if (self_libexec(&libexec, err) != 0)
		return -1;
	*ret = xasprintf("%s/bottle-netd", libexec);
	return 0;
}

static int make_argv(
	const char *verb, const struct strv *addresses, struct strv *argv, struct error *err)
{
	char *path = NULL;

	if (netd_path(&path, err) != 0)
		return -1;
	strv_take(argv, path);
	strv_push(argv, verb);
	if (addresses != NULL)
		strv_push_all(argv, (const char *const *)addresses->item);
	return 0;
}

static int run(const char *verb, const struct strv *addresses, struct proc *proc, struct error *err)
{
	cleanup_strv struct strv argv = STRV_INIT, env = STRV_INIT;
	cleanup_free char *line = NULL, *again = NULL;
	struct proc_spec spec = PROC_SPEC_INIT;
	const char *path;

	if (make_argv(verb, addresses, &argv, err) != 0)
		return -1;
	path = argv.item[0];
	strv_push(&env, "PATH=/usr/bin:/bin");
	spec.argv = &argv;
	spec.env = &env;
	spec.deadline_ms = NETD_MS;
	if (proc_run(proc, &spec, err) != 0) {
		err->code = EXIT_CONFIG;
		err_wrap(err, "helper");
		again = self_install_again(path, "bottle-netd");
		return err_note(err, "next", "%s, and be in the group that may use the helper (%s)",
			again, path);
	}
	if (proc->exit_code == EXIT_OK)
		return 0;
	line = proc_last_line(proc);
	err_set(err, (enum exit_code)proc->exit_code, "helper: %s", line);
	if (proc->exit_code == EXIT_CONFIG) {
		again = self_install_again(path, "bottle-netd");
		err_note(err, "next", "%s (the helper is %s)", again, path);
	}
	return -1;
}

int netd_add(const struct strv *addresses, struct plan *plan, struct error *err)
{
	cleanup_proc struct proc proc = PROC_INIT;
	cleanup_strv struct strv argv = STRV_INIT;

	if (plan != NULL) {
		if (make_argv("add", addresses, &argv, err) != 0)
			return -1;
		plan_run(plan, "helper", &argv, false);
		return 0;
	}
	return run("add", addresses, &proc, err);
}

int netd_remove(const struct strv *addresses, struct strv *removed, struct error *err)
{
	cleanup_proc struct proc proc = PROC_INIT;

	if (run("remove", addresses, &proc, err) != 0)
		return -1;
	for (size_t i = 0; i < addresses->count; i++) {
		cleanup_free char *line = xasprintf("%s removed\n", addresses->item[i]);

		if (strstr(buf_str(&proc.out), line) != NULL)
			strv_push(removed, addresses->item[i]);
	}
	return 0;
}

/* Every version of the helper begins its policy with these two words, whatever else becomes of it. */
static int check_protocol(const char *policy, struct error *err)
{
	cleanup_free char *path = NULL;
	unsigned spoken = 0;

	if (sscanf(policy, "protocol %4u", &spoken) == 1 && spoken == NETD_PROTOCOL)
		return 0;
	if (netd_path(&path, err) != 0)
		return -1;
	if (spoken == 0)
		err_set(err, EXIT_CONFIG,
			"helper: %s does not say which protocol it speaks; this bottle speaks %d",
			path, NETD_PROTOCOL);
	else
		err_set(err, EXIT_CONFIG,
			"helper: %s speaks protocol %u, this bottle %d: they are of different "
			"versions",
			path, spoken, NETD_PROTOCOL);
	err_note(err, "left", "the helper was asked for nothing else");
	return err_note(err, "next",
		"install both from one version: the packages bottle and bottle-netd, or sudo "
		"install/install.sh");
}

int netd_policy(unsigned *ret_first, unsigned *ret_last, struct error *err)
{
	cleanup_proc struct proc proc = PROC_INIT;

	if (run("policy", NULL, &proc, err) != 0 || check_protocol(buf_str(&proc.out), err) != 0)
		return -1;
	if (sscanf(buf_str(&proc.out), "protocol %*u pool 127.0.0.%3u 127.0.0.%3u", ret_first,
		    ret_last) == 2)
		return 0;
	err_set(err, EXIT_CONFIG, "helper: its answer to `policy` names no pool");
	return err_note(
		err, "next", "sudo install/install.sh, or install the package bottle-netd again");
}

bool netd_address_is_up(const char *address)
{
	struct sockaddr_in sin = {.sin_family = AF_INET};
	cleanup_fd int fd = socket(AF_INET, SOCK_DGRAM, 0);

	return fd >= 0 && inet_pton(AF_INET, address, &sin.sin_addr) == 1 &&
	       bind(fd, (const struct sockaddr *)&sin, sizeof(sin)) == 0;
}
