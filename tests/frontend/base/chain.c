/* What lies on the way to a path: who may change it, and which folders it passes. */
#include "chain.h"

#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "mem.h"
#include "strv.h"
#include "tap.h"

static char folder[] = "/tmp/bottle-chain.XXXXXX";

static char *in_folder(const char *name)
{
	return xasprintf("%s/%s", folder, name);
}

static void make(const char *name, mode_t mode)
{
	cleanup_free char *path = in_folder(name);

	if (mkdir(path, 0700) != 0 || chmod(path, mode) != 0)
		exit(EXIT_FAILURE);
}

static void make_link(const char *to, const char *name)
{
	cleanup_free char *path = in_folder(name), *target = in_folder(to);

	if (symlink(to[0] == '.' ? to : target, path) != 0)
		exit(EXIT_FAILURE);
}

static void give_away(const char *name)
{
	cleanup_free char *path = in_folder(name);

	if (lchown(path, 65534, 65534) != 0)
		exit(EXIT_FAILURE);
}

/* WANT: the name of the weak spot below the folder, NULL = none. */
static void spot(const char *name, const char *want, const char *what)
{
	cleanup_free char *path = in_folder(name), *expected = want ? in_folder(want) : NULL;
	cleanup_free char *got = chain_weak_spot(path);

	is_str(got, expected, what);
}

static void test_weak(void)
{
	cleanup_free char *missing = in_folder("good/none");
	cleanup_free char *got = NULL;

	make("good", 0755);
	make("good/in", 0700);
	make("open", 0777);
	make("open/in", 0755);
	make("group", 0775);
	make("group/in", 0755);
	make("sticky", 01777);
	make("sticky/ours", 0755);
	make("sticky/theirs", 0755);
	make("theirs", 0755);
	make("theirs/in", 0755);
	make_link("good/in", "link");
	make_link("open/in", "into-open");
	make_link("good/in", "open/out");
	make_link("good/in", "sticky/link");
	make_link("./loop", "loop");
	make_link("../good/./in", "good/relative");
	spot("good/in", NULL, "folders of ours");
	spot("good//in/../in/.", NULL, "however they are spelled");
	spot("link", NULL, "behind a link");
	spot("good/relative", NULL, "behind a relative link");
	spot("open/in", "open", "a folder that all may write");
	spot("open/in/../../good/in", "open", "also when it is only passed");
	spot("into-open", "open", "or lies behind a link");
	spot("open/out", "open", "or holds the link that leads away from it");
	spot("sticky/ours", NULL, "a sticky folder with something of ours");
	spot("loop", "loop", "a loop");
	got = chain_weak_spot("relative");
	is_str(got, "relative", "a relative path");
	free(got);
	got = chain_weak_spot(missing);
	is_str(got, missing, "what does not exist");
	if (geteuid() != 0) {
		skip("somebody else's", "needs root");
		return;
	}
	spot("group/in", NULL, "a folder that root's group may write");
	give_away("theirs");
	give_away("sticky/theirs");
	give_away("sticky/link");
	spot("theirs/in", "theirs", "somebody else's folder");
	spot("sticky/theirs", "sticky/theirs", "somebody else's in a sticky folder");
	spot("sticky/link", "sticky/link",
		"somebody else's link in a sticky folder, to what is ours");
}

/* Which of LIST (names, NULL-terminated) the path of NAME passes. */
static void passes(const char *name, const char *const *list, int want, const char *what)
{
	cleanup_free char *path = name[0] == '/' ? xstrdup(name) : in_folder(name);
	cleanup_strv struct strv folders = STRV_INIT;

	for (; *list != NULL; list++)
		strv_take(&folders, (*list)[0] == '/' ? xstrdup(*list) : in_folder(*list));
	is_int(chain_passes(path, &folders), want, what);
}

#define LIST(...)                 \
	(const char *const[])     \
	{                         \
		__VA_ARGS__, NULL \
	}

static void test_passes(void)
{
	const struct strv none = STRV_INIT;

	is_int(chain_passes("/", &none), -1, "nothing to pass");
	passes("good/in", LIST("good/in"), 0, "the folder itself");
	passes("good/in", LIST("open", "good"), 1, "one above it");
	passes("good", LIST("good/in"), -1, "not one below it");
	passes("good/in/no/thing", LIST("good/in"), 0,
		"what does not exist lies where it would be");
	passes("good/no/thing", LIST("good/in"), -1, "and not elsewhere");
	passes("link/x", LIST("good"), 0, "a folder behind a link");
	passes("good/in", LIST("link"), 0, "a folder that is named by a link");
	passes("open/out", LIST("open"), 0, "the folder that holds the link");
	passes("/", LIST("/"), 0, "the root");
	passes("good", LIST("/tmp"), 0, "a folder high above");
	passes("good", LIST("gone", "/nowhere"), -1, "folders that do not exist");
}

int main(void)
{
	umask(022);
	if (mkdtemp(folder) == NULL || chmod(folder, 0755) != 0)
		return EXIT_FAILURE;
	test_weak();
	test_passes();
	if (chdir("/") == 0) {
		cleanup_free char *command = xasprintf("rm -rf '%s'", folder);

		if (system(command) != 0)
			return EXIT_FAILURE;
	}
	return done_testing();
}
