/* Any body, with any of the statuses that engines send, as the answer to each call that reads one. The first byte
 * chooses the call, the second the status. */
#include "engine_call.h"
#include "engine_container.h"
#include "engine_image.h"
#include "engine_network.h"
#include "engine_push.h"
#include "engine_socket.h"
#include "err.h"
#include "fuzz.h"
#include "strv.h"

#define ID "0123456789abcdef"

static const char ping[] = "HTTP/1.1 200 OK\r\nApi-Version: 1.41\r\nContent-Length: 2\r\n\r\nOK";

static void list_containers(struct engine *engine, struct error *err)
{
	cleanup_engine_containers struct engine_containers all = ENGINE_CONTAINERS_INIT;

	if (engine_container_list(engine, "bot-bottle-", NULL, &all, err) != 0)
		return;
	for (size_t i = 0; i < all.count; i++) {
		FUZZ_RULE(engine_id_valid(all.item[i].id));
		FUZZ_RULE(strncmp(all.item[i].name, "bot-bottle-", 11) == 0);
		FUZZ_RULE(all.item[i].image != NULL && all.item[i].state != NULL);
		engine_container_label(&all.item[i], "io.bot-bottle.alias");
	}
}

static void inspect_container(struct engine *engine, struct error *err)
{
	cleanup_engine_container struct engine_container one = ENGINE_CONTAINER_INIT;

	if (engine_container_inspect(engine, ID, &one, err) != 0)
		return;
	FUZZ_RULE(engine_id_valid(one.id));
	for (size_t i = 0; i < one.port_count; i++)
		FUZZ_RULE(strlen(one.ports[i].host_ip) < sizeof(one.ports[i].host_ip));
	engine_container_label(&one, "io.bot-bottle.alias");
	engine_container_env(&one, "BOT_BOTTLE_TOKEN");
}

static void list_networks(struct engine *engine, struct error *err)
{
	cleanup_engine_networks struct engine_networks all = ENGINE_NETWORKS_INIT;

	if (engine_network_list(engine, &all, err) != 0)
		return;
	for (size_t i = 0; i < all.count; i++)
		FUZZ_RULE(engine_id_valid(all.item[i].id));
	engine_network_holder(&all, "10.213.1.0/28");
}

static void inspect_image(struct engine *engine, struct error *err)
{
	cleanup_engine_image struct engine_image image = ENGINE_IMAGE_INIT;

	if (engine_image_inspect(engine, "agent:latest", &image, err) != 0)
		return;
	FUZZ_RULE(strncmp(image.id, "sha256:", 7) == 0);
	engine_image_label(&image, "io.bot-bottle.cap-add");
}

static void create_container(struct engine *engine, struct error *err)
{
	json_auto_t *body = json_object();
	cleanup_free char *id = NULL;

	if (engine_container_create(engine, "bot-bottle-sidecars-web", body, &id, err) == 0)
		FUZZ_RULE(engine_id_valid(id));
}

static void create_network(struct engine *engine, struct error *err)
{
	cleanup_free char *id = NULL;

	if (engine_network_create(engine, "bot-bottle-bundle-web", "10.213.1.0/28", "10.213.1.1",
		    NULL, &id, err) == 0)
		FUZZ_RULE(engine_id_valid(id));
}

static void start_container(struct engine *engine, struct error *err)
{
	engine_container_start(engine, ID, err);
}

static void remove_network(struct engine *engine, struct error *err)
{
	engine_network_remove(engine, ID, err);
}

static void read_logs(struct engine *engine, struct error *err)
{
	cleanup_free char *text = NULL;

	if (engine_container_logs(engine, ID, 10, 512, &text, err) == 0)
		FUZZ_RULE(strlen(text) <= 512 + 64);
}

/* On a connection of its own: an engine is asked once. */
static void ask_info(struct engine *engine, struct error *err)
{
	struct engine_socket socket = {(char *)(uintptr_t)engine_socket_path(engine), (char *)"x"};
	const struct engine_info *info;
	struct engine *other;

	if (engine_open_unagreed(&socket, &other, err) != 0)
		return;
	if (engine_ask_info(other, &info, err) == 0)
		FUZZ_RULE(info->version[0] != '\0' && info->product[0] != '\0');
	engine_free(other);
}

static void ask_clock(struct engine *engine, struct error *err)
{
	int64_t at = 0, took = -1;

	if (engine_ask_clock(engine, &at, &took, err) == 0)
		FUZZ_RULE(took >= 0);
}

static void push_image(struct engine *engine, struct error *err)
{
	char digest[ENGINE_DIGEST_STRLEN] = "";

	if (engine_image_push(engine, "localhost:5000/x", "pack", digest, err) == 0)
		FUZZ_RULE(engine_digest_valid(digest));
	else
		FUZZ_RULE(digest[0] == '\0');
}

/* Only names that end so are touched. */
static void untag_images(struct engine *engine, struct error *err)
{
	cleanup_strv struct strv kept = STRV_INIT;

	engine_image_untag(engine, "/x:pack", &kept, err);
	for (size_t i = 0; i < kept.count; i++) {
		size_t len = strlen(kept.item[i]);

		FUZZ_RULE(len > 7 && strcmp(kept.item[i] + len - 7, "/x:pack") == 0);
	}
}

static void inspect_network(struct engine *engine, struct error *err)
{
	json_t *network = NULL;

	if (engine_network_inspect(engine, ID, &network, err) == 0)
		FUZZ_RULE(network != NULL);
	else
		FUZZ_RULE(network == NULL);
	json_decref(network);
}

static void connect_network(struct engine *engine, struct error *err)
{
	engine_network_connect(engine, ID, ID, "10.213.1.2", err);
}

static void tag_image(struct engine *engine, struct error *err)
{
	engine_image_tag(engine, "sha256:00", "localhost:5000/x", "pack", err);
}

static void list_tags(struct engine *engine, struct error *err)
{
	cleanup_engine_image struct engine_image image = ENGINE_IMAGE_INIT;
	cleanup_strv struct strv names = STRV_INIT;

	if (engine_image_inspect(engine, "agent:latest", &image, err) == 0)
		engine_image_tags(&image, &names);
}

static void (*const calls[])(struct engine *engine, struct error *err) = {list_containers,
	inspect_container, list_networks, inspect_image, create_container, create_network,
	start_container, remove_network, read_logs, ask_info, ask_clock, push_image, untag_images,
	inspect_network, connect_network, tag_image, list_tags};

static const int statuses[] = {200, 201, 202, 204, 304, 400, 404, 409, 500, 503};

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static struct engine *open_engine(struct fuzz_engine *server)
{
	struct engine_socket socket = {server->path, (char *)"--engine"};
	cleanup_error struct error err = ERROR_INIT;
	struct engine *engine;

	fuzz_engine_start(server);
	fuzz_engine_say(server, ping, (const uint8_t *)"", 0);
	FUZZ_RULE(engine_open(&socket, &engine, &err) == 0);
	return engine;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct fuzz_engine server;
	static struct engine *engine;
	char head[200];
	cleanup_error struct error err = ERROR_INIT;
	int status;

	if (size < 2 || size > 65536)
		return 0;
	if (engine == NULL)
		engine = open_engine(&server);
	status = statuses[data[1] % COUNT(statuses)];
	if (status == 204 || status == 304)
		size = 2;
	snprintf(head, sizeof(head),
		"HTTP/1.1 %d X\r\nApi-Version: 1.41\r\nContent-Length: %zu\r\n\r\n", status,
		size - 2);
	fuzz_engine_say(&server, head, data + 2, size - 2);
	calls[data[0] % COUNT(calls)](engine, &err);
	FUZZ_RULE(err.code != EXIT_BUG && err.code != EXIT_DEADLINE);
	return 0;
}
