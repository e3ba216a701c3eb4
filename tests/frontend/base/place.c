/* Places: what a descriptor stands for, whatever its name leads to later. */
#include "place.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "mem.h"
#include "tap.h"

static char folder[] = "/tmp/bottle-place.XXXXXX";

static char *at(const char *name)
{
	return xasprintf("%s/%s", folder, name);
}

static void make_file(const char *name, mode_t mode)
{
	cleanup_free char *path = at(name);
	cleanup_fd int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);

	if (fd < 0 || fchmod(fd, mode) != 0)
		exit(EXIT_FAILURE);
}

static int mode_of(const char *name)
{
	cleanup_free char *path = at(name);
	struct stat st;

	return lstat(path, &st) == 0 ? (int)(st.st_mode & 07777) : -1;
}

static bool leads_to(int fd, const char *name)
{
	cleanup_free char *path = at(name);
	struct stat wanted, got;

	return stat(path, &wanted) == 0 && fd >= 0 && fstat(fd, &got) == 0 &&
	       wanted.st_ino == got.st_ino && wanted.st_dev == got.st_dev;
}

static void test_folder(void)
{
	static const char *const refused[][2] = {
		{"link", "a link at the end"},
		{"link/in", "a link on the way"},
		{"loop", "a link to itself"},
		{"real/file", "a file"},
		{"real/none", "what does not exist"},
		{"real/file/in", "something below a file"},
	};
	cleanup_free char *real = at("real"), *in = at("real/in"), *link = at("link"),
			  *loop = at("loop"), *twice = at("/real//in/");
	cleanup_fd int fd = -1, slashes = -1, root = -1;

	ok(mkdir(real, 0700) == 0 && mkdir(in, 0700) == 0 && symlink("real", link) == 0 &&
			symlink("loop", loop) == 0,
		"(folders and links)");
	make_file("real/file", 0600);
	fd = place_folder(in);
	slashes = place_folder(twice);
	root = place_folder("/");
	ok(leads_to(fd, "real/in"), "a folder without links on its way is opened");
	ok(leads_to(slashes, "real/in"), "and so it is with more slashes");
	ok(root >= 0, "and so is /");
	for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++) {
		cleanup_free char *path = at(refused[i][0]);
		cleanup_fd int none = place_folder(path);

		is_int(none, -1, refused[i][1]);
	}
	is_int(place_folder("tmp"), -1, "a relative path");
	is_int(place_folder(""), -1, "an empty one");
}

static void test_swap(void)
{
	cleanup_free char *in = at("real/in"), *moved = at("moved");
	cleanup_fd int before = place_folder(in), after = -1;

	ok(rename(in, moved) == 0 && symlink("..", in) == 0, "(the folder becomes a link)");
	after = place_folder(in);
	is_int(after, -1, "a folder that became a link is not opened again");
	ok(leads_to(before, "moved"), "what was opened before is still the folder");
}

static void test_mode(void)
{
	cleanup_free char *path = at("tool"), *other = at("other");
	cleanup_fd int fd = -1, parent = -1, link = -1;
	struct stat st;

	parent = place_folder(folder);
	make_file("tool", 04000);
	make_file("victim", 04755);
	fd = place_open(parent, "tool");
	ok(fd >= 0, "a file that nobody may read is opened as a place");
	ok(rename(path, other) == 0 && symlink("victim", path) == 0,
		"(its name becomes a link to another)");
	is_int(place_set_mode(fd, 0700), 0, "its mode is set");
	is_int(mode_of("other"), 0700, "of the file that was opened");
	is_int(mode_of("victim"), 04755, "not of the one that its name leads to");
	link = place_open(parent, "tool");
	ok(link >= 0 && fstat(link, &st) == 0 && S_ISLNK(st.st_mode), "a link is opened as a link");
}

int main(void)
{
	cleanup_free char *command = NULL;

	if (mkdtemp(folder) == NULL)
		return EXIT_FAILURE;
	test_folder();
	test_swap();
	test_mode();
	command = xasprintf("rm -rf '%s'", folder);
	return system(command) == 0 ? done_testing() : EXIT_FAILURE;
}
