/* The list of folders that agents could write: what was written down is there again, whatever a power cut made of the
 * lines in front of it. */
#include "mounted.h"

#include <stdlib.h>
#include <unistd.h>

#include "context.h"
#include "err.h"
#include "fs.h"
#include "mem.h"
#include "spec.h"
#include "tap.h"

static char base[] = "/tmp/bottle-mounted.XXXXXX";
static char *file;

static void put(const char *bytes, size_t len)
{
	cleanup_error struct error err = ERROR_INIT;

	unlink(file);
	if (fs_append(file, bytes, len, &err) != 0)
		ok(false, "test set-up: %s", err.message);
}

static void forget(struct context *ctx)
{
	strv_clear(&ctx->mounted);
	ctx->mounted_saved = 0;
}

static void has(const char *bytes, size_t len, const char *want, const char *name)
{
	struct context ctx = {.state_root = base};
	cleanup_error struct error err = ERROR_INIT;
	cleanup_free char *got = NULL;

	put(bytes, len);
	is_int(mounted_read(&ctx, &err), 0, name);
	got = strv_join(&ctx.mounted, " ");
	is_str(got, want, "  what is in it");
	is_int((long long)ctx.mounted_saved, (long long)ctx.mounted.count,
		"  is not written again");
	forget(&ctx);
}

static void test_round_trip(void)
{
	struct spec_mount mounts[] = {
		{.host = (char *)"/a", .guest = (char *)"/x"},
		{.host = (char *)"/b", .guest = (char *)"/y", .read_only = true},
	};
	const struct spec_mounts all = {mounts, 2};
	struct context ctx = {.state_root = base};
	cleanup_error struct error err = ERROR_INIT;

	put("/before\n\0\0\0\0", 12);
	is_int(mounted_read(&ctx, &err), 0, "a list whose last line a power cut has made NULs");
	mounted_add(&ctx, &all);
	is_int(mounted_save(&ctx, &err), 0, "gets one more");
	forget(&ctx);
	is_int(mounted_read(&ctx, &err), 0, "and is read");
	ok(ctx.mounted.count == 2 && strv_has(&ctx.mounted, "/before") &&
			strv_has(&ctx.mounted, "/a"),
		"both are there, and not the one that cannot be written");
	forget(&ctx);
}

#define HAS(text, want, name) has(text, sizeof(text) - 1, want, name)

int main(void)
{
	struct context ctx = {.state_root = base};
	cleanup_error struct error err = ERROR_INIT;

	if (mkdtemp(base) == NULL)
		return 1;
	file = xasprintf("%s/.mounted", base);
	is_int(mounted_read(&ctx, &err), 0, "no list is an empty one");
	HAS("", "", "an empty file");
	HAS("/a\n/b c\n", "/a /b c", "two lines");
	HAS("/a\n\n/b\n", "/a /b", "an empty line between");
	HAS("/a\n/torn", "/a", "a last line without its end");
	HAS("half\n/a\n", "/a", "half a line");
	HAS("/a\n\0\0\0\0\n/b\n", "/a /b", "NULs in place of a line");
	HAS("\0\0/x\n/b\n", "/b", "NULs in front of a line");
	HAS("/a\0\0\n/b\n", "/a /b", "NULs behind a line");
	test_round_trip();
	unlink(file);
	rmdir(base);
	free(file);
	return done_testing();
}
