/* The Docker engine, its age and clock, and other engines of this host. */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "clock.h"
#include "context.h"
#include "doctor.h"
#include "engine.h"
#include "engine_network.h"
#include "engine_socket.h"
#include "fs.h"
#include "mem.h"
#include "names.h"
#include "self.h"

enum { CLOCK_MAX_S = 5 };

void doctor_engine(struct doctor *doctor, struct doctor_finding *ret)
{
	struct context *ctx = doctor->ctx;
	const struct engine_info *info = NULL;
	cleanup_error struct error err = ERROR_INIT;

	doctor->engine_up = false;
	if (context_engine(ctx, &err) != 0 || engine_ask_info(ctx->engine, &info, &err) != 0) {
		doctor_say_error(ret, DOCTOR_FAIL, &err);
		if (ctx->socket_from != NULL)
			strv_pushf(&ret->details, "%s, by %s", ctx->socket, ctx->socket_from);
		if (ret->fix == NULL)
			doctor_fix(ret, "start the engine, or name its socket: --engine PATH");
		return;
	}
	doctor->engine_up = true;
	doctor_say(ret, DOCTOR_OK, "%s %s, %s/%s, API 1.%u, at %s (%s)", info->product,
		info->version, info->os, info->arch, engine_api_minor(ctx->engine), ctx->socket,
		ctx->socket_from);
}

void doctor_engine_age(struct doctor *doctor, struct doctor_finding *ret)
{
	cleanup_free char *rules = self_share("nft/bottle-raw.nft");

	if (!doctor_needs_engine(doctor, ret))
		return;
	if (!engine_is_below_28(doctor->ctx->engine)) {
		doctor_say(ret, DOCTOR_OK, "as Docker 28 or newer, by its API");
		return;
	}
	doctor_say(ret, DOCTOR_WARN, "its API is older than that of Docker 28 (1.48)");
	doctor_cause(ret, "such engines let neighbours on the network reach ports published on "
			  "loopback (moby issue 45610), unless bottle-raw.nft is loaded, which "
			  "cannot be seen from here");
	doctor_fix(ret, "sudo nft -f %s, or update the engine", rules);
}

void doctor_engine_clock(struct doctor *doctor, struct doctor_finding *ret)
{
	cleanup_error struct error err = ERROR_INIT;
	int64_t theirs = 0, ms = 0, off;

	if (!doctor_needs_engine(doctor, ret))
		return;
	if (engine_ask_clock(doctor->ctx->engine, &theirs, &ms, &err) != 0) {
		doctor_say_error(ret, DOCTOR_SKIP, &err);
		return;
	}
	off = theirs - clock_epoch();
	off = off < 0 ? -off : off;
	if (off <= CLOCK_MAX_S + ms / 1000) {
		doctor_say(ret, DOCTOR_OK, "the engine's agrees with ours");
		return;
	}
	doctor_say(ret, DOCTOR_WARN, "the engine's differs from ours by %" PRId64 " s", off);
	doctor_cause(ret, "an engine in a virtual machine falls behind when this host sleeps");
	doctor_fix(ret, "restart the engine, or set the clocks");
}

/* How many claims of bottles the engine at PATH has. */
static int count_claims(const char *path, size_t *ret, struct error *err)
{
	cleanup_engine_socket struct engine_socket socket = ENGINE_SOCKET_INIT;
	cleanup_engine_networks struct engine_networks networks = ENGINE_NETWORKS_INIT;
	struct engine *engine = NULL;
	int result;

	if (engine_socket_find(path, "a known place", &socket, err) != 0 ||
		engine_open(&socket, &engine, err) != 0)
		return -1;
	result = engine_network_list(engine, &networks, err);
	*ret = 0;
	for (size_t i = 0; i < networks.count; i++)
		*ret += engine_network_label(&networks.item[i], LABEL_ALIAS) != NULL;
	engine_free(engine);
	return result;
}

void doctor_engines(struct doctor *doctor, struct doctor_finding *ret)
{
	cleanup_free char *own = NULL;
	cleanup_strv struct strv known = STRV_INIT, seen = STRV_INIT;
	size_t holding = 0, answering = 0, claims = 0;

	if (!doctor_needs_engine(doctor, ret))
		return;
	own = fs_resolve(doctor->ctx->socket);
	strv_push(&seen, own);
	engine_socket_known(&known);
	for (size_t i = 0; i < known.count; i++) {
		cleanup_free char *real = fs_resolve(known.item[i]);
		cleanup_error struct error err = ERROR_INIT;

		if (!fs_exists(real) || strv_has(&seen, real))
			continue;
		strv_push(&seen, real);
		if (count_claims(known.item[i], &claims, &err) != 0) {
			strv_pushf(&ret->details, "%s: %s", known.item[i], err.message);
			continue;
		}
		answering++;
		if (claims == 0)
			continue;
		holding++;
		strv_pushf(&ret->details, "%s: %zu claims", known.item[i], claims);
	}
	if (holding > 0) {
		doctor_say(ret, DOCTOR_FAIL, "another engine of this host has bottles too");
		doctor_cause(ret,
			"an address is claimed in one engine; two engines agree on it only by "
			"the port that each bundle binds");
		doctor_fix(ret,
			"use one engine: stop the bottles of the other one (bottle --engine "
			"SOCKET ps)");
		return;
	}
	doctor_say(ret, DOCTOR_OK, "%zu other engine%s of this host answer%s, with no bottle",
		answering, answering == 1 ? "" : "s", answering == 1 ? "s" : "");
}
