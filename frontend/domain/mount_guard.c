/* Mounts against what must stay out of an agent's reach.
 *
 * Folders are compared by device and inode along both chains of parents: those of what is guarded, links and
 * all, for a mount that contains it; those of the mount for one that lies inside. So another spelling, a link
 * or a bind mount of one of these folders hides nothing. What does not exist yet is guarded by the folders
 * that would hold it. Not seen: a bind mount, which only root can make, of something deeper inside. */
#include "mount_guard.h"

#include <assert.h>
#include <libgen.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "chain.h"
#include "childenv.h"
#include "context.h"
#include "engine_socket.h"
#include "err.h"
#include "mem.h"
#include "program.h"
#include "self.h"
#include "smolvm.h"
#include "spec.h"
#include "vmdb.h"

enum { GUARDED_MAX = 48 };

/* Places, with what each is and why it is guarded. */
struct guarded {
	struct strv path;
	const char *what[GUARDED_MAX], *why[GUARDED_MAX];
};

struct guard {
	struct guarded whole;  /* not it, and nothing that contains it */
	struct guarded inside; /* nothing inside it either */
};

#define cleanup_guard __attribute__((cleanup(guard_clear)))

static void guard_clear(struct guard *guard)
{
	strv_clear(&guard->whole.path);
	strv_clear(&guard->inside.path);
}

static void add(struct guarded *list, const char *path, const char *what, const char *why)
{
	size_t at = list->path.count;

	if (path == NULL || path[0] != '/')
		return;
	assert(at < GUARDED_MAX);
	list->what[at] = what;
	list->why[at] = why;
	strv_push(&list->path, path);
}

static void add_below(struct guarded *list, const char *folder, const char *name, const char *what,
	const char *why)
{
	cleanup_free char *path = folder != NULL ? xasprintf("%s/%s", folder, name) : NULL;

	add(list, path, what, why);
}

static void add_homes(struct guard *guard)
{
	static const char why[] =
		"keys, profiles and what runs at the next login lie there: mount the "
		"folders that the agent needs";
	const struct passwd *user = getpwuid(geteuid());

	add(&guard->whole, "/", "the whole host", why);
	add(&guard->whole, getenv("HOME"), "your home folder", why);
	add(&guard->whole, user ? user->pw_dir : NULL, "your home folder", why);
}

static void add_sockets(struct guard *guard, const char *socket)
{
	static const char
		what[] = "an engine's socket",
		why[] = "whoever can talk to it, or put another one in its place, is root here";
	cleanup_strv struct strv known = STRV_INIT;

	add(&guard->whole, socket, what, why);
	engine_socket_known(&known);
	for (size_t i = 0; i < known.count; i++)
		add(&guard->whole, known.item[i], what, why);
}

/* The folders of smolvm: DATA/smolvm with its database, CACHE/smolvm with its machines, and those beside. */
static void add_smolvm(struct guard *guard, const struct vmdb *vmdb)
{
	static const char what[] = "smolvm's own state",
			  why[] = "it decides what machines boot and what they may reach";
	cleanup_free char *server = xstrdup(vmdb->path), *cache = xstrdup(vmdb->cache);
	const char *beside = dirname(cache);

	add(&guard->inside, dirname(dirname(server)), what, why);
	add(&guard->inside, vmdb->cache, what, why);
	add_below(&guard->inside, beside, "smolvm-image-archives", what, why);
	add_below(&guard->inside, beside, "smolvm-pack", what, why);
	for (size_t i = 0; childenv_places[i] != NULL; i++)
		add(&guard->inside, childenv_place(childenv_places[i]), childenv_places[i], why);
}

static void add_ours(struct guard *guard, const struct context *ctx)
{
	static const char state[] = "bottle's own state", settings[] = "bottle's settings",
			  why[] = "it decides what bottles are and may do";
	cleanup_free char *user = xstrdup(ctx->settings.user_file),
			  *admin = xstrdup(ctx->settings.admin_file);

	add(&guard->inside, ctx->state_root, state, why);
	add(&guard->inside, ctx->cache_root, state, why);
	add(&guard->inside, dirname(user), settings, why);
	add(&guard->inside, dirname(admin), settings, why);
}

/* The folder of PROGRAM as it is named and as it is. The home folder, or one around it, is no folder of
 * programs, though one may lie there. */
static void add_program(struct guard *guard, const char *program, const char *what)
{
	static const char why[] = "what runs from there confines the agent";
	const char *paths[] = {program, NULL};
	cleanup_free char *real = program != NULL ? realpath(program, NULL) : NULL;

	paths[1] = real;
	for (size_t i = 0; i < 2 && paths[i] != NULL; i++) {
		cleanup_free char *copy = xstrdup(paths[i]);
		char *folder[] = {dirname(copy), NULL};
		const struct strv one = {folder, 1};
		const char *home = getenv("HOME");
		bool around = strcmp(folder[0], "/") == 0 ||
			      (home != NULL && chain_passes(home, &one) >= 0);

		add(around ? &guard->whole : &guard->inside, around ? paths[i] : folder[0], what,
			why);
	}
}

/* PREFIX/bin/smolvm is a script: what it runs lies in PREFIX/lib. */
static void add_smolvm_lib(struct guard *guard, const char *program)
{
	cleanup_free char *real = realpath(program, NULL);
	char *folder = real != NULL ? dirname(real) : NULL;
	char *bin = folder != NULL ? strrchr(folder, '/') : NULL;

	if (bin == NULL || strcmp(bin, "/bin") != 0)
		return;
	*bin = '\0';
	add_below(
		&guard->inside, folder, "lib", "the folder of smolvm", "smolvm runs what is there");
}

static int add_programs(struct guard *guard, const struct context *ctx, struct error *err)
{
	static const char own[] = "the folder of bottle itself";
	cleanup_free char *self = NULL, *libexec = NULL, *docker = NULL;
	cleanup_error struct error later = ERROR_INIT; /* said when docker is needed */
	const char *home = getenv("HOME"), *config = getenv("DOCKER_CONFIG");

	if (self_program(&self, err) != 0 || self_libexec(&libexec, err) != 0)
		return -1;
	(void)program_find("docker", &ctx->mounted, &docker, &later);
	add_program(guard, self, own);
	add_below(&guard->inside, libexec, "bottle-netd", own, "bottle runs what is there");
	add_below(&guard->inside, libexec, "guest", own, "bottle runs what is there");
	add(&guard->inside, ctx->guest, "the guest program", "it is what proves the isolation");
	if (ctx->vm != NULL) {
		add_program(guard, ctx->vm->path, "the folder of smolvm");
		add_smolvm_lib(guard, ctx->vm->path);
	}
	add_program(guard, docker, "the folder of docker");
	if (config != NULL && *config != '\0')
		add(&guard->inside, config, "docker's settings", "docker runs what they name");
	else
		add_below(&guard->inside, home, ".docker", "docker's settings",
			"docker runs what they name");
	return 0;
}

static int refuse(const struct bottle_spec *spec, const char *key, const char *host,
	const char *relation, const struct guarded *list, size_t at, struct error *err)
{
	spec_yaml_error(&spec->source, err, key, "%s %s %s, %s: never mounted, read-only neither",
		host, relation, list->path.item[at], list->what[at]);
	err_note(err, "why", "%s", list->why[at]);
	return err_note(err, "next", "mount a folder apart from it");
}

/* Whether one of the mounts, FIRST of which are the agent's, is or contains a place of LIST. */
static int check_containing(const struct bottle_spec *spec, const struct strv *hosts,
	const struct strv *keys, const struct guarded *list, struct error *err)
{
	for (size_t i = 0; i < list->path.count; i++) {
		ssize_t at = chain_passes(list->path.item[i], hosts);

		if (at >= 0)
			return refuse(spec, keys->item[at], hosts->item[at], "is or contains", list,
				i, err);
	}
	return 0;
}

static void collect(
	const struct spec_mounts *mounts, const char *name, struct strv *hosts, struct strv *keys)
{
	for (size_t i = 0; i < mounts->count; i++) {
		strv_push(hosts, mounts->item[i].host);
		strv_pushf(keys, "%s[%zu].host", name, i);
	}
}

int mount_guard(const struct context *ctx, const struct bottle_spec *spec, struct error *err)
{
	cleanup_guard struct guard guard = {.whole = {.path = STRV_INIT}};
	cleanup_strv struct strv hosts = STRV_INIT, keys = STRV_INIT;

	collect(&spec->agent.mounts, "agent.mounts", &hosts, &keys);
	collect(&spec->bundle.mounts, "bundle.mounts", &hosts, &keys);
	if (hosts.count == 0)
		return 0;
	add_homes(&guard);
	add_sockets(&guard, ctx->socket);
	add_smolvm(&guard, ctx->vmdb);
	add_ours(&guard, ctx);
	if (add_programs(&guard, ctx, err) != 0 ||
		check_containing(spec, &hosts, &keys, &guard.whole, err) != 0 ||
		check_containing(spec, &hosts, &keys, &guard.inside, err) != 0)
		return -1;
	for (size_t i = 0; i < hosts.count; i++) {
		ssize_t at = chain_passes(hosts.item[i], &guard.inside.path);

		if (at >= 0)
			return refuse(spec, keys.item[i], hosts.item[i], "lies inside",
				&guard.inside, (size_t)at, err);
	}
	return 0;
}
