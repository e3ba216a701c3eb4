/* Which socket is used: the order of the rules, and what is refused. */
#include "engine_socket.h"

#include <stdlib.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "err.h"
#include "fs.h"
#include "mem.h"
#include "tap.h"

static char folder[] = "/tmp/bottle-socket.XXXXXX";

static char *in_folder(const char *name)
{
	return xasprintf("%s/%s", folder, name);
}

/* Makes an engine's socket (nobody listens: finding sends nothing) and returns its path. */
static char *make_socket(const char *name)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	cleanup_fd int fd = socket(AF_UNIX, SOCK_STREAM, 0);
	char *path = in_folder(name);

	snprintf(address.sun_path, sizeof(address.sun_path), "%s", path);
	unlink(path);
	if (bind(fd, (struct sockaddr *)&address, sizeof(address)) != 0)
		exit(EXIT_OS);
	return path;
}

static void write_file(const char *name, const char *text)
{
	cleanup_error struct error err = ERROR_INIT;
	cleanup_free char *path = in_folder(name), *parent = xstrdup(path);

	*strrchr(parent, '/') = '\0';
	fs_private_dir(parent, &err);
	if (fs_write(path, text, strlen(text), &err) != 0)
		exit(EXIT_OS);
}

static void finds(const char *chosen, const char *path, const char *rule, const char *name)
{
	cleanup_error struct error err = ERROR_INIT;
	cleanup_engine_socket struct engine_socket found = ENGINE_SOCKET_INIT;
	bool pass = engine_socket_find(chosen, "--engine", &found, &err) == 0 &&
		    strcmp(found.path, path) == 0 && strcmp(found.rule, rule) == 0;

	ok(pass, "%s", name);
	if (!pass)
		printf("#  got: %s by %s, %s\n# want: %s by %s\n", found.path, found.rule,
			err.message ? err.message : "no error", path, rule);
}

static void fails(const char *chosen, int code, const char *text, const char *name)
{
	cleanup_error struct error err = ERROR_INIT;
	cleanup_engine_socket struct engine_socket found = ENGINE_SOCKET_INIT;
	bool pass = engine_socket_find(chosen, "--engine", &found, &err) != 0 &&
		    found.path == NULL && err.code == (enum exit_code)code &&
		    strstr(err.message, text) != NULL && err_find_note(&err, "next") != NULL;

	ok(pass, "%s", name);
	if (!pass)
		printf("#  got: exit %d, %s\n# want: exit %d, %s\n", (int)err.code,
			err.message ? err.message : "no error", code, text);
}

static void test_chosen(const char *socket)
{
	cleanup_free char *url = xasprintf("unix://%s", socket), *link = in_folder("link");
	cleanup_free char *file = in_folder("file"), *none = in_folder("none");
	char too_long[200] = "/";

	finds(socket, socket, "--engine", "chosen: a path");
	finds(url, socket, "--engine", "chosen: a unix:// URL");
	if (symlink(socket, link) == 0)
		finds(link, link, "--engine", "chosen: a symlink to a socket");
	write_file("file", "");
	fails(file, EXIT_UNAVAILABLE, "it is not a socket", "chosen: a file is refused");
	fails(none, EXIT_UNAVAILABLE, "no such file", "chosen: nothing there");
	fails("docker.sock", EXIT_REFUSED, "not unix:///PATH",
		"chosen: a relative path is refused");
	fails("unix://docker.sock", EXIT_REFUSED, "not unix:///PATH",
		"chosen: a relative URL is refused");
	fails("tcp://127.0.0.1:2375", EXIT_REFUSED, "an engine behind tcp://",
		"chosen: tcp is refused");
	memset(too_long + 1, 'x', sizeof(too_long) - 2);
	fails(too_long, EXIT_UNAVAILABLE, "cannot be reached",
		"chosen: a path too long for a socket");
}

/* Whoever can put another socket there, or use this one, would be the engine. */
static void test_place(void)
{
	cleanup_free char *socket = NULL, *place = in_folder("place"),
			  *link = in_folder("place/link");
	cleanup_free char *real = in_folder("docker.sock");

	write_file("place/x", "");
	socket = make_socket("place/docker.sock");
	chmod(place, 0777);
	fails(socket, EXIT_REFUSED, "is not one to trust", "place: a folder that all may write");
	if (symlink(real, link) == 0)
		fails(link, EXIT_REFUSED, "is not one to trust", "place: so is a link in it");
	chmod(place, 01777);
	finds(socket, socket, "--engine", "place: a sticky one keeps what is ours");
	chmod(place, 0755);
	chmod(socket, 0666);
	fails(socket, EXIT_REFUSED, "is not one to trust", "place: a socket for everyone");
	chmod(socket, 0660);
	finds(socket, socket, "--engine", "place: a socket for its group");
	if (geteuid() != 0) {
		skip("place: somebody else's socket", "needs root");
		return;
	}
	if (chown(socket, 65534, 0) != 0)
		exit(EXIT_OS);
	fails(socket, EXIT_REFUSED, "is not one to trust", "place: somebody else's socket");
}

static void test_docker_host(const char *socket)
{
	cleanup_free char *url = xasprintf("unix://%s", socket), *other = make_socket("other.sock");

	setenv("DOCKER_HOST", url, 1);
	setenv("DOCKER_CONTEXT", "nowhere", 1);
	finds(NULL, socket, "DOCKER_HOST", "DOCKER_HOST: goes before a context");
	finds(other, other, "--engine", "DOCKER_HOST: after what was chosen");
	unsetenv("DOCKER_CONTEXT");
	setenv("DOCKER_HOST", "tcp://192.0.2.1:2376", 1);
	fails(NULL, EXIT_REFUSED, "DOCKER_HOST names an engine behind tcp://",
		"DOCKER_HOST: tcp is refused");
	setenv("DOCKER_HOST", "ssh://me@192.0.2.1", 1);
	fails(NULL, EXIT_REFUSED, "DOCKER_HOST names an engine behind ssh://",
		"DOCKER_HOST: ssh is refused");
	setenv("DOCKER_HOST", "unix:///nowhere/docker.sock", 1);
	fails(NULL, EXIT_UNAVAILABLE, "/nowhere/docker.sock",
		"DOCKER_HOST: decides, also when nothing is there");
	unsetenv("DOCKER_HOST");
}

static void test_context(const char *socket)
{
	cleanup_free char *config = in_folder("config"), *other = make_socket("context.sock");
	cleanup_free char *meta = xasprintf(
		"{\"Name\": \"mine\", \"Endpoints\": {\"docker\": {\"Host\": \"unix://%s\"}}}",
		socket);
	cleanup_free char *meta_other = xasprintf(
		"{\"Name\": \"other\", \"Endpoints\": {\"docker\": {\"Host\": \"unix://%s\"}}}",
		other);

	setenv("DOCKER_CONFIG", config, 1);
	write_file("config/contexts/meta/aa/meta.json", "{broken");
	write_file("config/contexts/meta/bb/meta.json", meta);
	write_file("config/contexts/meta/cc/meta.json", meta_other);
	write_file("config/contexts/meta/dd/meta.json",
		"{\"Name\": \"far\", \"Endpoints\": {\"docker\": {\"Host\": \"ssh://there\"}}}");
	write_file("config/contexts/meta/ee/meta.json", "{\"Name\": \"kube\", \"Endpoints\": {}}");
	write_file("config/config.json", "{\"currentContext\": \"mine\"}");
	finds(NULL, socket, "docker context mine", "context: the current one of config.json");
	setenv("DOCKER_CONTEXT", "other", 1);
	finds(NULL, other, "docker context other", "context: DOCKER_CONTEXT goes first");
	setenv("DOCKER_CONTEXT", "far", 1);
	fails(NULL, EXIT_REFUSED, "docker context far names an engine behind ssh://",
		"context: a remote one is refused");
	setenv("DOCKER_CONTEXT", "kube", 1);
	fails(NULL, EXIT_REFUSED, "docker context kube",
		"context: one without an engine is refused");
	setenv("DOCKER_CONTEXT", "gone", 1);
	fails(NULL, EXIT_CONFIG, "no such docker context 'gone'",
		"context: an unknown one is an error");
	unsetenv("DOCKER_CONTEXT");
	write_file("config/config.json", "{\"currentContext\": \"gone\"}");
	fails(NULL, EXIT_CONFIG, "no such docker context 'gone'", "context: also in config.json");
	write_file("config/config.json", "{\"currentContext\": ");
	setenv("DOCKER_CONTEXT", "mine", 1);
	finds(NULL, socket, "docker context mine",
		"context: config.json is not read when not needed");
	unsetenv("DOCKER_CONTEXT");
}

static void test_products(void)
{
	cleanup_free char *home = in_folder("home"), *run = in_folder("run");
	cleanup_free char *orbstack = NULL, *podman = NULL;

	unsetenv("DOCKER_CONFIG");
	write_file("home/.docker/config.json", "{\"currentContext\": \"default\"}");
	write_file("home/.orbstack/run/x", "");
	write_file("run/podman/x", "");
	setenv("HOME", home, 1);
	setenv("XDG_RUNTIME_DIR", run, 1);
	if (fs_exists("/var/run/docker.sock")) {
		finds(NULL, "/var/run/docker.sock", "the default socket",
			"place: the default socket");
		skip("place: the sockets of products", "this host has the default one");
		return;
	}
	fails(NULL, EXIT_UNAVAILABLE, "no engine socket found", "place: none");
	orbstack = make_socket("home/.orbstack/run/docker.sock");
	finds(NULL, orbstack, "the socket of OrbStack",
		"place: a product's, the context \"default\" is none");
	podman = make_socket("run/podman/podman.sock");
	finds(NULL, podman, "the socket of Podman", "place: the first that exists");
	setenv("XDG_RUNTIME_DIR", "run", 1);
	finds(NULL, orbstack, "the socket of OrbStack", "place: a relative folder is ignored");
	unsetenv("HOME");
	fails(NULL, EXIT_UNAVAILABLE, "no engine socket found", "place: no HOME");
}

int main(void)
{
	cleanup_free char *socket = NULL;

	unsetenv("DOCKER_HOST");
	unsetenv("DOCKER_CONTEXT");
	unsetenv("DOCKER_CONFIG");
	if (mkdtemp(folder) == NULL || chdir(folder) != 0)
		return EXIT_OS;
	socket = make_socket("docker.sock");
	test_chosen(socket);
	test_place();
	test_docker_host(socket);
	test_context(socket);
	test_products();
	if (chdir("/") == 0) {
		cleanup_free char *command = xasprintf("rm -rf '%s'", folder);

		if (system(command) != 0)
			return EXIT_OS;
	}
	return done_testing();
}
