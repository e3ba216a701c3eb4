/* Any bytes as a file of /proc: processes and routes, as the first byte chooses. What is in those of sockets is
 * listeners.c's. */
#define fs_read fuzz_fs_read
#include "../../../frontend/base/self_linux.c"
#include "../../../frontend/port/hostroute_linux.c"
#include "../../../frontend/port/smolvm_process.c"
#include "../../../frontend/port/smolvm_process_linux.c"
#undef fs_read

#include "docker_process.h"
#include "fuzz.h"

static const uint8_t *said;
static size_t said_len;

int fuzz_fs_read(const char *path, struct buf *buf, struct error *err)
{
	/* Nothing is appended of an empty file, as by the real one. */
	if (said_len == 0 || buf_append(buf, said, said_len) == 0)
		return 0;
	return err_set(err, EXIT_DATA, "read %s: larger than %zu bytes", path, buf->max);
}

static bool says(const char *text)
{
	return memmem(said, said_len, text, strlen(text)) != NULL;
}

static void read_routes(void)
{
	cleanup_error struct error err = ERROR_INIT;
	cleanup_free char *device = NULL;

	if (hostroute_overlap((struct addr){{10, 213, 0, 0}}, 28, &device, &err) == 0 && device)
		FUZZ_RULE(device[0] != '\0' && says(device));
}

static void read_process(void)
{
	cleanup_free char *boot = self_boot_id();
	cleanup_free char *number = NULL;
	uint64_t start = 0;
	uid_t uid = 0;

	FUZZ_RULE(strchr(boot, '\n') == NULL && (boot[0] == '\0' || says(boot)));
	if (self_process_start(1, &start) != 0)
		return;
	if (start < 1000000) { /* shorter than any number with zeros in front of it */
		number = xasprintf("%llu", (unsigned long long)start);
		FUZZ_RULE(says(number));
	}
	if (self_process_uid(1, &uid) == 0)
		FUZZ_RULE(says("\nUid:"));
}

/* Whatever stands in the file's other lines, a process that may gain privileges is never called confined. */
static void judge_process(void)
{
	cleanup_free char *text = fuzz_text(said, said_len), *what = NULL;

	if (docker_process_judge(text, 1000, &what))
		FUZZ_RULE(says("NoNewPrivs:") && says("Seccomp:") && says("CapBnd:") &&
			  says("1000\t1000\t1000\t1000"));
	FUZZ_RULE(what != NULL);
}

static void read_words(void)
{
	cleanup_buf struct buf cmdline = BUF_INIT(1 << 20);
	cleanup_strv struct strv words = STRV_INIT;
	cleanup_error struct error err = ERROR_INIT;
	size_t len = 0;

	(void)fuzz_fs_read("cmdline", &cmdline, &err);
	split(&cmdline, &words);
	for (size_t i = 0; i < words.count; i++)
		len += strlen(words.item[i]) + 1;
	FUZZ_RULE(len == said_len || len == said_len + 1);
	if (words.count == 0)
		return;
	if (is_server(&words, NULL))
		FUZZ_RULE(says("smol") && says("serve"));
	if (is_foreign_monitor(&words, "/cache"))
		FUZZ_RULE(says("_boot-vm"));
	if (is_making(&words, "bot-bottle-web"))
		FUZZ_RULE(says("machine") && says("bot-bottle-web"));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static void (*const readers[])(void) = {
		read_routes, read_process, judge_process, read_words};

	if (size == 0)
		return 0;
	said = data + 1;
	said_len = size - 1;
	readers[data[0] % 4]();
	return 0;
}
