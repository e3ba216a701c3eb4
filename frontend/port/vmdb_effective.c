/* What the engine booted, by its own note. It writes boot-config.json for the VM monitor, which
 * removes the file as soon as it has read it (1.32.2), and keeps agent.config.json for its later
 * commands. The record says what should have been booted; only these say what was. */
#include "vmdb.h"

#include <errno.h>
#include <sys/stat.h>
#include <unistd.h>

#include "clock.h"
#include "err.h"
#include "fs.h"
#include "mem.h"
#include "vmdb_json.h"
#include "vmdb_rule.h"

#define POLICY_MAX (1024 * 1024)

static void check_mounts(struct vmdb_diff *diff, const char *path, const json_t *value);

static const struct vmdb_rule resource_rules[] = {
	{.key = "cpus", .kind = VMDB_OURS, .check = vmdb_check_cpus},
	{.key = "memory_mib", .kind = VMDB_OURS, .check = vmdb_check_memory},
	{.key = "network", .kind = VMDB_OURS, .check = vmdb_check_network},
	{.key = "allowed_cidrs", .kind = VMDB_OURS, .check = vmdb_check_cidrs},
	{.key = "dns", .kind = VMDB_OURS, .check = vmdb_check_dns},
	{.key = "network_backend", .kind = VMDB_TEXT, .text = "virtio-net"},
	{.key = "block_io", .kind = VMDB_TEXT, .text = "sync"},
	{.key = "disk_durability", .kind = VMDB_TEXT, .text = "full"},
	{.key = NULL},
};

static void check_resources(struct vmdb_diff *diff, const char *path, const json_t *value)
{
	cleanup_free char *prefix = xasprintf("%s.", path);

	if (json_is_object(value))
		vmdb_rule_compare(diff, resource_rules, prefix, value);
	else
		vmdb_diff_add(diff, path, "an object", value);
}

/* agent.config.json */
static const struct vmdb_rule agent_rules[] = {
	{.key = "version", .kind = VMDB_NUMBER},
	{.key = "mounts", .kind = VMDB_OURS, .check = check_mounts},
	{.key = "resources", .kind = VMDB_OURS, .check = check_resources},
	{.key = NULL},
};

/* boot-config.json. Not listed and so refused when not empty: ports, ssh_agent_socket,
 * expose_docker, dns_filter_hosts, extra_disks, pack_idmap_source, pod_netns, credentials,
 * external_interceptor, mediated_egress, cuda, and what a newer engine adds. */
static const struct vmdb_rule boot_rules[] = {
	{.key = "mounts", .kind = VMDB_OURS, .check = check_mounts},
	{.key = "resources", .kind = VMDB_OURS, .check = check_resources},
	{.key = "published_sockets", .kind = VMDB_OURS, .check = vmdb_check_sockets},
	{.key = "rootfs_path", .kind = VMDB_STRING},
	{.key = "storage_disk_path", .kind = VMDB_STRING},
	{.key = "overlay_disk_path", .kind = VMDB_STRING},
	{.key = "vsock_socket", .kind = VMDB_STRING},
	{.key = "console_log", .kind = VMDB_STRING},
	{.key = "startup_error_log", .kind = VMDB_STRING},
	{.key = "workload_log", .kind = VMDB_STRING},
	{.key = "packed_layers_dir", .kind = VMDB_STRING},
	{.key = "packed_layers_dax_window", .kind = VMDB_NUMBER},
	{.key = "storage_size_gb", .kind = VMDB_NUMBER},
	{.key = "overlay_size_gb", .kind = VMDB_NUMBER},
	{.key = "mediated_parent_id",
		.kind = VMDB_ANY,
		.text = "unused while mediated_egress is false"},
	{.key = NULL},
};

static const struct vmdb_rule mount_rules[] = {
	{.key = "source", .kind = VMDB_ANY, .text = "compared beside"},
	{.key = "target", .kind = VMDB_ANY, .text = "compared beside"},
	{.key = "read_only", .kind = VMDB_ANY, .text = "compared beside"},
	{.key = NULL},
};

static void check_mount(struct vmdb_diff *diff, const char *path, const struct vmdb_mount *want,
	const json_t *value)
{
	cleanup_free char *prefix = xasprintf("%s.", path);
	cleanup_free char *source = xasprintf("%ssource", prefix);
	cleanup_free char *target = xasprintf("%starget", prefix);
	cleanup_free char *read_only = xasprintf("%sread_only", prefix);

	vmdb_diff_expect(diff, source, json_string(want->host), json_object_get(value, "source"));
	vmdb_diff_expect(diff, target, json_string(want->guest), json_object_get(value, "target"));
	vmdb_diff_expect(diff, read_only, json_boolean(want->read_only),
		json_object_get(value, "read_only"));
	vmdb_rule_compare(diff, mount_rules, prefix, value);
}

static void check_mounts(struct vmdb_diff *diff, const char *path, const json_t *value)
{
	const struct vmdb_template *want = diff->template;

	if (!json_is_array(value) || json_array_size(value) != want->mount_count) {
		cleanup_free char *expected = xasprintf("%zu mounts", want->mount_count);

		vmdb_diff_add(diff, path, expected, value);
		return;
	}
	for (size_t i = 0; i < want->mount_count; i++) {
		cleanup_free char *at = xasprintf("%s.%zu", path, i);

		check_mount(diff, at, &want->mounts[i], json_array_get(value, i));
	}
}

static char *file_of(const struct vmdb *vmdb, const char *machine, const char *name)
{
	cleanup_free char *dir = vmdb_machine_dir(vmdb, machine);

	return xasprintf("%s/%s", dir, name);
}

int vmdb_forget_policy(
	const struct vmdb *vmdb, const char *machine, int64_t *since, struct error *err)
{
	static const char *const names[] = {"agent.config.json", "boot-config.json"};
	int64_t now = clock_epoch();

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		cleanup_free char *path = file_of(vmdb, machine, names[i]);

		if (unlink(path) != 0 && errno != ENOENT)
			return err_errno(err, EXIT_REFUSED,
				"machine %s: remove the old policy file %s", machine, path);
	}
	*since = now;
	return 0;
}

/* Reads a policy file of a start that came after SINCE. The clock that stamps files may be some
 * milliseconds behind ours, hence the second of grace; the proof is the removal before the
 * start. */
static json_t *read_policy(const char *path, int64_t since, struct error *err)
{
	cleanup_buf struct buf buf = BUF_INIT(POLICY_MAX);
	json_error_t why;
	struct stat st;
	json_t *json;

	if (lstat(path, &st) != 0) {
		err_errno(err, EXIT_REFUSED, "the engine's policy file %s", path);
		return NULL;
	}
	if (!S_ISREG(st.st_mode) || st.st_uid != geteuid()) {
		err_set(err, EXIT_REFUSED,
			"the engine's policy file %s is not a regular file of this user", path);
		return NULL;
	}
	if (st.st_mtime + 1 < since) {
		err_set(err, EXIT_REFUSED, "the engine's policy file %s is older than this start",
			path);
		return NULL;
	}
	if (fs_read(path, &buf, err) != 0)
		return NULL;
	json = json_loadb(buf_str(&buf), buf.len, JSON_REJECT_DUPLICATES, &why);
	if (json_is_object(json))
		return json;
	err_set(err, EXIT_REFUSED, "the engine's policy file %s is not a JSON object%s%s", path,
		json == NULL ? ": " : "", json == NULL ? why.text : "");
	json_decref(json);
	return NULL;
}

static int check_file(const struct vmdb_template *template, const char *path,
	const struct vmdb_rule *rules, int64_t since, struct error *err)
{
	struct vmdb_diff diff = {template, STRV_INIT};
	cleanup_free char *what = xasprintf("the policy that the engine noted in %s", path);
	json_t *json = read_policy(path, since, err);

	if (json == NULL)
		return err_wrap(err, "machine %s", template->name);
	vmdb_rule_compare(&diff, rules, "", json);
	json_decref(json);
	return vmdb_diff_report(&diff, what, err);
}

int vmdb_check_effective(const struct vmdb *vmdb, const struct vmdb_template *template,
	int64_t since, struct error *err)
{
	cleanup_free char *agent = file_of(vmdb, template->name, "agent.config.json");
	cleanup_free char *boot = file_of(vmdb, template->name, "boot-config.json");

	if (check_file(template, agent, agent_rules, since, err) != 0)
		return -1;
	return fs_exists(boot) ? check_file(template, boot, boot_rules, since, err) : 0;
}

int vmdb_effective_policy(const struct vmdb *vmdb, const char *machine, int64_t since,
	struct vmdb_network *ret, struct error *err)
{
	cleanup_free char *agent = file_of(vmdb, machine, "agent.config.json");
	json_t *json = read_policy(agent, since, err);

	if (json == NULL)
		return err_wrap(err, "machine %s", machine);
	vmdb_json_network(json_object_get(json, "resources"), ret);
	json_decref(json);
	return 0;
}

int vmdb_effective_sources(
	const struct vmdb *vmdb, const char *machine, struct strv *ret, struct error *err)
{
	cleanup_free char *agent = file_of(vmdb, machine, "agent.config.json");
	json_t *json = read_policy(agent, 0, err);
	const json_t *mount;
	size_t i;

	if (json == NULL)
		return err_wrap(err, "machine %s", machine);
	json_array_foreach (json_object_get(json, "mounts"), i, mount) {
		const char *source = json_string_value(json_object_get(mount, "source"));

		strv_push(ret, source != NULL ? source : "");
	}
	json_decref(json);
	return 0;
}

int vmdb_policy_digest(const struct vmdb *vmdb, const char *machine,
	char ret[static SHA256_HEX_LEN], struct error *err)
{
	cleanup_free char *path = file_of(vmdb, machine, "agent.config.json");
	cleanup_buf struct buf buf = BUF_INIT(POLICY_MAX);

	if (fs_read(path, &buf, err) != 0)
		return err_wrap(err, "the engine's policy file");
	sha256_hex(buf.data, buf.len, ret);
	return 0;
}
