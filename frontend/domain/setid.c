/* Looking for setuid and setgid files.
 *
 * The VM has ended, but another bottle may write in the same folder while this walks it. So each step is from an
 * open folder to a name in it, links are opened as links, the kind, owner and file system of an object are
 * those of the descriptor that is acted on, and a name that changes in between is only another file that is or is
 * not to be changed. Folders that their owner cannot read are made readable for a moment: others may still
 * pass through one of mode 0111. */
#include "setid.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cancel.h"
#include "clock.h"
#include "context.h"
#include "err.h"
#include "journal.h"
#include "mem.h"
#include "place.h"
#include "printable.h"

enum {
	DEPTH_MAX = 256, /* each level holds two descriptors for a moment, and one for long */
	ENTRIES_MAX = 2000000,
	SWEEP_MS = 5000,
	SETID_BITS = S_ISUID | S_ISGID,
};

struct walk {
	struct setid_report *report;
	dev_t device;
	int64_t deadline;
	size_t entries;
};

static void walk_folder(struct walk *walk, int place, const char *path, int depth);

static void add_name(struct walk *walk, const char *path)
{
	if (walk->report->names.count < SETID_NAMES)
		strv_take(&walk->report->names, printable_line(path));
}

static bool is_marked(const struct stat *st)
{
	return S_ISREG(st->st_mode) && (st->st_mode & SETID_BITS) != 0;
}

static void clear_file(struct walk *walk, int place, const struct stat *st, const char *path)
{
	struct stat after;

	if (place_set_mode(place, st->st_mode & (07777 & ~SETID_BITS)) == 0 &&
		fstat(place, &after) == 0 && !is_marked(&after))
		walk->report->count++;
	else
		walk->report->failed++;
	add_name(walk, path);
}

static void look_at(struct walk *walk, int folder, const char *name, const char *above, int depth)
{
	cleanup_fd int place = -1;
	cleanup_free char *path = NULL;
	struct stat st;

	if (fstatat(folder, name, &st, AT_SYMLINK_NOFOLLOW) != 0 ||
		(!S_ISDIR(st.st_mode) && !is_marked(&st)))
		return;
	path = xasprintf("%s/%s", above, name);
	place = place_open(folder, name);
	if (place < 0 || fstat(place, &st) != 0) {
		/* Gone meanwhile is gone; unreadable is what macOS cannot open. */
		walk->report->partial |= errno != ENOENT;
		return;
	}
	if (st.st_dev != walk->device)
		return;
	if (S_ISDIR(st.st_mode))
		walk_folder(walk, place, path, depth + 1);
	else if (is_marked(&st) && st.st_uid == geteuid())
		clear_file(walk, place, &st, path);
}

/* The folder PLACE to be read, also if its owner took the right to from itself. NULL with errno. */
static DIR *read_place(int place)
{
	cleanup_fd int fd = openat(place, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	struct stat st;
	DIR *dir;

	if (fd < 0 && errno == EACCES && fstat(place, &st) == 0 && st.st_uid == geteuid() &&
		place_set_mode(place, (st.st_mode & 07777) | S_IRUSR | S_IXUSR) == 0) {
		fd = openat(place, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		(void)place_set_mode(place, st.st_mode & 07777);
	}
	dir = fd < 0 ? NULL : fdopendir(fd);
	if (dir != NULL)
		(void)steal_fd(&fd);
	return dir;
}

static bool may_go_on(struct walk *walk, int depth)
{
	return depth < DEPTH_MAX && walk->entries < ENTRIES_MAX && clock_ms() < walk->deadline &&
	       !cancel_asked();
}

static void walk_folder(struct walk *walk, int place, const char *path, int depth)
{
	DIR *dir = may_go_on(walk, depth) ? read_place(place) : NULL;
	struct dirent *entry;

	if (dir == NULL)
		walk->report->partial = true;
	while (dir != NULL && (entry = readdir(dir)) != NULL) {
		if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
			continue;
		if (!may_go_on(walk, depth)) {
			walk->report->partial = true;
			break;
		}
		walk->entries++;
		look_at(walk, dirfd(dir), entry->d_name, path, depth);
	}
	if (dir != NULL)
		closedir(dir);
}

void setid_clear(const char *folder, dev_t device, ino_t inode, int64_t deadline,
	struct setid_report *report)
{
	struct walk walk = {report, device, deadline, 0};
	cleanup_fd int place = place_folder(folder);
	struct stat st;

	if (place < 0 || fstat(place, &st) != 0 || st.st_dev != device || st.st_ino != inode)
		report->partial = true;
	else
		walk_folder(&walk, place, folder, 0);
}

static void tell(const struct context *ctx, const char *slug, size_t count, size_t failed,
	const struct strv *names)
{
	if (count > 0)
		context_warn(ctx, "%s: took setuid or setgid off %zu file%s in its mounts", slug,
			count, count == 1 ? "" : "s");
	if (failed > 0)
		context_warn(ctx, "%s: %zu file%s in its mounts stayed setuid or setgid", slug,
			failed, failed == 1 ? "" : "s");
	for (size_t i = 0; i < names->count; i++)
		context_warn(ctx, "  %s", names->item[i]);
	if (count + failed > names->count)
		context_warn(ctx, "  and %zu more", count + failed - names->count);
}

/* An event for others to read: ps and gc of later. */
static void note(struct journal *journal, const struct setid_report *report)
{
	cleanup_error struct error unwritten = ERROR_INIT; /* a full disk keeps nothing up */
	json_t *names = json_array();

	for (size_t i = 0; i < report->names.count; i++)
		json_array_append_new(names, json_string(report->names.item[i]));
	(void)journal_note(journal,
		json_pack("{s:s, s:I, s:I, s:I, s:b, s:o}", "event", "setid", "at",
			(json_int_t)clock_ms(), "count", (json_int_t)report->count, "failed",
			(json_int_t)report->failed, "partial", report->partial, "names", names),
		&unwritten);
}

void setid_sweep(
	const struct context *ctx, struct journal *journal, const struct journal_facts *facts)
{
	cleanup_setid struct setid_report report = SETID_REPORT_INIT;
	int64_t deadline = clock_ms() + SWEEP_MS;

	for (size_t i = 0; i < facts->mount_count; i++)
		setid_clear(facts->mount[i].host, facts->mount[i].device, facts->mount[i].inode,
			deadline, &report);
	if (report.partial)
		context_warn(ctx,
			"%s: not all of its mounts could be looked through for setuid files",
			journal->slug);
	if (report.count + report.failed > 0 || report.partial)
		note(journal, &report);
	tell(ctx, journal->slug, report.count, report.failed, &report.names);
}

void setid_recall(const struct context *ctx, const char *slug, const struct journal_facts *facts)
{
	tell(ctx, slug, facts->setid_count, facts->setid_failed, &facts->setid_names);
}

void setid_report_clear(struct setid_report *report)
{
	strv_clear(&report->names);
	*report = (struct setid_report)SETID_REPORT_INIT;
}
