/* The target's mark, which says from where it is being filled, and by which opening. */
#include <time.h>

#include "common/clock.h"
#include "storage/migrate_private.h"
#include "storage/read_only.h"

#define NAME_FROM SLICE("from") /* the source's URL */
#define NAME_BY   SLICE("by")   /* the session of the opening that is at it */

/* A migration that was killed looks alive as long as its lease goes on: longer than that nobody waits for it. */
#define PATIENCE_US INT64_C(60000000)

/* Reading it. */

enum store_err
migrate_unfinished(struct store *s, TALLOC_CTX *mem, const char **from_url)
{
	struct slice value;
	enum store_err err = store_get(s, PARTITION_MIGRATION, NAME_FROM, mem, &value);

	*from_url = err ? NULL : slice_dup(mem, value);
	return err == STORE_NOT_FOUND ? STORE_OK : err;
}

static bool
note_partition(void *context, struct slice partition)
{
	*(bool *)context |= !slice_equal(partition, PARTITION_MIGRATION);
	return true;
}

/* Whether there is anything but what is the migration's own. */
static enum store_err
holds_something(struct store *s, bool *out)
{
	*out = false;
	return partition_list(s, note_partition, out);
}

/* Making it. */

/* This opening, if nobody else is at it. */
static enum store_err
mark_by(struct migration *m, TALLOC_CTX *mem, bool marked)
{
	uint64_t session = store_session(m->to), other = 0;
	const struct slice by = { (const char *)&session, sizeof(session) };
	const struct put puts[] = { { NAME_BY, by }, { NAME_FROM, slice_from(m->options->from_url) } };
	struct condition conditions[] = { { .key = NAME_BY }, { .key = NAME_FROM, .absent = true } };
	const struct batch batch = { .conditions = conditions,
		.condition_count = marked ? 1 : ARRAY_SIZE(conditions),
		.puts = puts,
		.put_count = marked ? 1 : ARRAY_SIZE(puts) };
	enum store_err err = store_get(m->to, PARTITION_MIGRATION, NAME_BY, mem, &conditions[0].value);

	if (err && err != STORE_NOT_FOUND)
		return err;
	conditions[0].absent = err == STORE_NOT_FOUND;
	if (conditions[0].value.length == sizeof(other))
		memcpy(&other, conditions[0].value.data, sizeof(other));
	if (other != 0 && other != session && store_session_alive(m->to, other))
		return STORE_CONFLICT;
	return store_commit(m->to, PARTITION_MIGRATION, &batch);
}

static enum store_err
mark_by_in_the_end(struct migration *m, TALLOC_CTX *mem, bool marked)
{
	const struct timespec pause = { 0, 200 * 1000 * 1000 };
	int64_t until_us = clock_monotonic_us() + PATIENCE_US;
	enum store_err err;

	while ((err = mark_by(m, mem, marked)) == STORE_CONFLICT && clock_monotonic_us() < until_us) {
		if (migrate_stopped(m))
			return migrate_refuse(m, STORE_REFUSED, "stopped: begin again to go on");
		(void)nanosleep(&pause, NULL);
	}
	return err;
}

/* The end of a migration may have come without its caller hearing of it. */
static enum store_err
refuse_full(struct migration *m)
{
	bool frozen;
	enum store_err err = read_only_get(m->from, PARTITION_BUCKETS, &frozen);

	return migrate_refuse(m, STORE_EXISTS, "the target holds something already%s",
	    !err && frozen ? "; the source is read-only: perhaps it has been moved, and the target is to be served"
			   : "");
}

/* What must be so, and stay so until the mark is there. */
static enum store_err
check(struct migration *m, TALLOC_CTX *mem, bool *marked)
{
	const char *from_url;
	bool full = false;
	enum store_err err = migrate_unfinished(m->from, mem, &from_url);

	if (!err && from_url)
		return migrate_refuse(m, STORE_EXISTS,
		    "the source is itself the target of an unfinished migration from %s", from_url);
	if (err)
		return migrate_fail(m, err, "cannot read the source");
	err = migrate_unfinished(m->to, mem, &from_url);
	*marked = !err && from_url;
	if (*marked && strcmp(from_url, m->options->from_url) != 0)
		return migrate_refuse(m, STORE_EXISTS, "the target has an unfinished migration from %s", from_url);
	if (!err && !*marked)
		err = holds_something(m->to, &full);
	if (err)
		return migrate_fail(m, err, "cannot read the target");
	return full ? refuse_full(m) : STORE_OK;
}

/* Somebody may have begun to serve from the target meanwhile; or it is the source under another name. */
static enum store_err
check_again(struct migration *m, TALLOC_CTX *mem)
{
	const char *from_url;
	bool full = false;
	enum store_err err = migrate_unfinished(m->from, mem, &from_url);

	if (!err)
		err = holds_something(m->to, &full);
	if (err || (!full && !from_url))
		return err;
	err = migrate_unmark(m);
	return err ? err : migrate_refuse(m, STORE_EXISTS, "the target holds something already, or is the source");
}

enum store_err
migrate_mark(struct migration *m)
{
	TALLOC_CTX *scratch = talloc_new(NULL);
	bool marked = false;
	enum store_err err = check(m, scratch, &marked);

	if (!err) {
		err = mark_by_in_the_end(m, scratch, marked);
		if (!err && !marked)
			err = check_again(m, scratch);
		if (err == STORE_CONFLICT)
			(void)migrate_refuse(m, err, "another process migrates to the target");
		else if (err)
			(void)migrate_fail(m, err, "cannot mark the target");
	}
	talloc_free(scratch);
	return err;
}

enum store_err
migrate_unmark(struct migration *m)
{
	const struct slice names[] = { NAME_BY, NAME_FROM };
	enum store_err err = store_commit(
	    m->to, PARTITION_MIGRATION, &(struct batch){ .deletes = names, .delete_count = 2, .frees = true });

	return err ? migrate_fail(m, err, "cannot take away the target's mark") : STORE_OK;
}
