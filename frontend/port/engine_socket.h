/* Where the Docker engine listens: the one socket that all calls and the docker CLI use. */
#ifndef PORT_ENGINE_SOCKET_H
#define PORT_ENGINE_SOCKET_H

struct error;
struct strv;

struct engine_socket {
	char *path; /* absolute */
	char *rule; /* why this one: "--engine", "DOCKER_HOST", "docker context colima" ... */
};

#define ENGINE_SOCKET_INIT \
	{                  \
		NULL, NULL \
	}
#define cleanup_engine_socket __attribute__((cleanup(engine_socket_clear)))

/* Finds the socket. The first rule that names one decides, also when nothing listens there:
 *   CHOSEN (a path or unix://PATH, NULL = not chosen), which CHOSEN_BY names in messages
 *   DOCKER_HOST
 *   the docker context: DOCKER_CONTEXT, else currentContext of docker's config.json
 *   /var/run/docker.sock, then the sockets of the known products: the first that exists
 * Anything but a unix socket is refused (EXIT_REFUSED): a remote engine cannot publish on this
 * loopback. So is one that does not belong to root or this user, that everyone may connect to, or that
 * others can exchange by a folder or link on the way. A path that is no socket, or too long to be one:
 * EXIT_UNAVAILABLE. Sends nothing. */
int engine_socket_find(
	const char *chosen, const char *chosen_by, struct engine_socket *ret, struct error *err);

/* The default socket and those of the known products that exist. */
void engine_socket_known(struct strv *ret);

void engine_socket_clear(struct engine_socket *socket);

#endif
