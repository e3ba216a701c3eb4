/* The question whether a file is trusted. */
#include "approve.h"

#include <stdio.h>

#include "ask.h"
#include "build_diff.h"
#include "build_tree.h"
#include "cancel.h"
#include "err.h"
#include "linediff.h"
#include "mem.h"
#include "printable.h"
#include "strv.h"
#include "trust.h"

enum { SHOWN_MAX = 500 };

/* The names of a tree's files, as what came, changed and went. */
static void show_tree(const struct trust_file *file, const struct trust_record *was)
{
	cleanup_free char *path = printable_line(file->path);
	cleanup_strv struct strv lines = STRV_INIT;
	struct build_diff_count count;
	size_t all;

	fprintf(stderr, "%s, with what it builds from, %s\n", path,
		was->path ? "is not what you trusted:" : "was never trusted; all of it:");
	if (file->text.len == 0 || (was->path != NULL && was->text == NULL))
		fputs("  (too many files to be listed here)\n", stderr);
	count = build_diff(was->text ? was->text : "", was->text_len, buf_str(&file->text),
		file->text.len, SHOWN_MAX, &lines);
	all = count.come + count.changed + count.gone;
	for (size_t i = 0; i < lines.count; i++)
		fprintf(stderr, "  %s\n", lines.item[i]);
	if (all > lines.count)
		fprintf(stderr, "  and %zu more\n", all - lines.count);
	fprintf(stderr, "%zu files new, %zu changed, %zu gone; sha256 %s\n", count.come,
		count.changed, count.gone, file->sha256);
}

/* Every line of the file has a mark and is escaped: none can pass for one of ours. */
static void show_text(const struct trust_file *file, const struct trust_record *was)
{
	cleanup_free char *path = printable(file->path);
	cleanup_strv struct strv lines = STRV_INIT;
	struct linediff_count count = linediff(was->text ? was->text : "", was->text_len,
		buf_str(&file->text), file->text.len, &lines);

	fprintf(stderr, "%s %s\n", path,
		was->path ? "is not what you trusted:" : "was never trusted; all of it:");
	for (size_t i = 0; i < lines.count; i++)
		fprintf(stderr, "  %s\n", lines.item[i]);
	fprintf(stderr, "%zu lines added, %zu removed; sha256 %s\n", count.added, count.removed,
		file->sha256);
}

int approve(
	const struct context *ctx, const struct trust_file *file, bool may_ask, struct error *err)
{
	cleanup_trust_record struct trust_record was = {0};

	if (trust_find(ctx, file, &was, err) != 0)
		return -1;
	if (trust_given(file, &was))
		return 0;
	if (may_ask && ask_possible()) {
		(file->kind == TRUST_TREE ? show_tree : show_text)(file, &was);
		if (ask_yes("Trust this"))
			return trust_approve(ctx, file, err);
		if (cancel_asked())
			return err_set(err, EXIT_SIGNAL_BASE + cancel_signal(), "interrupted");
	}
	return trust_refuse(file, &was, err);
}

int approve_build(
	const struct context *ctx, const char *dockerfile, bool may_ask, struct error *err)
{
	cleanup_trust_file struct trust_file tree = TRUST_FILE_INIT;

	if (dockerfile == NULL)
		return 0;
	return build_tree_read(dockerfile, NULL, &tree, err) == 0 &&
			       approve(ctx, &tree, may_ask, err) == 0
		       ? 0
		       : err_wrap(err, "agent.dockerfile");
}
