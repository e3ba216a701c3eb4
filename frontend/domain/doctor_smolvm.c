/* smolvm: the program, what it needs of the kernel, its database, and the program of ours that runs in its machines. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "context.h"
#include "doctor.h"
#include "kvm.h"
#include "mem.h"
#include "self.h"
#include "smolvm.h"
#include "vmdb.h"

static void list_capabilities(const struct smolvm_caps *caps, struct strv *ret)
{
	const struct {
		bool has;
		const char *name;
	} all[] = {{caps->name_flag, "named machines"}, {caps->dns, "resolver setting"},
		{caps->exec_user, "exec --user"}, {caps->pack_archive, "packs from archives"},
		{caps->trailing_command, "workload at create"},
		{caps->secret_env, "secret variables"}, {caps->stop_timeout, "stop --timeout"},
		{caps->egress_events, "egress events"}};

	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++)
		if (!all[i].has)
			strv_pushf(ret, "without %s", all[i].name);
}

void doctor_smolvm(struct doctor *doctor, struct doctor_finding *ret)
{
	cleanup_error struct error err = ERROR_INIT, judged = ERROR_INIT;
	const struct smolvm *vm;

	if (context_smolvm(doctor->ctx, &err) != 0) {
		doctor_say_error(ret, DOCTOR_FAIL, &err);
		return;
	}
	vm = doctor->ctx->vm;
	list_capabilities(vm->caps, &ret->details);
	if (context_judge_smolvm(doctor->ctx, &judged) != 0) {
		doctor_say_error(ret, DOCTOR_FAIL, &judged);
		return;
	}
	doctor_say(ret, vm->standing == SMOLVM_SUPPORTED ? DOCTOR_OK : DOCTOR_WARN,
		"%s %s, %s: %s; row of %u.%u.%u", vm->path, vm->version,
		vm->standing == SMOLVM_SUPPORTED ? "proven" : "unproven", vm->caps->transport,
		vm->caps->since[0], vm->caps->since[1], vm->caps->since[2]);
	if (vm->standing == SMOLVM_NEWER)
		doctor_cause(ret, "newer than any that was tried: launches run the full set of "
				  "probes and say unproven");
	for (size_t i = 0; i < vm->dropped.count; i++)
		strv_pushf(&ret->details, "%s is set, and not passed on", vm->dropped.item[i]);
}

void doctor_kvm(struct doctor *doctor, struct doctor_finding *ret)
{
	cleanup_error struct error err = ERROR_INIT;

	(void)doctor;
	if (kvm_try(&err) == 0)
		doctor_say(ret, DOCTOR_OK, "a virtual machine could be made, and was given back");
	else
		doctor_say_error(ret, DOCTOR_FAIL, &err);
}

static void say_bad_row(struct doctor_finding *ret, const char *path, const struct vmdb_health *at)
{
	if (at->text_row != NULL) {
		doctor_say(ret, DOCTOR_FAIL, "the record %s in %s is TEXT, not a BLOB",
			at->text_row, path);
		doctor_cause(ret, "some other program wrote it; every listing of smolvm fails");
		doctor_fix(ret,
			"sqlite3 '%s' \"update vms set data = cast(data as blob) where "
			"typeof(data) = 'text'\"",
			path);
		return;
	}
	doctor_say(ret, DOCTOR_FAIL, "the record %s in %s is no JSON", at->broken_row, path);
	doctor_fix(ret, "smolvm machine delete %s", at->broken_row);
}

void doctor_database(struct doctor *doctor, struct doctor_finding *ret)
{
	cleanup_error struct error err = ERROR_INIT;
	struct vmdb_health health = {0, NULL, NULL};
	const struct vmdb *vmdb = doctor->ctx->vmdb;
	bool exists = false;
	struct stat st;

	if (vmdb == NULL) {
		doctor_say(ret, DOCTOR_SKIP, "where smolvm keeps it is not known: no home folder");
		return;
	}
	if (vmdb_check(vmdb, &exists, &health, &err) != 0)
		doctor_say_error(ret, DOCTOR_FAIL, &err);
	else if (!exists)
		doctor_say(ret, DOCTOR_OK, "not there yet, the first machine makes it: %s",
			vmdb->path);
	else if (health.text_row != NULL || health.broken_row != NULL)
		say_bad_row(ret, vmdb->path, &health);
	else if (lstat(vmdb->path, &st) == 0 && (st.st_mode & 022) != 0) {
		doctor_say(ret, DOCTOR_FAIL, "others can write %s (mode %04o)", vmdb->path,
			(unsigned)st.st_mode & 07777);
		doctor_fix(ret, "chmod 600 '%s'", vmdb->path);
	} else
		doctor_say(ret, DOCTOR_OK, "%zu machine%s, every record readable: %s", health.rows,
			health.rows == 1 ? "" : "s", vmdb->path);
	free(health.text_row);
	free(health.broken_row);
}

void doctor_guest(struct doctor *doctor, struct doctor_finding *ret)
{
	cleanup_error struct error err = ERROR_INIT;

	if (context_guest(doctor->ctx, &err) == 0)
		doctor_say(ret, DOCTOR_OK,
			"bottle-guest for %s is installed, and copied for mounts", self_arch());
	else
		doctor_say_error(ret, DOCTOR_FAIL, &err);
}
