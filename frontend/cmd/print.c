/* Progress and tables for people. */
#include "print.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "context.h"
#include "evidence.h"
#include "mem.h"
#include "printable.h"
#include "probe.h"
#include "table.h"
#include "terminal.h"
#include "verdict.h"

enum { ROOM_MIN = 20 }; /* columns beside which nothing is wrapped */

void print_line(FILE *out, const char *fmt, ...)
{
	cleanup_free char *text = NULL, *clean = NULL;
	va_list ap;

	va_start(ap, fmt);
	text = xvasprintf(fmt, ap);
	va_end(ap);
	clean = printable_line(text);
	fprintf(out, "%s\n", clean);
}

/* The length of what of TEXT stands on a line of ROOM: up to the last space in it, or to the first after it. */
static size_t line_end(const char *text, size_t room)
{
	size_t end = room;

	while (end > 0 && text[end] != ' ')
		end--;
	return end > 0 ? end : room + strcspn(text + room, " ");
}

void print_wrapped(FILE *out, const char *lead, const char *text)
{
	cleanup_free char *clean = printable_line(text);
	size_t columns = (size_t)terminal_columns(fileno(out)), indent = strlen(lead);
	const char *at = clean;

	fputs(lead, out);
	while (columns > indent + ROOM_MIN && strlen(at) > columns - indent) {
		size_t end = line_end(at, columns - indent);

		if (at[end] == '\0')
			break;
		fprintf(out, "%.*s\n%*s", (int)end, at, (int)indent, "");
		at += end + 1;
	}
	fprintf(out, "%s\n", at);
}

void print_warning(const char *text)
{
	print_line(stderr, "bottle: warning: %s", text);
}

static void on_warn(void *arg, const char *text)
{
	(void)arg;
	print_warning(text);
}

void print_warnings(struct context *ctx)
{
	ctx->progress.warn = on_warn;
}

void print_evidence(const struct evidence *evidence)
{
	static const char *const headings[] = {"RESULT", "EVIDENCE", "FOUND", "ABOUT", NULL};
	struct table table;

	table_init(&table, headings);
	for (size_t i = 0; i < evidence->count; i++) {
		const struct evidence_row *row = &evidence->row[i];

		table_add(&table, row->pass ? "PASS" : row->unclear ? "unclear" : "FAIL");
		table_add(&table, row->id);
		table_add(&table, row->what);
		table_add(&table, row->about);
	}
	table_print(&table, stdout);
}

void print_guest_probes(const struct probe_report *report)
{
	static const char *const headings[] = {
		"RESULT", "PROBE", "TARGET", "MUST", "GUEST SAYS", "JUDGE", "ABOUT", NULL};
	struct table table;

	table_init(&table, headings);
	for (size_t i = 0; i < report->count; i++) {
		const struct probe_row *row = &report->row[i];
		bool seen = row->host_judged && row->must_reach;

		table_add(&table, !row->pass ? "FAIL" : seen ? "PASS" : "says");
		table_add(&table, row->id);
		table_add(&table, row->target);
		table_add(&table, row->must_reach ? "connect" : "refuse");
		table_addf(&table, "%s%s%s", row->state, *row->why ? " " : "", row->why);
		table_add(&table, row->host_judged ? "host" : "guest");
		table_add(&table, row->about);
	}
	table_print(&table, stdout);
}

void print_proxy(const struct probe_report *report)
{
	static const char *const headings[] = {
		"PROXY", "PROBE", "TARGET", "IT SAYS", "JUDGE", "ABOUT", NULL};
	struct table table;

	if (report->count == 0)
		return;
	putchar('\n');
	table_init(&table, headings);
	for (size_t i = 0; i < report->count; i++) {
		const struct probe_row *row = &report->row[i];

		table_add(&table, row->state);
		table_add(&table, row->id);
		table_add(&table, row->target);
		table_add(&table, row->why);
		table_add(&table, row->host_judged ? "host" : "proxy");
		table_add(&table, row->about);
	}
	table_print(&table, stdout);
}

void print_proxy_open(const struct probe_report *report, FILE *out)
{
	for (size_t i = 0; i < report->count; i++) {
		const struct probe_row *row = &report->row[i];

		if (!row->pass)
			print_line(out, "  %s through the proxy  %s, %s (%s)",
				strcmp(row->state, "open") == 0 ? "reachable" : "unproven ",
				row->target, row->about, row->why);
	}
}

void print_services(const struct verdict *verdict, FILE *out)
{
	for (size_t i = 0; i < verdict->services.count; i++)
		print_line(out, "  reachable  %s (it listens on every address of this host)",
			verdict->services.item[i]);
	for (size_t i = 0; i < verdict->published.count; i++)
		print_line(out, "  reachable  %s (the engine publishes it on every address)",
			verdict->published.item[i]);
	for (size_t i = 0; i < verdict->notes.count; i++)
		print_line(out, "  note       %s", verdict->notes.item[i]);
}

void print_untried(const struct probe_report *report, FILE *out)
{
	if (report->untried > 0)
		fprintf(out,
			"  untried    %zu more addresses of this host (ten of each family are "
			"probed)\n",
			report->untried);
}
