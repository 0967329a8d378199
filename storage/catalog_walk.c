#include "storage/catalog_walk.h"

enum scan_step
walk_past(struct walk *w, struct slice beginning, struct slice *seek)
{
	*seek = name_after(beginning, w->seek);
	return SCAN_SEEK;
}

enum scan_step
walk_damaged(struct walk *w)
{
	w->err = STORE_DAMAGED;
	return SCAN_STOP;
}

/* The common prefix that a key falls under. */
static bool
find_common_prefix(const struct walk *w, struct slice key, struct slice *common)
{
	size_t position;

	if (w->delimiter.length == 0 || !slice_find(slice_skip(key, w->prefix.length), w->delimiter, &position))
		return false;
	*common = slice_head(key, w->prefix.length + position + w->delimiter.length);
	return true;
}

/* What a name of a common prefix's begins with. */
static struct slice
common_beginning(struct slice name, struct slice common)
{
	return slice_head(name, 1 + common.length);
}

bool
walk_meets(struct walk *w, struct slice name, struct slice key, enum scan_step *step, struct slice *seek)
{
	struct slice common;

	*step = SCAN_STOP;
	if (!slice_starts_with(key, w->prefix))
		return false;
	if (!find_common_prefix(w, key, &common) || slice_compare(common, w->after) > 0)
		return true;
	*step = walk_past(w, common_beginning(name, common), seek);
	return false;
}

static void
add_prefix(struct walk *w, struct slice common)
{
	struct slice kept = slice_copy(w->page, common);

	ARRAY_GROW(w->page, w->prefixes, w->prefix_count, struct slice);
	w->prefixes[w->prefix_count++] = kept;
	w->count++;
	w->last = kept;
	w->last_is_prefix = true;
}

bool
walk_takes(struct walk *w, struct slice name, struct slice key, enum scan_step *step, struct slice *seek)
{
	struct slice common;

	*step = SCAN_STOP;
	w->truncated = w->count == w->limit;
	if (w->truncated)
		return false;
	if (!find_common_prefix(w, key, &common))
		return true;
	add_prefix(w, common);
	*step = walk_past(w, common_beginning(name, common), seek);
	return false;
}

void
walk_took(struct walk *w, struct slice key)
{
	w->count++;
	w->last = key;
	w->last_is_prefix = false;
}

/* Where to begin: at the prefix, or after what the last page ended with. What is longer than a key is cut. */
static struct slice
first_name(const struct walk *w, TALLOC_CTX *mem)
{
	struct slice letter = slice_make(&w->letter, 1);
	struct slice prefix = NAME(mem, letter, slice_head(w->prefix, OBJECT_KEY_MAX + 1));
	struct slice after = NAME(mem, letter, slice_head(w->after, OBJECT_KEY_MAX + 1));

	if (w->after.length == 0)
		return prefix;
	if (w->after_is_prefix)
		after = name_after(after, talloc_array(mem, char, after.length));
	else
		after = NAME(mem, after, w->after_inside ? SLICE("\0") : SLICE("\1"));
	return slice_compare(after, prefix) < 0 ? prefix : after;
}

struct home
walk_home(const struct walk *w, struct slice key)
{
	struct home home = w->home;

	home.key = key;
	return home;
}

/* Going through the shards. */

struct shards_walk {
	struct walk *walk;
	scan_visit_fn *visit;
	void *context;
	struct slice end;         /* the first name that belongs to another shard; empty: there is none */
	char from[STORE_KEY_MAX]; /* the first name that is still to be met */
	size_t from_length;
	bool ended; /* the visitor wants no more */
};

static void
go_on_at(struct shards_walk *s, struct slice name)
{
	memcpy(s->from, name.data, name.length);
	s->from_length = name.length;
}

/* What lies behind the shard's end has been moved, and is still to be cleared away. */
static enum scan_step
visit_own(void *context, struct slice name, struct slice value, struct slice *seek)
{
	struct shards_walk *s = context;
	enum scan_step step;

	if (name.data[0] != s->walk->letter || (s->end.length && slice_compare(name, s->end) >= 0))
		return SCAN_STOP;
	step = s->visit(s->context, name, value, seek);
	s->ended = step == SCAN_STOP;
	if (step == SCAN_SEEK)
		go_on_at(s, *seek);
	return step;
}

static enum store_err
walk_shard(struct shards_walk *s, struct catalog *c, TALLOC_CTX *mem, const struct shard *shard)
{
	struct slice letter = slice_make(&s->walk->letter, 1);
	struct slice begin = NAME(mem, letter, shard->begin);

	s->end = shard->end.length ? NAME(mem, letter, shard->end) : shard->end;
	if (s->end.length && slice_compare(slice_make(s->from, s->from_length), s->end) >= 0)
		return STORE_OK;
	if (slice_compare(slice_make(s->from, s->from_length), begin) < 0)
		go_on_at(s, begin);
	s->walk->home.shard = *shard;
	return store_scan(
	    c->store, shard_partition(&shard->name), slice_make(s->from, s->from_length), visit_own, s);
}

static enum store_err
walk_shards(struct walk *w, struct catalog *c, const struct bucket_id *bucket, const struct fields *shards,
    scan_visit_fn *visit, void *context)
{
	TALLOC_CTX *mem = talloc_new(NULL);
	struct shards_walk s = { .walk = w, .visit = visit, .context = context };
	enum store_err err = STORE_OK;

	go_on_at(&s, first_name(w, mem));
	for (size_t i = 0; i < shard_count(shards) && !s.ended && !err; i++) {
		struct shard shard = shard_at(bucket, shards, i);

		err = walk_shard(&s, c, mem, &shard);
	}
	talloc_free(mem);
	return err ? err : w->err;
}

/* What was read is all that there was if the shards still are the same. Otherwise *shards is what they are now. */
static enum store_err
check_shards(struct catalog *c, TALLOC_CTX *mem, const struct bucket *bucket, struct fields *shards, bool *same)
{
	struct bucket_row row;
	enum store_err err;

	*same = true;
	if (c->shard_records == 0)
		return STORE_OK;
	err = bucket_read(c, mem, slice_from(bucket->name), &row);
	if (err || !bucket_row_is(&row, &bucket->id))
		return err;
	*same = shards_equal(&row.record.shards, shards);
	*shards = row.record.shards;
	return STORE_OK;
}

enum store_err
walk_run(struct walk *w, struct catalog *c, const struct bucket *bucket, scan_visit_fn *visit, void *context)
{
	TALLOC_CTX *mem = talloc_new(NULL);
	struct fields shards = bucket->shards;
	struct walk begun;
	bool same = true;
	enum store_err err = STORE_OK;

	w->home.bucket_name = slice_from(bucket->name);
	w->home.bucket = bucket->id;
	begun = *w;
	if (w->limit)
		do {
			*w = begun;
			*w->item_count = 0;
			err = walk_shards(w, c, &bucket->id, &shards, visit, context);
			if (!err)
				err = check_shards(c, mem, bucket, &shards, &same);
		} while (!err && !same);
	talloc_free(mem);
	return err;
}
