/* Journals and verdicts. */
#include "journal.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "buf.h"
#include "clock.h"
#include "context.h"
#include "err.h"
#include "fs.h"
#include "mem.h"
#include "self.h"
#include "slug.h"
#include "strv.h"

#define FILE_MAX (4 << 20)

int journal_lock(const struct context *ctx, const char *slug, int deadline_ms,
	struct journal *journal, struct error *err)
{
	cleanup_free char *lock = xasprintf("%s/%s.lock", ctx->state_root, slug);

	if (fs_private_dir(ctx->state_root, err) != 0)
		return -1;
	journal->slug = xstrdup(slug);
	journal->folder = xasprintf("%s/%s", ctx->state_root, slug);
	journal->path = xasprintf("%s/journal", journal->folder);
	journal->verdict = xasprintf("%s/verdict", journal->folder);
	journal->lock = fs_lock(lock, deadline_ms, err);
	if (journal->lock >= 0)
		return 0;
	if (err->code != EXIT_AGAIN)
		return -1;
	err_set(err, EXIT_AGAIN, "another bottle command is at work on %s", slug);
	return err_note(err, "next", "wait for it, or end it");
}

bool journal_is_locked(const struct context *ctx, const char *slug)
{
	cleanup_free char *lock = xasprintf("%s/%s.lock", ctx->state_root, slug);
	cleanup_error struct error held = ERROR_INIT;
	cleanup_fd int fd = -1;

	if (fs_exists(lock))
		fd = fs_lock(lock, 0, &held);

	return held.code == EXIT_AGAIN;
}

bool journal_exists(const struct journal *journal)
{
	return fs_exists(journal->path);
}

bool journal_is_there(const struct context *ctx, const char *slug)
{
	cleanup_free char *path = xasprintf("%s/%s/journal", ctx->state_root, slug);

	return fs_exists(path);
}

/* Takes EVENT's reference. */
static int append(struct journal *journal, json_t *event, struct error *err)
{
	cleanup_free char *text = event ? json_dumps(event, JSON_COMPACT) : NULL;
	cleanup_free char *line = NULL;

	json_decref(event);
	if (text == NULL)
		return err_set(err, EXIT_CONFIG,
			"%s: a name or path in this line of the journal is not UTF-8",
			journal->path);
	line = xasprintf("%s\n", text);
	return fs_append(journal->path, line, strlen(line), err);
}

int journal_begin(struct journal *journal, const char *launch, const char *engine,
	const char *smolvm, struct error *err)
{
	cleanup_free char *boot = self_boot_id();
	uint64_t start = 0;
	int result;

	self_process_start(getpid(), &start);
	if (fs_private_dir(journal->folder, err) != 0)
		return -1;
	unlink(journal->path);
	unlink(journal->verdict);
	result = append(journal,
		json_pack("{s:s, s:s, s:I, s:I, s:s, s:s, s:s, s:I}", "event", "launch", "launch",
			launch, "pid", (json_int_t)getpid(), "start", (json_int_t)start, "boot",
			boot, "engine", engine, "smolvm", smolvm, "time",
			(json_int_t)clock_epoch()),
		err);
	if (result != 0) { /* a full disk leaves a file without a line, which names no launch */
		unlink(journal->path);
		rmdir(journal->folder);
	}
	return result;
}

int journal_event(struct journal *journal, const char *name, const char *key, const char *value,
	struct error *err)
{
	json_t *event = json_pack("{s:s, s:I}", "event", name, "at", (json_int_t)clock_ms());

	if (value != NULL && json_object_set_new(event, key, json_string(value)) != 0) {
		json_decref(event);
		event = NULL;
	}
	return append(journal, event, err);
}

int journal_sync(struct journal *journal, struct error *err)
{
	return fs_sync(journal->path, err);
}

int journal_child(struct journal *journal, pid_t pid, struct error *err)
{
	uint64_t start = 0;

	self_process_start(pid, &start);
	return append(journal,
		json_pack("{s:s, s:I, s:I, s:I}", "event", "child", "at", (json_int_t)clock_ms(),
			"pid", (json_int_t)pid, "start", (json_int_t)start),
		err);
}

int journal_mount(
	struct journal *journal, const char *host, dev_t device, ino_t inode, struct error *err)
{
	return append(journal,
		json_pack("{s:s, s:s, s:I, s:I}", "event", "mount", "host", host, "device",
			(json_int_t)device, "inode", (json_int_t)inode),
		err);
}

int journal_note(struct journal *journal, json_t *event, struct error *err)
{
	return append(journal, event, err);
}

int journal_booted(struct journal *journal, pid_t pid, uint64_t start, struct error *err)
{
	return append(journal,
		json_pack("{s:s, s:I, s:I, s:I}", "event", "booted", "at", (json_int_t)clock_ms(),
			"pid", (json_int_t)pid, "start", (json_int_t)start),
		err);
}

static void copy_text(const json_t *event, const char *key, char **to)
{
	const char *text = json_string_value(json_object_get(event, key));

	if (text != NULL) {
		free(*to);
		*to = xstrdup(text);
	}
}

static void take_mount(const json_t *event, struct journal_facts *facts)
{
	const char *host = json_string_value(json_object_get(event, "host"));

	if (host == NULL)
		return;
	facts->mount = xrealloc(facts->mount, facts->mount_count + 1, sizeof(*facts->mount));
	facts->mount[facts->mount_count++] = (struct journal_mount){xstrdup(host),
		(dev_t)json_integer_value(json_object_get(event, "device")),
		(ino_t)json_integer_value(json_object_get(event, "inode"))};
}

static void take_setid(const json_t *event, struct journal_facts *facts)
{
	const json_t *name;
	size_t i;

	facts->setid_count += (size_t)json_integer_value(json_object_get(event, "count"));
	facts->setid_failed += (size_t)json_integer_value(json_object_get(event, "failed"));
	json_array_foreach (json_object_get(event, "names"), i, name)
		if (json_is_string(name))
			strv_push(&facts->setid_names, json_string_value(name));
}

static void take_event(const json_t *event, struct journal_facts *facts)
{
	const char *name = json_string_value(json_object_get(event, "event"));

	if (name == NULL)
		return;
	if (strcmp(name, "launch") == 0) {
		copy_text(event, "launch", &facts->launch);
		copy_text(event, "engine", &facts->engine);
		copy_text(event, "smolvm", &facts->smolvm);
		copy_text(event, "boot", &facts->boot);
		facts->pid = (pid_t)json_integer_value(json_object_get(event, "pid"));
		facts->pid_start = (uint64_t)json_integer_value(json_object_get(event, "start"));
	}
	copy_text(event, "alias", &facts->alias);
	if (strcmp(name, "unverified") == 0)
		copy_text(event, "why", &facts->doubt);
	if (strcmp(name, "verified") == 0) {
		free(facts->doubt);
		facts->doubt = NULL;
	}
	if (strcmp(name, "lost") == 0)
		copy_text(event, "why", &facts->lost);
	facts->network |= strcmp(name, "network") == 0;
	facts->sealed |= strcmp(name, "sealed") == 0;
	facts->container |= strcmp(name, "container") == 0;
	facts->machine |= strcmp(name, "machine") == 0;
	facts->docker |= strcmp(name, "docker") == 0;
	facts->agent_network |= strcmp(name, "agent-network") == 0;
	facts->agent_container |= strcmp(name, "agent-container") == 0;
	facts->started |= strcmp(name, "start") == 0;
	facts->kept |= strcmp(name, "kept") == 0;
	if (strcmp(name, "child") == 0 && facts->children < JOURNAL_CHILD_MAX)
		facts->child[facts->children++] = (struct journal_child){
			(pid_t)json_integer_value(json_object_get(event, "pid")),
			(uint64_t)json_integer_value(json_object_get(event, "start"))};
	if (strcmp(name, "booted") == 0) {
		facts->vm_pid = (pid_t)json_integer_value(json_object_get(event, "pid"));
		facts->vm_start = (uint64_t)json_integer_value(json_object_get(event, "start"));
	}
	if (strcmp(name, "mount") == 0)
		take_mount(event, facts);
	if (strcmp(name, "setid") == 0)
		take_setid(event, facts);
	if (strcmp(name, "foreign-machine") == 0)
		facts->machine = false;
	facts->ready |= strcmp(name, "ready") == 0;
	facts->cleared |= strcmp(name, "cleared") == 0;
}

/* Processes of an earlier boot are gone, whatever has their numbers now. */
static void forget_old_boot(struct journal_facts *facts)
{
	cleanup_free char *boot = self_boot_id();

	if (facts->boot == NULL || *boot == '\0' || strcmp(facts->boot, boot) == 0)
		return;
	facts->pid = facts->vm_pid = 0;
	facts->children = 0;
}

int journal_read(
	const struct context *ctx, const char *slug, struct journal_facts *ret, struct error *err)
{
	cleanup_free char *path = xasprintf("%s/%s/journal", ctx->state_root, slug);
	cleanup_buf struct buf text = BUF_INIT(FILE_MAX);
	struct journal_facts facts = {0};

	if (fs_read(path, &text, err) != 0)
		return -1;
	for (char *line = text.data, *end; line != NULL && (end = strchr(line, '\n')) != NULL;
		line = end + 1) {
		json_auto_t *event = json_loadb(line, (size_t)(end - line), 0, NULL);

		if (event != NULL)
			take_event(event, &facts);
	}
	if (facts.launch == NULL || strlen(facts.launch) != JOURNAL_LAUNCH_LEN ||
		facts.engine == NULL || facts.smolvm == NULL) {
		journal_facts_clear(&facts);
		err_set(err, EXIT_DATA, "%s: this journal does not say which launch wrote it",
			path);
		return err_note(
			err, "next", "remove the folder %s/%s by hand", ctx->state_root, slug);
	}
	forget_old_boot(&facts);
	*ret = facts;
	return 0;
}

int journal_write_verdict(struct journal *journal, json_t *verdict, struct error *err)
{
	cleanup_free char *text = json_dumps(verdict, JSON_INDENT(2));

	return fs_write(journal->verdict, text, strlen(text), err);
}

int journal_read_verdict(
	const struct context *ctx, const char *slug, json_t **ret, struct error *err)
{
	cleanup_free char *path = xasprintf("%s/%s/verdict", ctx->state_root, slug);
	cleanup_buf struct buf text = BUF_INIT(FILE_MAX);
	json_error_t why;

	if (fs_read(path, &text, err) != 0)
		return -1;
	*ret = json_loadb(buf_str(&text), text.len, JSON_REJECT_DUPLICATES, &why);
	return *ret ? 0 : err_set(err, EXIT_DATA, "%s: %s", path, why.text);
}

int journal_remove(struct journal *journal, struct error *err)
{
	return fs_remove_flat(journal->folder)
		       ? 0
		       : err_errno(err, EXIT_CANTCREATE, "remove the folder %s", journal->folder);
}

static int by_name(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

int journal_slugs(const struct context *ctx, struct strv *ret, struct error *err)
{
	DIR *dir = opendir(ctx->state_root);
	struct dirent *entry;

	if (dir == NULL)
		return errno == ENOENT
			       ? 0
			       : err_errno(err, EXIT_UNAVAILABLE, "read %s", ctx->state_root);
	while ((entry = readdir(dir)) != NULL)
		if (slug_valid(entry->d_name))
			strv_push(ret, entry->d_name);
	closedir(dir);
	if (ret->count > 1)
		qsort(ret->item, ret->count, sizeof(*ret->item), by_name);
	return 0;
}

void journal_facts_clear(struct journal_facts *facts)
{
	free(facts->launch);
	free(facts->engine);
	free(facts->smolvm);
	free(facts->alias);
	free(facts->lost);
	free(facts->doubt);
	free(facts->boot);
	for (size_t i = 0; i < facts->mount_count; i++)
		free(facts->mount[i].host);
	free(facts->mount);
	strv_clear(&facts->setid_names);
	*facts = (struct journal_facts){0};
}

void journal_clear(struct journal *journal)
{
	mem_cleanup_fd(&journal->lock);
	free(journal->slug);
	free(journal->folder);
	free(journal->path);
	free(journal->verdict);
	*journal = (struct journal)JOURNAL_INIT;
}
