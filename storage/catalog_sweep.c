/*
 * Cleaning: interrupted deletions of buckets, blobs that nothing names, what deleted buckets have left. Of several
 * gateways one does it; but everything here may run beside itself on another one, and may stop at any step.
 */
#include "storage/catalog_sweep.h"

#include "common/clock.h"
#include "common/log.h"
#include "storage/catalog_freeze.h"

/* A store that has become read-only is to be left as it is. */
bool
sweep_went_well(struct sweep *s, enum store_err err)
{
	if (err && err != STORE_READ_ONLY)
		s->err = err;
	return !err;
}

bool
sweep_stopped(const struct sweep *s)
{
	return s->stop && *s->stop;
}

/* Garbage. */

/* From the commit of this on, nothing can name the blob of an intent any more. STORE_CONFLICT: it is not one any more */
static enum store_err
condemn(struct catalog *c, TALLOC_CTX *mem, struct slice partition, const struct entry *entry,
    struct record_garbage *garbage)
{
	struct change change = { .mem = mem, .frees = true };

	garbage->state = RECORD_GARBAGE_DEAD;
	garbage->since_us = clock_wall_us();
	change_expect(&change, entry->name, entry->value);
	change_put(&change, entry->name, record_garbage_encode(mem, garbage));
	return change_commit(c, partition, &change);
}

bool
sweep_blob(struct sweep *s, const struct blob_id *id)
{
	if (!sweep_went_well(s, blob_delete(s->c->store, id)))
		return false;
	s->result->blobs_deleted++;
	return true;
}

static bool
delete_blobs(struct sweep *s, const struct record_blobs *blobs)
{
	bool all = true;

	for (size_t i = 0; i < blobs->count; i++)
		all = sweep_blob(s, &blobs->items[i].id) && all;
	return all;
}

/* Whether the blobs may go now; a writer that is gone is noted as such. */
static bool
is_due(struct sweep *s, TALLOC_CTX *mem, struct slice partition, const struct entry *entry,
    struct record_garbage *garbage)
{
	enum store_err err;

	if (garbage->state == RECORD_GARBAGE_DEAD)
		return clock_wall_us() - garbage->since_us >= s->c->options.garbage_grace_us;
	if (store_session_alive(s->c->store, garbage->session))
		return false;
	err = condemn(s->c, mem, partition, entry, garbage);
	return err != STORE_CONFLICT && sweep_went_well(s, err);
}

static void
count_waiting(struct sweep *s, struct slice partition, const struct record_garbage *garbage)
{
	uint64_t count = 0;

	if (record_has_id(garbage->upload_id))
		sweep_went_well(s, parts_count_blobs(s->c, partition, garbage->upload_id, &count));
	s->result->blobs_waiting += garbage->blobs.count + count;
}

/* Whether nothing is left of it. */
static bool
delete_garbage(struct sweep *s, TALLOC_CTX *mem, struct slice partition, const struct record_garbage *garbage)
{
	return delete_blobs(s, &garbage->blobs) &&
	       (!record_has_id(garbage->upload_id) ||
		   sweep_parts(s, partition, name_parts(mem, garbage->upload_id)));
}

static void
sweep_entry(struct sweep *s, struct slice partition, const struct entry *entry, struct change *change)
{
	struct record_garbage garbage;

	if (!record_garbage_decode(change->mem, entry->value, &garbage))
		s->err = STORE_DAMAGED;
	else if (!is_due(s, change->mem, partition, entry, &garbage))
		count_waiting(s, partition, &garbage);
	else if (delete_garbage(s, change->mem, partition, &garbage))
		change_delete(change, entry->name);
}

static void
sweep_garbage(struct sweep *s, struct slice partition)
{
	char first[STORE_KEY_MAX + 1] = "g";
	struct slice from = { first, 1 };
	struct entries page = { .count = SWEEP_PAGE };

	while (page.count == SWEEP_PAGE && !sweep_stopped(s)) {
		TALLOC_CTX *scratch = talloc_new(NULL);
		struct change change = { .mem = scratch, .frees = true };
		enum store_err err = read_entries(s->c, partition, SLICE("g"), from, SWEEP_PAGE, scratch, &page);

		for (size_t i = 0; i < page.count && !sweep_stopped(s); i++)
			sweep_entry(s, partition, &page.items[i], &change);
		if (page.count)
			from = entries_next(&page, first);
		if (change.delete_count)
			sweep_went_well(s, change_commit(s->c, partition, &change));
		talloc_free(scratch);
		if (!sweep_went_well(s, err))
			break;
	}
}

/* Blobs of this opening that were given up. */

/* STORE_OK: done with, or left to the sweep of garbage. */
static enum store_err
sweep_one_abandoned(struct sweep *s, TALLOC_CTX *mem, const struct abandoned *item)
{
	struct change change = { .mem = mem, .frees = true };
	struct entry entry = { .name = name_garbage(mem, &item->blob) };
	struct record_garbage garbage;
	enum store_err err = read_optional(s->c, shard_partition(&item->shard), entry.name, mem, &entry.value);

	if (err || !entry.value.length)
		return err;
	if (!record_garbage_decode(mem, entry.value, &garbage))
		return STORE_DAMAGED;
	if (garbage.state == RECORD_GARBAGE_DEAD)
		return STORE_OK;
	err = condemn(s->c, mem, shard_partition(&item->shard), &entry, &garbage);
	if (err == STORE_CONFLICT)
		return STORE_OK; /* an object names it after all */
	if (!err && delete_blobs(s, &garbage.blobs)) {
		change_delete(&change, entry.name);
		err = change_commit(s->c, shard_partition(&item->shard), &change);
	}
	return err;
}

static void
sweep_abandoned(struct sweep *s)
{
	struct abandoned *items;
	size_t count;

	pthread_mutex_lock(&s->c->abandoned.mutex);
	items = s->c->abandoned.items;
	count = s->c->abandoned.count;
	s->c->abandoned.items = NULL;
	s->c->abandoned.count = 0;
	pthread_mutex_unlock(&s->c->abandoned.mutex);
	for (size_t i = 0; i < count; i++) {
		TALLOC_CTX *scratch = talloc_new(NULL);

		if (sweep_stopped(s) || !sweep_went_well(s, sweep_one_abandoned(s, scratch, &items[i])))
			abandon(s->c, &items[i].shard, &items[i].blob);
		talloc_free(scratch);
	}
	talloc_free(items);
}

/* Buckets. */

/* Carry an interrupted deletion on. False: the record is damaged. */
static bool
settle_bucket(struct sweep *s, const struct entry *entry, TALLOC_CTX *mem, struct record_bucket *record)
{
	struct bucket_id id;
	enum store_err err;

	if (!record_bucket_decode(mem, entry->value, record) || !shards_valid(&record->shards)) {
		s->err = STORE_DAMAGED;
		return false;
	}
	memcpy(id.bytes, record->id, sizeof(id.bytes));
	if (record->state == RECORD_BUCKET_DELETING) {
		err = bucket_settle(s->c, record->name, &id);
		if (err == STORE_NOT_FOUND || sweep_went_well(s, err))
			s->result->buckets_finished++;
	}
	return true;
}

static void
settle_alone(struct sweep *s, const struct entry *entry, TALLOC_CTX *mem)
{
	struct record_bucket record;

	(void)settle_bucket(s, entry, mem, &record);
}

static void
sweep_bucket(struct sweep *s, const struct entry *entry, TALLOC_CTX *mem)
{
	struct record_bucket record;
	struct bucket_id id;

	if (!settle_bucket(s, entry, mem, &record))
		return;
	memcpy(id.bytes, record.id, sizeof(id.bytes));
	for (size_t i = 0; i < shard_count(&record.shards); i++) {
		struct shard shard = shard_at(&id, &record.shards, i);

		sweep_garbage(s, shard_partition(&shard.name));
	}
	sweep_split(s, &record);
}

/*
 * Clear what is left of a shard but garbage. *clear: nothing is, except the gate. Objects cannot be there, other than
 * those that were moved: they are not touched. Parts wait for the garbage to have gone, since some of them may be garbage
 * that is still being read.
 */
static enum store_err
clear_remains(struct sweep *s, TALLOC_CTX *mem, struct slice partition, bool *clear)
{
	struct change change = { .mem = mem, .frees = true };
	struct slice all = { NULL, 0 };
	struct entries page = { 0 };
	enum store_err err = read_entries(s->c, partition, all, all, SWEEP_PAGE, mem, &page);

	*clear = false;
	if (err)
		return err;
	*clear = page.count == 0 || (page.count == 1 && slice_equal(page.items[0].name, NAME_GATE));
	for (size_t i = 0; i < page.count; i++) {
		/* Samples go with what they are of; those of nothing, when there is nothing else. */
		if (page.items[i].name.data[0] == 'c' ||
		    (page.items[i].name.data[0] == 'y' && page.items[0].name.data[0] > 'p'))
			change_delete(&change, page.items[i].name);
		else if (page.items[i].name.data[0] == 'o')
			LOG(ERROR, "object in a deleted bucket", LOG_TEXT("name", page.items[i].name));
	}
	if (page.count && (page.items[0].name.data[0] == 'p' || page.items[0].name.data[0] == 'u'))
		sweep_uploads(s, partition);
	return change.delete_count ? change_commit(s->c, partition, &change) : STORE_OK;
}

/* Whether only the gate of a shard is left. */
static bool
sweep_remaining_shard(struct sweep *s, TALLOC_CTX *mem, const struct shard *shard)
{
	struct slice partition = shard_partition(&shard->name);
	bool clear;

	sweep_garbage(s, partition);
	return !sweep_stopped(s) && sweep_went_well(s, shard_trim(s->c, shard, s->stop)) &&
	       sweep_went_well(s, clear_remains(s, mem, partition, &clear)) && clear;
}

/* The gates stay until nobody can come any more who read the bucket before it was deleted. */
static enum store_err
forget_remains(struct sweep *s, TALLOC_CTX *mem, const struct bucket_id *id, const struct fields *shards,
    struct slice remains_name)
{
	struct change gate = { .mem = mem, .frees = true }, remains = { .mem = mem, .frees = true };
	enum store_err err = STORE_OK;

	change_delete(&gate, NAME_GATE);
	for (size_t i = 0; i < shard_count(shards) && !err; i++) {
		struct shard shard = shard_at(id, shards, i);

		err = change_commit(s->c, shard_partition(&shard.name), &gate);
	}
	change_delete(&remains, remains_name);
	return err ? err : change_commit(s->c, PARTITION_BUCKETS, &remains);
}

static void
sweep_remains(struct sweep *s, const struct entry *entry, TALLOC_CTX *mem)
{
	struct record_remains record;
	struct bucket_id id;
	bool clear = true;

	if (entry->name.length != 2 + sizeof(id.bytes) || !record_remains_decode(mem, entry->value, &record) ||
	    !shards_valid(&record.shards)) {
		s->err = STORE_DAMAGED;
		return;
	}
	memcpy(id.bytes, entry->name.data + 2, sizeof(id.bytes));
	for (size_t i = 0; i < shard_count(&record.shards); i++) {
		struct shard shard = shard_at(&id, &record.shards, i);

		clear = sweep_remaining_shard(s, mem, &shard) && clear;
	}
	if (clear && clock_wall_us() - record.deleted_us >= s->c->gate_kept_us)
		sweep_went_well(s, forget_remains(s, mem, &id, &record.shards, entry->name));
}

static void
sweep_each(
    struct sweep *s, struct slice prefix, void (*each)(struct sweep *s, const struct entry *entry, TALLOC_CTX *mem))
{
	char first[STORE_KEY_MAX + 1];
	struct slice from = prefix;
	struct entries page = { .count = SWEEP_PAGE };

	while (page.count == SWEEP_PAGE && !sweep_stopped(s)) {
		TALLOC_CTX *scratch = talloc_new(NULL);
		enum store_err err =
		    read_entries(s->c, PARTITION_BUCKETS, prefix, from, SWEEP_PAGE, scratch, &page);

		for (size_t i = 0; i < page.count && !sweep_stopped(s); i++)
			each(s, &page.items[i], scratch);
		if (page.count)
			from = entries_next(&page, first);
		talloc_free(scratch);
		if (!sweep_went_well(s, err))
			break;
	}
}

enum store_err
catalog_sweep(struct catalog *c, const _Atomic bool *stop, struct sweep_result *result)
{
	struct sweep s = { c, stop, result, STORE_OK };
	bool frozen;

	*result = (struct sweep_result){ 0 };
	sweep_went_well(&s, catalog_is_frozen(c, &frozen));
	if (frozen)
		return STORE_OK;
	sweep_abandoned(&s);
	if (!store_leads(c->store))
		return s.err;
	sweep_each(&s, SLICE("b/"), sweep_bucket);
	sweep_each(&s, SLICE("s/"), sweep_remains);
	return s.err;
}

enum store_err
catalog_settle(struct catalog *c)
{
	const _Atomic bool stop = false;
	struct sweep_result result = { 0 };
	struct sweep s = { c, &stop, &result, STORE_OK };
	bool frozen;

	sweep_went_well(&s, catalog_is_frozen(c, &frozen));
	if (!frozen)
		sweep_each(&s, SLICE("b/"), settle_alone);
	return s.err;
}
