/* The words of caller's command line. */
#define _GNU_SOURCE
#include "caller.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct {
	const char *name;
	int resource;
} resources[] = {
	{"as", RLIMIT_AS},
	{"core", RLIMIT_CORE},
	{"cpu", RLIMIT_CPU},
	{"data", RLIMIT_DATA},
	{"fsize", RLIMIT_FSIZE},
	{"locks", RLIMIT_LOCKS},
	{"memlock", RLIMIT_MEMLOCK},
	{"msgqueue", RLIMIT_MSGQUEUE},
	{"nice", RLIMIT_NICE},
	{"nofile", RLIMIT_NOFILE},
	{"nproc", RLIMIT_NPROC},
	{"rss", RLIMIT_RSS},
	{"rtprio", RLIMIT_RTPRIO},
	{"rttime", RLIMIT_RTTIME},
	{"sigpending", RLIMIT_SIGPENDING},
	{"stack", RLIMIT_STACK},
};

/* user=UID:GID:GROUP,GROUP */
static void read_user(struct plan *plan, char *text)
{
	char *part = strsep(&text, ":");

	plan->have_user = true;
	plan->uid = (uid_t)strtoul(part, NULL, 10);
	part = strsep(&text, ":");
	plan->gid = part != NULL ? (gid_t)strtoul(part, NULL, 10) : 0;
	while ((part = strsep(&text, ",")) != NULL && plan->group_count < MANY)
		if (*part != '\0')
			plan->groups[plan->group_count++] = (gid_t)strtoul(part, NULL, 10);
}

/* limit=NAME:BYTES, soft and hard */
static void read_limit(struct plan *plan, const char *text)
{
	const char *colon = strchr(text, ':');
	rlim_t value;

	if (colon == NULL || plan->limit_count == MANY)
		broken(text);
	value = strcmp(colon + 1, "unlimited") == 0 ? RLIM_INFINITY : strtoull(colon + 1, NULL, 10);
	for (size_t i = 0; i < sizeof(resources) / sizeof(resources[0]); i++)
		if (strncmp(text, resources[i].name, (size_t)(colon - text)) == 0 &&
			resources[i].name[colon - text] == '\0') {
			plan->limits[plan->limit_count++] =
				(struct limit){resources[i].resource, {value, value}};
			return;
		}
	broken(text);
}

/* fake=CALL:ERRNO or fake=CALL@ARG=VALUE:ERRNO, all numbers */
static void read_fake(struct plan *plan, const char *text)
{
	struct fake fake = {.arg = -1};

	if (plan->fake_count == MANY ||
		(sscanf(text, "%u@%d=%x:%u", &fake.call, &fake.arg, &fake.value, &fake.errno_) !=
				4 &&
			(fake.arg = -1, sscanf(text, "%u:%u", &fake.call, &fake.errno_) != 2)))
		broken(text);
	plan->fakes[plan->fake_count++] = fake;
}

/* at=FIRST-LAST:ACT, at=N:ACT, at=sCALL:ACT, at=iCOMMAND:ACT (an ioctl, in hex). ACT: kill, keys, run=LINE, park=LINE,
 * swap=CALL[,ARGUMENT]. */
static void read_stop(struct stop *stop, const char *text)
{
	const char *act = strchr(text, ':');

	if (act == NULL)
		broken(text);
	if (*text == 's') {
		stop->nr = strtol(text + 1, NULL, 10);
	} else if (*text == 'i') {
		stop->nr = 16; /* ioctl; these tests are for x86-64 */
		stop->command = strtol(text + 1, NULL, 16);
	} else if (sscanf(text, "%ld-%ld", &stop->from, &stop->to) != 2) {
		stop->from = stop->to = strtol(text, NULL, 10);
	}
	act++;
	stop->act = strcmp(act, "kill") == 0        ? ACT_KILL
		    : strcmp(act, "keys") == 0      ? ACT_KEYS
		    : strncmp(act, "run=", 4) == 0  ? ACT_RUN
		    : strncmp(act, "park=", 5) == 0 ? ACT_PARK
		    : strncmp(act, "swap=", 5) == 0 ? ACT_SWAP
						    : ACT_NONE;
	stop->what = strchr(act, '=');
	if (stop->act == ACT_NONE)
		broken(text);
	if (stop->what != NULL)
		stop->what++;
}

/* VALUE of "NAME=VALUE" when WORD begins so. */
static char *value_of(char *word, const char *name)
{
	size_t len = strlen(name);

	return strncmp(word, name, len) == 0 && word[len] == '=' ? word + len + 1 : NULL;
}

void plan_word(struct plan *plan, char *word)
{
	const struct {
		const char *name;
		bool *set;
	} flags[] = {
		{"argc0", &plan->argc0},
		{"blocked", &plan->blocked},
		{"byfd", &plan->by_fd},
		{"envbig", &plan->env_big},
		{"envnull", &plan->env_null},
		{"ignored", &plan->ignored},
		{"lazy", &plan->lazy},
		{"leave", &plan->leave},
		{"manyfds", &plan->many_fds},
		{"memfd", &plan->memfd},
		{"nnp", &plan->no_new_privs},
		{"pending", &plan->pending},
		{"session", &plan->session},
		{"timers", &plan->timers},
		{"traced", &plan->traced},
		{"tty", &plan->tty},
	};
	const struct {
		const char *name;
		const char **set;
	} texts[] = {
		{"argv0", &plan->argv0},
		{"cgroup", &plan->cgroup},
		{"chdir", &plan->chdir},
		{"chroot", &plan->chroot},
		{"closed", &plan->closed},
		{"err", &plan->err},
		{"in", &plan->in},
		{"out", &plan->out},
	};
	char *value;

	for (size_t i = 0; i < sizeof(flags) / sizeof(flags[0]); i++)
		if (strcmp(word, flags[i].name) == 0) {
			*flags[i].set = true;
			return;
		}
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		if ((value = value_of(word, texts[i].name)) != NULL) {
			*texts[i].set = value;
			return;
		}
	if ((value = value_of(word, "user")) != NULL)
		read_user(plan, value);
	else if ((value = value_of(word, "limit")) != NULL)
		read_limit(plan, value);
	else if ((value = value_of(word, "fake")) != NULL)
		read_fake(plan, value);
	else if ((value = value_of(word, "at")) != NULL)
		read_stop(&plan->stop, value);
	else if ((value = value_of(word, "env")) != NULL && plan->env_count < MANY - 1)
		plan->env[plan->env_count++] = value;
	else if ((value = value_of(word, "personality")) != NULL)
		plan->personality = strtol(value, NULL, 16);
	else if ((value = value_of(word, "bound")) != NULL)
		plan->bound = strtol(value, NULL, 10);
	else if ((value = value_of(word, "seconds")) != NULL)
		plan->seconds = strtol(value, NULL, 10);
	else
		errno = EINVAL, broken(word);
}
