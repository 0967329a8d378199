/* Putting, changing and deleting objects. */
#include "storage/catalog_private.h"

#include <assert.h>
#include <time.h>

#include "common/clock.h"
#include "common/digest.h"

#define TRIES_BEFORE_TURN 8
#define TURN_WAIT_SECONDS 1

/* Whether an attempt went by what it read, without a commit that proves it. */
static bool
is_unproven(enum store_err err)
{
	return err == STORE_NOT_FOUND || err == STORE_REFUSED || err == STORE_INVALID || err == STORE_DAMAGED;
}

/*
 * Of many that write one key at once each commit lets one through, and chance alone would keep some waiting for ever. So who
 * has lost often waits for its turn, and then competes with newcomers only. NULL: it did not come soon, as where the one who
 * has it waits for a cluster.
 */
static pthread_mutex_t *
turn_take(struct catalog *c, struct slice key)
{
	pthread_mutex_t *turn = &c->turns[crc32c(0, key) % TURNS];
	struct timespec until;

	clock_gettime(CLOCK_REALTIME, &until);
	until.tv_sec += TURN_WAIT_SECONDS;
	return pthread_mutex_timedlock(turn, &until) == 0 ? turn : NULL;
}

enum store_err
object_write(struct catalog *c, const struct bucket *bucket, struct slice key, attempt_fn *attempt, void *context)
{
	TALLOC_CTX *homes = talloc_new(NULL);
	struct home home = home_find(homes, bucket, key);
	pthread_mutex_t *turn = NULL;
	enum store_err err = object_key_valid(key) ? bucket_refresh(c, &home) : STORE_INVALID;
	bool again = !err;

	for (int tries = 1; again; tries++) {
		TALLOC_CTX *scratch = talloc_new(NULL);

		err = attempt(context, &home, scratch);
		talloc_free(scratch);
		again = is_unproven(err) && home_moved(c, homes, &home, &err);
		if (err == STORE_CONFLICT) {
			if (!turn && tries % TRIES_BEFORE_TURN == 0)
				turn = turn_take(c, key);
			err = tries < TRIES_MAX ? home_renew(c, homes, &home) : STORE_TIMEOUT;
			again = !err;
		}
	}
	if (turn)
		pthread_mutex_unlock(turn);
	talloc_free(homes);
	return err;
}

enum store_err
object_check(struct catalog *c, TALLOC_CTX *scratch, const struct home *home, const struct row *row, bool is_latest,
    object_check_fn *check, void *context)
{
	const struct object *object = NULL;

	if (!check)
		return STORE_OK;
	if (row && row->value.length && !row->record.delete_marker)
		object = object_make(c, scratch, home, &row->record, is_latest, slice_make(NULL, 0));
	return check(context, object) ? STORE_OK : STORE_REFUSED;
}

enum store_err
old_null_read(struct catalog *c, const struct home *home, TALLOC_CTX *mem, const struct row *head, struct row *out)
{
	*out = (struct row){ 0 };
	if (!head->value.length || !head->record.null_ordinal)
		return STORE_OK;
	out->name = name_noncurrent(mem, home->key, head->record.null_ordinal);
	return row_read(c, home, mem, out);
}

void
object_change_apply(struct record_version *record, const struct object_change *change)
{
	record->etag = slice_from(change->etag);
	record->owner_id = slice_from(change->owner_id);
	record->acl = change->acl;
	record->tags = change->tags;
	record->headers = change->headers;
	record->metadata = change->metadata;
	record->checksums = change->checksums;
}

struct object *
object_from_value(struct catalog *c, TALLOC_CTX *mem, const struct home *home, struct slice value, bool is_latest)
{
	struct slice kept = slice_copy(mem, value);
	struct record_version record;
	bool decoded = record_version_decode(mem, kept, &record);

	assert(decoded);
	return object_make(c, mem, home, &record, is_latest, slice_make(NULL, 0));
}

/* Putting. */

struct putting {
	struct catalog *c;
	TALLOC_CTX *mem;
	const struct bucket *bucket;
	struct content *content;
	const struct object_change *change;
	object_check_fn *check;
	void *context;
	struct object **out;
};

/* Let the version have the content's bytes. */
static void
name_bytes(struct change *change, struct content *content, struct record_version *made, struct record_blob *blob)
{
	struct record_bytes bytes = { .bytes = slice_make(content->bytes, content->size) };

	made->size = content->size;
	content_take(change, content);
	if (!content_is_inline(content)) {
		*blob = (struct record_blob){ content->blob, content->size };
		made->blobs = (struct record_blobs){ blob, 1 };
	} else if (content->size) {
		made->has_content = true;
		id_make(made->content_id);
		change_put(
		    change, name_content(change->mem, made->content_id), record_bytes_encode(change->mem, &bytes));
	}
}

static enum store_err
put_version(struct putting *p, const struct home *home, TALLOC_CTX *scratch, const struct row *head,
    const struct row *old_null)
{
	struct change change = { .mem = scratch };
	struct record_version made;
	struct record_blob blob;
	struct slice value;
	enum store_err err;

	version_begin(&made, head, p->bucket->versioning != VERSIONING_ENABLED);
	object_change_apply(&made, p->change);
	change_expect(&change, NAME_GATE, home->gate);
	name_bytes(&change, p->content, &made, &blob);
	value = version_push(&change, home->key, head, old_null, &made);
	err = content_commit(p->content, home, &change);
	if (!err)
		*p->out = object_from_value(p->c, p->mem, home, value, true);
	return err;
}

static enum store_err
put_once(void *context, const struct home *home, TALLOC_CTX *scratch)
{
	struct putting *p = context;
	const struct wanted wanted = { 0 };
	struct located found;
	struct row old_null = { 0 };
	enum store_err err = locate(p->c, home, &wanted, scratch, &found);

	if (!err)
		err = object_check(p->c, scratch, home, &found.head, true, p->check, p->context);
	if (!err && p->bucket->versioning != VERSIONING_ENABLED)
		err = old_null_read(p->c, home, scratch, &found.head, &old_null);
	return err ? err : put_version(p, home, scratch, &found.head, &old_null);
}

enum store_err
catalog_object_put(struct catalog *c, TALLOC_CTX *mem, const struct bucket *bucket, struct slice key,
    struct content *content, const struct object_change *change, object_check_fn *check, void *context,
    struct object **out)
{
	struct putting p = { c, mem, bucket, content, change, check, context, out };
	enum store_err err;

	assert(content->finished && !content->failed);
	assert(memcmp(content->home.bucket.bytes, bucket->id.bytes, sizeof(bucket->id.bytes)) == 0);
	*out = NULL;
	err = object_write(c, bucket, key, put_once, &p);
	content_end(content, err);
	return err;
}

/* Changing in place. */

struct changing {
	struct catalog *c;
	TALLOC_CTX *mem;
	struct slice version_id;
	const struct object_change *change;
	bool touch;
	object_check_fn *check;
	void *context;
	struct object **out;
};

static enum store_err
change_once(void *context, const struct home *home, TALLOC_CTX *scratch)
{
	struct changing *p = context;
	const struct wanted wanted = { .version_id = p->version_id };
	struct change change = { .mem = scratch };
	struct record_version record;
	struct located found;
	struct slice value;
	bool is_latest;
	enum store_err err = locate(p->c, home, &wanted, scratch, &found);

	if (err || !found.version || found.version->record.delete_marker)
		return err ? err : STORE_NOT_FOUND;
	is_latest = found.version == &found.head;
	err = object_check(p->c, scratch, home, found.version, is_latest, p->check, p->context);
	if (err)
		return err;
	record = found.version->record;
	object_change_apply(&record, p->change);
	if (p->touch)
		record.modified_us = clock_wall_us();
	value = record_version_encode(scratch, &record);
	change_expect(&change, NAME_GATE, home->gate);
	change_expect(&change, found.version->name, found.version->value);
	change_put(&change, found.version->name, value);
	err = change_commit(p->c, home_partition(home), &change);
	if (!err)
		*p->out = object_from_value(p->c, p->mem, home, value, is_latest);
	return err;
}

enum store_err
catalog_object_change(struct catalog *c, TALLOC_CTX *mem, const struct bucket *bucket, struct slice key,
    struct slice version_id, const struct object_change *change, bool touch, object_check_fn *check, void *context,
    struct object **out)
{
	struct changing p = { c, mem, version_id, change, touch, check, context, out };

	*out = NULL;
	return object_write(c, bucket, key, change_once, &p);
}
