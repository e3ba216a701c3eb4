/* Sources of mounts that are exchanged after they were checked. */
#include "mount_pin.h"

#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "err.h"
#include "mem.h"
#include "spec.h"
#include "strv.h"
#include "tap.h"

static char base[] = "/tmp/bottle-pin.XXXXXX";

static char *at(const char *name)
{
	return xasprintf("%s/%s", base, name);
}

static void make(const char *name)
{
	cleanup_free char *path = at(name);

	if (mkdir(path, 0700) != 0)
		exit(EXIT_FAILURE);
}

static void move(const char *from, const char *to)
{
	cleanup_free char *old = at(from), *new = at(to);

	if (rename(old, new) != 0)
		exit(EXIT_FAILURE);
}

static void link_to(const char *target, const char *name)
{
	cleanup_free char *path = at(name);

	if (symlink(target, path) != 0)
		exit(EXIT_FAILURE);
}

/* Takes pins of agent (two) and bundle, lets CHANGE happen, and checks. */
static int after(void (*change)(void), const char *const *noted, struct error *err)
{
	cleanup_free char *one = at("agent/one"), *two = at("agent/two"), *policy = at("policy");
	struct spec_mount agent[] = {{one, (char *)"/one", false}, {two, (char *)"/two", true}};
	struct spec_mount bundle[] = {{policy, (char *)"/policy", true}};
	struct bottle_spec spec = BOTTLE_SPEC_INIT;
	cleanup_mount_pins struct mount_pins pins = {0};
	cleanup_strv struct strv sources = STRV_INIT;

	spec.agent.mounts = (struct spec_mounts){agent, 2};
	spec.bundle.mounts = (struct spec_mounts){bundle, 1};
	if (mount_pins_take(&spec, &pins, err) != 0)
		return -2;
	if (change != NULL)
		change();
	for (size_t i = 0; noted[i] != NULL; i++) {
		cleanup_free char *path = at(noted[i]);

		strv_push(&sources, path);
	}
	return mount_pins_check(&pins, &sources, err);
}

static const char *const both[] = {"agent/one", "agent/two", NULL};
static const char *const first[] = {"agent/one", NULL};
static const char *const wrong[] = {"agent/two", "agent/one", NULL};

static void become_link(void)
{
	move("agent/one", "was");
	link_to("../policy", "agent/one");
}

static void become_link_to_itself(void)
{
	move("agent/one", "was");
	link_to("../was", "agent/one");
}

static void become_another(void)
{
	move("agent/one", "was");
	make("agent/one");
}

static void go(void)
{
	move("agent/one", "was");
}

static void parent_becomes_link(void)
{
	move("agent", "real");
	link_to("real", "agent");
}

static void read_only_one(void)
{
	move("agent/two", "was");
	link_to("../policy", "agent/two");
}

static void bundles(void)
{
	move("policy", "was");
	make("policy");
}

static void reset(void)
{
	cleanup_free char *command[] = {at("agent"), at("real"), at("was"), at("policy")};
	static const char *const inside[] = {"agent/one", "agent/two", "real/one", "real/two"};

	for (size_t i = 0; i < sizeof(inside) / sizeof(inside[0]); i++) {
		cleanup_free char *path = at(inside[i]);

		if (rmdir(path) != 0)
			unlink(path);
	}
	for (size_t i = 0; i < sizeof(command) / sizeof(command[0]); i++) {
		if (rmdir(command[i]) != 0)
			unlink(command[i]);
		free(command[i]);
		command[i] = NULL;
	}
	make("agent");
	make("agent/one");
	make("agent/two");
	make("policy");
}

int main(void)
{
	static const struct {
		const char *what;
		void (*change)(void);
		const char *const *noted;
		int want;
	} cases[] = {
		{"nothing happens", NULL, both, 0},
		{"a source becomes a link to another folder", become_link, both, -1},
		{"a source becomes a link to the folder that it was", become_link_to_itself, both,
			-1},
		{"a source becomes another folder", become_another, both, -1},
		{"a source goes", go, both, -1},
		{"a folder above becomes a link", parent_becomes_link, both, -1},
		{"the source of a read-only mount becomes a link", read_only_one, both, -1},
		{"the source of a bundle's mount becomes another folder", bundles, both, -1},
		{"smolvm noted one source less", NULL, first, -1},
		{"smolvm noted them the other way round", NULL, wrong, -1},
	};

	cleanup_free char *command = NULL;

	if (mkdtemp(base) == NULL)
		return EXIT_FAILURE;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		cleanup_error struct error err = ERROR_INIT;

		reset();
		is_int(after(cases[i].change, cases[i].noted, &err), cases[i].want, cases[i].what);
		is_int(err.code, cases[i].want == 0 ? EXIT_OK : EXIT_REFUSED, "  with its code");
	}
	{
		cleanup_error struct error err = ERROR_INIT;

		reset();
		become_link();
		is_int(after(NULL, both, &err), -2, "a source that is a link already is not held");
		is_int(err.code, EXIT_DATA, "  with its code");
	}
	command = xasprintf("rm -rf '%s'", base);
	return system(command) == 0 ? done_testing() : EXIT_FAILURE;
}
