/* The environment of children: named variables and nothing that happens to be set. */
#include "childenv.h"

#include <stdlib.h>

#include "strv.h"
#include "tap.h"

extern char **environ;

static const struct {
	const char *entry;
	bool passed, dropped; /* named as dropped */
} cases[] = {
	{"HOME=/home/x", true, false},
	{"PATH=/bin", true, false},
	{"LANG=C", true, false},
	{"TERM=xterm", true, false},
	{"TMPDIR=/tmp", true, false},
	{"XDG_DATA_HOME=/data", true, false},
	{"XDG_RUNTIME_DIR=", true, false},
	{"SMOLVM_LIB_DIR=/lib", true, false},
	{"SMOLVM_AGENT_ROOTFS=/usr", true, false},
	{"SMOLVM_AGENT_ROOTFS_TAR=/etc/passwd", true, false},
	{"SMOLVM_DATA_DIR=/usr", true, false},
	{"SMOLVM_LIB_DIR=/tmp", false, true}, /* others can write it */
	{"SMOLVM_LIB_DIR=/dev/null", false, true},
	{"SMOLVM_AGENT_ROOTFS=/nowhere", false, true},
	{"SMOLVM_LIB_DIR=lib", false, true},
	{"SMOLVM_LIB_DIR=", false, true},
	{"SMOLVM_DATA_DIR=./d", false, true},
	{"SMOLVM_BOOT_BINARY=/evil", false, true},
	{"SMOLVM_EXTRA_DISK=/dev/sda", false, true},
	{"SMOLVM_LIB_DIRX=/lib", false, true},
	{"SMOLVM_=x", false, true},
	{"smolvm_lib_dir=/lib", false, false},
	{"LD_PRELOAD=/evil.so", false, false},
	{"LD_LIBRARY_PATH=/evil", false, false},
	{"DOCKER_HOST=tcp://x", false, false},
	{"ANTHROPIC_API_KEY=secret", false, false},
	{"HOMEX=/x", false, false},
	{"HOM=/x", false, false},
	{"XDG=/x", false, false},
	{"PATHS=/x", false, false},
	{"LANGUAGE=de", false, false},
	{"HTTPS_PROXY=http://x", false, false},
	{"=HOME=/x", false, false},
	{"noequals", false, false},
};

int main(void)
{
	cleanup_strv struct strv env = STRV_INIT;
	const struct strv none = STRV_INIT;
	char **before = environ;

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		cleanup_strv struct strv got = STRV_INIT, dropped = STRV_INIT;
		char *one[] = {(char *)cases[i].entry, NULL};
		size_t name_len = strcspn(cases[i].entry, "=");

		environ = one;
		childenv_fill(&got, &none, &dropped);
		ok(got.count == cases[i].passed &&
				(got.count == 0 || strcmp(got.item[0], cases[i].entry) == 0),
			"%s: %s", cases[i].entry, cases[i].passed ? "passed on" : "not passed on");
		ok(dropped.count == cases[i].dropped &&
				(dropped.count == 0 ||
					(strlen(dropped.item[0]) == name_len &&
						strncmp(dropped.item[0], cases[i].entry,
							name_len) == 0)),
			"%s: %s", cases[i].entry,
			cases[i].dropped ? "named, without its value" : "not named");
		childenv_fill(&got, &none, NULL);
		ok(got.count == 2u * cases[i].passed, "%s: nobody need ask what was dropped",
			cases[i].entry);
	}
	environ = NULL;
	childenv_fill(&env, &none, NULL);
	is_int((long long)env.count, 0, "no environment at all");
	is_int(childenv_pass(&env, "TOKEN"), 0, "a variable that is not set");
	is_int((long long)env.count, 0, "is not added");
	environ = (char *[]){(char *)"TOKEN=a=b", (char *)"EMPTY=", NULL};
	is_int(childenv_pass(&env, "TOKEN"), 1, "one that is set");
	is_str(env.item[0], "TOKEN=a=b", "is added with its value");
	is_int(childenv_pass(&env, "EMPTY"), 1, "an empty one too");
	is_str(env.item[1], "EMPTY=", "as empty");
	ok(childenv_is_loader("SMOLVM_X") && childenv_is_loader("LD_PRELOAD") &&
			childenv_is_loader("DYLD_INSERT_LIBRARIES"),
		"names that change a program");
	ok(!childenv_is_loader("TOKEN") && !childenv_is_loader("ld_preload") &&
			!childenv_is_loader("OLD_X"),
		"names that do not");
	environ = (char *[]){(char *)"SMOLVM_DATA_DIR=/usr", (char *)"SMOLVM_LIB_DIR=/tmp", NULL};
	is_str(childenv_place("SMOLVM_DATA_DIR"), "/usr", "a folder of root's");
	ok(childenv_place("SMOLVM_LIB_DIR") == NULL, "one that others can write");
	ok(childenv_place("SMOLVM_X") == NULL, "one that is not set");
	environ = before;
	return done_testing();
}
