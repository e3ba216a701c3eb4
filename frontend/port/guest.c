/* Asking bottle-guest, and reading its answer as the word of an untrusted program. */
#include "guest.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "err.h"
#include "fs.h"
#include "guest_ask.h"
#include "mem.h"
#include "num.h"
#include "proc.h"
#include "self.h"
#include "sha256.h"
#include "smolvm.h"
#include "strv.h"

#define PROGRAM_MAX (4 << 20) /* it is some tens of KiB */

static const char *const state_names[] = {
	[GUEST_OPEN] = "open",
	[GUEST_ANSWER] = "answer",
	[GUEST_CLOSED] = "closed",
	[GUEST_RESET] = "reset",
	[GUEST_REFUSED] = "refused",
	[GUEST_TIMEOUT] = "timeout",
	[GUEST_LISTENING] = "listening",
	[GUEST_ACCEPTED] = "accepted",
	[GUEST_ERROR] = "error",
};

const char *guest_state_name(enum guest_state state)
{
	return state_names[state];
}

/* Reads the program as it was installed. */
static int read_installed(struct buf *program, struct error *err)
{
	cleanup_free char *libexec = NULL, *path = NULL, *again = NULL;
	struct stat st;

	if (self_libexec(&libexec, err) != 0)
		return -1;
	path = xasprintf("%s/guest/%s/bottle-guest", libexec, self_arch());
	if (stat(path, &st) != 0 || fs_read(path, program, err) != 0) {
		err_errno(err, EXIT_CONFIG, "guest program %s", path);
		again = self_install_again(path, "bottle");
		return err_note(err, "next", "%s", again);
	}
	if (!fs_trusted(&st))
		return err_set(
			err, EXIT_CONFIG, "guest program %s: other users can write it", path);
	return 0;
}

static bool holds(const char *path, const struct buf *program)
{
	cleanup_buf struct buf there = BUF_INIT(PROGRAM_MAX);
	cleanup_error struct error absent = ERROR_INIT;
	struct stat st;

	return lstat(path, &st) == 0 && st.st_uid == geteuid() && (st.st_mode & 0777) == 0555 &&
	       fs_read(path, &there, &absent) == 0 && there.len == program->len &&
	       memcmp(there.data, program->data, program->len) == 0;
}

int guest_folder(const char *cache_root, char **ret, struct error *err)
{
	cleanup_buf struct buf program = BUF_INIT(PROGRAM_MAX);
	cleanup_free char *folder = NULL, *path = NULL;
	char hex[SHA256_HEX_LEN];

	if (read_installed(&program, err) != 0)
		return -1;
	sha256_hex(buf_str(&program), program.len, hex);
	folder = xasprintf("%s/guest/%.16s", cache_root, hex);
	path = xasprintf("%s/bottle-guest", folder);
	if (!holds(path, &program)) {
		if (fs_private_dir(folder, err) != 0 ||
			fs_write(path, program.data, program.len, err) != 0)
			return -1;
		/* The workload may run as any user of the image; on this host the folders above are 0700. */
		if (chmod(path, 0555) != 0 || chmod(folder, 0755) != 0)
			return err_errno(err, EXIT_CANTCREATE, "set the mode of %s", path);
	}
	*ret = steal_str(&folder);
	return 0;
}

static bool parse_state(const char *word, enum guest_state *ret)
{
	for (size_t i = 0; i < sizeof(state_names) / sizeof(state_names[0]); i++) {
		if (strcmp(word, state_names[i]) == 0) {
			*ret = (enum guest_state)i;
			return true;
		}
	}
	return false;
}

static bool parse_hex(const char *text, unsigned char *out, size_t max, size_t *ret_len)
{
	size_t len = 0;

	if (strcmp(text, "-") == 0) {
		*ret_len = 0;
		return true;
	}
	for (; *text != '\0'; text += 2, len++) {
		unsigned value;

		if (len == max || strspn(text, "0123456789abcdef") < 2 ||
			sscanf(text, "%2x", &value) != 1)
			return false;
		out[len] = (unsigned char)value;
	}
	*ret_len = len;
	return true;
}

/* ID STATE ERRNO MS DATAHEX */
static bool parse_line(const char *line, size_t len, struct guest_attempt *attempt)
{
	char id[40], state[16], name[24], data[2 * GUEST_DATA_MAX + 1];
	cleanup_free char *copy = xstrndup(line, len);
	uint32_t ms;
	char ms_text[12], rest;

	if (sscanf(copy, "%39s %15s %23s %11s %128s %c", id, state, name, ms_text, data, &rest) !=
			5 ||
		strcmp(id, attempt->id) != 0 || !parse_state(state, &attempt->state) ||
		!parse_u32(ms_text, 0, 10 * GUEST_DEADLINE_MAX, &ms) ||
		!parse_hex(data, attempt->data, sizeof(attempt->data), &attempt->data_len))
		return false;
	attempt->ms = ms;
	snprintf(attempt->errno_name, sizeof(attempt->errno_name), "%s",
		strcmp(name, "-") == 0 ? "" : name);
	return true;
}

/* Returns the line at *TEXT and moves behind it; NULL when no whole line is left. */
static const char *next_line(const char **text, size_t *ret_len)
{
	const char *line = *text, *end = strchr(line, '\n');

	if (end == NULL)
		return NULL;
	*ret_len = (size_t)(end - line);
	*text = end + 1;
	return line;
}

static int bad_answer(struct error *err, const char *what)
{
	return err_set(err, EXIT_REFUSED, "guest: its answer is %s: nothing is proven", what);
}

int guest_parse(const char *text, struct guest_attempt *attempts, size_t count,
	struct guest_reply *reply, struct error *err)
{
	size_t len;
	const char *line = next_line(&text, &len);

	if (line == NULL || len < 6 || memcmp(line, "route ", 6) != 0 ||
		len - 6 >= sizeof(reply->route))
		return bad_answer(err, "without a route");
	memcpy(reply->route, line + 6, len - 6);
	reply->route[len - 6] = '\0';
	return guest_parse_probe(text, attempts, count, err);
}

int guest_parse_probe(
	const char *text, struct guest_attempt *attempts, size_t count, struct error *err)
{
	size_t len;
	const char *line = next_line(&text, &len);
	char expected[24];

	if (line == NULL || len != strlen(GUEST_PROBE_HEAD) ||
		memcmp(line, GUEST_PROBE_HEAD, len) != 0)
		return bad_answer(err, "in another protocol");
	for (size_t i = 0; i < count; i++) {
		line = next_line(&text, &len);
		if (line == NULL)
			return bad_answer(err, "cut short");
		if (!parse_line(line, len, &attempts[i]))
			return bad_answer(err, "not in the order or form of the question");
	}
	line = next_line(&text, &len);
	snprintf(expected, sizeof(expected), GUEST_PROBE_END "%zu", count);
	if (line == NULL || len != strlen(expected) || memcmp(line, expected, len) != 0 ||
		*text != '\0')
		return bad_answer(err, "cut short or too long");
	return 0;
}

static void probe_argv(struct strv *argv, const char *alias)
{
	strv_push(argv, GUEST_PROGRAM);
	strv_push(argv, "up");
	strv_push(argv, alias);
	strv_push(argv, "probe");
}

int guest_plan(const struct smolvm *vm, const char *machine, const char *alias, struct error *err)
{
	cleanup_strv struct strv argv = STRV_INIT;
	cleanup_proc struct proc proc = PROC_INIT;

	probe_argv(&argv, alias);
	strv_push(&argv, "PROBE...");
	return smolvm_exec_root(vm, machine, &argv, GUEST_EXEC_MS, &proc, err);
}

unsigned guest_ask_push(struct strv *argv, const struct guest_attempt *attempts, size_t count)
{
	unsigned longest = 0;

	for (size_t i = 0; i < count; i++) {
		const struct guest_attempt *at = &attempts[i];

		strv_pushf(argv, "%s,%s,%s,%u,%u,%s", at->id, at->kind, at->address, at->port,
			at->deadline_ms, at->nonce);
		if (at->deadline_ms > longest)
			longest = at->deadline_ms;
	}
	return longest;
}

int guest_ask_ended(const struct proc *proc, const char *where, struct error *err)
{
	cleanup_free char *line = NULL;

	if (proc->exit_code == 0)
		return 0;
	line = proc_last_line(proc);
	return err_set(err, EXIT_REFUSED, "guest: bottle-guest failed in the %s (exit %d): %s",
		where, proc->exit_code, line);
}

int guest_probe(const struct smolvm *vm, const char *machine, const char *alias,
	struct guest_attempt *attempts, size_t count, struct guest_reply *reply, struct error *err)
{
	cleanup_strv struct strv argv = STRV_INIT;
	cleanup_proc struct proc proc = PROC_INIT;
	unsigned longest;

	probe_argv(&argv, alias);
	longest = guest_ask_push(&argv, attempts, count);
	if (smolvm_exec_root(vm, machine, &argv, (int)longest + GUEST_EXEC_MS, &proc, err) != 0)
		return -1;
	if (guest_ask_ended(&proc, "machine", err) != 0)
		return smolvm_exec_unheard(&proc) ? GUEST_UNHEARD : -1;
	return guest_parse(buf_str(&proc.out), attempts, count, reply, err);
}
