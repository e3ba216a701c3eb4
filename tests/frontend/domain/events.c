/* The record of events: what is written comes back, whatever it holds; and it never stands in the way. */
#include "events.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "context.h"
#include "err.h"
#include "fs.h"
#include "mem.h"
#include "tap.h"

static char base[] = "/tmp/bottle-events.XXXXXX";
static char *file;
static struct context ctx;
static int warnings;

static void on_warn(void *arg, const char *text)
{
	(void)arg, (void)text;
	warnings++;
}

static void start_over(void)
{
	unlink(file);
	warnings = 0;
	ctx.events_failed = false;
}

static void open_events(struct events *events)
{
	cleanup_error struct error err = ERROR_INIT;

	if (events_open(&ctx, events, &err) != 0)
		ok(false, "test set-up: %s", err.message);
}

static void test_round_trip(void)
{
	cleanup_events struct events events = EVENTS_INIT;
	cleanup_error struct error failed = ERROR_INIT;
	cleanup_free char *text = NULL, *second = NULL;
	struct event_read event;

	start_over();
	events_note(&ctx, &(struct event){.name = "step",
				  .bottle = "web",
				  .launch = "0123",
				  .alias = "127.0.0.16",
				  .step = "bundle",
				  .ms = 1234});
	err_set(&failed, EXIT_REFUSED, "launch web: 1 of 9 probes failed");
	err_note(&failed, "probe", "gateway: answer");
	err_note(&failed, "left", "nothing");
	events_note(&ctx,
		&(struct event){.name = "failed", .bottle = "web", .ms = -1, .error = &failed});
	open_events(&events);
	ok(events_next(&events, &event), "an event");
	is_str(event.name, "step", "its name");
	is_str(event.bottle, "web", "its bottle");
	is_str(event.launch, "0123", "its launch");
	is_str(event.alias, "127.0.0.16", "its address");
	is_str(event.step, "bundle", "its step");
	is_str(event.reason, NULL, "no reason");
	ok(event.ms == 1234, "how long it took");
	text = events_text(&event);
	is_str(text, "step        bundle  127.0.0.16  1.23 s", "for people");
	ok(events_next(&events, &event), "another one");
	is_str(event.reason, "launch web: 1 of 9 probes failed", "the reason of an error");
	is_int(json_integer_value(json_object_get(event.json, "code")), EXIT_REFUSED, "its code");
	is_int((long long)json_array_size(json_object_get(event.json, "notes")), 2, "its notes");
	second = events_text(&event);
	is_str(second,
		"failed      launch web: 1 of 9 probes failed  (probe: gateway: answer; left: "
		"nothing)",
		"for people");
	ok(!events_next(&events, &event), "no more now");
	events_note(&ctx, &(struct event){.name = "stopped", .bottle = "web", .ms = -1});
	ok(events_next(&events, &event), "one that comes later is seen");
	is_int(warnings, 0, "nothing to warn of");
}

/* REASON and as many notes of the same make a line that can be read, whatever they hold. */
static void keeps(const char *reason, const char *want, const char *name)
{
	cleanup_events struct events events = EVENTS_INIT;
	cleanup_error struct error failed = ERROR_INIT;
	struct event_read event = {.reason = NULL};

	start_over();
	err_set(&failed, EXIT_DATA, "%s", reason);
	for (int i = 0; i < 20; i++)
		err_note(&failed, "why", "%s", reason);
	events_note(&ctx, &(struct event){.name = "failed", .bottle = "web", .error = &failed});
	open_events(&events);
	ok(events_next(&events, &event), "%s: is written", name);
	ok(event.reason != NULL && strncmp(event.reason, want, strlen(want)) == 0, "%s: as %s",
		name, want);
	ok(!events_next(&events, &event), "%s: in one line", name);
	is_int(warnings, 0, "... without a warning");
}

static void test_hostile(void)
{
	cleanup_free char *longest = xcalloc(100001, 1), *wide = xcalloc(3001, 1);

	memset(longest, 'x', 100000);
	for (int i = 0; i < 1500; i++)
		memcpy(wide + 2 * i, "\xc3\xa4", 2);
	keeps("two\nlines", "two\\x0alines", "a newline");
	keeps("\033[2J\a", "\\x1b[2J\\x07", "an escape sequence");
	keeps("\xff\xfe", "\\xff\\xfe", "what is no UTF-8");
	keeps("\"},{\"event\":\"ready\"", "\"},{\"event\":\"ready\"", "JSON");
	keeps(longest, "xxxx", "100 kB");
	keeps(wide, "\xc3\xa4\xc3\xa4", "many characters of two bytes");
}

static void test_foreign_lines(void)
{
	cleanup_events struct events events = EVENTS_INIT;
	cleanup_error struct error err = ERROR_INIT;
	static const char lines[] =
		"\n{}\n[]\n7\nnull\n{\"event\":\"x\"}\n{\"time\":\"1\",\"event\":\"x\"}\n"
		"{\"time\":\"soon\",\"event\":\"x\",\"bottle\":\"b\"}\n"
		"{\"time\":1,\"event\":\"x\",\"bottle\":\"b\"}\n"
		"{\"time\":\"1\",\"event\":[],\"bottle\":\"b\"}\nhalf a li\n"
		"{\"time\":\"1\",\"event\":\"x\",\"bottle\":\"b\",\"ms\":\"1\",\"reason\":[],"
		"\"notes\":7}\n"
		"{\"time\":\"1\",\"event\":\"x\\ny\",\"bottle\":\"b\",\"step\":\"a\\nb\"}\n";
	struct event_read event;
	cleanup_free char *text = NULL, *second = NULL;

	start_over();
	fs_append(file, lines, sizeof(lines) - 1, &err);
	open_events(&events);
	ok(events_next(&events, &event), "lines that are no events are passed over");
	ok(event.at == 1000 && event.ms == -1 && event.reason == NULL,
		"a value of the wrong kind is none");
	text = events_text(&event);
	is_str(text, "x", "nor is it printed");
	ok(events_next(&events, &event), "an event whose texts are two lines");
	second = events_text(&event);
	is_str(second, "x\\x0ay         a\\x0ab", "is told in one");
	ok(!events_next(&events, &event), "there were two");
}

/* What cannot be written is warned of once, and no more. */
static void cannot(const char *name)
{
	for (int i = 0; i < 3; i++)
		events_note(&ctx, &(struct event){.name = "ready", .bottle = "web", .ms = -1});
	is_int(warnings, 1, name);
}

static void test_failures(void)
{
	cleanup_events struct events events = EVENTS_INIT;
	cleanup_free char *target = xasprintf("%s/target", base);
	cleanup_error struct error err = ERROR_INIT;

	start_over();
	fs_append(target, "", 0, &err);
	if (symlink(target, file) != 0)
		ok(false, "test set-up");
	cannot("a file that is a link: one warning, no failure");
	ok(events_open(&ctx, &events, &err) == -1 && err.code == EXIT_REFUSED, "nor is it read");
	start_over();
	unlink(target);
	if (access("/dev/full", W_OK) == 0 && symlink("/dev/full", file) == 0)
		cannot("a device: the same");
	start_over();
}

/* Lines of PATH, and those of them that are an event. */
static long long count(const char *path, bool events_only)
{
	FILE *in = fopen(path, "r");
	char *line = NULL;
	size_t size = 0;
	long long found = 0;

	while (in != NULL && getline(&line, &size, in) > 0) {
		json_t *json = json_loads(line, JSON_REJECT_DUPLICATES, NULL);

		found += !events_only || (line[strlen(line) - 1] == '\n' && json_is_object(json) &&
						 json_is_string(json_object_get(json, "event")));
		json_decref(json);
	}
	free(line);
	if (in != NULL)
		fclose(in);
	return found;
}

static long long count_lines(const char *path)
{
	return count(path, false);
}

static long long count_events(const char *path)
{
	return count(path, true);
}

/* The record is limited, and is cut between events: with far more than fits, both files hold whole lines of JSON
 * alone, and what is read is the newest events in their order, without a gap. */
static void test_rotation(void)
{
	enum { EVENTS = 6000, LIMIT = 1 << 20 };
	cleanup_events struct events events = EVENTS_INIT;
	cleanup_free char *old = xasprintf("%s.1", file), *reason = xcalloc(301, 1);
	struct event_read event;
	int64_t first = -1, last = -1;
	bool ordered = true;
	struct stat now, before;

	start_over();
	memset(reason, 'r', 300);
	for (int i = 0; i < EVENTS; i++)
		events_note(&ctx,
			&(struct event){
				.name = "unverified", .bottle = "web", .reason = reason, .ms = i});
	ok(stat(file, &now) == 0 && stat(old, &before) == 0,
		"a record past its limit is two files");
	ok(now.st_size <= LIMIT && before.st_size <= LIMIT, "each below the limit");
	is_int(count_lines(file) + count_lines(old), count_events(file) + count_events(old),
		"each line of both is an event");
	open_events(&events);
	while (events_next(&events, &event)) {
		ordered = ordered && (last < 0 || event.ms == last + 1);
		first = first < 0 ? event.ms : first;
		last = event.ms;
	}
	ok(ordered && !events.reader.gap, "read in their order, none left out between");
	is_int(last, EVENTS - 1, "to the newest");
	ok(first > 0 && last - first + 1 > LIMIT / 400,
		"the oldest are dropped, and more than one file's are kept");
	is_int(warnings, 0, "without a warning");
	unlink(old);
	start_over();
}

int main(void)
{
	if (mkdtemp(base) == NULL)
		return 1;
	ctx.state_root = xasprintf("%s/state", base);
	ctx.progress.warn = on_warn;
	file = xasprintf("%s/.events", ctx.state_root);
	test_round_trip();
	test_hostile();
	test_foreign_lines();
	test_failures();
	test_rotation();
	rmdir(ctx.state_root);
	rmdir(base);
	free(ctx.state_root);
	free(file);
	return done_testing();
}
