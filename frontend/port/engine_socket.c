/* Discovery of the engine's socket, in the order of docker's own command line. */
#include "engine_socket.h"

#include <dirent.h>
#include <errno.h>
#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include "buf.h"
#include "chain.h"
#include "err.h"
#include "fs.h"
#include "mem.h"
#include "strv.h"

enum {
	PATH_LIMIT =
		sizeof(((struct sockaddr_un *)0)->sun_path) - 1, /* 107 on Linux, 103 on macOS */
	DOCUMENT_MAX = 1 << 20,
};

static const char default_socket[] = "/var/run/docker.sock";

/* Where products put their socket when they do not own the default one. */
static const struct {
	const char *variable; /* the folder that PATH is under */
	const char *path;
	const char *product;
} products[] = {
	{"HOME", ".docker/run/docker.sock", "Docker Desktop"},
	{"HOME", ".docker/desktop/docker.sock", "Docker Desktop"},
	{"XDG_RUNTIME_DIR", "docker.sock", "rootless Docker"},
	{"XDG_RUNTIME_DIR", "podman/podman.sock", "Podman"},
	{"HOME", ".orbstack/run/docker.sock", "OrbStack"},
	{"HOME", ".colima/default/docker.sock", "Colima"},
	{"HOME", ".config/colima/default/docker.sock", "Colima"},
	{"HOME", ".rd/docker.sock", "Rancher Desktop"},
};

/* An environment variable that is set and not empty. */
static const char *setting(const char *name)
{
	const char *value = getenv(name);

	return value != NULL && value[0] != '\0' ? value : NULL;
}

static bool is_socket(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 && S_ISSOCK(st.st_mode);
}

/* Whoever can put another socket there would be the engine for us: it would see what is forwarded to a bundle,
 * and say what it likes. The socket's own group is who may use it; anyone else may not even do that. */
static int check_place(const char *path, const struct stat *st, const char *rule, struct error *err)
{
	cleanup_free char *spot = chain_weak_spot(path);

	if (spot == NULL && (st->st_mode & S_IWOTH) == 0)
		return 0;
	err_set(err, EXIT_REFUSED, "docker: the socket %s is not one to trust", path);
	if (spot != NULL)
		err_note(err, "why",
			"%s belongs to somebody else than root and you, or others may write it",
			spot);
	else
		err_note(err, "why", "every user may connect to it, who is root on this host then");
	err_note(err, "why", "that socket was named by %s", rule);
	if (spot == NULL)
		return err_note(err, "next", "chmod o-w %s", path);
	return err_note(err, "next", "chmod go-w %s, or name another socket: --engine PATH", spot);
}

static int use_path(
	const char *path, const char *rule, struct engine_socket *ret, struct error *err)
{
	struct stat st;

	if (strlen(path) > PATH_LIMIT) {
		err_set(err, EXIT_UNAVAILABLE, "docker: the socket %s cannot be reached", path);
		err_note(err, "why",
			"a socket's path has at most %d bytes on this system, this one has %zu",
			(int)PATH_LIMIT, strlen(path));
		return err_note(err, "next", "name it by a shorter path (a symlink will do)");
	}
	if (stat(path, &st) != 0 || !S_ISSOCK(st.st_mode)) {
		const char *why = errno == ENOENT ? "no such file" : strerror(errno);

		if (stat(path, &st) == 0)
			why = "it is not a socket";
		err_set(err, EXIT_UNAVAILABLE, "docker: no engine at %s: %s", path, why);
		err_note(err, "why", "that socket was named by %s", rule);
		return err_note(err, "next", "start the engine, or name its socket: --engine PATH");
	}
	if (check_place(path, &st, rule, err) != 0)
		return -1;
	ret->path = xstrdup(path);
	ret->rule = xstrdup(rule);
	return 0;
}

/* HOST as docker spells it: unix:///path. */
static int use_host(
	const char *host, const char *rule, struct engine_socket *ret, struct error *err)
{
	const char *colon = strstr(host, "://");
	int scheme_len = colon ? (int)(colon - host) : 0;

	if (strncmp(host, "unix:///", strlen("unix:///")) == 0)
		return use_path(host + strlen("unix://"), rule, ret, err);
	if (colon != NULL && strncmp(host, "unix", (size_t)scheme_len) != 0)
		err_set(err, EXIT_REFUSED, "docker: %s names an engine behind %.*s://", rule,
			scheme_len, host);
	else
		err_set(err, EXIT_REFUSED, "docker: %s names '%s', which is not unix:///PATH", rule,
			host);
	err_note(err, "why",
		"a bottle's ports are published on this host's loopback, which a remote "
		"engine cannot do: only a local unix socket is used");
	return err_note(err, "next", "name the socket of a local engine: --engine PATH");
}

static json_t *read_json(const char *path, struct error *err)
{
	cleanup_buf struct buf text = BUF_INIT(DOCUMENT_MAX);
	cleanup_free char *real = realpath(path, NULL); /* dotfiles are often symlinks */
	json_error_t why;
	json_t *document;

	if (real == NULL) {
		err_errno(err, EXIT_CONFIG, "docker: read %s", path);
		return NULL;
	}
	if (fs_read(real, &text, err) != 0) {
		err_wrap(err, "docker");
		err->code = EXIT_CONFIG;
		return NULL;
	}
	document = json_loadb(buf_str(&text), text.len, 0, &why);
	if (!json_is_object(document)) {
		err_set(err, EXIT_CONFIG, "docker: %s: line %d: %s", path, document ? 1 : why.line,
			document ? "not an object" : why.text);
		json_decref(document);
		return NULL;
	}
	return document;
}

/* docker's own folder, or NULL where there can be none. */
static char *config_folder(void)
{
	const char *folder = setting("DOCKER_CONFIG"), *home = setting("HOME");

	if (folder != NULL)
		return xstrdup(folder);
	return home != NULL ? xasprintf("%s/.docker", home) : NULL;
}

/* The name of the context in use, NULL for none or "default". */
static int context_name(const char *folder, char **ret_name, struct error *err)
{
	const char *name = setting("DOCKER_CONTEXT");
	cleanup_free char *path = xasprintf("%s/config.json", folder);
	json_auto_t *document = NULL;

	if (name == NULL && fs_exists(path)) {
		document = read_json(path, err);
		if (document == NULL)
			return -1;
		name = json_string_value(json_object_get(document, "currentContext"));
	}
	if (name != NULL && name[0] != '\0' && strcmp(name, "default") != 0)
		*ret_name = xstrdup(name);
	return 0;
}

/* The host of the context NAME: docker stores each in contexts/meta/<sha256 of its
 * name>/meta.json. The name inside the document is what counts, so that is what is looked at. */
static int context_host(const char *folder, const char *name, char **ret_host, struct error *err)
{
	cleanup_free char *store = xasprintf("%s/contexts/meta", folder);
	DIR *dir = opendir(store);
	const struct dirent *entry;

	while (dir != NULL && *ret_host == NULL && (entry = readdir(dir)) != NULL) {
		cleanup_free char *path = xasprintf("%s/%s/meta.json", store, entry->d_name);
		cleanup_error struct error ignored = ERROR_INIT;
		json_auto_t *document = entry->d_name[0] != '.' ? read_json(path, &ignored) : NULL;
		const char *found = json_string_value(json_object_get(document, "Name")), *host;

		if (found == NULL || strcmp(found, name) != 0)
			continue;
		host = json_string_value(json_object_get(
			json_object_get(json_object_get(document, "Endpoints"), "docker"), "Host"));
		*ret_host = xstrdup(host ? host : "");
	}
	if (dir != NULL)
		closedir(dir);
	if (*ret_host != NULL)
		return 0;
	err_set(err, EXIT_CONFIG, "docker: no such docker context '%s'", name);
	err_note(err, "why", "%s",
		setting("DOCKER_CONTEXT") ? "it is named by DOCKER_CONTEXT"
					  : "it is the currentContext of docker's config.json");
	return err_note(err, "next", "docker context ls, or name the socket: --engine PATH");
}

/* 1 = a context was in force and filled *ret, 0 = none is. */
static int find_by_context(struct engine_socket *ret, struct error *err)
{
	cleanup_free char *folder = config_folder(), *name = NULL, *host = NULL, *rule = NULL;

	if (folder == NULL)
		return 0;
	if (context_name(folder, &name, err) != 0)
		return -1;
	if (name == NULL)
		return 0;
	if (context_host(folder, name, &host, err) != 0)
		return -1;
	rule = xasprintf("docker context %s", name);
	return use_host(host, rule, ret, err) == 0 ? 1 : -1;
}

/* NULL: the folder that it would be in is not known. Caller frees. */
static char *product_path(size_t i)
{
	const char *folder = setting(products[i].variable);

	return folder != NULL && folder[0] == '/' ? xasprintf("%s/%s", folder, products[i].path)
						  : NULL;
}

static int find_by_place(struct engine_socket *ret, struct error *err)
{
	cleanup_strv struct strv tried = STRV_INIT;
	cleanup_free char *list = NULL;

	if (is_socket(default_socket))
		return use_path(default_socket, "the default socket", ret, err);
	strv_push(&tried, default_socket);
	for (size_t i = 0; i < sizeof(products) / sizeof(products[0]); i++) {
		cleanup_free char *path = product_path(i), *rule = NULL;

		if (path == NULL)
			continue;
		rule = xasprintf("the socket of %s", products[i].product);
		if (is_socket(path))
			return use_path(path, rule, ret, err);
		strv_push(&tried, path);
	}
	list = strv_join(&tried, "\n");
	err_set(err, EXIT_UNAVAILABLE, "docker: no engine socket found");
	err_note(err, "tried", "%s", list);
	return err_note(err, "next", "start the engine, or name its socket: --engine PATH");
}

int engine_socket_find(
	const char *chosen, const char *chosen_by, struct engine_socket *ret, struct error *err)
{
	struct engine_socket found = ENGINE_SOCKET_INIT;
	const char *host = setting("DOCKER_HOST");
	int result;

	if (chosen != NULL && chosen[0] == '/')
		result = use_path(chosen, chosen_by, &found, err);
	else if (chosen != NULL)
		result = use_host(chosen, chosen_by, &found, err);
	else if (host != NULL)
		result = use_host(host, "DOCKER_HOST", &found, err);
	else {
		result = find_by_context(&found, err);
		if (result == 0)
			result = find_by_place(&found, err);
	}
	if (result < 0)
		return -1;
	*ret = found;
	return 0;
}

void engine_socket_known(struct strv *ret)
{
	strv_push(ret, default_socket);
	for (size_t i = 0; i < sizeof(products) / sizeof(products[0]); i++) {
		cleanup_free char *path = product_path(i);

		if (path != NULL && is_socket(path))
			strv_push(ret, path);
	}
}

void engine_socket_clear(struct engine_socket *socket)
{
	free(socket->path);
	free(socket->rule);
	*socket = (struct engine_socket)ENGINE_SOCKET_INIT;
}
