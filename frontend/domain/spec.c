/* Reading bottle.yaml into a spec, and letting a spec go. */
#include "spec.h"

#include <libgen.h>
#include <stdlib.h>
#include <string.h>

#include "err.h"
#include "mem.h"
#include "spec_schema.h"

const char *spec_port_name(enum spec_port port)
{
	static const char *const name[SPEC_PORT_COUNT] = {"proxy", "git", "supervise"};

	return name[port];
}

/* libcyaml fills item and count; a strv ends with NULL besides. */
static void end_with_null(struct strv *strv)
{
	if (strv->item == NULL)
		return;
	strv->item = xrealloc(strv->item, strv->count + 1, sizeof(*strv->item));
	strv->item[strv->count] = NULL;
}

/* The real path of the folder that FILE is in, or NULL. */
static char *folder_of(const char *file)
{
	cleanup_free char *copy = xstrdup(file);

	return realpath(dirname(copy), NULL);
}

int spec_parse(struct bottle_spec *spec, const char *file, const char *bytes, size_t len,
	struct error *err)
{
	cleanup_free char *folder = folder_of(file);
	struct spec_yaml source = {0};
	struct bottle_spec *loaded;
	void *data = NULL;

	if (folder == NULL)
		return err_errno(err, EXIT_DATA, "find the folder of %s", file);
	if (spec_yaml_load(&source, file, bytes, len, &spec_schema, EXIT_DATA, &data, err) != 0)
		return -1;
	loaded = data;
	end_with_null(&loaded->agent.secret_env);
	end_with_null(&loaded->bundle.daemons);
	end_with_null(&loaded->bundle.forward_env);
	spec_yaml_pairs(&source, "agent.env", &loaded->agent.env);
	spec_yaml_pairs(&source, "bundle.env", &loaded->bundle.env);
	loaded->folder = steal_str(&folder);
	loaded->source = source;
	spec_clear(spec);
	*spec = *loaded;
	free(loaded);
	return 0;
}

static void clear_mounts(struct spec_mounts *mounts)
{
	for (size_t i = 0; i < mounts->count; i++) {
		free(mounts->item[i].host);
		free(mounts->item[i].guest);
	}
	free(mounts->item);
}

void spec_clear(struct bottle_spec *spec)
{
	free(spec->name);
	free(spec->agent.image);
	free(spec->agent.dockerfile);
	free(spec->agent.pack);
	strv_clear(&spec->allow_mounts);
	strv_clear(&spec->agent.env);
	strv_clear(&spec->agent.secret_env);
	clear_mounts(&spec->agent.mounts);
	free(spec->bundle.image);
	strv_clear(&spec->bundle.daemons);
	strv_clear(&spec->bundle.env);
	strv_clear(&spec->bundle.forward_env);
	clear_mounts(&spec->bundle.mounts);
	free(spec->folder);
	spec_yaml_clear(&spec->source);
	*spec = (struct bottle_spec)BOTTLE_SPEC_INIT;
}
