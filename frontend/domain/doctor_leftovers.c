/* What dead launches left: what gc shows and removes. */
#include "context.h"
#include "doctor.h"
#include "pack.h"
#include "registry_remains.h"
#include "remains.h"
#include "teardown.h"

void doctor_leftovers(struct doctor *doctor, struct doctor_finding *ret)
{
	cleanup_orphans struct teardown_orphans orphans = {NULL, 0};
	cleanup_strv struct strv dead = STRV_INIT, registries = STRV_INIT, folders = STRV_INIT;
	cleanup_error struct error err = ERROR_INIT;
	unsigned packs = pack_sweep(doctor->ctx, true);

	if (!doctor_needs_engine(doctor, ret))
		return;
	if (teardown_find_dead(doctor->ctx, &dead, &err) != 0 ||
		teardown_find_orphans(doctor->ctx, &orphans, &err) != 0 ||
		registry_remains_sweep(doctor->ctx, true, &registries, &err) != 0 ||
		remains_find_folders(doctor->ctx, &folders, &err) != 0) {
		doctor_say_error(ret, DOCTOR_SKIP, &err);
		return;
	}
	for (size_t i = 0; i < dead.count; i++)
		strv_pushf(&ret->details, "dead launch %s", dead.item[i]);
	for (size_t i = 0; i < orphans.count; i++)
		strv_pushf(&ret->details, "%s %s",
			orphans.item[i].is_network ? "network" : "container", orphans.item[i].name);
	for (size_t i = 0; i < registries.count; i++)
		strv_pushf(&ret->details, "registry %s", registries.item[i]);
	for (size_t i = 0; i < folders.count; i++)
		strv_pushf(&ret->details, "folder without a journal %s", folders.item[i]);
	if (packs > 0)
		strv_pushf(&ret->details, "%u half-made packs", packs);
	if (ret->details.count == 0) {
		doctor_say(ret, DOCTOR_OK, "no launch left anything");
		return;
	}
	doctor_say(ret, DOCTOR_WARN, "dead launches left %zu thing%s", ret->details.count,
		ret->details.count == 1 ? "" : "s");
	doctor_fix(ret, "bottle gc -f");
}

int doctor_remove_leftovers(struct doctor *doctor, struct error *err)
{
	cleanup_orphans struct teardown_orphans orphans = {NULL, 0};
	cleanup_strv struct strv dead = STRV_INIT, registries = STRV_INIT, folders = STRV_INIT;
	struct context *ctx = doctor->ctx;

	pack_sweep(ctx, false);
	if (teardown_find_dead(ctx, &dead, err) != 0)
		return -1;
	for (size_t i = 0; i < dead.count; i++)
		if (teardown_if_dead(ctx, dead.item[i], err) < 0)
			return err_wrap(err, "%s", dead.item[i]);
	if (teardown_find_orphans(ctx, &orphans, err) != 0)
		return -1;
	for (size_t i = 0; i < orphans.count; i++)
		if (teardown_remove_orphan(ctx, &orphans.item[i], err) != 0)
			return -1;
	if (registry_remains_sweep(ctx, false, &registries, err) != 0 ||
		remains_find_folders(ctx, &folders, err) != 0)
		return -1;
	for (size_t i = 0; i < folders.count; i++)
		if (remains_remove_folder(ctx, folders.item[i], err) < 0)
			return -1;
	return 0;
}
