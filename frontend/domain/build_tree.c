/* Walking, hashing and copying in one pass: a second look could see other bytes. */
#include "build_tree.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <limits.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

#include "build_link.h"
#include "cancel.h"
#include "clock.h"
#include "err.h"
#include "fs.h"
#include "ignore.h"
#include "mem.h"
#include "place.h"
#include "sha256.h"
#include "strv.h"
#include "trust.h"

struct tree {
	const char *folder, *dockerfile; /* the latter as a name in the former */
	struct ignore ignore;
	struct strv line; /* PATH, a tab and the rest: sorted by path */
	uint64_t bytes;
	int64_t deadline;
	bool rooted;
};

/* A folder at work: its descriptors, and where it is. */
struct level {
	int from, to;     /* to: of the copy, -1 = none is made */
	const char *path; /* "" for the whole */
	const bool *above;
	unsigned depth;
};

static int walk(struct tree *tree, const struct level *level, struct error *err);

static int wrong(const struct tree *tree, const char *path, struct error *err, const char *why)
{
	err_set(err, EXIT_DATA, "build context %s: %s: %s", tree->folder, path, why);
	return err_note(err, "next", "take it out of the folder, or name it in .dockerignore");
}

static int failed(const struct tree *tree, const char *path, const char *what, struct error *err)
{
	return err_errno(err, EXIT_DATA, "build context %s: %s %s", tree->folder, what, path);
}

static int uncopied(const struct tree *tree, const char *path, struct error *err)
{
	return err_errno(err, EXIT_CANTCREATE, "build context %s: copy %s", tree->folder, path);
}

/* MORE bytes are about to be read. */
static int check_limits(const struct tree *tree, uint64_t more, const char *path, struct error *err)
{
	if (cancel_asked())
		return err_set(err, EXIT_SIGNAL_BASE + cancel_signal(), "interrupted");
	if (clock_ms() > tree->deadline)
		return err_set(err, EXIT_DEADLINE, "build context %s: not read after %d s",
			tree->folder, BUILD_TREE_MS / 1000);
	if (tree->line.count <= BUILD_TREE_ENTRIES_MAX &&
		tree->bytes + more <= BUILD_TREE_BYTES_MAX)
		return 0;
	err_set(err, EXIT_DATA,
		"build context %s: too large at %s: allowed are %d files and %llu MiB",
		tree->folder, path, BUILD_TREE_ENTRIES_MAX, BUILD_TREE_BYTES_MAX >> 20);
	return err_note(err, "next",
		"name in .dockerignore what the image does not need, or put the Dockerfile in a "
		"folder of its own");
}

/* Takes TEXT. The room doubles when it is full: a list is long here. */
static void add_line(struct strv *lines, char *text)
{
	if ((lines->count & (lines->count + 1)) == 0)
		lines->item = xrealloc(lines->item, 2 * (lines->count + 1), sizeof(*lines->item));
	lines->item[lines->count++] = text;
	lines->item[lines->count] = NULL;
}

static int add_entry(struct tree *tree, char kind, const struct stat *st, const char *hash,
	const char *path, struct error *err)
{
	tree->rooted &= st->st_uid == 0 && (kind == 'l' || (st->st_mode & 022) == 0);
	add_line(&tree->line, xasprintf("%s\t%c %04o %s", path, kind,
				      kind == 'l' ? 0777U : (unsigned)(st->st_mode & 07777), hash));
	return check_limits(tree, 0, path, err);
}

static int take_bytes(
	struct tree *tree, int from, int to, const char *path, char *hex, struct error *err)
{
	struct sha256 sha;
	char chunk[65536];
	ssize_t got;

	sha256_init(&sha);
	while ((got = read(from, chunk, sizeof(chunk))) != 0) {
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return failed(tree, path, "read", err);
		tree->bytes += (uint64_t)got;
		if (check_limits(tree, 0, path, err) != 0)
			return -1;
		sha256_update(&sha, chunk, (size_t)got);
		if (to >= 0 && fs_put(to, chunk, (size_t)got) != 0)
			return uncopied(tree, path, err);
	}
	sha256_final_hex(&sha, hex);
	return 0;
}

static int take_file(struct tree *tree, const struct level *in, const char *name, const char *path,
	struct error *err)
{
	cleanup_fd int from =
		openat(in->from, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	cleanup_fd int to = -1;
	char hex[SHA256_HEX_LEN];
	struct stat st;

	if (from < 0 || fstat(from, &st) != 0)
		return failed(tree, path, "read", err);
	if (!S_ISREG(st.st_mode))
		return wrong(tree, path, err, "it was exchanged while it was read");
	if (check_limits(tree, (uint64_t)st.st_size, path, err) != 0)
		return -1;
	if (in->to >= 0 &&
		(to = openat(in->to, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC,
			 0600)) < 0)
		return uncopied(tree, path, err);
	if (take_bytes(tree, from, to, path, hex, err) != 0)
		return -1;
	if (to >= 0 && fchmod(to, st.st_mode & 07777) != 0)
		return uncopied(tree, path, err);
	return add_entry(tree, 'f', &st, hex, path, err);
}

static int take_link(struct tree *tree, const struct level *in, const char *name, const char *path,
	const struct stat *st, struct error *err)
{
	char target[PATH_MAX], hex[SHA256_HEX_LEN];
	ssize_t len = readlinkat(in->from, name, target, sizeof(target) - 1);

	if (len <= 0)
		return failed(tree, path, "read the link", err);
	target[len] = '\0';
	if (build_link_leaves(target, in->depth))
		return wrong(
			tree, path, err, "a symbolic link that leads out of the folder, or may");
	if (in->to >= 0 && symlinkat(target, in->to, name) != 0)
		return uncopied(tree, path, err);
	sha256_hex(target, (size_t)len, hex);
	return add_entry(tree, 'l', st, hex, path, err);
}

/* A folder that is left out is there only for what a rule takes back in it. */
static int drop_folder(
	struct tree *tree, const struct level *in, const char *name, size_t at, struct error *err)
{
	if (tree->line.count != at + 1)
		return 0;
	free(tree->line.item[at]);
	tree->line.item[at] = NULL;
	tree->line.count = at;
	return in->to < 0 || unlinkat(in->to, name, AT_REMOVEDIR) == 0 ? 0
								       : uncopied(tree, name, err);
}

static int take_folder(struct tree *tree, const struct level *in, const char *name,
	const char *path, const bool *here, bool out, struct error *err)
{
	cleanup_fd int from =
		openat(in->from, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	cleanup_fd int to = -1;
	struct level below = {from, -1, path, here, in->depth + 1};
	size_t at = tree->line.count;
	struct stat st;

	if (from < 0 || fstat(from, &st) != 0)
		return failed(tree, path, "read the folder", err);
	if (below.depth > BUILD_TREE_DEPTH_MAX)
		return wrong(tree, path, err, "folders too deep");
	if (in->to >= 0) {
		if (mkdirat(in->to, name, 0700) != 0 ||
			(to = openat(in->to, name,
				 O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)) < 0)
			return uncopied(tree, path, err);
		below.to = to;
	}
	if (add_entry(tree, 'd', &st, "-", path, err) != 0 || walk(tree, &below, err) != 0)
		return -1;
	if (to >= 0 && fchmod(to, st.st_mode & 07777) != 0)
		return uncopied(tree, path, err);
	return out ? drop_folder(tree, in, name, at, err) : 0;
}

/* What docker is sent whatever the rules say, and what decides how it builds. */
static bool is_always_in(const struct tree *tree, const struct level *in, const char *name)
{
	size_t len = strlen(tree->dockerfile);

	if (in->depth > 0)
		return false;
	return strcmp(name, ".dockerignore") == 0 ||
	       (strncmp(name, tree->dockerfile, len) == 0 &&
		       (name[len] == '\0' || strcmp(name + len, ".dockerignore") == 0));
}

static int take(struct tree *tree, const struct level *in, const char *name, struct error *err)
{
	cleanup_free char *path = *in->path ? xasprintf("%s/%s", in->path, name) : xstrdup(name);
	cleanup_free bool *here = xcalloc(tree->ignore.count + 1, sizeof(*here));
	bool out = ignore_match(&tree->ignore, path, in->above, here);
	struct stat st;

	if (check_limits(tree, 0, path, err) != 0)
		return -1;
	if (fstatat(in->from, name, &st, AT_SYMLINK_NOFOLLOW) != 0)
		return failed(tree, path, "look at", err);
	if (is_always_in(tree, in, name))
		out = false;
	if (out && !(S_ISDIR(st.st_mode) && tree->ignore.exceptions))
		return 0;
	for (const char *c = name; *c != '\0'; c++)
		if ((unsigned char)*c < ' ' || *c == 0x7f)
			return wrong(tree, path, err, "there is a control character in this name");
	if (S_ISDIR(st.st_mode))
		return take_folder(tree, in, name, path, here, out, err);
	if (S_ISREG(st.st_mode))
		return take_file(tree, in, name, path, err);
	if (S_ISLNK(st.st_mode))
		return take_link(tree, in, name, path, &st, err);
	return wrong(tree, path, err, "a device, socket or pipe is nothing to build from");
}

static int walk(struct tree *tree, const struct level *level, struct error *err)
{
	cleanup_fd int fd = fcntl(level->from, F_DUPFD_CLOEXEC, 3);
	DIR *dir = fd < 0 ? NULL : fdopendir(fd);
	struct dirent *entry;
	int result = 0;

	if (dir == NULL)
		return failed(tree, *level->path ? level->path : ".", "read the folder", err);
	(void)steal_fd(&fd);
	while (result == 0 && (errno = 0, entry = readdir(dir)) != NULL)
		if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0)
			result = take(tree, level, entry->d_name, err);
	if (result == 0 && errno != 0)
		result = failed(tree, *level->path ? level->path : ".", "read the folder", err);
	closedir(dir);
	return result;
}

/* Of the two files the one that BuildKit prefers. Older builders know only .dockerignore and leave that out again from
 * the copy, which has nothing more than this finds. */
static int read_rules(struct tree *tree, struct error *err)
{
	cleanup_free char *own = xasprintf("%s/%s.dockerignore", tree->folder, tree->dockerfile);
	cleanup_free char *common = xasprintf("%s/.dockerignore", tree->folder);
	const char *path = fs_exists(own) ? own : common;
	cleanup_buf struct buf text = BUF_INIT(IGNORE_FILE_MAX);

	if (!fs_exists(path))
		return 0;
	return fs_read(path, &text, err) == 0 &&
			       ignore_parse(&tree->ignore, buf_str(&text), text.len, err) == 0
		       ? 0
		       : err_wrap(err, "build context %s", tree->folder);
}

static int by_path(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* The list, and its hash. */
static void write_list(struct tree *tree, struct trust_file *file)
{
	struct sha256 sha;

	if (tree->line.count > 1)
		qsort(tree->line.item, tree->line.count, sizeof(*tree->line.item), by_path);
	sha256_init(&sha);
	for (size_t i = 0; i < tree->line.count; i++) {
		const char *entry = tree->line.item[i], *rest = strchr(entry, '\t');
		cleanup_free char *line =
			xasprintf("%s %.*s\n", rest + 1, (int)(rest - entry), entry);

		sha256_update(&sha, line, strlen(line));
		buf_append_str(&file->text, line);
	}
	if (file->text.toobig)
		buf_clear(&file->text);
	sha256_final_hex(&sha, file->sha256);
}

static int read_tree(
	struct tree *tree, const char *copy, struct trust_file *file, struct error *err)
{
	cleanup_fd int place = place_folder(tree->folder), from = -1, to = -1;
	struct level top = {-1, -1, "", NULL, 0};

	if (place >= 0)
		from = openat(place, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	top.from = from;
	if (from < 0)
		return failed(tree, ".", "read the folder", err);
	if (copy != NULL) {
		if (mkdir(copy, 0700) != 0 ||
			(to = open(copy, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)) < 0)
			return err_errno(err, EXIT_CANTCREATE, "create the folder %s", copy);
		top.to = to;
	}
	if (read_rules(tree, err) != 0 || walk(tree, &top, err) != 0)
		return -1;
	write_list(tree, file);
	file->rooted = file->rooted && tree->rooted;
	return 0;
}

int build_tree_read(
	const char *dockerfile, const char *copy, struct trust_file *file, struct error *err)
{
	struct tree tree = {
		.line = STRV_INIT, .deadline = clock_ms() + BUILD_TREE_MS, .rooted = true};
	cleanup_free char *above = NULL, *below = NULL;
	int result;

	if (trust_open(dockerfile, file, err) != 0)
		return -1;
	file->kind = TRUST_TREE;
	above = xstrdup(file->path);
	below = xstrdup(file->path);
	tree.folder = dirname(above);
	tree.dockerfile = basename(below);
	result = read_tree(&tree, copy, file, err);
	strv_clear(&tree.line);
	ignore_clear(&tree.ignore);
	return result;
}

bool build_tree_named(const char *name)
{
	const char *slash = strrchr(name, '/'), *base = slash ? slash + 1 : name;
	const char *dot = strrchr(base, '.');

	if (dot != NULL && strcasecmp(dot, ".dockerfile") == 0)
		return true;
	return strncmp(base, "Dockerfile", 10) == 0 && (base[10] == '\0' || base[10] == '.') &&
	       strcmp(base, "Dockerfile.dockerignore") != 0;
}
