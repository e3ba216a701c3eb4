/* The engine's API against a real dockerd: run by engine_native.t inside the engine's network
 * namespace, with its socket, that of a second engine in the same namespace, and a folder. */
#include <netinet/in.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "addr.h"
#include "buf.h"
#include "cancel.h"
#include "clock.h"
#include "engine.h"
#include "engine_container.h"
#include "engine_image.h"
#include "engine_network.h"
#include "engine_socket.h"
#include "err.h"
#include "fs.h"
#include "mem.h"
#include "num.h"
#include "tap.h"

#define PORT 8888
#define SUBNET "10.213.1.0/28"
#define GATEWAY "10.213.1.1"

enum { PARALLEL = 8 };

static const struct strv no_mounts = STRV_INIT;

static struct engine_socket where = {NULL, (char *)"--engine"};

/* A test that needs the success of a step. */
static bool did(int result, const struct error *err, const char *name)
{
	ok(result == 0, "%s", name);
	if (result != 0)
		printf("#   %s\n", err->message);
	return result == 0;
}

static struct engine *connect_engine(void)
{
	cleanup_error struct error err = ERROR_INIT;
	struct engine *engine = NULL;

	if (engine_open(&where, &engine, &err) != 0) {
		err_print(&err, stdout);
		exit(EXIT_BAD);
	}
	return engine;
}

/* A listener on 127.0.0.16, -1 when the port is taken. */
static int listen_on_alias(uint16_t port)
{
	struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(port)};
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	address.sin_addr.s_addr = htonl(0x7f000010);
	if (bind(fd, (struct sockaddr *)&address, sizeof(address)) == 0 && listen(fd, 1) == 0)
		return fd;
	close(fd);
	return -1;
}

/* What a connection to 127.0.0.16:PORT answers to an HTTP request. */
static char *ask_alias(uint16_t port)
{
	struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(port)};
	struct timeval patience = {5, 0};
	cleanup_fd int fd = socket(AF_INET, SOCK_STREAM, 0);
	static const char request[] = "GET / HTTP/1.0\r\n\r\n";
	char reply[64] = "";

	address.sin_addr.s_addr = htonl(0x7f000010);
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
	if (connect(fd, (struct sockaddr *)&address, sizeof(address)) != 0 ||
		write(fd, request, sizeof(request) - 1) < 0 ||
		read(fd, reply, sizeof(reply) - 1) <= 0)
		return xstrdup("");
	return xstrdup(reply);
}

static json_t *body_of(const char *network, uint16_t host_port)
{
	cleanup_free char *port = host_port ? xasprintf("%u", host_port) : xstrdup("");

	return json_pack("{s:s, s:[s,s,s,s,s,s], s:{s:s}, s:{s:{}},"
			 "s:{s:s, s:{s:[{s:s, s:s}]}, s:b, s:{s:s}}}",
		"Image", "tiny", "Cmd", "/bin/sh", "-c",
		"echo hello; echo oops >&2; exec httpd -f -p 8888", "x", "y", "z", "Labels",
		"io.bot-bottle.alias", "127.0.0.16", "ExposedPorts", "8888/tcp", "HostConfig",
		"NetworkMode", network, "PortBindings", "8888/tcp", "HostIp", "127.0.0.16",
		"HostPort", port, "AutoRemove", 0, "RestartPolicy", "Name", "no");
}

static void test_info(struct engine *engine)
{
	cleanup_error struct error err = ERROR_INIT;
	const struct engine_info *info = NULL;

	if (!did(engine_ask_info(engine, &info, &err), &err, "info: asked"))
		return;
	ok(info->version[0] >= '1' && info->version[0] <= '9', "info: version %s", info->version);
	ok(engine_api_minor(engine) >= 40, "info: API 1.%u", engine_api_minor(engine));
	is_str(info->os, "linux", "info: os");
}

static void test_network(struct engine *engine)
{
	cleanup_error struct error err = ERROR_INIT;
	cleanup_engine_networks struct engine_networks list = ENGINE_NETWORKS_INIT;
	json_auto_t *labels = json_pack("{s:s}", "io.bot-bottle.slug", "web");
	cleanup_free char *id = NULL, *second = NULL;
	const struct engine_network *holder;

	if (!did(engine_network_create(engine, "bottle-one", SUBNET, GATEWAY, labels, &id, &err),
		    &err, "network: created with the explicit subnet"))
		return;
	ok(engine_network_create(engine, "bottle-two", SUBNET, GATEWAY, labels, &second, &err) != 0,
		"network: the same subnet again is refused");
	is_int(engine_fault(engine), ENGINE_FAULT_OVERLAP, "network: ... as an overlap");
	ok(engine_network_create(
		   engine, "bottle-two", "10.213.0.0/20", GATEWAY, labels, &second, &err) != 0 &&
			engine_fault(engine) == ENGINE_FAULT_OVERLAP,
		"network: and so is a wider one");
	ok(engine_network_create(engine, "bottle-one", "10.213.2.0/28", "10.213.2.1", labels,
		   &second, &err) != 0 &&
			engine_fault(engine) == ENGINE_FAULT_NAME_TAKEN,
		"network: the same name on another subnet is refused as such");
	if (did(engine_network_list(engine, &list, &err), &err, "network: list")) {
		holder = engine_network_holder(&list, SUBNET);
		is_str(holder ? holder->id : NULL, id, "network: who holds the subnet");
		is_str(holder ? engine_network_label(holder, "io.bot-bottle.slug") : NULL, "web",
			"network: its label");
		ok(holder && json_is_false(json_object_get(holder->json, "EnableIPv6")),
			"network: no IPv6");
	}
	is_int(engine_network_remove(engine, id, &err), 0, "network: remove");
	is_int(engine_network_remove(engine, id, &err), 0, "network: remove again");
	is_int(engine_network_remove(engine, "bottle-two", &err), 0,
		"network: what was refused left nothing");
}

/* Children that create the same subnet at the same time, each over a connection of its own. */
static void test_race(void)
{
	int won = 0, overlapped = 0, gate[2];
	pid_t pids[PARALLEL];

	if (pipe(gate) != 0)
		exit(EXIT_OS);
	fflush(stdout);
	for (int i = 0; i < PARALLEL; i++) {
		pids[i] = fork();
		if (pids[i] == 0) {
			struct error err = ERROR_INIT;
			struct engine *engine = connect_engine();
			char *name = xasprintf("bottle-race-%d", i), *id = NULL, go;

			close(gate[1]);
			if (read(gate[0], &go, 1) < 0)
				_exit(3);
			if (engine_network_create(engine, name, SUBNET, GATEWAY, NULL, &id, &err) ==
				0)
				_exit(0);
			_exit(engine_fault(engine) == ENGINE_FAULT_OVERLAP ? 1 : 2);
		}
	}
	clock_sleep_ms(300); /* all are connected and wait at the gate */
	close(gate[0]);
	close(gate[1]);
	for (int i = 0; i < PARALLEL; i++) {
		int status = 0;

		waitpid(pids[i], &status, 0);
		won += WIFEXITED(status) && WEXITSTATUS(status) == 0;
		overlapped += WIFEXITED(status) && WEXITSTATUS(status) == 1;
	}
	is_int(won, 1, "race: one of eight parallel creates wins");
	is_int(overlapped, PARALLEL - 1, "race: the others are told of the overlap");
}

static void remove_race(struct engine *engine)
{
	cleanup_error struct error err = ERROR_INIT;
	int removed = 0;

	for (int i = 0; i < PARALLEL; i++) {
		cleanup_free char *name = xasprintf("bottle-race-%d", i);

		removed += engine_network_remove(engine, name, &err) == 0;
	}
	is_int(removed, PARALLEL, "race: removed, winner or not");
}

static void test_container(struct engine *engine)
{
	cleanup_error struct error err = ERROR_INIT;
	cleanup_engine_container struct engine_container web = ENGINE_CONTAINER_INIT;
	cleanup_engine_container struct engine_container gone = ENGINE_CONTAINER_INIT;
	cleanup_engine_containers struct engine_containers list = ENGINE_CONTAINERS_INIT;
	json_auto_t *body = body_of("bottle-one", PORT);
	cleanup_free char *network = NULL, *id = NULL, *other = NULL, *log = NULL, *page = NULL;
	int busy;

	if (!did(engine_network_create(engine, "bottle-one", SUBNET, GATEWAY, NULL, &network, &err),
		    &err, "container: a network for it") ||
		!did(engine_container_create(engine, "bot-bottle-sidecars-web", body, &id, &err),
			&err, "container: create"))
		return;
	ok(engine_container_create(engine, "bot-bottle-sidecars-web", body, &other, &err) != 0 &&
			engine_fault(engine) == ENGINE_FAULT_NAME_TAKEN,
		"container: the name again is refused as such");

	busy = listen_on_alias(PORT);
	ok(busy >= 0, "container: someone listens on 127.0.0.16:8888");
	ok(engine_container_start(engine, id, &err) != 0 &&
			engine_fault(engine) == ENGINE_FAULT_PORT_BUSY,
		"container: start says that the port is busy");
	printf("# %s\n", err.message ? err.message : "");
	close(busy);
	did(engine_container_start(engine, id, &err), &err,
		"container: started once the port is free");
	is_int(engine_container_start(engine, id, &err), 0, "container: start again");

	if (did(engine_container_inspect(engine, id, &web, &err), &err, "container: inspect")) {
		is_str(web.state, "running", "container: it runs");
		is_str(web.name, "bot-bottle-sidecars-web", "container: its name");
		is_int((long long)web.port_count, 1, "container: one published port");
		is_str(web.port_count ? web.ports[0].host_ip : NULL, "127.0.0.16",
			"container: ... on the alias");
		is_int(web.port_count ? web.ports[0].host_port : 0, PORT,
			"container: ... and its number");
		is_str(web.binding_count ? web.bindings[0].host_ip : NULL, "127.0.0.16",
			"container: as was asked for");
	}
	for (int tries = 0; tries < 50; tries++) {
		free(page);
		page = ask_alias(PORT);
		if (page[0] != '\0')
			break;
		clock_sleep_ms(50);
	}
	ok(strncmp(page, "HTTP/1.", 7) == 0, "container: answers on the alias");
	ok(listen_on_alias(PORT) < 0, "container: the port is taken");

	if (did(engine_container_list(engine, "bot-bottle-sidecars-", NULL, &list, &err), &err,
		    "container: list by name")) {
		is_int((long long)list.count, 1, "container: found");
		is_str(list.count ? list.item[0].id : NULL, id, "container: ... the same");
		is_str(list.count && list.item[0].port_count ? list.item[0].ports[0].host_ip : NULL,
			"127.0.0.16", "container: ... with its published port");
		is_str(list.count ? engine_container_label(&list.item[0], "io.bot-bottle.alias")
				  : NULL,
			"127.0.0.16", "container: ... and label");
	}
	engine_containers_clear(&list);
	is_int(engine_container_list(engine, NULL, "io.bot-bottle.alias=127.0.0.17", &list, &err),
		0, "container: list by another label");
	is_int((long long)list.count, 0, "container: not found by it");

	if (did(engine_container_logs(engine, id, 10, 4096, &log, &err), &err, "container: logs"))
		ok(strstr(log, "hello\n") && strstr(log, "oops\n"), "container: both streams");
	ok(engine_network_remove(engine, network, &err) != 0 &&
			engine_fault(engine) == ENGINE_FAULT_IN_USE,
		"network: not removed while the container is attached");
	is_int(engine_container_remove(engine, id, &err), 0, "container: remove while it runs");
	is_int(engine_container_remove(engine, id, &err), 0, "container: remove again");
	is_int(engine_container_remove(engine, "bot-bottle-sidecars-web", &err), 0,
		"container: and by name");
	ok(engine_container_inspect(engine, id, &gone, &err) != 0 &&
			engine_fault(engine) == ENGINE_FAULT_MISSING,
		"container: gone");
	is_int(engine_network_remove(engine, network, &err), 0, "network: removed last");
	busy = listen_on_alias(PORT);
	ok(busy >= 0, "container: the port is free again");
	close(busy);
}

/* Two removals of one container at once: the slower one meets "removal in progress" or nothing. */
static void test_remove_race(struct engine *engine)
{
	cleanup_error struct error err = ERROR_INIT;
	json_auto_t *body = body_of("none", 0);
	cleanup_free char *id = NULL;
	int status = 0;
	pid_t pid;

	json_object_del(json_object_get(body, "HostConfig"), "PortBindings");
	if (!did(engine_container_create(engine, "bottle-race", body, &id, &err), &err,
		    "remove race: create") ||
		!did(engine_container_start(engine, id, &err), &err, "remove race: start"))
		return;
	fflush(stdout);
	pid = fork();
	if (pid == 0) {
		struct error child_err = ERROR_INIT;
		struct engine *own = connect_engine();

		_exit(engine_container_remove(own, id, &child_err) == 0 ? 0 : 1);
	}
	is_int(engine_container_remove(engine, id, &err), 0, "remove race: one succeeds");
	waitpid(pid, &status, 0);
	is_int(status, 0, "remove race: the other too");
}

static void test_missing_image(struct engine *engine)
{
	cleanup_error struct error err = ERROR_INIT;
	cleanup_free char *id = NULL;
	json_auto_t *body = json_pack("{s:s}", "Image", "nobody/none:1");

	ok(engine_container_create(engine, "bottle-none", body, &id, &err) != 0 &&
			engine_fault(engine) == ENGINE_FAULT_MISSING,
		"container: no image is told apart");
	printf("# %s\n", err.message ? err.message : "");
}

static void test_image(struct engine *engine, const char *folder)
{
	cleanup_error struct error err = ERROR_INIT;
	cleanup_engine_image struct engine_image image = ENGINE_IMAGE_INIT,
						 built = ENGINE_IMAGE_INIT;
	cleanup_free char *archive = xasprintf("%s/tiny.tar", folder);
	cleanup_free char *dockerfile = xasprintf("%s/Dockerfile", folder);
	static const char good[] = "FROM tiny\nENV BUILT=yes\nUSER 1000:1000\n";
	static const char bad[] = "FROM tiny\nRUN false\n";
	const struct engine_build first = {dockerfile, folder, "built:1", "Dockerfile"},
				  second = {dockerfile, folder, "built:2", "a/Dockerfile"};
	struct stat st;

	if (!did(engine_image_inspect(engine, "tiny", &image, &err), &err, "image: inspect"))
		return;
	is_int((long long)strlen(image.id), 71, "image: an id of sha256");
	is_str(image.os, "linux", "image: os");
	is_str(image.cmd.count == 2 ? image.cmd.item[0] : NULL, "/bin/sleep", "image: command");
	is_str(engine_image_label(&image, "test.of"), "bottle", "image: label");
	ok(strv_has(&image.env, "FLAVOUR=plain"), "image: environment");
	ok(engine_image_inspect(engine, "nobody/none:1", &built, &err) != 0 &&
			engine_fault(engine) == ENGINE_FAULT_MISSING,
		"image: a missing one is told apart");

	did(engine_image_save(engine, &no_mounts, "tiny", archive, &err), &err, "image: save");
	ok(stat(archive, &st) == 0 && st.st_size > 100000 && (st.st_mode & 0777) == 0600,
		"image: saved, for us alone");
	ok(engine_image_save(engine, &no_mounts, "tiny", archive, &err) != 0,
		"image: save does not overwrite");
	unlink(archive);
	ok(engine_image_save(engine, &no_mounts, "nobody/none:1", archive, &err) != 0 &&
			!fs_exists(archive),
		"image: a failed save leaves nothing");
	printf("# %s\n", err.message ? err.message : "");

	if (fs_write(dockerfile, good, sizeof(good) - 1, &err) == 0 &&
		did(engine_image_build(engine, &no_mounts, &first, NULL, &err), &err,
			"image: build") &&
		did(engine_image_inspect(engine, "built:1", &built, &err), &err,
			"image: what was built")) {
		is_str(built.user, "1000:1000", "image: its user");
		ok(strv_has(&built.env, "BUILT=yes"), "image: its environment");
	}
	if (fs_write(dockerfile, bad, sizeof(bad) - 1, &err) == 0)
		ok(engine_image_build(engine, &no_mounts, &second, NULL, &err) != 0 &&
				err.code == EXIT_DATA && err_find_note(&err, "output") != NULL,
			"image: a failed build shows its output");
	ok(strstr(err_find_note(&err, "output"), "RUN false") != NULL,
		"image: ... with the failing step");
	ok(strstr(err.message, "build a/Dockerfile: ") != NULL, "image: ... by the user's name");
	unlink(dockerfile);
}

/* The lock of the lease is per engine, the loopback per host: what two engines cannot share is a
 * port. */
static void test_two_engines(struct engine *engine, const char *other_socket)
{
	cleanup_error struct error err = ERROR_INIT;
	struct engine_socket other_where = {(char *)other_socket, (char *)"--engine"};
	struct engine *engines[2] = {engine, NULL};
	char *networks[2] = {NULL, NULL}, *ids[2] = {NULL, NULL};

	if (!did(engine_open(&other_where, &engines[1], &err), &err, "two engines: both answer"))
		return;
	for (int i = 0; i < 2; i++) {
		json_auto_t *body = body_of("bottle-both", PORT);

		did(engine_network_create(
			    engines[i], "bottle-both", SUBNET, GATEWAY, NULL, &networks[i], &err),
			&err, "two engines: each accepts the claim");
		did(engine_container_create(engines[i], "bottle-both", body, &ids[i], &err), &err,
			"two engines: each creates the bundle");
	}
	did(engine_container_start(engines[0], ids[0], &err), &err,
		"two engines: the first starts");
	ok(engine_container_start(engines[1], ids[1], &err) != 0 &&
			engine_fault(engines[1]) == ENGINE_FAULT_PORT_BUSY,
		"two engines: the second cannot bind the port");
	for (int i = 0; i < 2; i++) {
		is_int(engine_container_remove(engines[i], ids[i], &err), 0,
			"two engines: removed");
		is_int(engine_network_remove(engines[i], networks[i], &err), 0,
			"two engines: removed");
		free(networks[i]);
		free(ids[i]);
	}
	engine_free(engines[1]);
}

int main(int argc, char **argv)
{
	struct engine *engine;
	int64_t began;

	if (argc != 4) {
		printf("1..0 # SKIP run by engine_native.t\n");
		return 0;
	}
	cancel_init();
	where.path = argv[1];
	began = clock_us();
	engine = connect_engine();
	printf("# connected in %lld us\n", (long long)(clock_us() - began));
	test_info(engine);
	test_network(engine);
	test_race();
	remove_race(engine);
	test_container(engine);
	test_remove_race(engine);
	test_missing_image(engine);
	test_two_engines(engine, argv[2]);
	test_image(engine, argv[3]);
	engine_free(engine);
	return done_testing();
}
