/* The rules' interpreter, and the checks that records and policy files share. */
#include "vmdb_rule.h"

#include <string.h>

#include "err.h"
#include "mem.h"
#include "vmdb.h"
#include "vmdb_json.h"

void vmdb_diff_add(
	struct vmdb_diff *diff, const char *path, const char *expected, const json_t *value)
{
	cleanup_free char *found = vmdb_json_show(value);

	strv_pushf(&diff->lines, "%s: expected %s, found %s", path, expected, found);
}

void vmdb_diff_expect(struct vmdb_diff *diff, const char *path, json_t *want, const json_t *value)
{
	if (want == NULL || value == NULL || !json_equal(want, value)) {
		cleanup_free char *expected = vmdb_json_show(want);

		vmdb_diff_add(diff, path, expected, value);
	}
	json_decref(want);
}

int vmdb_diff_report(struct vmdb_diff *diff, const char *what, struct error *err)
{
	if (diff->lines.count == 0)
		return 0;
	err_set(err, EXIT_REFUSED, "machine %s: %s is not as it was asked for",
		diff->template->name, what);
	for (size_t i = 0; i < diff->lines.count; i++)
		err_note(err, "differs", "%s", diff->lines.item[i]);
	strv_clear(&diff->lines);
	return -1;
}

static const struct vmdb_rule *find(const struct vmdb_rule *rules, const char *key)
{
	for (; rules->key != NULL; rules++)
		if (strcmp(rules->key, key) == 0)
			return rules;
	return NULL;
}

static void compare_one(
	struct vmdb_diff *diff, const struct vmdb_rule *rule, const char *path, const json_t *value)
{
	cleanup_free char *inner = NULL;

	if (rule == NULL) {
		if (!vmdb_json_is_empty(value))
			vmdb_diff_add(diff, path, "nothing, the key is not one that was asked for",
				value);
		return;
	}
	if (json_is_null(value))
		return;
	switch (rule->kind) {
	case VMDB_TEXT:
		if (!json_is_string(value) || strcmp(json_string_value(value), rule->text) != 0)
			vmdb_diff_add(diff, path, rule->text, value);
		break;
	case VMDB_STRING:
		if (!json_is_string(value))
			vmdb_diff_add(diff, path, "a string", value);
		break;
	case VMDB_NUMBER:
		if (!json_is_number(value))
			vmdb_diff_add(diff, path, "a number", value);
		break;
	case VMDB_BOOL:
		if (!json_is_boolean(value))
			vmdb_diff_add(diff, path, "true or false", value);
		break;
	case VMDB_OBJECT:
		inner = xasprintf("%s.", path);
		if (json_is_object(value))
			vmdb_rule_compare(diff, rule->inner, inner, value);
		else
			vmdb_diff_add(diff, path, "an object", value);
		break;
	case VMDB_ANY:
	case VMDB_OURS: /* done before */
		break;
	}
}

void vmdb_rule_compare(struct vmdb_diff *diff, const struct vmdb_rule *rules, const char *prefix,
	const json_t *object)
{
	void *at = json_object_iter((json_t *)object);

	for (const struct vmdb_rule *rule = rules; rule->key != NULL; rule++) {
		if (rule->kind == VMDB_OURS) {
			cleanup_free char *path = xasprintf("%s%s", prefix, rule->key);

			rule->check(diff, path, json_object_get(object, rule->key));
		}
	}
	for (; at != NULL; at = json_object_iter_next((json_t *)object, at)) {
		const char *key = json_object_iter_key(at);
		cleanup_free char *path = xasprintf("%s%s", prefix, key);

		compare_one(diff, find(rules, key), path, json_object_iter_value(at));
	}
}

static void check_number(
	struct vmdb_diff *diff, const char *path, unsigned want, const json_t *value)
{
	double found = json_number_value(value);
	cleanup_free char *expected = xasprintf("%u", want);

	if (!json_is_number(value) || (want != 0 && (found < want || found > want)))
		vmdb_diff_add(diff, path, want != 0 ? expected : "a number", value);
}

void vmdb_check_cpus(struct vmdb_diff *diff, const char *path, const json_t *value)
{
	check_number(diff, path, diff->template->cpus, value);
}

void vmdb_check_memory(struct vmdb_diff *diff, const char *path, const json_t *value)
{
	check_number(diff, path, diff->template->memory_mib, value);
}

void vmdb_check_network(struct vmdb_diff *diff, const char *path, const json_t *value)
{
	vmdb_diff_expect(diff, path, json_boolean(diff->template->policy.cidr != NULL), value);
}

void vmdb_check_cidrs(struct vmdb_diff *diff, const char *path, const json_t *value)
{
	const char *cidr = diff->template->policy.cidr;

	if (cidr != NULL)
		vmdb_diff_expect(diff, path, json_pack("[s]", cidr), value);
	else if (diff->template->policy.sealed ? value != NULL && !json_is_null(value)
					       : !vmdb_json_is_empty(value))
		vmdb_diff_add(diff, path, "nothing", value);
}

void vmdb_check_dns(struct vmdb_diff *diff, const char *path, const json_t *value)
{
	const char *dns = diff->template->policy.dns;

	if (dns != NULL)
		vmdb_diff_expect(diff, path, json_string(dns), value);
	else if (!vmdb_json_is_empty(value))
		vmdb_diff_add(diff, path, "nothing", value);
}

void vmdb_check_sockets(struct vmdb_diff *diff, const char *path, const json_t *value)
{
	const struct vmdb_template *want = diff->template;
	json_t *sockets = json_array();

	for (size_t i = 0; i < want->socket_count; i++)
		json_array_append_new(sockets,
			json_pack("{s:s, s:s, s:s}", "direction", "mount", "guest_path",
				want->sockets[i].guest, "host_path", want->sockets[i].host));
	if (want->socket_count == 0 && vmdb_json_is_empty(value))
		json_decref(sockets); /* engines before 1.6.4 have no such key */
	else
		vmdb_diff_expect(diff, path, sockets, value);
}
