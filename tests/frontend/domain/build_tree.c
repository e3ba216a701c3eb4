/* The hash of a build context: what changes it, what is refused, and what the copy has. */
#include "build_tree.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "build_diff.h"
#include "err.h"
#include "fs.h"
#include "mem.h"
#include "strv.h"
#include "tap.h"
#include "trust.h"

static char base[] = "/tmp/bottle-tree.XXXXXX";
static char *context, *dockerfile, *copy;

static char *at(const char *name)
{
	return xasprintf("%s/%s", context, name);
}

static void put(const char *name, const char *text, mode_t mode)
{
	cleanup_free char *path = at(name);
	cleanup_fd int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

	if (fd < 0 || fs_put(fd, text, strlen(text)) != 0 || fchmod(fd, mode) != 0)
		exit(EXIT_FAILURE);
}

static void folder(const char *name, mode_t mode)
{
	cleanup_free char *path = at(name);

	if (mkdir(path, 0700) != 0 || chmod(path, mode) != 0)
		exit(EXIT_FAILURE);
}

static void link_to(const char *target, const char *name)
{
	cleanup_free char *path = at(name);

	unlink(path);
	if (symlink(target, path) != 0)
		exit(EXIT_FAILURE);
}

static void gone(const char *name)
{
	cleanup_free char *path = at(name);

	if (unlink(path) != 0 && rmdir(path) != 0)
		exit(EXIT_FAILURE);
}

/* A context with something of everything. */
static void fresh(void)
{
	fs_remove_tree(context);
	fs_remove_tree(copy);
	if (mkdir(context, 0700) != 0)
		exit(EXIT_FAILURE);
	put("Dockerfile", "FROM x\nCOPY . /\n", 0644);
	put(".dockerignore", "skip\n*.log\n", 0644);
	folder("src", 0755);
	put("src/run.sh", "#!/bin/sh\n", 0755);
	put("a.txt", "a\n", 0644);
	put("a-b", "b\n", 0640);
	folder("a", 0755);
	put("a/b", "c\n", 0644);
	folder("empty", 0711);
	link_to("../a.txt", "src/link");
	folder("skip", 0755);
	put("skip/in", "not\n", 0644);
	put("x.log", "not\n", 0644);
}

/* The hash, or "" with *err. */
static const char *hash(struct trust_file *file, bool copied, struct error *err)
{
	trust_file_clear(file);
	err_clear(err);
	return build_tree_read(dockerfile, copied ? copy : NULL, file, err) == 0 ? file->sha256
										 : "";
}

static void test_list(void)
{
	static const char *const want[] = {".dockerignore", "Dockerfile", "a", "a-b", "a.txt",
		"a/b", "empty", "src", "src/link", "src/run.sh"};
	cleanup_trust_file struct trust_file file = TRUST_FILE_INIT, again = TRUST_FILE_INIT;
	cleanup_error struct error err = ERROR_INIT;
	size_t i = 0;

	fresh();
	is_int((long long)strlen(hash(&file, false, &err)), 64, "a context has a hash");
	for (char *line = file.text.data, *end; (end = strchr(line, '\n')) != NULL;
		line = end + 1) {
		*end = '\0';
		is_str(strrchr(line, ' ') + 1, i < 10 ? want[i] : NULL, "its list is sorted");
		i++;
	}
	is_int((long long)i, 10, "and has nothing else");
	ok(file.kind == TRUST_TREE && strcmp(file.path, dockerfile) == 0,
		"it is of the Dockerfile");
	is_str(hash(&again, false, &err), file.sha256, "twice the same");
	is_str(hash(&again, true, &err), file.sha256, "and with a copy");
}

static void test_changes(void)
{
	static const struct {
		const char *what;
		const char *name, *text; /* NULL = removed */
		mode_t mode;
		bool differs;
	} cases[] = {
		{"one byte of a file", "src/run.sh", "#!/bin/sx\n", 0755, true},
		{"one byte more", "a.txt", "a\n\n", 0644, true},
		{"a new file", "new", "", 0644, true},
		{"a new file in a folder", "empty/new", "", 0644, true},
		{"a file that goes", "a/b", NULL, 0, true},
		{"an empty folder that goes", "empty", NULL, 0, true},
		{"an exec bit that comes", "a.txt", "a\n", 0744, true},
		{"an exec bit that goes", "src/run.sh", "#!/bin/sh\n", 0644, true},
		{"a setuid bit", "src/run.sh", "#!/bin/sh\n", 04755, true},
		{"the Dockerfile", "Dockerfile", "FROM y\n", 0644, true},
		{".dockerignore", ".dockerignore", "skip\n*.log\n#\n", 0644, true},
		{".dockerignore that goes", ".dockerignore", NULL, 0, true},
		{"a .dockerignore of the Dockerfile", "Dockerfile.dockerignore", "skip\n*.log\n",
			0644, true},
		{"a file that is left out", "x.log", "other\n", 0600, false},
		{"a file in a folder that is left out", "skip/in", "other\n", 0644, false},
		{"a new file that is left out", "skip/new", "", 0644, false},
		{"the same again", "a.txt", "a\n", 0644, false},
	};
	cleanup_trust_file struct trust_file before = TRUST_FILE_INIT, after = TRUST_FILE_INIT;
	cleanup_error struct error err = ERROR_INIT;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		fresh();
		hash(&before, false, &err);
		if (cases[i].text == NULL)
			gone(cases[i].name);
		else
			put(cases[i].name, cases[i].text, cases[i].mode);
		hash(&after, false, &err);
		ok(after.sha256[0] != '\0' &&
				(strcmp(before.sha256, after.sha256) != 0) == cases[i].differs,
			"%s %s it", cases[i].what,
			cases[i].differs ? "changes" : "does not change");
	}
	fresh();
	hash(&before, false, &err);
	link_to("../a-b", "src/link");
	ok(strcmp(hash(&after, false, &err), before.sha256) != 0, "a link's text changes it");
	fresh();
	gone("src/link");
	put("src/link", "../a.txt", 0777);
	ok(strcmp(hash(&after, false, &err), before.sha256) != 0,
		"a file with the text of a link changes it");
	fresh();
	put(".dockerignore", "Dockerfile\n.dockerignore\n*\n", 0644);
	hash(&before, false, &err);
	put("Dockerfile", "FROM y\n", 0644);
	ok(strcmp(hash(&after, false, &err), before.sha256) != 0,
		"a Dockerfile that is left out counts all the same");
	put(".dockerignore", "Dockerfile\n.dockerignore\n*\n\n", 0644);
	ok(strcmp(hash(&before, false, &err), after.sha256) != 0, "and so does a .dockerignore");
}

static void refused(const char *what, const char *why)
{
	cleanup_trust_file struct trust_file file = TRUST_FILE_INIT;
	cleanup_error struct error err = ERROR_INIT;

	is_str(hash(&file, false, &err), "", what);
	is_int(err.code, EXIT_DATA, "  with its code");
	ok(err.message != NULL && strstr(err.message, why) != NULL, "  because: %s", why);
}

static void test_refusals(void)
{
	static const char *const out[] = {
		"/etc/passwd", "/", "..", "../..", "../../x", "../src/../../x", "run.sh/../.."};
	cleanup_free char *pipe = at("pipe"), *deep = NULL, *twin = NULL;
	cleanup_trust_file struct trust_file file = TRUST_FILE_INIT;
	cleanup_error struct error err = ERROR_INIT;

	fresh();
	for (size_t i = 0; i < sizeof(out) / sizeof(out[0]); i++) {
		link_to(out[i], i == 2 ? "link" : "src/link");
		refused(out[i], "a symbolic link that leads out");
		gone(i == 2 ? "link" : "src/link");
	}
	if (mkfifo(pipe, 0600) != 0)
		exit(EXIT_FAILURE);
	refused("a pipe", "a device, socket or pipe");
	put(".dockerignore", "pipe\n", 0644);
	is_int((long long)strlen(hash(&file, false, &err)), 64, "a pipe that is left out");
	gone("pipe");
	{
		struct sockaddr_un address = {.sun_family = AF_UNIX};
		cleanup_fd int fd = socket(AF_UNIX, SOCK_STREAM, 0);

		snprintf(address.sun_path, sizeof(address.sun_path), "%s/sock", context);
		if (bind(fd, (struct sockaddr *)&address, sizeof(address)) != 0)
			exit(EXIT_FAILURE);
		refused("a socket", "a device, socket or pipe");
		gone("sock");
	}
	put("new\nline", "", 0644);
	refused("a name with a newline", "a control character");
	gone("new\nline");
	put("tab\tbed", "", 0644);
	refused("a name with a tab", "a control character");
	gone("tab\tbed");
	link_to("a.txt", ".dockerignore");
	refused("a .dockerignore that is a link", ".dockerignore");
	put("real", "", 0644);
	gone("Dockerfile");
	link_to("real", "Dockerfile");
	refused("a Dockerfile that is a link", "Dockerfile");
	fresh();
	deep = xstrdup("d");
	for (int i = 0; i <= BUILD_TREE_DEPTH_MAX; i++) {
		folder(deep, 0700);
		twin = xasprintf("%s/d", deep);
		free(deep);
		deep = twin;
		twin = NULL;
	}
	refused("folders too deep", "too deep");
	fresh();
	{
		cleanup_free char *path = at("large");
		cleanup_fd int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);

		if (ftruncate(fd, (off_t)BUILD_TREE_BYTES_MAX + 1) != 0)
			exit(EXIT_FAILURE);
	}
	refused("too many bytes", "too large at large");
	gone("large");
	folder("many", 0755);
	for (int i = 0; i < BUILD_TREE_ENTRIES_MAX; i++) {
		cleanup_free char *name = xasprintf("%s/many/%d", context, i);

		if (symlink("x", name) != 0)
			exit(EXIT_FAILURE);
	}
	refused("too many files", "too large at many/");
	fresh();
	if (geteuid() == 0) {
		skip("an unreadable file", "root reads it");
		return;
	}
	put("dark", "", 0);
	refused("an unreadable file", "dark");
}

static void is_same(const char *name)
{
	cleanup_free char *was = at(name), *is = xasprintf("%s/%s", copy, name);
	cleanup_buf struct buf one = BUF_INIT(65536), two = BUF_INIT(65536);
	cleanup_error struct error err = ERROR_INIT;
	struct stat a, b;

	ok(lstat(was, &a) == 0 && lstat(is, &b) == 0 && a.st_mode == b.st_mode,
		"%s: the copy has its kind and mode", name);
	if (S_ISREG(a.st_mode))
		ok(fs_read(was, &one, &err) == 0 && fs_read(is, &two, &err) == 0 &&
				strcmp(buf_str(&one), buf_str(&two)) == 0,
			"%s: and its bytes", name);
}

static void test_copy(void)
{
	static const char *const in[] = {"Dockerfile", ".dockerignore", "src", "src/run.sh",
		"src/link", "a", "a/b", "a-b", "empty", "skip/keep/x", "setuid", "locked",
		"locked/in"};
	static const char *const not_in[] = {"skip/in", "skip/other", "x.log", "skip/keep/y"};
	cleanup_trust_file struct trust_file file = TRUST_FILE_INIT;
	cleanup_error struct error err = ERROR_INIT;
	cleanup_free char *other = NULL, *locked = NULL;
	struct stat st;

	fresh();
	put(".dockerignore", "skip\n*.log\n!skip/keep/x\n", 0644);
	folder("skip/other", 0755);
	folder("skip/keep", 0755);
	put("skip/keep/x", "kept\n", 0644);
	put("skip/keep/y", "not\n", 0644);
	put("setuid", "", 04755);
	folder("locked", 0700);
	put("locked/in", "in\n", 0400);
	locked = at("locked");
	chmod(locked, 0500);
	is_int((long long)strlen(hash(&file, true, &err)), 64, "a context is copied");
	for (size_t i = 0; i < sizeof(in) / sizeof(in[0]); i++)
		is_same(in[i]);
	for (size_t i = 0; i < sizeof(not_in) / sizeof(not_in[0]); i++) {
		cleanup_free char *path = xasprintf("%s/%s", copy, not_in[i]);

		ok(!fs_exists(path), "%s: the copy does not have it", not_in[i]);
	}
	ok(stat(copy, &st) == 0 && (st.st_mode & 0777) == 0700, "nobody else comes to the copy");
	is_str(hash(&file, true, &err), "", "nothing is copied over a folder that is there");
	is_int(err.code, EXIT_CANTCREATE, "  with its code");
	ok(fs_remove_tree(copy) && !fs_exists(copy), "the copy is removed, locked folders too");
	chmod(locked, 0700);
	other = xasprintf("%s/link", base);
	ok(symlink(context, other) == 0 && !fs_remove_tree(other) && fs_exists(dockerfile),
		"a link to a folder is no folder to remove");
	unlink(other);
}

static void test_diff(void)
{
	cleanup_trust_file struct trust_file one = TRUST_FILE_INIT, two = TRUST_FILE_INIT;
	cleanup_error struct error err = ERROR_INIT;
	cleanup_strv struct strv lines = STRV_INIT, few = STRV_INIT;
	cleanup_free char *all = NULL;
	struct build_diff_count count;

	fresh();
	hash(&one, false, &err);
	put("src/run.sh", "evil\n", 0755);
	put("a.txt", "a\n", 0755);
	put("z\x9b"
	    "31m",
		"", 0644);
	gone("a-b");
	gone("src/link");
	folder("src/link", 0755);
	hash(&two, false, &err);
	count = build_diff(
		buf_str(&one.text), one.text.len, buf_str(&two.text), two.text.len, 99, &lines);
	all = strv_join(&lines, "|");
	is_str(all,
		"gone     a-b|changed  a.txt (mode 0755, was 0644)|changed  src/link (another kind "
		"of "
		"file)|changed  src/run.sh (content)|new      z\\x9b31m",
		"what is new, changed and gone, escaped");
	ok(count.come == 1 && count.changed == 3 && count.gone == 1, "and how many");
	count = build_diff("", 0, buf_str(&two.text), two.text.len, 2, &few);
	ok(few.count == 2 && count.come == 10, "no more lines than asked for, and all counted");
	count = build_diff("junk\n", 5, "f 0644", 6, 9, &few);
	ok(count.come + count.changed + count.gone == 0, "what is no list has no entries");
}

static void test_names(void)
{
	static const char *const yes[] = {"Dockerfile", "a/Dockerfile", "Dockerfile.dev",
		"agent.dockerfile", "a.b/agent.Dockerfile"};
	static const char *const no[] = {"bottle.yaml", "a.smolmachine", "Dockerfiles",
		"Dockerfile/bottle.yaml", "Dockerfile.dockerignore", "dockerfile",
		"x.dockerfile.yaml", ""};

	for (size_t i = 0; i < sizeof(yes) / sizeof(yes[0]); i++)
		ok(build_tree_named(yes[i]), "%s is called as a Dockerfile", yes[i]);
	for (size_t i = 0; i < sizeof(no) / sizeof(no[0]); i++)
		ok(!build_tree_named(no[i]), "'%s' is not", no[i]);
}

int main(void)
{
	if (mkdtemp(base) == NULL)
		return EXIT_FAILURE;
	/* Root reads what it may not, and none of this must depend on it. */
	if (geteuid() == 0 &&
		(chown(base, 65534, 65534) != 0 || setegid(65534) != 0 || seteuid(65534) != 0))
		return EXIT_FAILURE;
	context = xasprintf("%s/context", base);
	dockerfile = xasprintf("%s/Dockerfile", context);
	copy = xasprintf("%s/copy", base);
	test_list();
	test_changes();
	test_refusals();
	test_copy();
	test_diff();
	test_names();
	fs_remove_tree(base);
	if (getuid() == 0 && seteuid(0) == 0)
		fs_remove_tree(base);
	free(context);
	free(dockerfile);
	free(copy);
	return done_testing();
}
