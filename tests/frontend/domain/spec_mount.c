/* Mounts: what may go where, and that the agent cannot reach the bundle's folders. */
#include "spec.h"

#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "err.h"
#include "fs.h"
#include "mem.h"
#include "tap.h"

static char root[] = "/tmp/bottle-mount.XXXXXX";

/* Parses "version 1, image a" with the two lists as a file in the test's folder and finishes it. */
static int finish(
	struct bottle_spec *spec, const char *agent, const char *bundle, struct error *err)
{
	cleanup_free char *file = xasprintf("%s/bottle.yaml", root);
	cleanup_free char *text = xasprintf(
		"version: 1\nagent:\n  image: a\n  mounts: [%s]\nbundle:\n  mounts: [%s]\n", agent,
		bundle);

	spec_clear(spec);
	err_clear(err);
	if (spec_parse(spec, file, text, strlen(text), err) != 0)
		return -1;
	return spec_finish(spec, err);
}

#define LINK(to)                                                                                \
	" is a symbolic link (to " to "), which an agent can set anew: allowed is the path of " \
	"the folder itself"

/* MESSAGE follows "ROOT/bottle.yaml:4: agent.mounts" or, for the bundle, line 6; %R in it is
 * ROOT. */
static void refuses(const char *name, const char *agent, const char *bundle, const char *message)
{
	struct bottle_spec spec = BOTTLE_SPEC_INIT;
	struct error err = ERROR_INIT;
	cleanup_free char *want = xcalloc(2048, 1);
	char *to = want + sprintf(want, "%s/bottle.yaml:", root);

	for (; *message != '\0'; message++) {
		if (strncmp(message, "%R", 2) == 0) {
			to = stpcpy(to, root);
			message++;
		} else {
			*to++ = *message;
		}
	}
	ok(finish(&spec, agent, bundle, &err) == -1 && err.code == EXIT_DATA, "refuses %s", name);
	is_str(err.message, want, "  and says what is allowed");
	spec_clear(&spec);
	err_clear(&err);
}

static void accepts(const char *name, const char *agent, const char *bundle)
{
	struct bottle_spec spec = BOTTLE_SPEC_INIT;
	struct error err = ERROR_INIT;

	is_int(finish(&spec, agent, bundle, &err), 0, name);
	if (err.message != NULL)
		printf("# %s\n", err.message);
	spec_clear(&spec);
	err_clear(&err);
}

#define GUEST_RULE "allowed is an absolute path without ':', '//', '.' and '..'"
#define OUTSIDE "allowed is a folder outside /proc, /sys, /dev"

static void test_paths(void)
{
	refuses("a missing folder", "{host: ./none, guest: /w}", "",
		"4: agent.mounts[0].host: %R/./none: No such file or directory");
	refuses("a file", "{host: ./file, guest: /w}", "",
		"4: agent.mounts[0].host: %R/file: not a folder: only folders can be mounted");
	refuses("a file for the bundle", "", "{host: ./file, container: /w}",
		"6: bundle.mounts[0].host: %R/file: not a folder: only folders can be mounted");
	refuses("a dangling link", "{host: ./dangling, guest: /w}", "",
		"4: agent.mounts[0].host: %R/./dangling" LINK("nothing"));
	refuses("a colon in host", "{host: './a:b', guest: /w}", "",
		"4: agent.mounts[0].host: './a:b': allowed is a path without ':'");
	refuses("a link", "{host: ./to-deep, guest: /w}", "",
		"4: agent.mounts[0].host: %R/./to-deep" LINK("%R/src/deep"));
	refuses("a folder behind a link", "{host: ./to-root/src, guest: /w}", "",
		"4: agent.mounts[0].host: %R/./to-root" LINK("%R"));
	refuses("a link for the bundle", "", "{host: ./to-deep, container: /w}",
		"6: bundle.mounts[0].host: %R/./to-deep" LINK("%R/src/deep"));
	refuses("a tilde", "{host: ~/x, guest: /w}", "",
		"4: agent.mounts[0].host: %R/~/x: No such file or directory");
	refuses("a relative guest", "{host: ., guest: w}", "",
		"4: agent.mounts[0].guest: 'w': " GUEST_RULE);
	refuses("a guest with a colon", "{host: ., guest: '/w:ro'}", "",
		"4: agent.mounts[0].guest: '/w:ro': " GUEST_RULE);
	refuses("a guest with ..", "{host: ., guest: /w/../proc}", "",
		"4: agent.mounts[0].guest: '/w/../proc': " GUEST_RULE);
	refuses("a guest with .", "{host: ., guest: /./proc}", "",
		"4: agent.mounts[0].guest: '/./proc': " GUEST_RULE);
	refuses("a guest with //", "{host: ., guest: //proc}", "",
		"4: agent.mounts[0].guest: '//proc': " GUEST_RULE);
	refuses("the guest's root", "{host: ., guest: /}", "",
		"4: agent.mounts[0].guest: '/': allowed is a folder below /");
	refuses("/proc", "{host: ., guest: /proc}", "",
		"4: agent.mounts[0].guest: '/proc': " OUTSIDE " and /.bottle");
	refuses("below /sys", "{host: ., guest: /sys/fs}", "",
		"4: agent.mounts[0].guest: '/sys/fs': " OUTSIDE " and /.bottle");
	refuses("/dev with a slash", "{host: ., guest: /dev/}", "",
		"4: agent.mounts[0].guest: '/dev': " OUTSIDE " and /.bottle");
	refuses("our own folder", "{host: ., guest: /.bottle}", "",
		"4: agent.mounts[0].guest: '/.bottle': " OUTSIDE " and /.bottle");
	refuses("below our own folder", "{host: ., guest: /.bottle/bin}", "",
		"4: agent.mounts[0].guest: '/.bottle/bin': " OUTSIDE " and /.bottle");
	refuses("a container's /proc", "", "{host: ., container: /proc/1}",
		"6: bundle.mounts[0].container: '/proc/1': " OUTSIDE);
	refuses("a container's root", "", "{host: ., container: /}",
		"6: bundle.mounts[0].container: '/': allowed is a folder below /");
	refuses("one guest path twice", "{host: ., guest: /w}, {host: ./src, guest: /w/}", "",
		"4: agent.mounts[1].guest: '/w' is taken by agent.mounts[0]: allowed is one mount "
		"at a path");
	accepts("/procfs is not /proc", "{host: ., guest: /procfs}", "");
	accepts("/.bottles is not /.bottle", "{host: ., guest: /.bottles}", "");
	accepts("/w/proc is not /proc", "{host: ., guest: /w/proc}", "");
	accepts("a guest inside another", "{host: ., guest: /w}, {host: ./src, guest: /w/src}", "");
}

#define APART(agent, i)                                                   \
	" overlaps " agent ", which the agent may write (agent.mounts[" i \
	"]): allowed are folders apart "                                  \
	"from it"

static void test_apart(void)
{
	refuses("a bundle mount that is a writable agent mount", "{host: ./src, guest: /w}",
		"{host: ./src, container: /p}",
		"6: bundle.mounts[0].host: %R/src" APART("%R/src", "0"));
	refuses("a bundle mount inside a writable agent mount", "{host: ., guest: /w}",
		"{host: ./policy, container: /p}",
		"6: bundle.mounts[0].host: %R/policy" APART("%R", "0"));
	refuses("a bundle mount deep inside", "{host: ., guest: /w}",
		"{host: ./src/deep, container: /p}",
		"6: bundle.mounts[0].host: %R/src/deep" APART("%R", "0"));
	refuses("a bundle mount around a writable agent mount", "{host: ./src, guest: /w}",
		"{host: ., container: /p}", "6: bundle.mounts[0].host: %R" APART("%R/src", "0"));
	refuses("a path through ..", "{host: ./src, guest: /w}",
		"{host: policy/../src/deep, container: /p}",
		"6: bundle.mounts[0].host: %R/src/deep" APART("%R/src", "0"));
	refuses("the second of two",
		"{host: ./policy, guest: /r, read_only: true}, {host: ./src, guest: /w}",
		"{host: ./policy, container: /p}, {host: ./src, container: /q}",
		"6: bundle.mounts[1].host: %R/src" APART("%R/src", "1"));
	refuses("everything writable", "{host: /, guest: /host}", "{host: ./policy, container: /p}",
		"6: bundle.mounts[0].host: %R/policy" APART("/", "0"));
	accepts("folders apart", "{host: ./src, guest: /w}", "{host: ./policy, container: /p}");
	accepts("a sibling whose name begins alike", "{host: ./src, guest: /w}",
		"{host: ./src-policy, container: /p}");
	accepts("inside a read-only agent mount", "{host: ., guest: /w, read_only: true}",
		"{host: ./policy, container: /p}");
}

static void test_real(void)
{
	struct bottle_spec spec = BOTTLE_SPEC_INIT;
	struct error err = ERROR_INIT;
	cleanup_free char *deep = xasprintf("%s/src/deep", root);

	is_int(finish(&spec, "{host: policy/../src/./deep, guest: /w}", "", &err), 0,
		"a path is resolved");
	is_str(spec.agent.mounts.item[0].host, deep, "to the real one");
	ok(!spec.agent.mounts.item[0].read_only, "an agent mount is writable unless it says so");
	is_int(finish(&spec, "{host: src, guest: /w}", "{host: src, container: /p}", &err), -1,
		"an overlap");
	is_str(err_find_note(&err, "next"),
		"move the bundle's folder out of the agent's, or mount the agent's read-only",
		"says what to do");
	spec_clear(&spec);
	err_clear(&err);
}

static void make(void)
{
	static const char *const folders[] = {"src", "src/deep", "policy", "src-policy", "a:b"};
	static const char *const links[][2] = {{"src/deep", "to-deep"}, {".", "to-root"},
		{"none", "dangling"}, {"a:b", "to-colon"}};
	struct error err = ERROR_INIT;

	if (mkdtemp(root) == NULL || chdir(root) != 0)
		exit(1);
	for (size_t i = 0; i < sizeof(folders) / sizeof(*folders); i++)
		if (mkdir(folders[i], 0700) != 0)
			exit(1);
	for (size_t i = 0; i < sizeof(links) / sizeof(*links); i++)
		if (symlink(links[i][0], links[i][1]) != 0 ||
			(geteuid() == 0 && lchown(links[i][1], 12345, 12345) != 0))
			exit(1);
	fs_write("file", "x", 1, &err);
	if (chdir("/") != 0) /* relative paths count from the file's folder, not from here */
		exit(1);
}

static void unmake(void)
{
	static const char *const names[] = {"src/deep", "src", "policy", "src-policy", "a:b",
		"to-deep", "to-root", "dangling", "to-colon", "file"};

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		cleanup_free char *path = xasprintf("%s/%s", root, names[i]);

		remove(path);
	}
	rmdir(root);
}

int main(void)
{
	make();
	test_paths();
	test_apart();
	test_real();
	unmake();
	return done_testing();
}
