/* The modelled machine: ids, capabilities and prctl(2). */
#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stdarg.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>

#include "calls.h"
#include "enter.h"
#include "netd_filter.h"

uid_t model_getuid(void)
{
	machine_enter("getuid");
	return machine.uid[0];
}

uid_t model_geteuid(void)
{
	machine_enter("geteuid");
	return machine.uid[1];
}

gid_t model_getgid(void)
{
	machine_enter("getgid");
	return machine.gid[0];
}

int model_issetugid(void)
{
	return machine.secure; /* AT_SECURE: no system call */
}

int model_getresuid(uid_t *real, uid_t *effective, uid_t *saved)
{
	enum fault_kind kind = machine_enter("getresuid");

	if (kind == FAULT_FAIL || kind == FAULT_LIE)
		return kind == FAULT_FAIL ? -1 : 0;
	*real = machine.uid[0];
	*effective = machine.uid[1];
	*saved = machine.uid[2] + (kind == FAULT_SKEW);
	return 0;
}

int model_getresgid(gid_t *real, gid_t *effective, gid_t *saved)
{
	enum fault_kind kind = machine_enter("getresgid");

	if (kind == FAULT_FAIL || kind == FAULT_LIE)
		return kind == FAULT_FAIL ? -1 : 0;
	*real = machine.gid[0];
	*effective = machine.gid[1];
	*saved = machine.gid[2] + (kind == FAULT_SKEW);
	return 0;
}

static bool is_one_of(uid_t id, const uid_t have[3])
{
	return id == have[0] || id == have[1] || id == have[2];
}

/* cap_emulate_setxuid() in security/commoncap.c: with the last uid 0 goes every capability. */
static void set_uids(uid_t real, uid_t effective, uid_t saved)
{
	struct machine *m = &machine;
	bool had_root = m->uid[0] == 0 || m->uid[1] == 0 || m->uid[2] == 0;

	if (effective != m->uid[1])
		m->dumpable = true; /* set anew, see PR_SET_DUMPABLE */
	if (had_root && real != 0 && effective != 0 && saved != 0)
		m->permitted = m->effective = 0;
	if (m->uid[1] == 0 && effective != 0)
		m->effective = 0;
	if (m->uid[1] != 0 && effective == 0)
		m->effective = m->permitted;
	m->uid[0] = real;
	m->uid[1] = effective;
	m->uid[2] = saved;
}

static int setresuid_call(uid_t real, uid_t effective, uid_t saved)
{
	FAULTY("setresuid %u %u %u", real, effective, saved);
	if (!machine_may(CAP_SETUID) &&
		!(is_one_of(real, machine.uid) && is_one_of(effective, machine.uid) &&
			is_one_of(saved, machine.uid)))
		return machine_result(-EPERM);
	set_uids(real, effective, saved);
	return 0;
}

static int setuid_call(uid_t uid)
{
	FAULTY("setuid %u", uid);
	if (machine_may(CAP_SETUID))
		set_uids(uid, uid, uid);
	else if (uid == machine.uid[0] || uid == machine.uid[2])
		set_uids(machine.uid[0], uid, machine.uid[2]);
	else
		return machine_result(-EPERM);
	return 0;
}

static int setresgid_call(gid_t real, gid_t effective, gid_t saved)
{
	gid_t want[3] = {real, effective, saved};

	FAULTY("setresgid %u %u %u", real, effective, saved);
	for (int i = 0; i < 3; i++)
		if (!machine_may(CAP_SETGID) && !is_one_of(want[i], machine.gid))
			return machine_result(-EPERM);
	memcpy(machine.gid, want, sizeof(want));
	return 0;
}

static int setgid_call(gid_t gid)
{
	FAULTY("setgid %u", gid);
	if (!machine_may(CAP_SETGID) && gid != machine.gid[0] && gid != machine.gid[2])
		return machine_result(-EPERM);
	machine.gid[1] = gid;
	if (machine_may(CAP_SETGID))
		machine.gid[0] = machine.gid[2] = gid;
	return 0;
}

static int setgroups_call(size_t count, const gid_t *list)
{
	FAULTY("setgroups %zu", count);
	if (!machine_may(CAP_SETGID) || machine.setgroups_denied)
		return machine_result(-EPERM);
	if (list != NULL)
		machine_broken("setgroups with a list");
	machine.groups = (unsigned)count;
	return 0;
}

int model_getgroups(int size, gid_t list[])
{
	FAULTY("getgroups %d", size);
	if (size != 0 || list != NULL)
		machine_broken("getgroups with a list");
	return (int)machine.groups;
}

static long capability_call(
	bool set, const struct __user_cap_header_struct *head, struct __user_cap_data_struct *data)
{
	struct machine *m = &machine;

	if (set)
		FAULTY("capset permitted=%x,%x effective=%x,%x inheritable=%x,%x",
			data[0].permitted, data[1].permitted, data[0].effective, data[1].effective,
			data[0].inheritable, data[1].inheritable);
	else
		FAULTY("capget");
	if (head->version != _LINUX_CAPABILITY_VERSION_3 || head->pid != 0)
		return machine_result(-EINVAL);
	if (!set) {
		data[0] =
			(struct __user_cap_data_struct){m->effective, m->permitted, m->inheritable};
		data[1] = (struct __user_cap_data_struct){0, 0, 0};
		return 0;
	}
	if ((data[0].permitted & ~m->permitted) != 0 || data[1].permitted != 0 ||
		(data[0].effective & ~data[0].permitted) != 0 || data[0].inheritable != 0)
		return machine_result(-EPERM);
	m->permitted = data[0].permitted;
	m->effective = data[0].effective;
	m->inheritable = 0;
	return 0;
}

long model_syscall(long number, ...)
{
	va_list ap;
	const void *first;
	void *second;

	va_start(ap, number);
	if (number == SYS_setresuid || number == SYS_setresgid) {
		unsigned real = va_arg(ap, unsigned), effective = va_arg(ap, unsigned);
		unsigned saved = va_arg(ap, unsigned);

		va_end(ap);
		return (number == SYS_setresuid ? setresuid_call : setresgid_call)(
			real, effective, saved);
	}
	if (number == SYS_setuid || number == SYS_setgid) {
		unsigned id = va_arg(ap, unsigned);

		va_end(ap);
		return number == SYS_setuid ? setuid_call(id) : setgid_call(id);
	}
	if (number == SYS_setgroups) {
		int count = va_arg(ap, int);
		const gid_t *list = va_arg(ap, void *);

		va_end(ap);
		return setgroups_call((size_t)count, list);
	}
	if (number == SYS_close_range) {
		unsigned from = va_arg(ap, unsigned), to = va_arg(ap, unsigned);
		unsigned flags = va_arg(ap, unsigned);

		va_end(ap);
		FAULTY("close_range %u %u %u", from, to, flags);
		for (unsigned fd = from; fd < 32 && fd <= to; fd++)
			machine.open_fds &= ~(1U << fd);
		return 0;
	}
	first = va_arg(ap, void *);
	second = va_arg(ap, void *);
	va_end(ap);
	if (number == SYS_capset || number == SYS_capget)
		return capability_call(number == SYS_capset, first, second);
	machine_broken("system call %ld", number);
	return machine_result(-ENOSYS);
}

int model_prctl(int option, ...)
{
	struct machine *m = &machine;
	unsigned long arg[4];
	va_list ap;

	va_start(ap, option);
	if (option == PR_SET_SECCOMP) {
		unsigned long mode = va_arg(ap, unsigned long);
		const struct sock_fprog *program = va_arg(ap, const void *);

		va_end(ap);
		FAULTY("prctl PR_SET_SECCOMP %lu", mode);
		if (program->len != sizeof(netd_filter) / sizeof(netd_filter[0]) ||
			memcmp(program->filter, netd_filter, sizeof(netd_filter)) != 0)
			machine_broken("another filter than the generated one");
		if (!m->no_new_privs && !machine_may(CAP_SYS_ADMIN))
			return machine_result(-EACCES);
		m->sealed = true;
		machine_unguard();
		return 0;
	}
	for (int i = 0; i < 4; i++)
		arg[i] = va_arg(ap, unsigned long);
	va_end(ap);
	FAULTY("prctl %d %lu %lu %lu %lu", option, arg[0], arg[1], arg[2], arg[3]);
	switch (option) {
	case PR_CAPBSET_READ:
		if (m->filtered)
			return 0;
		return arg[0] > m->last_cap ? machine_result(-EINVAL)
					    : (int)(m->bounding >> arg[0] & 1);
	case PR_CAPBSET_DROP:
		if (!machine_may(CAP_SETPCAP) || (arg[0] > m->last_cap && !m->filtered))
			return machine_result(arg[0] > m->last_cap ? -EINVAL : -EPERM);
		m->bounding &= ~(1ULL << arg[0]);
		return 0;
	case PR_CAP_AMBIENT:
		m->ambient = arg[0] == PR_CAP_AMBIENT_CLEAR_ALL ? false : m->ambient;
		return 0;
	case PR_SET_NO_NEW_PRIVS:
		if (arg[0] != 1)
			return machine_result(-EINVAL);
		m->no_new_privs = true;
		return 0;
	case PR_GET_NO_NEW_PRIVS:
		return m->no_new_privs;
	case PR_SET_DUMPABLE:
		m->dumpable = arg[0] != 0;
		return 0;
	case PR_GET_DUMPABLE:
		return m->dumpable;
	default:
		machine_broken("prctl(%d)", option);
		return machine_result(-EINVAL);
	}
}
