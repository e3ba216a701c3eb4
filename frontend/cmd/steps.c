/* Steps as they pass. Two threads write: whoever reports, and the ticker. All that they share is under the lock. */
#include "steps.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "clock.h"
#include "context.h"
#include "err.h"
#include "mem.h"
#include "print.h"
#include "printable.h"
#include "style.h"
#include "terminal.h"

enum {
	SLOW_US = 500000, /* steps below this are not worth a line */
	TICK_NS = 100 * 1000 * 1000,
	COLUMNS = 80, /* where the terminal does not say */
	TIME_COLUMNS = 12,
};

static int columns(void)
{
	int known = terminal_columns(STDERR_FILENO);

	return known > 0 ? known : COLUMNS;
}

/* Ends TEXT (UTF-8) after so many characters. */
static void cut(char *text, int characters)
{
	for (; *text != '\0'; text++)
		if (((unsigned char)*text & 0xc0) != 0x80 && characters-- <= 0) {
			*text = '\0';
			return;
		}
}

static void show_time(int64_t us)
{
	fprintf(stderr, "%s%6.2f s%s", style_begin(stderr, STYLE_DIM), (double)us / 1e6,
		style_end(stderr));
}

static void erase(void)
{
	fputs("\r\033[K", stderr);
}

static void draw(const struct steps *steps)
{
	int64_t us = clock_us() - steps->since;
	bool hinted = steps->hint != NULL && strcmp(steps->hint_step, steps->step) == 0;
	cleanup_free char *line =
		xasprintf("  %-10s %s ...", steps->step, hinted ? steps->hint : steps->what);
	cleanup_free char *clean = printable_line(line);

	cut(clean, columns() - TIME_COLUMNS);
	erase();
	fputs(clean, stderr);
	if (us >= SLOW_US)
		show_time(us);
	fflush(stderr);
}

static int tick(void *arg, struct error *err)
{
	struct steps *steps = arg;

	(void)err;
	pthread_mutex_lock(&steps->lock);
	while (!steps->ending) {
		struct timespec until;

		if (steps->step != NULL)
			draw(steps);
		clock_gettime(CLOCK_REALTIME, &until);
		until.tv_nsec += TICK_NS;
		until.tv_sec += until.tv_nsec / 1000000000;
		until.tv_nsec %= 1000000000;
		pthread_cond_timedwait(&steps->wake, &steps->lock, &until);
	}
	pthread_mutex_unlock(&steps->lock);
	return 0;
}

static void on_begin(void *arg, const char *step, const char *what)
{
	struct steps *steps = arg;

	pthread_mutex_lock(&steps->lock);
	free(steps->what);
	steps->step = step;
	steps->what = xstrdup(what);
	steps->since = clock_us();
	if (steps->live)
		draw(steps);
	pthread_mutex_unlock(&steps->lock);
}

static void on_doing(void *arg, const char *step, const char *what)
{
	struct steps *steps = arg;

	pthread_mutex_lock(&steps->lock);
	free(steps->hint);
	steps->hint_step = step;
	steps->hint = xstrdup(what);
	if (!steps->live)
		print_line(stderr, "  %-10s %s", step, what);
	pthread_mutex_unlock(&steps->lock);
}

static void on_end(void *arg, const char *step, int64_t us)
{
	struct steps *steps = arg;

	pthread_mutex_lock(&steps->lock);
	steps->step = NULL;
	if (steps->live)
		erase();
	if (us >= SLOW_US) {
		fprintf(stderr, "  %-10s ", step);
		show_time(us);
		fputc('\n', stderr);
	}
	pthread_mutex_unlock(&steps->lock);
}

static void on_warn(void *arg, const char *text)
{
	struct steps *steps = arg;

	pthread_mutex_lock(&steps->lock);
	if (steps->live && steps->step != NULL)
		erase();
	print_warning(text);
	pthread_mutex_unlock(&steps->lock);
}

/* Whole lines only: the line of the step under way stands below them. */
static void show_output(struct steps *steps, const char *text, bool last)
{
	char *all = xasprintf("%s%s", steps->rest ? steps->rest : "", text);
	char *end = strrchr(all, '\n');

	free(steps->rest);
	steps->rest = NULL;
	if (end != NULL || (last && *all != '\0')) {
		if (steps->live && steps->step != NULL)
			erase();
		fprintf(stderr, "%.*s", end ? (int)(end + 1 - all) : (int)strlen(all), all);
		if (end == NULL)
			fputc('\n', stderr);
	}
	if (!last)
		steps->rest = xstrdup(end ? end + 1 : all);
	free(all);
}

void steps_output(void *arg, const char *bytes, size_t len)
{
	struct steps *steps = arg;
	cleanup_free char *text = NULL;

	pthread_mutex_lock(&steps->lock);
	text = printable_feed(&steps->foreign, bytes, len);
	show_output(steps, text, false);
	pthread_mutex_unlock(&steps->lock);
}

/* Signals are for the threads that know what to do with them. Without a ticker the time stands still: no harm. */
static void start_ticker(struct steps *steps)
{
	cleanup_error struct error ignored = ERROR_INIT;
	sigset_t all, old;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &old);
	(void)task_start(&steps->ticker, tick, steps, &ignored);
	pthread_sigmask(SIG_SETMASK, &old, NULL);
}

void steps_start(struct steps *steps, struct context *ctx)
{
	ctx->progress = (struct progress){steps, on_begin, on_doing, on_end, on_warn, NULL};
	steps->live = terminal_can_move(STDERR_FILENO);
	if (steps->live)
		start_ticker(steps);
}

void steps_stop(struct steps *steps)
{
	cleanup_error struct error ignored = ERROR_INIT;
	cleanup_free char *rest = NULL;

	pthread_mutex_lock(&steps->lock);
	steps->ending = true;
	pthread_cond_signal(&steps->wake);
	pthread_mutex_unlock(&steps->lock);
	(void)task_join(&steps->ticker, &ignored);
	rest = printable_end(&steps->foreign);
	show_output(steps, rest, true);
	if (steps->live && steps->step != NULL)
		erase();
	steps->step = NULL;
	free(steps->what);
	free(steps->hint);
	steps->what = steps->hint = NULL;
}
