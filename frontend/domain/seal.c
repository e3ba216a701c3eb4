/* Sockets of sealed bottles. */
#include "seal.h"

#include <string.h>
#include <unistd.h>

#include "bundle.h"
#include "claim.h"
#include "context.h"
#include "err.h"
#include "mem.h"
#include "relay.h"
#include "smolvm.h"
#include "spec.h"

bool seal_asked(const struct bottle_spec *spec)
{
	return spec->network == SPEC_NETWORK_SEALED;
}

char *seal_socket(const struct context *ctx, const char *slug, const char *name)
{
	return xasprintf("%s/%s/%s.sock", ctx->state_root, slug, name);
}

char *seal_guest_socket(const char *name)
{
	return xasprintf("/run/bottle/%s.sock", name);
}

static int check_path(
	const struct context *ctx, const char *slug, const char *name, struct error *err)
{
	cleanup_free char *path = seal_socket(ctx, slug, name);

	if (strlen(path) <= relay_path_max())
		return 0;
	err_set(err, EXIT_CONFIG, "network sealed: %s is too long for a socket: %zu bytes of %zu",
		path, strlen(path), relay_path_max());
	return err_note(err, "next", "a shorter name, or a shorter folder in XDG_STATE_HOME");
}

int seal_check(const struct context *ctx, const char *slug, const struct bottle_spec *spec,
	struct error *err)
{
	if (!seal_asked(spec))
		return 0;
	if (!ctx->vm->caps->mount_socket) {
		err_set(err, EXIT_UNAVAILABLE,
			"network sealed: smolvm %s gives a packed machine no socket",
			ctx->vm->version);
		return err_note(err, "next", "install/get-smolvm, or network: alias");
	}
	if (geteuid() == 0) {
		err_set(err, EXIT_REFUSED,
			"network sealed: not for root, whose VM monitor smolvm runs as another "
			"user");
		return err_note(err, "next", "launch it as an ordinary user, or network: alias");
	}
	for (int i = 0; i < SPEC_PORT_COUNT; i++)
		if (spec->bundle.publish.port[i] != 0 &&
			check_path(ctx, slug, spec_port_name((enum spec_port)i), err) != 0)
			return -1;
	return 0;
}

int seal_claim(const struct bottle_spec *spec, const char *alias, int *ret_fd, struct error *err)
{
	if (!seal_asked(spec))
		return 0;
	*ret_fd = claim_port(alias, BUNDLE_LEASE_PORT, err);
	if (*ret_fd >= 0)
		return 0;
	return err->code == EXIT_AGAIN ? 1 : -1;
}
