/* Values of smolvm's JSON. */
#include "vmdb_json.h"

#include <stdlib.h>
#include <string.h>

#include "mem.h"
#include "vmdb.h"

#define SHOW_MAX 160

bool vmdb_json_is_empty(const json_t *value)
{
	switch (value != NULL ? json_typeof(value) : JSON_NULL) {
	case JSON_NULL:
	case JSON_FALSE:
		return true;
	case JSON_INTEGER:
	case JSON_REAL:
		return !(json_number_value(value) < 0 || json_number_value(value) > 0);
	case JSON_STRING:
		return json_string_length(value) == 0;
	case JSON_ARRAY:
		return json_array_size(value) == 0;
	case JSON_OBJECT:
		return json_object_size(value) == 0;
	default:
		return false;
	}
}

char *vmdb_json_show(const json_t *value)
{
	cleanup_free char *text = NULL;

	if (value == NULL)
		return xstrdup("nothing");
	text = json_dumps(value, JSON_COMPACT | JSON_ENCODE_ANY | JSON_ENSURE_ASCII);
	if (text == NULL)
		return xstrdup("?");
	return strlen(text) > SHOW_MAX ? xasprintf("%.*s...", SHOW_MAX, text) : xstrdup(text);
}

void vmdb_json_network(const json_t *object, struct vmdb_network *ret)
{
	const json_t *cidrs = json_object_get(object, "allowed_cidrs");
	const char *dns = json_string_value(json_object_get(object, "dns"));
	struct vmdb_network network = {
		.network = json_is_true(json_object_get(object, "network")),
		.unrestricted = !json_is_array(cidrs),
		.dns = dns ? xstrdup(dns) : NULL,
	};

	for (size_t i = 0; i < json_array_size(cidrs); i++) {
		const char *cidr = json_string_value(json_array_get(cidrs, i));

		strv_push(&network.cidrs, cidr ? cidr : "?");
	}
	vmdb_network_clear(ret);
	*ret = network;
}
