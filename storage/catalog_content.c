/*
 * Bytes taken in. Before a blob is created, a record of the intent is committed; the commit that names the blob takes
 * it back, on condition that it still is as it was put. So a blob is always named or known to be garbage, and whoever
 * wants to delete the blob of an intent first replaces the record, after which nothing can name the blob any more.
 */
#include "storage/catalog_private.h"

#include <assert.h>

#include "common/clock.h"

bool
content_is_inline(const struct content *content)
{
	return content->intent.length == 0;
}

uint64_t
content_size(const struct content *content)
{
	return content->size;
}

static size_t
inline_max(const struct content *content)
{
	size_t max = store_inline_max(content->catalog->store);

	if (content->is_part)
		return 0;
	/* What a record puts around its bytes takes less than 16. */
	return max < STORE_VALUE_MAX - 16 ? max : STORE_VALUE_MAX - 16;
}

/* May run on an event loop, so it leaves the blob to the sweep. */
static int
content_destroy(struct content *content)
{
	if (content->writer)
		blob_abandon(content->writer);
	if (content->intent.length && !content->settled)
		abandon(content->catalog, &content->home.shard.name, &content->blob);
	return 0;
}

struct content *
content_new(struct catalog *c, TALLOC_CTX *mem, const struct bucket *bucket, struct slice key)
{
	struct content *content = talloc_zero(mem, struct content);

	content->catalog = c;
	content->home = home_find(content, bucket, key);
	talloc_set_destructor(content, content_destroy);
	return content;
}

struct content *
content_new_part(struct catalog *c, TALLOC_CTX *mem, const struct bucket *bucket, struct slice key)
{
	struct content *content = content_new(c, mem, bucket, key);

	content->is_part = true;
	return content;
}

/* The intent. */

static enum store_err
put_intent(struct content *content)
{
	struct catalog *c = content->catalog;
	TALLOC_CTX *scratch = talloc_new(NULL);
	enum store_err err = bucket_refresh(c, &content->home);

	for (int tries = 0; !err; tries++) {
		struct change change = { .mem = scratch };

		change_expect(&change, NAME_GATE, content->home.gate);
		change_put(&change, name_garbage(scratch, &content->blob), content->intent);
		err = change_commit(c, home_partition(&content->home), &change);
		if (err != STORE_CONFLICT)
			break;
		err = tries < TRIES_MAX ? home_renew(c, content, &content->home) : STORE_TIMEOUT;
	}
	talloc_free(scratch);
	return err;
}

static enum store_err
begin_blob(struct content *content)
{
	struct record_blob blob;
	struct record_garbage intent = { .state = RECORD_GARBAGE_WRITING,
		.session = store_session(content->catalog->store),
		.since_us = clock_wall_us(),
		.blobs = { &blob, 1 } };
	enum store_err err;

	id_make(content->blob.bytes);
	blob = (struct record_blob){ content->blob, 0 };
	content->intent = record_garbage_encode(content, &intent);
	err = put_intent(content);
	if (!err)
		err = blob_create(content->catalog->store, &content->blob, &content->writer);
	if (!err && content->size)
		err = blob_append(content->writer, slice_make(content->bytes, content->size));
	talloc_free(content->bytes);
	content->bytes = NULL;
	return err;
}

/* Taking in. */

static void
keep_inline(struct content *content, struct slice bytes)
{
	size_t capacity = talloc_get_size(content->bytes), wanted = content->size + bytes.length;

	if (capacity < wanted)
		content->bytes =
		    talloc_realloc(content, content->bytes, char, 2 * capacity > wanted ? 2 * capacity : wanted);
	memcpy(content->bytes + content->size, bytes.data, bytes.length);
}

enum store_err
content_append(struct content *content, struct slice bytes)
{
	enum store_err err = STORE_OK;

	assert(!content->finished && !content->failed);
	if (bytes.length == 0)
		return STORE_OK;
	if (content_is_inline(content) && bytes.length <= inline_max(content) - content->size) {
		keep_inline(content, bytes);
	} else {
		if (content_is_inline(content))
			err = begin_blob(content);
		if (!err)
			err = blob_append(content->writer, bytes);
	}
	content->size += bytes.length;
	content->failed = err != STORE_OK;
	return err;
}

enum store_err
content_finish(struct content *content)
{
	struct blob_writer *writer = content->writer;
	enum store_err err = STORE_OK;

	assert(!content->finished && !content->failed);
	content->writer = NULL;
	if (writer)
		err = blob_seal(writer);
	content->failed = err != STORE_OK;
	content->finished = !err;
	return err;
}

void
content_discard(struct content *content)
{
	struct catalog *c = content->catalog;
	struct change change = { .mem = content, .frees = true };

	if (content->writer)
		blob_abandon(content->writer);
	content->writer = NULL;
	if (content->intent.length && !content->settled && blob_delete(c->store, &content->blob) == STORE_OK) {
		change_delete(&change, name_garbage(content, &content->blob));
		content->settled = change_commit(c, home_partition(&content->home), &change) == STORE_OK;
	}
	talloc_free(content);
}

/* Naming. */

void
content_take(struct change *change, struct content *content)
{
	struct slice intent;

	if (content_is_inline(content))
		return;
	intent = name_garbage(change->mem, &content->blob);
	change_expect(change, intent, content->intent);
	change_delete(change, intent);
}

/* Whether the intent still is as it was: otherwise a sweep has taken this opening for dead. */
static enum store_err
check_intent(struct content *content)
{
	TALLOC_CTX *scratch = talloc_new(NULL);
	struct slice value;
	enum store_err err = STORE_OK;

	if (!content_is_inline(content)) {
		err = read_optional(content->catalog, home_partition(&content->home),
		    name_garbage(scratch, &content->blob), scratch, &value);
		if (!err && !slice_equal(value, content->intent))
			err = STORE_TIMEOUT;
	}
	talloc_free(scratch);
	return err;
}

/*
 * Where the key has another home by now, let the intent be there as well before an object names the blob: an intent that
 * is left behind would be taken for that of a blob that nothing names.
 */
static enum store_err
move_intent(struct content *content, const struct home *home)
{
	TALLOC_CTX *scratch = talloc_new(NULL);
	struct slice name = name_garbage(scratch, &content->blob);
	struct change put = { .mem = scratch }, delete = { .mem = scratch, .frees = true };
	struct shard_name before = content->home.shard.name;
	enum store_err err;

	change_expect(&put, NAME_GATE, home->gate);
	change_expect(&put, name, slice_make(NULL, 0));
	change_put(&put, name, content->intent);
	err = change_commit(content->catalog, home_partition(home), &put);
	if (!err) {
		content->home.shard.name = home->shard.name;
		change_expect(&delete, name, content->intent);
		change_delete(&delete, name);
		err = change_commit(content->catalog, shard_partition(&before), &delete);
		if (err == STORE_CONFLICT)
			err = STORE_TIMEOUT; /* a sweep has taken this opening for dead */
	}
	talloc_free(scratch);
	return err;
}

enum store_err
content_commit(struct content *content, const struct home *home, const struct change *change)
{
	enum store_err err = STORE_OK;

	if (!content_is_inline(content) && !slice_equal(home_partition(home), home_partition(&content->home)))
		err = move_intent(content, home);
	if (!err)
		err = change_commit(content->catalog, home_partition(home), change);
	content->settled = !err;
	if (err == STORE_CONFLICT && check_intent(content))
		err = STORE_TIMEOUT;
	return err;
}

void
content_end(struct content *content, enum store_err err)
{
	/* After any other error the commit may have happened all the same. */
	if (err == STORE_REFUSED || err == STORE_NOT_FOUND || err == STORE_INVALID)
		content_discard(content);
	else
		talloc_free(content);
}
