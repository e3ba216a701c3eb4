/* Images: inspect by the API, build and save by the docker command on the same socket. */
#include "engine_image.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "engine_call.h"
#include "engine_cli.h"
#include "err.h"
#include "mem.h"
#include "plan.h"
#include "proc.h"

enum {
	SAVE_MS = 10 * 60 * 1000,
	BUILD_MS = 30 * 60 * 1000,
	OUTPUT_MAX = 16 << 20,
	TAIL_LINES = 12, /* of a failed build's output that an error shows */
};

static void read_strings(const json_t *array, struct strv *ret)
{
	const json_t *item;
	size_t i;

	json_array_foreach (array, i, item)
		if (json_is_string(item))
			strv_push(ret, json_string_value(item));
}

static void read_image(json_t *document, struct engine_image *ret)
{
	const json_t *config = json_object_get(document, "Config");
	json_int_t size = json_integer_value(json_object_get(document, "Size"));

	*ret = (struct engine_image){
		.id = xstrdup(engine_str(document, "Id")),
		.user = xstrdup(engine_str(config, "User")),
		.folder = xstrdup(engine_str(config, "WorkingDir")),
		.os = xstrdup(engine_str(document, "Os")),
		.arch = xstrdup(engine_str(document, "Architecture")),
		.size = size > 0 ? (uint64_t)size : 0,
		.json = json_incref(document),
	};
	read_strings(json_object_get(config, "Env"), &ret->env);
	read_strings(json_object_get(config, "Entrypoint"), &ret->entrypoint);
	read_strings(json_object_get(config, "Cmd"), &ret->cmd);
}

void engine_image_clear(struct engine_image *image)
{
	free(image->id);
	free(image->user);
	free(image->folder);
	free(image->os);
	free(image->arch);
	strv_clear(&image->env);
	strv_clear(&image->entrypoint);
	strv_clear(&image->cmd);
	json_decref((json_t *)image->json);
	*image = (struct engine_image)ENGINE_IMAGE_INIT;
}

const char *engine_image_label(const struct engine_image *image, const char *key)
{
	const json_t *config = json_object_get(image->json, "Config");

	return json_string_value(json_object_get(json_object_get(config, "Labels"), key));
}

void engine_image_tags(const struct engine_image *image, struct strv *ret)
{
	read_strings(json_object_get(image->json, "RepoTags"), ret);
}

int engine_image_inspect(
	struct engine *engine, const char *image, struct engine_image *ret, struct error *err)
{
	/* As docker's own client: the parts of a name stay as they are. */
	cleanup_free char *escaped = engine_escape(image, "/:@");
	cleanup_free char *path = xasprintf("/images/%s/json", escaped);
	json_auto_t *answer = NULL;
	int status = 0;

	if (image[0] == '\0' || image[0] == '/' || image[0] == '.')
		return err_set(err, EXIT_DATA, "docker: '%s' is not the name of an image", image);
	if (engine_call(engine, "GET", path, NULL, ENGINE_ASK_MS, &status, &answer, err) != 0)
		return -1;
	if (status == 404) {
		err_set(err, EXIT_DATA, "docker: no such image '%s'", image);
		err_note(err, "next", "docker pull %s, or build it: docker build -t %s FOLDER",
			image, image);
		return engine_failed(engine, ENGINE_FAULT_MISSING);
	}
	if (status != 200)
		return engine_refused(engine, ENGINE_FAULT_OTHER, EXIT_UNAVAILABLE, answer, err,
			"inspect the image %s", image);
	if (strncmp(engine_str(answer, "Id"), "sha256:", strlen("sha256:")) != 0)
		return engine_strange(engine, err, "inspect an image");
	read_image(answer, ret);
	return 0;
}

static int save_to(struct engine *engine, const struct strv *mounted, const char *image, int *fd,
	struct error *err)
{
	cleanup_strv struct strv argv = STRV_INIT, env = STRV_INIT;
	cleanup_proc struct proc proc = PROC_INIT;
	struct proc_spec spec = PROC_SPEC_INIT;

	if (engine_cli_begin(engine, mounted, &argv, &env, err) != 0)
		return -1;
	strv_push(&argv, "save");
	strv_push(&argv, "--");
	strv_push(&argv, image);
	if (engine_plan(engine) != NULL) {
		plan_run(engine_plan(engine), "docker", &argv, false);
		return 0;
	}
	spec.argv = &argv;
	spec.env = &env;
	spec.deadline_ms = SAVE_MS;
	spec.stdout_fd = steal_fd(fd);
	if (proc_run(&proc, &spec, err) != 0)
		return err_wrap(err, "docker save %s", image);
	if (proc.exit_code != 0) {
		cleanup_free char *why = proc_last_line(&proc);

		return err_set(err, EXIT_UNAVAILABLE, "docker: save %s: %s", image, why);
	}
	return 0;
}

int engine_image_save(struct engine *engine, const struct strv *mounted, const char *image,
	const char *path, struct error *err)
{
	cleanup_fd int fd = -1;

	if (engine_plan(engine) != NULL)
		return save_to(engine, mounted, image, &fd, err);
	fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (fd < 0)
		return err_errno(err, EXIT_CANTCREATE, "docker: save %s: create %s", image, path);
	if (save_to(engine, mounted, image, &fd, err) != 0) {
		unlink(path);
		return -1;
	}
	return 0;
}

/* Where the last LINES lines of TEXT begin. */
static const char *last_lines(const char *text, int lines)
{
	const char *at = text + strlen(text);

	while (at > text && (at[-1] != '\n' || at[0] == '\0' || --lines > 0))
		at--;
	return at;
}

int engine_image_build(struct engine *engine, const struct strv *mounted,
	const struct engine_build *build, const struct engine_build_watch *watch, struct error *err)
{
	cleanup_strv struct strv argv = STRV_INIT, env = STRV_INIT;
	cleanup_proc struct proc proc = PROC_INIT;
	struct proc_spec spec = PROC_SPEC_INIT;
	cleanup_free char *why = NULL;

	if (engine_cli_begin(engine, mounted, &argv, &env, err) != 0)
		return -1;
	strv_push(&argv, "build");
	strv_pushf(&argv, "--file=%s", build->file);
	strv_pushf(&argv, "--tag=%s", build->tag);
	strv_push(&argv, "--");
	strv_push(&argv, build->context);
	if (engine_plan(engine) != NULL) {
		plan_run(engine_plan(engine), "docker", &argv, false);
		engine_plan(engine)->built = xstrdup(build->tag);
		return 0;
	}
	spec.argv = &argv;
	spec.env = &env;
	spec.deadline_ms = BUILD_MS;
	spec.output_max = OUTPUT_MAX;
	spec.on_output = watch ? watch->output : NULL;
	spec.on_output_arg = watch ? watch->arg : NULL;
	if (proc_run(&proc, &spec, err) != 0)
		return err_wrap(err, "docker build %s", build->named);
	if (proc.exit_code == 0)
		return 0;
	why = proc_last_line(&proc);
	err_set(err, EXIT_DATA, "docker: build %s: %s", build->named, why);
	/* The classic builder writes its steps to stdout, BuildKit all to stderr. */
	if (proc.out.len > 0)
		err_note(err, "output", "%s", last_lines(buf_str(&proc.out), TAIL_LINES));
	if (proc.err.len > 0)
		err_note(err, "output", "%s", last_lines(buf_str(&proc.err), TAIL_LINES));
	return err_note(
		err, "next", "docker build -f %s FOLDER, FOLDER being its own", build->named);
}
