/* `crossgate migrate`: moves a store to another place while it is served, and shows how far it is. */
#include <argp.h>
#include <inttypes.h>
#include <pthread.h>
#include <signal.h>
#include <unistd.h>

#include "common/terminal.h"
#include "gateway/command.h"
#include "storage/catalog_freeze.h"
#include "storage/migrate.h"

enum {
	FLAG_FROM = 1000,
	FLAG_TO,
	FLAG_UNDO,
	FLAG_BLOBS
};

#define BLOBS_AT_ONCE 8

static const struct argp_option flags[] = {
	{ "from", FLAG_FROM, "URL", 0, "The store that is there: local:DIR or rados:POOL?…", 0 },
	{ "to", FLAG_TO, "URL", 0,
	    "The store that is to be: a new one, or what a migration that was stopped has left", 0 },
	{ "blobs-at-once", FLAG_BLOBS, "N", 0, "How many large objects are copied at the same time [8]", 0 },
	{ "undo", FLAG_UNDO, NULL, 0, "Make the store of --from writable again", 0 },
	{ 0 },
};

static const char doc[] =
    "Move a store to another place, such as a Ceph cluster, while gateways serve from it.\v"
    "Everything is copied and read back, in passes, until little is left to do. Then the store becomes read-only: clients "
    "that write get 503 and try again, readers notice nothing. A last pass follows, and the new store can be served; the "
    "seconds that this took are printed. The old one stays read-only.\n\n"
    "Until the end nothing serves from the new store. What was stopped, or killed, goes on where it was when it is begun "
    "again; when the source was read-only by then, --undo makes it writable again instead. Something of the source that "
    "cannot be read is told of, and the store is not moved until that has been restored or deleted.\n\n"
    "--undo after clients have written to the new store is no way back: what they wrote is there alone. Move that store "
    "in the other direction then, into an empty folder or pool.";

struct arguments {
	const char *from, *to;
	unsigned blobs_at_once;
	bool undo;
};

static error_t
parse_argument(int key, char *value, struct argp_state *state)
{
	struct arguments *a = state->input;
	uint64_t number;

	switch (key) {
	case FLAG_FROM:
		a->from = value;
		return 0;
	case FLAG_TO:
		a->to = value;
		return 0;
	case FLAG_UNDO:
		a->undo = true;
		return 0;
	case FLAG_BLOBS:
		if (!slice_to_number(slice_from(value), MIGRATE_BLOBS_AT_ONCE_MAX, &number) || number == 0)
			argp_error(state, "--blobs-at-once: '%s' is no number from 1 to %d", value,
			    MIGRATE_BLOBS_AT_ONCE_MAX);
		a->blobs_at_once = (unsigned)number;
		return 0;
	case ARGP_KEY_ARG:
		argp_error(state, "what is '%s'?", value);
		return 0;
	case ARGP_KEY_END:
		if (!a->from || (a->undo ? !!a->to : !a->to))
			argp_error(state,
			    a->undo ? "--undo needs --from URL alone" : "--from URL and --to URL are needed");
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

/* The way back. */

static int
undo(TALLOC_CTX *mem, const char *url)
{
	struct opened opened;
	enum store_err err;

	if (!command_open(mem, url, false, &opened))
		return EXIT_FAILED;
	err = catalog_thaw(opened.catalog);
	command_close(&opened);
	if (err)
		return command_fail(EXIT_FAILED, "%s: cannot make it writable: %s", url, store_err_name(err));
	printf("%s is writable\n", url);
	return EXIT_OK;
}

/* Progress: a line of standard error each second, on a terminal always the same one. */

struct watch {
	const struct migrate_progress *progress;
	bool on_terminal;
	pthread_t thread;
	struct {
		pthread_mutex_t mutex; /* taken alone */
		pthread_cond_t ending_cond;
		bool ending;
	} locked;
};

static void
show(const struct watch *watch)
{
	const struct migrate_progress *p = watch->progress;

	fprintf(stderr,
	    "%scrossgate: pass=%u partitions=%" PRIu64 "/%" PRIu64 " compared=%" PRIu64 " changed=%" PRIu64
	    " blobs=%" PRIu64 " bytes=%" PRIu64 " read_only=%s%s",
	    watch->on_terminal ? "\r" : "", p->pass, p->partitions_done, p->partitions, p->records_compared,
	    p->records_changed, p->blobs_copied, p->bytes_copied, p->read_only ? "yes" : "no",
	    watch->on_terminal ? "\033[K" : "\n");
}

static void *
watch_run(void *context)
{
	struct watch *watch = context;

	pthread_mutex_lock(&watch->locked.mutex);
	while (!watch->locked.ending) {
		struct timespec next;

		clock_gettime(CLOCK_REALTIME, &next);
		next.tv_sec++;
		pthread_cond_timedwait(&watch->locked.ending_cond, &watch->locked.mutex, &next);
		show(watch);
	}
	pthread_mutex_unlock(&watch->locked.mutex);
	return NULL;
}

/* False: there is no thread for it, and the migration goes on without. */
static bool
watch_begin(struct watch *watch, const struct migrate_progress *progress)
{
	*watch = (struct watch){ .progress = progress, .on_terminal = isatty(STDERR_FILENO) };
	pthread_mutex_init(&watch->locked.mutex, NULL);
	pthread_cond_init(&watch->locked.ending_cond, NULL);
	return pthread_create(&watch->thread, NULL, watch_run, watch) == 0;
}

static void
watch_end(struct watch *watch)
{
	pthread_mutex_lock(&watch->locked.mutex);
	watch->locked.ending = true;
	pthread_mutex_unlock(&watch->locked.mutex);
	pthread_cond_signal(&watch->locked.ending_cond);
	pthread_join(watch->thread, NULL);
	if (watch->on_terminal)
		fputc('\n', stderr);
}

/* Moving. */

static _Atomic bool stop;

static void
note_signal(int number)
{
	(void)number;
	stop = true;
}

static void
tell(void *context, const char *line)
{
	const struct watch *watch = context;
	char *shown = terminal_line(NULL, slice_from(line));

	fprintf(stderr, "%scrossgate: %s\n", watch->on_terminal ? "\r\033[K" : "", shown);
	talloc_free(shown);
}

static int
end(const struct arguments *a, enum store_err err, const struct migrate_result *result,
    const struct migrate_progress *progress, const char *message)
{
	if (err && result->source_is_read_only)
		return command_fail(EXIT_FAILED,
		    "%s; %s is read-only: begin again, or make it writable with --undo", message, a->from);
	if (err)
		return command_fail(EXIT_FAILED, "%s", message);
	printf("passes: %u\nrecords: %" PRIu64 "\nblobs: %" PRIu64 "\nbytes: %" PRIu64
	       "\nread-only seconds: %.3f\n",
	    progress->pass, progress->records_changed, progress->blobs_copied, progress->bytes_copied,
	    (double)result->read_only_us / 1e6);
	printf("%s is ready to be served. %s stays read-only; crossgate migrate --undo makes it writable again.\n",
	    a->to, a->from);
	return EXIT_OK;
}

static int
migrate(TALLOC_CTX *mem, const struct arguments *a, struct store *from, struct store *to)
{
	struct migrate_progress progress = { 0 };
	struct watch watch;
	const struct migrate_options options = { .from_url = a->from,
		.blobs_at_once = a->blobs_at_once,
		.progress = &progress,
		.stop = &stop,
		.report = tell,
		.context = &watch };
	struct migrate_result result;
	char *message;
	bool watched = watch_begin(&watch, &progress);
	enum store_err err = migrate_run(from, to, &options, mem, &result, &message);

	if (watched)
		watch_end(&watch);
	return end(a, err, &result, &progress, message);
}

static int
open_and_migrate(TALLOC_CTX *mem, const struct arguments *a)
{
	const struct store_options as_reader = { .create = false }, as_server = { .create = true, .serve = true };
	struct store *from, *to;
	char *message;
	int status;

	if (store_open(a->from, &as_reader, mem, &from, &message) != STORE_OK)
		return command_fail(EXIT_FAILED, "%s", message);
	if (store_open(a->to, &as_server, mem, &to, &message) == STORE_OK) {
		status = migrate(mem, a, from, to);
		store_close(to);
	} else {
		status = command_fail(EXIT_FAILED, "%s", message);
	}
	store_close(from);
	return status;
}

int
command_migrate(int argc, char **argv)
{
	const struct argp argp = { .options = flags, .parser = parse_argument, .doc = doc };
	const struct sigaction stopping = { .sa_handler = note_signal, .sa_flags = SA_RESTART };
	TALLOC_CTX *mem = talloc_new(NULL);
	struct arguments a = { .blobs_at_once = BLOBS_AT_ONCE };
	int status;

	argp_err_exit_status = EXIT_USAGE;
	argv[0] = talloc_strdup(mem, "crossgate migrate");
	argp_parse(&argp, argc, argv, 0, NULL, &a);
	sigaction(SIGINT, &stopping, NULL);
	sigaction(SIGTERM, &stopping, NULL);
	status = a.undo ? undo(mem, a.from) : open_and_migrate(mem, &a);
	talloc_free(mem);
	return status;
}
