/* Finding and naming the docker command. */
#include "engine_cli.h"

#include <stddef.h>

#include "childenv.h"
#include "engine.h"
#include "err.h"
#include "program.h"
#include "strv.h"

int engine_cli_find(const struct strv *mounted, char **ret, struct error *err)
{
	char *path = NULL;

	if (program_find("docker", mounted, &path, err) != 0)
		return err_wrap(err, "docker");
	if (path != NULL) {
		*ret = path;
		return 0;
	}
	err_set(err, EXIT_UNAVAILABLE, "docker: no docker command in PATH");
	err_note(err, "why",
		"build, save and exec are left to it; it must be a file in an absolute folder that "
		"others cannot write");
	return err_note(
		err, "next", "install docker's command line (Debian: docker.io or docker-cli)");
}

int engine_cli_begin(const struct engine *engine, const struct strv *mounted, struct strv *argv,
	struct strv *env, struct error *err)
{
	char *docker = NULL;

	if (engine_cli_find(mounted, &docker, err) != 0)
		return -1;
	strv_take(argv, docker);
	strv_push(argv, "-H");
	strv_pushf(argv, "unix://%s", engine_socket_path(engine));
	childenv_fill(env, mounted, NULL);
	childenv_pass(env, "DOCKER_CONFIG");
	childenv_pass(env, "SSH_AUTH_SOCK");
	return 0;
}
