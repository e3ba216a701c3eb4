/* Reading what needs approval, and the store of approvals. */
#include "trust.h"

#include <dirent.h>
#include <errno.h>
#include <jansson.h>
#include <libgen.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "build_diff.h"
#include "cancel.h"
#include "clock.h"
#include "context.h"
#include "err.h"
#include "fs.h"
#include "mem.h"
#include "strv.h"

enum {
	HEAD_MAX = 65536, /* of a record: a path may be all escapes */
	CHANGES_MAX = 10, /* that a refusal names */
};

static const char *const kinds[] = {[TRUST_FILE] = "file", [TRUST_TREE] = "tree"};

const char *trust_kind_name(enum trust_kind kind)
{
	return kinds[kind];
}

/* NAME with the links of its folder resolved, not its own. NULL with *err set. */
static char *path_of(const char *name, struct error *err)
{
	cleanup_free char *above = xstrdup(name), *below = xstrdup(name);
	cleanup_free char *folder = realpath(dirname(above), NULL);

	if (folder == NULL) {
		err_errno(err, EXIT_DATA, "find the folder of %s", name);
		return NULL;
	}
	return xasprintf("%s/%s", strcmp(folder, "/") == 0 ? "" : folder, basename(below));
}

static bool has_control(const char *text)
{
	for (; *text != '\0'; text++)
		if ((unsigned char)*text < ' ' || *text == 0x7f)
			return true;
	return false;
}

int trust_open(const char *name, struct trust_file *file, struct error *err)
{
	struct stat st;

	file->path = path_of(name, err);
	if (file->path == NULL)
		return -1;
	/* Paths are shown for approval, and in lines to type. */
	if (has_control(file->path))
		return err_set(
			err, EXIT_DATA, "%s: there is a control character in this path", name);
	file->fd = fs_open(file->path, &st, err);
	if (file->fd < 0)
		return -1;
	file->rooted = fs_rooted(file->path, &st);
	return 0;
}

int trust_read(struct trust_file *file, size_t max, int copy, struct error *err)
{
	struct sha256 sha;
	char chunk[65536];
	size_t len = 0;
	ssize_t got;

	sha256_init(&sha);
	while ((got = read(file->fd, chunk, sizeof(chunk))) != 0) {
		if (cancel_asked())
			return err_set(err, EXIT_SIGNAL_BASE + cancel_signal(), "interrupted");
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return err_errno(err, EXIT_DATA, "read %s", file->path);
		len += (size_t)got;
		if (len > max)
			return err_set(
				err, EXIT_DATA, "read %s: larger than %zu bytes", file->path, max);
		sha256_update(&sha, chunk, (size_t)got);
		if (copy >= 0 && fs_put(copy, chunk, (size_t)got) != 0)
			return err_errno(err, EXIT_CANTCREATE, "copy %s", file->path);
		if (!file->text.toobig)
			buf_append(&file->text, chunk, (size_t)got);
	}
	if (file->text.toobig)
		buf_clear(&file->text);
	sha256_final_hex(&sha, file->sha256);
	return 0;
}

/* The store's folder, private from here on. NULL with *err set. */
static char *store(const struct context *ctx, struct error *err)
{
	cleanup_free char *folder = xasprintf("%s/.trust", ctx->state_root);

	return fs_private_dir(ctx->state_root, err) == 0 && fs_private_dir(folder, err) == 0
		       ? steal_str(&folder)
		       : NULL;
}

/* Where the approval of PATH lies. NULL with *err set. */
static char *place_of(
	const struct context *ctx, enum trust_kind kind, const char *path, struct error *err)
{
	cleanup_free char *folder = store(ctx, err);
	cleanup_free char *key = xasprintf("%s %s", kinds[kind], path);
	char hex[SHA256_HEX_LEN];

	sha256_hex(key, strlen(key), hex);
	return folder != NULL ? xasprintf("%s/%s", folder, hex) : NULL;
}

/* A record that is not whole is none: what it was about is not trusted. */
static bool read_record(const char *place, struct trust_record *ret)
{
	cleanup_error struct error ignored = ERROR_INIT;
	cleanup_buf struct buf bytes = BUF_INIT(HEAD_MAX + TRUST_TEXT_MAX);
	const char *kind, *path, *sha256, *newline, *text;
	json_auto_t *head = NULL;
	char hex[SHA256_HEX_LEN];
	size_t len;

	if (fs_read(place, &bytes, &ignored) != 0 || bytes.len == 0 ||
		(newline = memchr(bytes.data, '\n', bytes.len)) == NULL)
		return false;
	head = json_loadb(bytes.data, (size_t)(newline - bytes.data), JSON_REJECT_DUPLICATES, NULL);
	kind = json_string_value(json_object_get(head, "kind"));
	path = json_string_value(json_object_get(head, "path"));
	sha256 = json_string_value(json_object_get(head, "sha256"));
	if (path == NULL || sha256 == NULL || strlen(sha256) != SHA256_HEX_LEN - 1 ||
		sha256[strspn(sha256, "0123456789abcdef")] != '\0')
		return false;
	*ret = (struct trust_record){.kind = kind != NULL && strcmp(kind, kinds[TRUST_TREE]) == 0
						     ? TRUST_TREE
						     : TRUST_FILE,
		.path = xstrdup(path),
		.sha256 = xstrdup(sha256),
		.since = json_integer_value(json_object_get(head, "since"))};
	text = newline + 1;
	len = bytes.len - (size_t)(text - bytes.data);
	sha256_hex(text, len, hex);
	if (strcmp(hex, sha256) == 0) {
		ret->text = xcalloc(len + 1, 1);
		ret->text_len = len;
		memcpy(ret->text, text, len);
	}
	return true;
}

int trust_find(const struct context *ctx, const struct trust_file *file, struct trust_record *ret,
	struct error *err)
{
	cleanup_free char *place = place_of(ctx, file->kind, file->path, err);

	if (place == NULL)
		return -1;
	if (read_record(place, ret) &&
		(strcmp(ret->path, file->path) != 0 || ret->kind != file->kind))
		trust_record_clear(ret);
	return 0;
}

bool trust_given(const struct trust_file *file, const struct trust_record *was)
{
	return file->rooted || (was->sha256 != NULL && strcmp(was->sha256, file->sha256) == 0);
}

/* PATH as one word of a shell's command line. */
static char *shell_word(const char *path)
{
	static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				    "0123456789/._-+,:@%=";
	cleanup_free char *quoted = xcalloc(4 * strlen(path) + 3, 1);
	char *to = quoted;

	if (strspn(path, plain) == strlen(path))
		return xstrdup(path);
	*to++ = '\'';
	for (; *path != '\0'; path++) {
		if (*path == '\'')
			to = stpcpy(to, "'\\'");
		*to++ = *path;
	}
	*to = '\'';
	return steal_str(&quoted);
}

/* What changed in a tree since it was approved, as far as both lists are kept. */
static void note_changes(
	const struct trust_file *file, const struct trust_record *was, struct error *err)
{
	cleanup_strv struct strv lines = STRV_INIT;
	struct build_diff_count count;
	size_t all;

	if (file->kind != TRUST_TREE || was->text == NULL || file->text.len == 0)
		return;
	count = build_diff(was->text, was->text_len, buf_str(&file->text), file->text.len,
		CHANGES_MAX, &lines);
	all = count.come + count.changed + count.gone;
	for (size_t i = 0; i < lines.count; i++)
		err_note(err, "differs", "%s", lines.item[i]);
	if (all > lines.count)
		err_note(err, "differs", "and %zu more", all - lines.count);
}

int trust_refuse(const struct trust_file *file, const struct trust_record *was, struct error *err)
{
	cleanup_free char *word = shell_word(file->path);
	bool tree = file->kind == TRUST_TREE;

	err_set(err, EXIT_REFUSED, "%s is not trusted%s", file->path,
		tree ? " with what it builds from" : "");
	if (was->path != NULL)
		err_note(
			err, "why", "it is not what was approved: that had sha256 %s", was->sha256);
	else
		err_note(err, "why",
			"an agent may have written it, and it was never approved at this path");
	note_changes(file, was, err);
	err_note(err, "sha256", "%s", file->sha256);
	return err_note(err, "next", "look at it, then: bottle trust %s%s",
		tree ? "--dockerfile " : "", word);
}

int trust_approve(const struct context *ctx, const struct trust_file *file, struct error *err)
{
	cleanup_free char *place = place_of(ctx, file->kind, file->path, err), *head = NULL;
	cleanup_buf struct buf bytes = BUF_INIT(HEAD_MAX + TRUST_TEXT_MAX);
	json_auto_t *json = NULL;

	if (place == NULL)
		return -1;
	json = json_pack("{s:s, s:s, s:s, s:I}", "kind", kinds[file->kind], "path", file->path,
		"sha256", file->sha256, "since", (json_int_t)clock_epoch());
	head = json ? json_dumps(json, JSON_COMPACT) : NULL;
	if (head == NULL)
		return err_set(err, EXIT_DATA, "trust %s: the path is not UTF-8", file->path);
	buf_append_str(&bytes, head);
	buf_append_str(&bytes, "\n");
	buf_append(&bytes, buf_str(&file->text), file->text.len);
	return fs_write(place, bytes.data, bytes.len, err);
}

int trust_revoke(const struct context *ctx, const char *name, bool *ret_found, struct error *err)
{
	cleanup_error struct error gone = ERROR_INIT;
	cleanup_free char *path = path_of(name, &gone);

	*ret_found = false;
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		cleanup_free char *place =
			place_of(ctx, (enum trust_kind)i, path ? path : name, err);

		if (place == NULL)
			return -1;
		*ret_found |= fs_exists(place);
		if (unlink(place) != 0 && errno != ENOENT)
			return err_errno(err, EXIT_CANTCREATE, "remove %s", place);
	}
	return 0;
}

static int by_path(const void *a, const void *b)
{
	const struct trust_record *left = a, *right = b;

	int order = strcmp(left->path, right->path);

	return order != 0 ? order : (int)left->kind - (int)right->kind;
}

int trust_list(
	const struct context *ctx, struct trust_record **ret, size_t *ret_count, struct error *err)
{
	cleanup_free char *folder = store(ctx, err);
	DIR *dir = folder ? opendir(folder) : NULL;
	struct trust_record *list = NULL;
	struct dirent *entry;
	size_t count = 0;

	if (folder == NULL)
		return -1;
	if (dir == NULL)
		return err_errno(err, EXIT_UNAVAILABLE, "read %s", folder);
	while ((entry = readdir(dir)) != NULL) {
		cleanup_free char *place = xasprintf("%s/%s", folder, entry->d_name);

		list = xrealloc(list, count + 1, sizeof(*list));
		/* Shorter or longer names are not of whole records. */
		count += strlen(entry->d_name) == SHA256_HEX_LEN - 1 &&
			 read_record(place, &list[count]);
	}
	closedir(dir);
	if (count > 1)
		qsort(list, count, sizeof(*list), by_path);
	*ret = list;
	*ret_count = count;
	return 0;
}

void trust_file_clear(struct trust_file *file)
{
	mem_cleanup_fd(&file->fd);
	free(file->path);
	buf_clear(&file->text);
	*file = (struct trust_file)TRUST_FILE_INIT;
}

void trust_record_clear(struct trust_record *record)
{
	free(record->path);
	free(record->sha256);
	free(record->text);
	*record = (struct trust_record){0};
}
