/* Which programs are run: not what somebody else, or an agent, could have put there. */
#include "program.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "err.h"
#include "mem.h"
#include "strv.h"
#include "tap.h"

static char folder[] = "/tmp/bottle-program.XXXXXX";

/* Makes FOLDER/NAME with a program `tool` in it. */
static void make(const char *name, mode_t mode)
{
	cleanup_free char *path = xasprintf("%s/%s", folder, name);
	cleanup_free char *tool = xasprintf("%s/tool", path);
	cleanup_fd int fd = -1;

	if (mkdir(path, 0700) != 0 || (fd = open(tool, O_CREAT | O_WRONLY, 0755)) < 0 ||
		chmod(path, mode) != 0)
		exit(EXIT_FAILURE);
}

/* Sets PATH to PARTS, in which @ stands for the folder. */
static void set_path(const char *parts)
{
	char text[1024] = "";

	for (; *parts != '\0'; parts++)
		if (*parts == '@')
			strcat(text, folder);
		else
			strncat(text, parts, 1);
	setenv("PATH", text, 1);
}

static const struct {
	const char *path, *found, *spot; /* below the folder; SPOT: refused because of it */
	const char *name;
} cases[] = {
	{"@/good", "good/tool", NULL, "a good folder"},
	{"@/none:@/good", "good/tool", NULL, "one that does not exist is skipped"},
	{":@/good", "good/tool", NULL, "an empty part is skipped"},
	{"@/good:", "good/tool", NULL, "an empty part at the end does not matter"},
	{".:good:@/good", "good/tool", NULL, "relative parts are skipped"},
	{"@/open:@/good", "good/tool", NULL, "a folder that all may write is skipped"},
	{"@/sticky:@/good", "good/tool", NULL, "sticky or not: anyone can put a file there"},
	{"@/theirs:@/good", "good/tool", NULL, "somebody else's is skipped"},
	{"@/good/tool:@/good", "good/tool", NULL, "a file is no folder"},
	{"@/open", NULL, NULL, "nothing is found in a skipped one"},
	{"", NULL, NULL, "an empty PATH"},
	{"@/open/below:@/good", NULL, "open", "a good folder in one that all may write is refused"},
	{"@/sticky/below", "sticky/below/tool", NULL, "in a sticky one it is good"},
	{"@/linked", NULL, "open", "a link to a program in a folder that all may write"},
	{"@/mounted/bin:@/good", NULL, "mounted", "a folder below one that was mounted writable"},
	{"@/to-mounted", NULL, "mounted", "a link to a program there"},
};

static void test_find(const struct strv *mounted)
{
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		cleanup_error struct error err = ERROR_INIT;
		cleanup_free char *found = NULL, *want = NULL, *spot = NULL;
		int result;

		set_path(cases[i].path);
		result = program_find("tool", mounted, &found, &err);
		if (cases[i].spot != NULL) {
			spot = xasprintf("%s/%s ", folder, cases[i].spot);
			ok(result == -1 && found == NULL && err.code == EXIT_REFUSED &&
					strncmp(err_find_note(&err, "why"), spot, strlen(spot)) ==
						0,
				"%s: refused, naming it", cases[i].name);
			continue;
		}
		is_int(result, 0, cases[i].name);
		want = cases[i].found ? xasprintf("%s/%s", folder, cases[i].found) : NULL;
		is_str(found, want, "  what is found");
	}
}

static void test_path(const struct strv *mounted)
{
	cleanup_free char *got = NULL, *want = xasprintf("%s/good:/usr/bin", folder);

	set_path(".::@/open:@/good:@/open/below:@/theirs:@/mounted/bin:@/none:@/sticky:/usr/bin:");
	got = program_path(mounted);
	is_str(got, want, "PATH for children has only the good parts");
	unsetenv("PATH");
	free(got);
	got = program_path(mounted);
	is_str(got, "", "no PATH at all");
}

int main(void)
{
	cleanup_strv struct strv mounted = STRV_INIT;
	cleanup_free char *clean = NULL;

	umask(022);
	if (geteuid() != 0) {
		puts("1..0 # SKIP needs root to give files away");
		return 0;
	}
	if (mkdtemp(folder) == NULL || chmod(folder, 0755) != 0 || chdir(folder) != 0)
		return EXIT_FAILURE;
	strv_pushf(&mounted, "%s/mounted", folder);
	make("good", 0755);
	make("open", 0777);
	make("open/below", 0755);
	make("sticky", 01777);
	make("sticky/below", 0755);
	make("theirs", 0755);
	make("mounted", 0755);
	make("mounted/bin", 0755);
	make("linked", 0755);
	make("to-mounted", 0755);
	if (chown("theirs", 65534, 65534) != 0 || unlink("linked/tool") != 0 ||
		symlink("../open/tool", "linked/tool") != 0 || unlink("to-mounted/tool") != 0 ||
		symlink("../mounted/bin/tool", "to-mounted/tool") != 0)
		return EXIT_FAILURE;
	test_find(&mounted);
	test_path(&mounted);
	clean = xasprintf("rm -rf '%s'", folder);
	setenv("PATH", "/usr/bin:/bin", 1);
	if (chdir("/") != 0 || system(clean) != 0)
		return EXIT_FAILURE;
	return done_testing();
}
