#include "storage/migrate_private.h"

#include <stdarg.h>

#include "common/clock.h"
#include "storage/catalog_freeze.h"

/* The source becomes read-only when a pass has changed no more than this, or passes no longer become shorter. */
#define FEW_RECORDS 2000
#define FEW_BYTES   (UINT64_C(64) << 20)
#define PASSES_MAX  20

#define SWITCHES_MAX 3 /* tried when somebody makes the source writable meanwhile */

enum store_err
migrate_refuse(struct migration *m, enum store_err err, const char *format, ...)
{
	va_list arguments;

	if (m->message)
		return err;
	va_start(arguments, format);
	m->message = talloc_vasprintf(m->mem, format, arguments);
	va_end(arguments);
	return err;
}

enum store_err
migrate_fail(struct migration *m, enum store_err err, const char *what)
{
	return migrate_refuse(m, err, "%s: %s", what, store_err_name(err));
}

void
migrate_tell(struct migration *m, const char *format, ...)
{
	va_list arguments;
	char *line;

	m->result->unreadable++;
	va_start(arguments, format);
	line = talloc_vasprintf(NULL, format, arguments);
	va_end(arguments);
	if (m->options->report)
		m->options->report(m->options->context, line);
	talloc_free(line);
}

bool
migrate_stopped(const struct migration *m)
{
	return m->options->stop && *m->options->stop;
}

/* A pass, and what comes after one. What cannot be read must not be lost in silence, so it ends the migration. */
static enum store_err
pass(struct migration *m)
{
	enum store_err err;

	m->changed = m->left = m->bytes_copied = 0;
	m->options->progress->pass++;
	err = migrate_pass(m);
	if (!err)
		err = migrate_settle(m);
	if (!err && m->result->unreadable > 0)
		err = migrate_refuse(m, STORE_DAMAGED,
		    "some of the source cannot be read: restore or delete it there, then begin again");
	return err;
}

static enum store_err
passes(struct migration *m)
{
	uint64_t changed_before = UINT64_MAX, copied_before = UINT64_MAX;

	for (int count = 0; count < PASSES_MAX; count++) {
		enum store_err err = pass(m);

		if (err || (m->changed <= FEW_RECORDS && m->bytes_copied <= FEW_BYTES))
			return err;
		if (m->changed > changed_before / 2 && m->bytes_copied > copied_before / 2)
			break;
		changed_before = m->changed;
		copied_before = m->bytes_copied;
	}
	return STORE_OK;
}

/* The last pass, over a source that does not change. STORE_CONFLICT: somebody has made it writable meanwhile */
static enum store_err
last_pass(struct migration *m, struct catalog *source)
{
	enum store_err err = catalog_freeze(source);

	if (err)
		return migrate_fail(m, err, "cannot make the source read-only");
	m->last = true;
	err = pass(m);
	if (err)
		return err;
	err = catalog_check_frozen(source);
	if (err && err != STORE_CONFLICT)
		return migrate_fail(m, err, "cannot read the source");
	if (!err && m->left > 0)
		err = migrate_refuse(m, STORE_DAMAGED, "the source changes though it is read-only");
	return err;
}

/*
 * Once the mark is being taken away, the target may be served, be it that the commit seems to have failed. The source
 * is not made writable again then: never may both be.
 */
static enum store_err
switch_over(struct migration *m)
{
	const struct catalog_options options = { 0 };
	struct catalog *source = catalog_new(m->from, &options);
	int64_t begun_us = clock_monotonic_us();
	enum store_err err = STORE_CONFLICT;

	m->options->progress->read_only = true;
	for (int tries = 0; err == STORE_CONFLICT && tries < SWITCHES_MAX; tries++)
		err = last_pass(m, source);
	if (err == STORE_CONFLICT)
		(void)migrate_refuse(m, err, "somebody has made the source writable during the switch");
	if (err)
		m->result->source_is_read_only = catalog_thaw(source) != STORE_OK;
	else
		m->result->source_is_read_only = (err = migrate_unmark(m)) != STORE_OK;
	m->result->read_only_us = clock_monotonic_us() - begun_us;
	m->options->progress->read_only = !err || m->result->source_is_read_only;
	catalog_free(source);
	return err;
}

enum store_err
migrate_run(struct store *from, struct store *to, const struct migrate_options *options, TALLOC_CTX *mem,
    struct migrate_result *result, char **message)
{
	struct migration m = { .from = from, .to = to, .options = options, .result = result, .mem = mem };
	enum store_err err;

	*result = (struct migrate_result){ 0 };
	err = migrate_mark(&m);
	if (!err)
		err = passes(&m);
	if (!err)
		err = switch_over(&m);
	*message = m.message;
	return err;
}
