/* Host-wide settings: two files, who may say what, and where a value came from. */
#include "settings.h"

#include <stdlib.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "err.h"
#include "fs.h"
#include "mem.h"
#include "pool.h"
#include "tap.h"

static char root[] = "/tmp/bottle-settings.XXXXXX";
static char *admin_file, *user_file;

/* Writes both files (NULL = none) and loads them. */
static int load(struct settings *settings, const char *admin, const char *user, struct error *err)
{
	settings_clear(settings);
	err_clear(err);
	unlink(admin_file);
	unlink(user_file);
	if (admin != NULL)
		fs_write(admin_file, admin, strlen(admin), err);
	if (user != NULL)
		fs_write(user_file, user, strlen(user), err);
	return settings_load_files(settings, admin_file, geteuid(), user_file, err);
}

/* MESSAGE follows the admin file's name ("A:") or the user file's ("U:"); %A in it is the admin
 * file. */
static void refuses(const char *name, const char *admin, const char *user, const char *message)
{
	struct settings settings = SETTINGS_INIT;
	struct error err = ERROR_INIT;
	char want[1024];
	char *to = want + sprintf(want, "%s", message[0] == 'A' ? admin_file : user_file);

	for (message++; *message != '\0'; message++) {
		if (strncmp(message, "%A", 2) == 0) {
			to = stpcpy(to, admin_file);
			message++;
		} else {
			*to++ = *message;
		}
	}
	*to = '\0';
	ok(load(&settings, admin, user, &err) == -1 && err.code == EXIT_CONFIG, "refuses %s", name);
	is_str(err.message, want, "  and says what is allowed");
	ok(settings.admin_file == NULL && settings.engine == NULL, "  and leaves nothing behind");
	settings_clear(&settings);
	err_clear(&err);
}

static void is_origin(const struct settings *settings, enum settings_key key, const char *value,
	const char *origin)
{
	cleanup_free char *got_value = settings_value(settings, key);
	cleanup_free char *got_origin = settings_origin_text(settings, key);

	is_str(got_value, value, settings_name(key));
	is_str(got_origin, origin, "  and its origin");
}

#define BLOCK_RULE "allowed is an aligned private /20, as 10.213.0.0/20"
#define TEXT_OF(number) #number
#define TEXT(number) TEXT_OF(number)
#define LAST TEXT(POOL_LAST)
#define POOL_RULE "allowed is a range inside 2 to 254 without 53 and 54"
#define KEYS "pool, subnet_block, engine, smolvm, alias, wildcard, registry_image, lock"

static void test_formats(void)
{
	static const char *const blocks[] = {"10.213.0.0", "10.213.0.0/24", "10.213.0.0/020",
		"10.213.8.0/20", "10.213.0.1/20", "11.0.0.0/20", "172.15.240.0/20", "172.32.0.0/20",
		"192.169.0.0/20", "127.0.0.0/20", "169.254.0.0/20", "010.213.0.0/20", "/20", "x"};

	for (size_t i = 0; i < sizeof(blocks) / sizeof(*blocks); i++) {
		cleanup_free char *text = xasprintf("subnet_block: %s\n", blocks[i]);
		cleanup_free char *want =
			xasprintf("A:1: subnet_block: got '%s': " BLOCK_RULE, blocks[i]);

		refuses(blocks[i], text, NULL, want);
	}
	refuses("a pool with .1", "pool: {first: 1, last: 31}\n", NULL,
		"A:1: pool.last: the pool would be 1 to 31: " POOL_RULE);
	refuses("a pool with .0", "pool: {first: 0, last: 31}\n", NULL,
		"A:1: pool.last: the pool would be 0 to 31: " POOL_RULE);
	refuses("a pool with .255", "pool: {first: 16, last: 255}\n", NULL,
		"A:1: pool.last: the pool would be 16 to 255: " POOL_RULE);
	refuses("a pool with .53", "pool:\n  first: 16\n  last: 53\n", NULL,
		"A:3: pool.last: the pool would be 16 to 53: " POOL_RULE);
	refuses("a pool with .54", "pool:\n  first: 54\n  last: 60\n", NULL,
		"A:3: pool.last: the pool would be 54 to 60: " POOL_RULE);
	refuses("a pool around both", "pool: {first: 20, last: 90}\n", NULL,
		"A:1: pool.last: the pool would be 20 to 90: " POOL_RULE);
	refuses("a pool upside down", "pool: {first: 30, last: 20}\n", NULL,
		"A:1: pool.last: the pool would be 30 to 20: " POOL_RULE);
	refuses("half a pool that does not fit the built-in half",
		"alias: auto\npool: {first: 255}\n", NULL,
		"A:2: pool.first: the pool would be 255 to " LAST ": " POOL_RULE);
	refuses("a pool in words", "pool: {first: ten}\n", NULL,
		"A:1: pool.first: got 'ten': allowed is a whole number (decimal, unquoted, no "
		"leading zero)");
	refuses("a relative smolvm", NULL, "smolvm: bin/smolvm\n",
		"U:1: smolvm: got 'bin/smolvm': allowed is an absolute path");
	refuses("an unknown alias mode", NULL, "alias: yes\n",
		"U:1: alias: got 'yes': allowed are auto, always, never");
	refuses("an unknown wildcard mode", NULL, "wildcard: ignore\n",
		"U:1: wildcard: got 'ignore': allowed are warn, refuse");
	refuses("a registry image that is an option", NULL, "registry_image: -x\n",
		"U:1: registry_image: allowed is an image reference: up to 255 printable "
		"characters, no "
		"space, no leading -");
	refuses("an unknown key", "wildcards: warn\n", NULL,
		"A:1: unknown key 'wildcards': allowed are " KEYS);
	refuses("a lock of an unknown key", "lock:\n- engine\n- motor\n", NULL,
		"A:3: lock[1]: got 'motor': allowed are the keys of this file, as engine or "
		"pool.first");
	refuses("a choice that is a list", NULL, "alias: [auto]\n",
		"U:1: alias: got a list: allowed are auto, always, never");
	refuses("text that is no YAML", NULL, "{alias: auto\n",
		"U:2: not valid YAML: while parsing a flow mapping, did not find expected ',' or "
		"'}'");
}

/* The longest path differs between systems. */
static void test_engine(void)
{
	const size_t max = sizeof(((struct sockaddr_un *)NULL)->sun_path) - 1;
	const char *const paths[] = {
		"tcp://127.0.0.1:2375", "unix:///run/docker.sock", "docker.sock"};
	struct settings settings = SETTINGS_INIT;
	struct error err = ERROR_INIT;
	char text[256] = "engine: /";

	for (size_t i = 0; i < sizeof(paths) / sizeof(*paths); i++) {
		cleanup_free char *user = xasprintf("# mine\nengine: %s\n", paths[i]);
		cleanup_free char *want = xasprintf("U:2: engine: got '%s': allowed is the "
						    "absolute path of a socket, at most %zu bytes",
			paths[i], max);

		refuses(paths[i], NULL, user, want);
	}
	memset(text + 9, 'a', max - 1);
	is_int(load(&settings, text, NULL, &err), 0, "the longest socket path is accepted");
	memset(text + 9, 'a', max);
	is_int(load(&settings, text, NULL, &err), -1, "one byte more is refused");
	settings_clear(&settings);
	err_clear(&err);
}

static void test_rights(void)
{
	refuses("a user's pool", NULL, "pool:\n  first: 20\n",
		"U:2: pool.first: not a user's to set: allowed in %A alone");
	refuses("a user's upper bound", NULL, "pool: {last: 20}\n",
		"U:1: pool.last: not a user's to set: allowed in %A alone");
	refuses("a user's subnet block", NULL, "subnet_block: 10.213.0.0/20\n",
		"U:1: subnet_block: not a user's to set: allowed in %A alone");
	refuses("a user's lock", NULL, "lock: []\n",
		"U:1: lock: not a user's to set: allowed in %A alone");
	refuses("a locked key", "wildcard: refuse\nlock: [wildcard]\n",
		"alias: auto\nwildcard: warn\n",
		"U:2: wildcard: locked by %A:2: allowed is leaving it out");
	refuses("a locked key that nobody set", "lock: [engine]\n", "engine: /run/docker.sock\n",
		"U:1: engine: locked by %A:1: allowed is leaving it out");
	refuses("a locked key with the same value", "alias: never\nlock: [alias]\n",
		"alias: never\n", "U:1: alias: locked by %A:2: allowed is leaving it out");
}

static void test_owner(void)
{
	struct settings settings = SETTINGS_INIT;
	struct error err = ERROR_INIT;
	cleanup_free char *mode = xasprintf(
		"%s: others may write it (mode 0664): allowed is its owner alone", admin_file);
	cleanup_free char *folder_mode = xasprintf(
		"%s/etc: others may write it (mode 0707): allowed is its owner alone", root);
	cleanup_free char *user_mode = xasprintf(
		"%s: others may write it (mode 0602): allowed is its owner alone", user_file);
	cleanup_free char *folder = xasprintf("%s/etc", root);
	cleanup_free char *link =
		xasprintf("%s: a symbolic link: allowed is the file or folder itself", user_file);

	is_int(load(&settings, "alias: never\n", "alias: never\n", &err), 0,
		"both files as they must be");
	chmod(admin_file, 0664);
	is_int(settings_load_files(&settings, admin_file, geteuid(), user_file, &err), -1,
		"the admin's file that a group may write");
	is_str(err.message, mode, "is refused");
	is_int(err.code, EXIT_CONFIG, "as configuration");
	chmod(admin_file, 0644);
	chmod(folder, 0707);
	is_int(settings_load_files(&settings, admin_file, geteuid(), user_file, &err), -1,
		"its folder that others may write");
	is_str(err.message, folder_mode, "is refused");
	chmod(folder, 0755);
	chmod(user_file, 0602);
	is_int(settings_load_files(&settings, admin_file, geteuid(), user_file, &err), -1,
		"the user's file that others may write");
	is_str(err.message, user_mode, "is refused");
	ok(err_find_note(&err, "next") != NULL, "with the command that repairs it");
	unlink(user_file);
	ok(symlink(admin_file, user_file) == 0 && settings_load_files(&settings, admin_file,
							  geteuid(), user_file, &err) == -1,
		"a symbolic link");
	is_str(err.message, link, "is refused");
	unlink(user_file);
	mkdir(user_file, 0700);
	is_int(settings_load_files(&settings, admin_file, geteuid(), user_file, &err), -1,
		"a folder");
	is_int(err.code, EXIT_CONFIG, "is refused as configuration");
	rmdir(user_file);
	if (geteuid() == 0) {
		cleanup_free char *foreign =
			xasprintf("%s: belongs to uid 65534: allowed is uid 0", folder);

		ok(chown(folder, 65534, (gid_t)-1) == 0 &&
				settings_load_files(&settings, admin_file, 0, user_file, &err) ==
					-1,
			"the admin's folder of another user");
		is_str(err.message, foreign, "is refused");
		ok(chown(folder, 0, (gid_t)-1) == 0, "and given back");
	} else {
		is_int(settings_load_files(&settings, admin_file, 0, user_file, &err), -1,
			"the admin's folder of another user is refused");
		skip("its message", "needs root");
	}
	settings_clear(&settings);
	err_clear(&err);
}

static void test_merge(void)
{
	struct settings settings = SETTINGS_INIT;
	struct error err = ERROR_INIT;
	cleanup_free char *admin1 = xasprintf("%s:1", admin_file);
	cleanup_free char *admin2 = xasprintf("%s:2", admin_file);
	cleanup_free char *admin3 = xasprintf("%s:3", admin_file);
	cleanup_free char *user1 = xasprintf("%s:1", user_file);
	cleanup_free char *user3 = xasprintf("%s:3", user_file);

	is_int(load(&settings, NULL, NULL, &err), 0, "no files are fine");
	is_int(settings.pool_first, POOL_FIRST, "the pool's first address is built in");
	is_int(settings.pool_last, POOL_LAST, "so is its last");
	is_origin(&settings, SETTINGS_SUBNET_BLOCK, "10.213.0.0/20", "built-in");
	is_origin(&settings, SETTINGS_ALIAS, "auto", "built-in");
	is_origin(&settings, SETTINGS_WILDCARD, "warn", "built-in");
	is_origin(&settings, SETTINGS_ENGINE, "", "built-in");
	is_origin(&settings, SETTINGS_SMOLVM, "", "built-in");
	is_origin(&settings, SETTINGS_REGISTRY_IMAGE, "", "built-in");
	ok(settings.source[SETTINGS_POOL_FIRST].locked, "the pool is locked for users");
	ok(!settings.source[SETTINGS_ENGINE].locked, "the engine is not");
	is_int(load(&settings, "# nothing\n", "{}\n", &err), 0, "empty files are fine");
	is_int(load(&settings,
		       "pool: {first: 60, last: 70}\nsubnet_block: 172.31.240.0/20\nengine: "
		       "/run/a.sock\n"
		       "smolvm: /usr/bin/smolvm\nlock: [wildcard, pool.first]\n",
		       "engine: /run/b.sock\n\nalias: always\nregistry_image: r:2\n", &err),
		0, "two files");
	is_origin(&settings, SETTINGS_POOL_FIRST, "60", admin1);
	is_origin(&settings, SETTINGS_POOL_LAST, "70", admin1);
	is_origin(&settings, SETTINGS_SUBNET_BLOCK, "172.31.240.0/20", admin2);
	is_origin(&settings, SETTINGS_ENGINE, "/run/b.sock", user1);
	is_origin(&settings, SETTINGS_ALIAS, "always", user3);
	is_origin(&settings, SETTINGS_WILDCARD, "warn", "built-in");
	ok(settings.source[SETTINGS_WILDCARD].locked, "a lock holds the built-in value");
	is_int(load(&settings, "\n\nengine: /run/a.sock\n", NULL, &err), 0,
		"only the admin's file");
	is_origin(&settings, SETTINGS_ENGINE, "/run/a.sock", admin3);
	is_int(load(&settings, "subnet_block: 192.168.16.0/20\n", NULL, &err), 0,
		"192.168 is private");
	settings_clear(&settings);
	err_clear(&err);
}

/* Which user file is read. The admin's is the host's own, which a test machine does not have. */
static void test_place(void)
{
	struct settings settings = SETTINGS_INIT;
	struct error err = ERROR_INIT;
	cleanup_free char *under_config = xasprintf("%s/bottle/config.yaml", root);
	cleanup_free char *under_home = xasprintf("%s/.config/bottle/config.yaml", root);

	if (access(SETTINGS_ADMIN_FILE, F_OK) == 0) {
		skip("the user's file", "this host has " SETTINGS_ADMIN_FILE);
		return;
	}
	setenv("HOME", root, 1);
	setenv("XDG_CONFIG_HOME", root, 1);
	ok(settings_load(&settings, &err) == 0 && strcmp(settings.user_file, under_config) == 0,
		"XDG_CONFIG_HOME is followed");
	settings_clear(&settings);
	setenv("XDG_CONFIG_HOME", "relative", 1);
	ok(settings_load(&settings, &err) == 0 && strcmp(settings.user_file, under_home) == 0,
		"a relative one is ignored");
	settings_clear(&settings);
	unsetenv("XDG_CONFIG_HOME");
	unsetenv("HOME");
	is_int(settings_load(&settings, &err), -1, "without a home there is an error");
	is_int(err.code, EXIT_CONFIG, "of configuration");
	settings_clear(&settings);
	err_clear(&err);
}

int main(void)
{
	cleanup_free char *admin_folder = NULL, *user_folder = NULL;

	if (mkdtemp(root) == NULL)
		return 1;
	admin_folder = xasprintf("%s/etc", root);
	user_folder = xasprintf("%s/user", root);
	if (mkdir(admin_folder, 0755) != 0 || mkdir(user_folder, 0755) != 0)
		return 1;
	chmod(admin_folder, 0755);
	admin_file = xasprintf("%s/config.yaml", admin_folder);
	user_file = xasprintf("%s/config.yaml", user_folder);
	test_formats();
	test_engine();
	test_rights();
	test_owner();
	test_merge();
	test_place();
	unlink(admin_file);
	unlink(user_file);
	rmdir(admin_folder);
	rmdir(user_folder);
	rmdir(root);
	free(admin_file);
	free(user_file);
	return done_testing();
}
