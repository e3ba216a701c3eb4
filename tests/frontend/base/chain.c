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

/* LOOSE: folders that keep nobody out. */
static void enterable(const char *name, const char *const *loose, bool want, const char *what)
{
	cleanup_free char *path = in_folder(name);
	cleanup_strv struct strv folders = STRV_INIT;

	for (; *loose != NULL; loose++)
		strv_take(&folders, in_folder(*loose));
	is_int(chain_enterable(path, &folders), want, what);
}

static void test_enterable(void)
{
	make("shut", 0700);
	make("shut/in", 0755);
	make("shut/in/deep", 0777);
	make("readable", 0704);
	make("readable/in", 0755);
	make("wide", 0755);
	make("wide/in", 0700);
	make("passage", 0711);
	make("passage/in", 0755);
	make_link("shut/in", "wide/link");
	enterable("open/in", LIST("none"), true, "folders that all may enter");
	enterable("passage/in", LIST("none"), true, "folders that all may pass, not read");
	enterable("shut/in/deep", LIST("none"), false, "a closed folder above");
	enterable("readable/in", LIST("none"), false, "one that others may read and not enter");
	enterable("wide/in", LIST("none"), false, "a closed folder at the end");
	enterable("wide/link", LIST("none"), false, "one on the way behind a link");
	enterable("wide/in", LIST("wide/in"), true, "the closed folder is the agent's to open");
	enterable("wide/in", LIST("wide"), true, "and so when it lies in what an agent may write");
	enterable("shut/in/deep", LIST("shut/in"), false, "a closed folder above that is none");
	enterable("shut/in/deep", LIST("good", "shut"), true, "the closed folder is an agent's");
	enterable("shut/none", LIST("none"), false, "what does not exist below a closed folder");
	if (geteuid() != 0)
		return;
	make("roots-group", 0710);
	make("roots-group/in", 0755);
	enterable("roots-group/in", LIST("none"), false, "one that root's group may enter");
	make("their-group", 0710);
	make("their-group/in", 0755);
	{
		cleanup_free char *path = in_folder("their-group");

		if (chown(path, 0, 65534) != 0)
			exit(EXIT_FAILURE);
	}
	enterable("their-group/in", LIST("none"), true, "one that another group may enter");
	make("their-own", 0700);
	make("their-own/in", 0755);
	give_away("their-own");
	enterable("their-own/in", LIST("none"), true, "one that is somebody else's");
}

int main(void)
{
	umask(022);
	if (mkdtemp(folder) == NULL || chmod(folder, 0755) != 0)
		return EXIT_FAILURE;
	test_weak();
	test_passes();
	test_enterable();
	if (chdir("/") == 0) {
		cleanup_free char *command = xasprintf("rm -rf '%s'", folder);

		if (system(command) != 0)
			return EXIT_FAILURE;
	}
	return done_testing();
}
