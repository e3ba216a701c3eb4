/* Effective settings. */
#include "effective.h"

#include <stdlib.h>

#include "context.h"
#include "err.h"
#include "mem.h"
#include "smolvm.h"

static void replace(struct effective_row *row, const char *value, const char *origin)
{
	free(row->value);
	free(row->origin);
	row->value = xstrdup(value);
	row->origin = xstrdup(origin);
}

/* A place that no file names is found by rule; that it cannot be found is for the commands that need it to say. */
static void find_places(struct context *ctx, struct effective *effective)
{
	struct effective_row *engine = &effective->row[SETTINGS_ENGINE];
	struct effective_row *smolvm = &effective->row[SETTINGS_SMOLVM];
	cleanup_error struct error missing = ERROR_INIT;
	bool asked = ctx->socket != NULL; /* --engine */

	if (asked || engine->value == NULL) {
		if (context_socket(ctx, &missing) == 0 || asked)
			replace(engine, ctx->socket, ctx->socket_from);
		err_clear(&missing);
	}
	if (smolvm->value == NULL && context_smolvm_find(ctx, &missing) == 0)
		replace(smolvm, ctx->vm->path, "PATH");
}

void effective_read(struct context *ctx, struct effective *ret)
{
	for (int i = 0; i < SETTINGS_KEY_COUNT; i++) {
		enum settings_key key = (enum settings_key)i;
		struct effective_row *row = &ret->row[key];

		row->name = settings_name(key);
		row->value = settings_value(&ctx->settings, key);
		if (*row->value == '\0') {
			free(row->value);
			row->value = NULL;
		}
		row->origin = settings_origin_text(&ctx->settings, key);
		row->locked = ctx->settings.source[key].locked;
	}
	find_places(ctx, ret);
}

void effective_clear(struct effective *effective)
{
	for (int key = 0; key < SETTINGS_KEY_COUNT; key++) {
		free(effective->row[key].value);
		free(effective->row[key].origin);
	}
	*effective = (struct effective){.row = {{.name = NULL}}};
}
