/* The store of approvals: what it keeps, for which path, and what it takes for none. */
#include "trust.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "context.h"
#include "err.h"
#include "fs.h"
#include "mem.h"
#include "tap.h"

static char base[] = "/tmp/bottle-trust.XXXXXX";
static struct context ctx;

static char *at(const char *name)
{
	return xasprintf("%s/%s", base, name);
}

static void put(const char *path, const char *text)
{
	cleanup_error struct error err = ERROR_INIT;

	fs_write(path, text, strlen(text), &err);
}

static int mode_of(const char *path)
{
	struct stat st;

	return lstat(path, &st) == 0 ? (int)(st.st_mode & 07777) : -1;
}

static int load(const char *path, struct trust_file *file, struct error *err)
{
	return trust_open(path, file, err) == 0 ? trust_read(file, TRUST_TEXT_MAX, -1, err) : -1;
}

static bool given(const char *path)
{
	cleanup_trust_file struct trust_file file = TRUST_FILE_INIT;
	cleanup_trust_record struct trust_record was = {0};
	cleanup_error struct error err = ERROR_INIT;

	return load(path, &file, &err) == 0 && trust_find(&ctx, &file, &was, &err) == 0 &&
	       trust_given(&file, &was);
}

static bool approve(const char *path)
{
	cleanup_trust_file struct trust_file file = TRUST_FILE_INIT;
	cleanup_error struct error err = ERROR_INIT;

	return load(path, &file, &err) == 0 && trust_approve(&ctx, &file, &err) == 0;
}

static void test_files(void)
{
	cleanup_error struct error err = ERROR_INIT;
	cleanup_free char *file = at("a.yaml"), *copy = at("b.yaml"), *link = at("l.yaml"),
			  *pipe = at("pipe"), *folder = at("folder"), *behind = at("via/a.yaml"),
			  *via = at("via"), *no = at("none.yaml"), *odd = at("odd\nname");
	cleanup_trust_file struct trust_file read = TRUST_FILE_INIT;
	const char *const refused[] = {link, pipe, base, no, odd, ""};

	put(file, "one\n");
	put(copy, "one\n");
	put(odd, "one\n");
	ok(symlink("a.yaml", link) == 0 && symlink(".", via) == 0 && mkfifo(pipe, 0600) == 0,
		"(a link, a folder behind one, a pipe)");
	ok(!given(file), "what nobody approved is not trusted");
	ok(approve(file) && given(file), "what was approved is");
	ok(!given(copy), "the same bytes at another path are not");
	ok(given(behind), "the same file by another way is");
	for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++) {
		cleanup_trust_file struct trust_file none = TRUST_FILE_INIT;

		ok(trust_open(refused[i], &none, &err) != 0 && err.code == EXIT_DATA,
			"a link, a pipe, a folder, nothing, a path with a newline, no path: %zu",
			i);
	}
	put(file, "two\n");
	ok(!given(file), "other bytes are not");
	put(file, "one\n");
	ok(given(file), "the old ones are again");
	is_int(rename(copy, file), 0, "(another file of the same bytes)");
	ok(given(file), "is: it is about bytes");
	mkdir(folder, 0700);

	is_int(load(file, &read, &err), 0, "read,");
	put(file, "evil\n");
	is_int(trust_approve(&ctx, &read, &err), 0, "and approved after it was replaced:");
	ok(!given(file), "the new bytes are not what was approved");
	put(file, "one\n");
	ok(given(file), "those that were read are");
}

static void test_limit(void)
{
	cleanup_error struct error err = ERROR_INIT;
	cleanup_free char *path = at("big"), *copy = at("copy"),
			  *text = xcalloc(TRUST_TEXT_MAX + 1, 1);
	cleanup_trust_file struct trust_file small = TRUST_FILE_INIT, big = TRUST_FILE_INIT;
	cleanup_trust_record struct trust_record was = {0}, large = {0};
	cleanup_buf struct buf copied = BUF_INIT(TRUST_TEXT_MAX + 1);
	cleanup_fd int out = open(copy, O_WRONLY | O_CREAT | O_EXCL, 0600);

	fs_write(path, text, TRUST_TEXT_MAX, &err);
	is_int(load(path, &small, &err), 0, "as much as the limit is read");
	trust_approve(&ctx, &small, &err);
	trust_find(&ctx, &small, &was, &err);
	is_int((long long)was.text_len, TRUST_TEXT_MAX, "and kept, NUL bytes and all");
	fs_write(path, text, TRUST_TEXT_MAX + 1, &err);
	is_int(trust_open(path, &big, &err), 0, "more than the limit");
	is_int(trust_read(&big, SIZE_MAX, out, &err), 0, "is read where a pack is read");
	is_int((long long)big.text.len, 0, "and not kept");
	fs_read(copy, &copied, &err);
	is_int((long long)copied.len, TRUST_TEXT_MAX + 1, "but copied");
	trust_approve(&ctx, &big, &err);
	ok(trust_find(&ctx, &big, &large, &err) == 0 && trust_given(&big, &large), "and approved");
	ok(large.text == NULL, "without a text to show");
	trust_file_clear(&big);
	is_int(load(path, &big, &err), -1, "and refused where bottle.yaml is");
}

/* Only record of the store. */
static char *only_record(void)
{
	cleanup_free char *folder = xasprintf("%s/.trust", ctx.state_root);
	DIR *dir = opendir(folder);
	struct dirent *entry;
	char *found = NULL;

	while (dir != NULL && (entry = readdir(dir)) != NULL)
		if (entry->d_name[0] != '.')
			found = xasprintf("%s/%s", folder, entry->d_name);
	if (dir != NULL)
		closedir(dir);
	return found;
}

static void test_store(void)
{
	cleanup_error struct error err = ERROR_INIT;
	cleanup_free char *state = at("store"), *old = ctx.state_root, *file = at("s.yaml"),
			  *elsewhere = at("elsewhere"), *folder = at("store/.trust"),
			  *record = NULL, *moved = at("s2.yaml");
	cleanup_buf struct buf whole = BUF_INIT(65536);
	struct trust_record *list = NULL;
	size_t count = 0;
	bool found = false;

	ctx.state_root = state;
	umask(0);
	put(file, "text\n");
	ok(approve(file), "approved with an open umask");
	record = only_record();
	is_int(mode_of(state), 0700, "the state folder is closed to others");
	is_int(mode_of(folder), 0700, "so is the store");
	is_int(mode_of(record), 0600, "and the record");
	chmod(folder, 0777);
	given(file);
	is_int(mode_of(folder), 0700, "one that was opened is closed before it is believed");

	fs_read(record, &whole, &err);
	for (size_t cut = 0; cut < whole.len - strlen("text\n") - 1; cut++) {
		fs_write(record, whole.data, cut, &err);
		found |= given(file);
	}
	ok(!found, "a record that was cut off approves nothing");
	put(record, "{\"path\":\"x\",\"sha256\":\"../../../../../../../../../../../../../../../../"
		    "../../../../..\"}\n");
	ok(!given(file), "nor does one with something else for a hash");
	fs_write(record, whole.data, whole.len, &err);
	ok(given(file), "(restored)");
	put(moved, "text\n");
	{
		cleanup_trust_file struct trust_file other = TRUST_FILE_INIT;
		cleanup_free char *place = NULL;

		load(moved, &other, &err);
		trust_approve(&ctx, &other, &err);
		trust_revoke(&ctx, file, &found, &err);
		ok(found && !given(file), "revoked");
		place = only_record();
		rename(place, record);
		ok(!given(file), "a record of another path approves nothing here");
		fs_write(record, whole.data, whole.len, &err);
	}
	is_int(trust_list(&ctx, &list, &count, &err), 0, "the list");
	is_int((long long)count, 1, "has the one");
	is_str(list[0].path, file, "by its path");
	trust_record_clear(&list[0]);
	free(list);

	put(elsewhere, "text\n");
	rename(record, elsewhere);
	ok(symlink(elsewhere, record) == 0 && !given(file), "a record that is a link is none");
	ok(approve(file) && given(file) && mode_of(record) == 0600, "approving replaces the link");
	unlink(file);
	is_int(trust_revoke(&ctx, file, &found, &err), 0, "a file that is gone can be revoked");
	ok(found, "and was");
	trust_revoke(&ctx, file, &found, &err);
	ok(!found, "once");
	rmdir(folder);
	ok(symlink(base, folder) == 0 && !approve(moved), "a store that is a link is refused");
	unlink(folder);
	ctx.state_root = old;
	old = NULL;
}

static bool approve_numbered(int number)
{
	cleanup_free char *name = xasprintf("%s/p%d", base, number);

	return approve(name);
}

/* Many at once: none is lost and none is half. */
static void test_parallel(void)
{
	int failed = 0, good = 0, status;

	for (int i = 0; i < 16; i++) {
		cleanup_free char *name = xasprintf("%s/p%d", base, i / 2);

		put(name, "x\n");
	}
	for (int i = 0; i < 16; i++)
		if (fork() == 0)
			_exit(approve_numbered(i / 2) ? 0 : 1);
	while (wait(&status) > 0)
		failed += status != 0;
	is_int(failed, 0, "sixteen at once approve eight files");
	for (int i = 0; i < 8; i++) {
		cleanup_free char *name = xasprintf("%s/p%d", base, i);

		good += given(name);
	}
	is_int(good, 8, "all of them are trusted");
}

static void test_refusal(void)
{
	cleanup_error struct error err = ERROR_INIT;
	cleanup_free char *folder = at("a b; rm -rf ~"), *path = at("a b; rm -rf ~/it's");
	cleanup_trust_file struct trust_file file = TRUST_FILE_INIT;
	cleanup_trust_record struct trust_record was = {0};
	cleanup_free char *want =
		xasprintf("look at it, then: bottle trust '%s/a b; rm -rf ~/it'\\''s'", base);

	mkdir(folder, 0700);
	put(path, "");
	load(path, &file, &err);
	is_int(trust_refuse(&file, &was, &err), -1, "a refusal");
	is_int(err.code, EXIT_REFUSED, "is 77");
	is_str(err_find_note(&err, "next"), want, "what to type is one word, whatever the path");
	is_str(err_find_note(&err, "sha256"),
		"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
		"and the hash is there");
}

/* A file and a tree of one path are two things. */
static void test_kinds(void)
{
	cleanup_error struct error err = ERROR_INIT;
	cleanup_free char *path = at("Dockerfile");
	cleanup_trust_file struct trust_file file = TRUST_FILE_INIT;
	cleanup_trust_record struct trust_record as_tree = {0}, as_file = {0};
	bool found = false;

	put(path, "FROM x\n");
	ok(approve(path) && given(path), "(a file is approved)");
	is_int(load(path, &file, &err), 0, "(read)");
	file.kind = TRUST_TREE;
	is_int(trust_find(&ctx, &file, &as_tree, &err), 0, "the same path as a tree");
	ok(as_tree.path == NULL && !trust_given(&file, &as_tree),
		"is not approved by that, whatever its hash");
	is_int(trust_approve(&ctx, &file, &err), 0, "the tree is approved");
	file.kind = TRUST_FILE;
	ok(trust_find(&ctx, &file, &as_file, &err) == 0 && as_file.kind == TRUST_FILE,
		"and the file's approval is still its own");
	is_int(trust_revoke(&ctx, path, &found, &err), 0, "revoking");
	ok(found && !given(path), "takes the file's back");
	trust_record_clear(&as_tree);
	file.kind = TRUST_TREE;
	ok(trust_find(&ctx, &file, &as_tree, &err) == 0 && as_tree.path == NULL, "and the tree's");
}

int main(void)
{
	cleanup_free char *clean = NULL;

	if (mkdtemp(base) == NULL)
		return 1;
	ctx.state_root = at("state");
	test_files();
	test_limit();
	test_store();
	test_parallel();
	test_refusal();
	test_kinds();
	free(ctx.state_root);
	clean = xasprintf("rm -rf %s", base);
	return system(clean) == 0 ? done_testing() : 1;
}
