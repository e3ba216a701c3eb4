/* Asking bottle-guest in a container. */
#include "buf.h"
#include "engine_exec.h"
#include "guest.h"
#include "guest_ask.h"
#include "proc.h"
#include "strv.h"

int guest_probe_container(const struct engine *engine, const struct strv *mounted,
	const char *container, struct guest_attempt *attempts, size_t count, struct error *err)
{
	cleanup_strv struct strv argv = STRV_INIT;
	cleanup_proc struct proc proc = PROC_INIT;
	unsigned longest;

	strv_push(&argv, GUEST_PROGRAM);
	strv_push(&argv, "probe");
	longest = guest_ask_push(&argv, attempts, count);
	if (engine_exec_root(engine, mounted, container, &argv, (int)longest + GUEST_EXEC_MS, &proc,
		    err) != 0 ||
		guest_ask_ended(&proc, "container", err) != 0)
		return -1;
	return guest_parse_probe(buf_str(&proc.out), attempts, count, err);
}
