/* Finding and removing what is left of a registry. */
#include "registry_remains.h"

#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "context.h"
#include "engine.h"
#include "engine_container.h"
#include "engine_network.h"
#include "engine_push.h"
#include "err.h"
#include "fs.h"
#include "mem.h"
#include "names.h"
#include "self.h"
#include "strv.h"

#define NOTE "registry"

json_t *registry_remains_labels(const char *name, const char *repository)
{
	cleanup_free char *uid = xasprintf("%u", (unsigned)geteuid()), *boot = self_boot_id();
	cleanup_free char *process = NULL;
	uint64_t start = 0;

	self_process_start(getpid(), &start);
	process = xasprintf("%d %llu %s", (int)getpid(), (unsigned long long)start, boot);
	return json_pack("{s:s, s:s, s:s, s:s, s:s}", LABEL_OWNER, uid, LABEL_LAUNCHER,
		name + strlen(NAME_REGISTRY_PREFIX), LABEL_VERSION, BOTTLE_VERSION, LABEL_PROCESS,
		process, LABEL_REPOSITORY, repository);
}

int registry_remains_note(const char *folder, const char *socket, const char *name,
	const char *repository, struct error *err)
{
	cleanup_free char *path = xasprintf("%s/" NOTE, folder);
	json_auto_t *note = json_pack(
		"{s:s, s:s, s:s}", "engine", socket, "name", name, "repository", repository);
	cleanup_free char *text = note != NULL ? json_dumps(note, JSON_COMPACT) : NULL;

	if (text == NULL)
		return err_set(err, EXIT_DATA, "the engine's socket %s is not UTF-8", socket);
	return fs_write(path, text, strlen(text), err);
}

void registry_remains_forget(const char *folder)
{
	cleanup_free char *path = xasprintf("%s/" NOTE, folder);

	unlink(path);
}

bool registry_remains_noted(const char *folder)
{
	cleanup_free char *path = xasprintf("%s/" NOTE, folder);

	return fs_exists(path);
}

/* A name that was its image's last one stays: it says so. */
static int untag(
	const struct context *ctx, struct engine *engine, const char *repository, struct error *err)
{
	cleanup_free char *suffix = xasprintf("/%s:" REGISTRY_TAG, repository);
	cleanup_strv struct strv kept = STRV_INIT;

	if (engine_image_untag(engine, suffix, &kept, err) != 0)
		return -1;
	for (size_t i = 0; i < kept.count; i++)
		context_warn(ctx, "%s stays: it is the image's last name (docker rmi %s)",
			kept.item[i], kept.item[i]);
	return 0;
}

/* By name, because a call that got no answer may have made what has no id here; only with our label. */
static int remove_container(
	struct engine *engine, const char *name, const char *launch, struct error *err)
{
	cleanup_engine_container struct engine_container container = ENGINE_CONTAINER_INIT;
	const char *label;
	bool found;

	if (engine_container_find(engine, name, &container, &found, err) != 0)
		return -1;
	if (!found)
		return 0;
	label = engine_container_label(&container, LABEL_LAUNCHER);
	if (label == NULL || strcmp(label, launch) != 0)
		return 0;
	return engine_container_remove(engine, container.id, err);
}

static int remove_network(
	struct engine *engine, const char *name, const char *launch, struct error *err)
{
	cleanup_engine_networks struct engine_networks networks = ENGINE_NETWORKS_INIT;

	if (engine_network_list(engine, &networks, err) != 0)
		return -1;
	for (size_t i = 0; i < networks.count; i++) {
		const struct engine_network *at = &networks.item[i];
		const char *label = engine_network_label(at, LABEL_LAUNCHER);

		if (strcmp(at->name, name) == 0 && label != NULL && strcmp(label, launch) == 0 &&
			engine_network_remove(engine, at->id, err) != 0)
			return -1;
	}
	return 0;
}

int registry_remains_remove(const struct context *ctx, struct engine *engine, const char *name,
	const char *repository, struct error *err)
{
	const char *launch = name + strlen(NAME_REGISTRY_PREFIX);

	/* First what others can reach, last what says, by its labels, that there is something to remove. */
	if (remove_container(engine, name, launch, err) != 0 ||
		untag(ctx, engine, repository, err) != 0)
		return -1;
	return remove_network(engine, name, launch, err);
}

static bool is_hex(const char *text, size_t len)
{
	return text != NULL && strlen(text) == len && strspn(text, "0123456789abcdef") == len;
}

static bool is_name(const char *name)
{
	return name != NULL &&
	       strncmp(name, NAME_REGISTRY_PREFIX, strlen(NAME_REGISTRY_PREFIX)) == 0 &&
	       is_hex(name + strlen(NAME_REGISTRY_PREFIX), REGISTRY_ID_LEN);
}

bool registry_remains_clear(const struct context *ctx, const char *folder)
{
	cleanup_free char *path = xasprintf("%s/" NOTE, folder);
	cleanup_context struct context own = CONTEXT_INIT;
	cleanup_error struct error failed = ERROR_INIT;
	cleanup_buf struct buf text = BUF_INIT(65536);
	json_auto_t *note = NULL;
	const char *engine, *name, *repository;

	if (!fs_exists(path))
		return true;
	if (fs_read(path, &text, &failed) != 0)
		return false;
	note = json_loadb(buf_str(&text), text.len, 0, NULL);
	engine = json_string_value(json_object_get(note, "engine"));
	name = json_string_value(json_object_get(note, "name"));
	repository = json_string_value(json_object_get(note, "repository"));
	if (engine == NULL || !is_name(name) || !is_hex(repository, REGISTRY_REPOSITORY_LEN))
		return true; /* nothing that this program wrote */
	if (context_engine_at(&own, engine, &failed) == 0 &&
		registry_remains_remove(ctx, own.engine, name, repository, &failed) == 0)
		return true;
	context_warn(ctx, "the registry %s of a packing that was killed is left: %s (%s notes it)",
		name, failed.message, path);
	return false;
}

/* Whether PROCESS, "PID START BOOT", is gone for certain. */
static bool is_gone(const char *process)
{
	cleanup_free char *boot = self_boot_id();
	unsigned long long start;
	uint64_t now;
	int pid, end = 0;

	if (process == NULL || sscanf(process, "%d %llu %n", &pid, &start, &end) != 2 || end == 0)
		return false;
	if (strcmp(process + end, boot) != 0)
		return true;
	return self_process_start(pid, &now) != 0 ? errno != EPERM : now != start;
}

/* Whether labels are those of a registry of this user whose process is gone, on an object of the name that they
 * give. */
static bool is_remains(const char *name, const char *owner, const char *launch, const char *process,
	const char *repository)
{
	cleanup_free char *uid = xasprintf("%u", (unsigned)geteuid());

	return owner != NULL && strcmp(owner, uid) == 0 && is_name(name) && launch != NULL &&
	       strcmp(name + strlen(NAME_REGISTRY_PREFIX), launch) == 0 &&
	       is_hex(repository, REGISTRY_REPOSITORY_LEN) && is_gone(process);
}

/* Names and repositories of all of them, pairwise; the network is made first and removed last, so it stands for
 * all. */
static int find(
	struct engine *engine, struct strv *names, struct strv *repositories, struct error *err)
{
	cleanup_engine_containers struct engine_containers containers = ENGINE_CONTAINERS_INIT;
	cleanup_engine_networks struct engine_networks networks = ENGINE_NETWORKS_INIT;

	if (engine_network_list(engine, &networks, err) != 0 ||
		engine_container_list(engine, NAME_REGISTRY_PREFIX, NULL, &containers, err) != 0)
		return -1;
	for (size_t i = 0; i < networks.count; i++) {
		const struct engine_network *at = &networks.item[i];
		const char *repository = engine_network_label(at, LABEL_REPOSITORY);

		if (!is_remains(at->name, engine_network_label(at, LABEL_OWNER),
			    engine_network_label(at, LABEL_LAUNCHER),
			    engine_network_label(at, LABEL_PROCESS), repository))
			continue;
		strv_push(names, at->name);
		strv_push(repositories, repository);
	}
	for (size_t i = 0; i < containers.count; i++) {
		const struct engine_container *at = &containers.item[i];
		const char *repository = engine_container_label(at, LABEL_REPOSITORY);

		if (strv_has(names, at->name) ||
			!is_remains(at->name, engine_container_label(at, LABEL_OWNER),
				engine_container_label(at, LABEL_LAUNCHER),
				engine_container_label(at, LABEL_PROCESS), repository))
			continue;
		strv_push(names, at->name);
		strv_push(repositories, repository);
	}
	return 0;
}

int registry_remains_sweep(struct context *ctx, bool dry, struct strv *ret, struct error *err)
{
	cleanup_strv struct strv names = STRV_INIT, repositories = STRV_INIT;

	if (context_engine(ctx, err) != 0 || find(ctx->engine, &names, &repositories, err) != 0)
		return -1;
	for (size_t i = 0; i < names.count; i++) {
		if (!dry && registry_remains_remove(ctx, ctx->engine, names.item[i],
				    repositories.item[i], err) != 0)
			return err_wrap(err, "registry %s", names.item[i]);
		strv_push(ret, names.item[i]);
	}
	return 0;
}
