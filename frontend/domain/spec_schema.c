/* The schema table: add a key here and to bottle.yaml.5. */
#include "spec_schema.h"

#include <cyaml/cyaml.h>
#include <string.h>

#include "spec.h"

#define OPTIONAL CYAML_FLAG_OPTIONAL
#define STRICT (CYAML_FLAG_OPTIONAL | CYAML_FLAG_STRICT)

#define MAX_NAME 255
#define MAX_PATH 4095
#define MAX_ITEMS 64

#define TEXT(key, structure, member, max) \
	CYAML_FIELD_STRING_PTR(key, CYAML_FLAG_POINTER | OPTIONAL, structure, member, 1, max)
#define LIST(key, structure, member, entry)                                                    \
	CYAML_FIELD_SEQUENCE_COUNT(key, CYAML_FLAG_POINTER | OPTIONAL, structure, member.item, \
		member.count, &(entry), 0, MAX_ITEMS)

static const cyaml_strval_t backends[] = {
	{"smolvm", SPEC_BACKEND_SMOLVM},
	{"docker", SPEC_BACKEND_DOCKER},
};

static const cyaml_strval_t networks[] = {
	{"alias", SPEC_NETWORK_ALIAS},
	{"sealed", SPEC_NETWORK_SEALED},
};

static const cyaml_schema_value_t name_entry = {
	CYAML_VALUE_STRING(CYAML_FLAG_POINTER, char, 1, MAX_NAME),
};

static const cyaml_schema_field_t agent_mount_fields[] = {
	CYAML_FIELD_STRING_PTR("host", CYAML_FLAG_POINTER, struct spec_mount, host, 1, MAX_PATH),
	CYAML_FIELD_STRING_PTR("guest", CYAML_FLAG_POINTER, struct spec_mount, guest, 1, MAX_PATH),
	CYAML_FIELD_BOOL("read_only", OPTIONAL, struct spec_mount, read_only),
	CYAML_FIELD_END,
};

static const cyaml_schema_value_t agent_mount = {
	CYAML_VALUE_MAPPING(CYAML_FLAG_DEFAULT, struct spec_mount, agent_mount_fields),
};

static const cyaml_schema_field_t bundle_mount_fields[] = {
	CYAML_FIELD_STRING_PTR("host", CYAML_FLAG_POINTER, struct spec_mount, host, 1, MAX_PATH),
	CYAML_FIELD_STRING_PTR(
		"container", CYAML_FLAG_POINTER, struct spec_mount, guest, 1, MAX_PATH),
	CYAML_FIELD_END,
};

static const cyaml_schema_value_t bundle_mount = {
	CYAML_VALUE_MAPPING(CYAML_FLAG_DEFAULT, struct spec_mount, bundle_mount_fields),
};

static const cyaml_schema_field_t agent_fields[] = {
	TEXT("image", struct spec_agent, image, MAX_NAME),
	TEXT("dockerfile", struct spec_agent, dockerfile, MAX_PATH),
	TEXT("pack", struct spec_agent, pack, MAX_PATH),
	CYAML_FIELD_IGNORE("env", OPTIONAL),
	LIST("secret_env", struct spec_agent, secret_env, name_entry),
	LIST("mounts", struct spec_agent, mounts, agent_mount),
	CYAML_FIELD_UINT("cpus", OPTIONAL, struct spec_agent, cpus),
	CYAML_FIELD_UINT("memory", OPTIONAL, struct spec_agent, memory),
	CYAML_FIELD_END,
};

static const cyaml_schema_field_t publish_fields[] = {
	CYAML_FIELD_UINT("proxy", OPTIONAL, struct spec_publish, port[SPEC_PORT_PROXY]),
	CYAML_FIELD_UINT("git", OPTIONAL, struct spec_publish, port[SPEC_PORT_GIT]),
	CYAML_FIELD_UINT("supervise", OPTIONAL, struct spec_publish, port[SPEC_PORT_SUPERVISE]),
	CYAML_FIELD_END,
};

static const cyaml_schema_field_t bundle_fields[] = {
	TEXT("image", struct spec_bundle, image, MAX_NAME),
	LIST("daemons", struct spec_bundle, daemons, name_entry),
	CYAML_FIELD_IGNORE("env", OPTIONAL),
	LIST("forward_env", struct spec_bundle, forward_env, name_entry),
	LIST("mounts", struct spec_bundle, mounts, bundle_mount),
	CYAML_FIELD_MAPPING("publish", OPTIONAL, struct spec_bundle, publish, publish_fields),
	CYAML_FIELD_UINT("egress_port", OPTIONAL, struct spec_bundle, egress_port),
	CYAML_FIELD_END,
};

static const cyaml_schema_field_t fields[] = {
	CYAML_FIELD_UINT("version", CYAML_FLAG_DEFAULT, struct bottle_spec, version),
	TEXT("name", struct bottle_spec, name, MAX_NAME),
	CYAML_FIELD_ENUM("backend", STRICT, struct bottle_spec, backend, backends,
		CYAML_ARRAY_LEN(backends)),
	CYAML_FIELD_ENUM("network", STRICT, struct bottle_spec, network, networks,
		CYAML_ARRAY_LEN(networks)),
	CYAML_FIELD_MAPPING("agent", OPTIONAL, struct bottle_spec, agent, agent_fields),
	CYAML_FIELD_MAPPING("bundle", OPTIONAL, struct bottle_spec, bundle, bundle_fields),
	CYAML_FIELD_END,
};

const cyaml_schema_value_t spec_schema = {
	CYAML_VALUE_MAPPING(CYAML_FLAG_POINTER, struct bottle_spec, fields),
};

static bool parse_choice(const cyaml_strval_t *choices, size_t count, const char *name, int *ret)
{
	for (size_t i = 0; i < count; i++) {
		if (strcmp(choices[i].str, name) != 0)
			continue;
		*ret = (int)choices[i].val;
		return true;
	}
	return false;
}

bool spec_backend_parse(const char *name, int *ret)
{
	return parse_choice(backends, CYAML_ARRAY_LEN(backends), name, ret);
}

bool spec_network_parse(const char *name, int *ret)
{
	return parse_choice(networks, CYAML_ARRAY_LEN(networks), name, ret);
}
