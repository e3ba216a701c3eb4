/* The question whether a file is trusted. */
#include "approve.h"

#include <stdio.h>

#include "ask.h"
#include "cancel.h"
#include "err.h"
#include "linediff.h"
#include "mem.h"
#include "printable.h"
#include "strv.h"
#include "trust.h"

/* Every line of the file has a mark and is escaped: none can pass for one of ours. */
static void show(const struct trust_file *file, const struct trust_record *was)
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
		show(file, &was);
		if (ask_yes("Trust this"))
			return trust_approve(ctx, file, err);
		if (cancel_asked())
			return err_set(err, EXIT_SIGNAL_BASE + cancel_signal(), "interrupted");
	}
	return trust_refuse(file, &was, err);
}
