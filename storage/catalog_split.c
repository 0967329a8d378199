/*
 * Splitting: where a shard has more records than it should, the top of its range is moved away in small steps, so that
 * writers wait for a step at the most, until half is left. The keys go to the shard that follows as long as that one is
 * less than half full, otherwise to a new one between the two. A new one begins behind the highest key that there is: so
 * those who go on writing behind that one, as with names that tell the time, do not wait for the steps that follow.
 */
#include "storage/catalog_sweep.h"

#include "common/log.h"

/* What the samples of a shard tell. */
struct census {
	const struct shard *shard;
	TALLOC_CTX *mem;
	size_t samples;
	struct slice highest; /* of the sampled keys */
	bool several;         /* there are others */
};

/* 'y' and a name: of the objects those behind the end of the range were moved, and are still to be cleared away. */
static enum scan_step
count_sample(void *context, struct slice name, struct slice value, struct slice *seek)
{
	struct census *census = context;
	struct slice key;
	uint64_t ordinal;
	bool is_head;

	(void)value;
	(void)seek;
	if (name.data[0] != 'y')
		return SCAN_STOP;
	if (!name_parse(slice_skip(name, 1), &key, &is_head, &ordinal)) {
		census->samples++;
		return SCAN_NEXT;
	}
	if (!key_in_range(key, census->shard->begin, census->shard->end))
		return SCAN_NEXT;
	census->samples++;
	if (slice_equal(key, census->highest))
		return SCAN_NEXT;
	census->several = census->highest.length > 0;
	census->highest = slice_copy(census->mem, key);
	return SCAN_NEXT;
}

static enum store_err
take_census(struct catalog *c, TALLOC_CTX *mem, const struct shard *shard, struct census *out)
{
	*out = (struct census){ .shard = shard, .mem = mem };
	return store_scan(c->store, shard_partition(&shard->name), SLICE("y"), count_sample, out);
}

static size_t
records_of(const struct catalog *c, const struct census *census)
{
	return census->samples * c->sample_every;
}

/* Steps. */

struct split {
	struct sweep *sweep;
	struct slice name; /* the bucket's */
	struct bucket_id id;
	size_t steps;
};

/* A number that no shard of the bucket has or had: they are counted up, and no shard ever goes. */
static uint32_t
new_number(const struct bucket_id *id, const struct fields *shards)
{
	uint32_t highest = 0;

	for (size_t i = 0; i < shard_count(shards); i++) {
		struct shard shard = shard_at(id, shards, i);

		if (shard.number > highest)
			highest = shard.number;
	}
	return highest + 1;
}

/* The shard to move to: the next, if it has room, or a new one. 0: there can be no more of them */
static enum store_err
choose_target(struct catalog *c, TALLOC_CTX *mem, const struct fields *shards, const struct bucket_id *id,
    size_t place, bool *has_room, uint32_t *number)
{
	struct census census;
	struct shard next;
	enum store_err err;

	*has_room = false;
	*number = shards->count < SHARDS_MAX ? new_number(id, shards) : 0;
	if (place + 1 == shard_count(shards))
		return STORE_OK;
	next = shard_at(id, shards, place + 1);
	err = take_census(c, mem, &next, &census);
	*has_room = !err && records_of(c, &census) < c->shard_records / 2;
	if (*has_room)
		*number = next.number;
	return err;
}

/* The highest key of a shard, which is not below the highest that is sampled. */
struct highest {
	TALLOC_CTX *mem;
	const struct shard *shard;
	struct slice key;
};

static enum scan_step
note_highest(void *context, struct slice name, struct slice value, struct slice *seek)
{
	struct highest *highest = context;
	struct slice key;
	uint64_t ordinal;
	bool is_head;

	(void)value;
	(void)seek;
	if (!name_parse(name, &key, &is_head, &ordinal) ||
	    !key_in_range(key, highest->shard->begin, highest->shard->end))
		return SCAN_STOP;
	if (is_head)
		highest->key = slice_copy(highest->mem, key);
	return SCAN_NEXT;
}

/* From which key on the step moves. */
static enum store_err
choose_key(struct catalog *c, TALLOC_CTX *mem, const struct census *census, bool to_new_shard, struct slice *out)
{
	struct highest highest = { mem, census->shard, census->highest };
	struct slice behind;
	enum store_err err;

	*out = census->highest;
	if (!to_new_shard)
		return STORE_OK;
	err = store_scan(c->store, shard_partition(&census->shard->name), name_head(mem, census->highest),
	    note_highest, &highest);
	/* No key lies between a key and the same with a byte 1 behind it; but perhaps the shard ends there. */
	behind = NAME(mem, highest.key, SLICE("\1"));
	if (key_in_range(behind, census->shard->begin, census->shard->end))
		*out = behind;
	return err;
}

/* Move the keys from that one on, with all steps, and clear away. */
static enum store_err
move_keys(
    struct split *s, TALLOC_CTX *mem, struct bucket_row *row, struct shard shard, struct slice key, uint32_t number)
{
	struct catalog *c = s->sweep->c;
	enum store_err err = move_try(c, &shard, key);

	if (!err)
		err = move_begin(c, mem, row, key, number);
	if (!err)
		err = move_carry_on(c, s->name, &s->id);
	if (err)
		return err;
	s->steps++;
	shard.end = key;
	return shard_trim(c, &shard, s->sweep->stop);
}

/* One step of the shard of that place. *more: there is another; STORE_CONFLICT: others change the bucket, too */
static enum store_err
split_step(struct split *s, TALLOC_CTX *mem, size_t place, bool *more)
{
	struct catalog *c = s->sweep->c;
	struct bucket_row row;
	struct census census;
	struct shard shard;
	struct slice key;
	size_t records;
	bool has_room;
	uint32_t number;
	enum store_err err = bucket_read(c, mem, s->name, &row);

	*more = false;
	if (err || !bucket_row_is(&row, &s->id) || row.record.state == RECORD_BUCKET_DELETING)
		return err;
	*more = row.record.moving_to != 0;
	if (*more)
		return move_carry_on(c, s->name, &s->id);
	shard = shard_at(&s->id, &row.record.shards, place);
	err = take_census(c, mem, &shard, &census);
	records = records_of(c, &census);
	if (err || !census.several || records <= (s->steps ? c->shard_records / 2 : c->shard_records))
		return err;
	err = choose_target(c, mem, &row.record.shards, &s->id, place, &has_room, &number);
	if (err || number == 0 || (!has_room && records <= c->shard_records))
		return err;
	*more = true;
	err = choose_key(c, mem, &census, !has_room, &key);
	return err ? err : move_keys(s, mem, &row, shard, key, number);
}

static void
split_shard(struct split *s, size_t place)
{
	bool more = true;

	s->steps = 0;
	while (more && !sweep_stopped(s->sweep)) {
		TALLOC_CTX *scratch = talloc_new(NULL);
		enum store_err err = split_step(s, scratch, place, &more);

		talloc_free(scratch);
		if (err == STORE_CONFLICT)
			more = true;
		else if (!sweep_went_well(s->sweep, err))
			more = false;
	}
	if (s->steps)
		LOG(INFO, "split", LOG_TEXT("bucket", s->name), LOG_NUMBER("shard", place),
		    LOG_NUMBER("steps", s->steps));
}

/* From the last one on, so that the places of those that are still to come stay what they are. */
void
sweep_split(struct sweep *sweep, const struct record_bucket *record)
{
	struct split s = { .sweep = sweep, .name = record->name };
	size_t count = shard_count(&record->shards);

	if (sweep->c->shard_records == 0 || record->state == RECORD_BUCKET_DELETING)
		return;
	memcpy(s.id.bytes, record->id, sizeof(s.id.bytes));
	while (count-- > 0 && !sweep_stopped(sweep)) {
		struct shard shard = shard_at(&s.id, &record->shards, count);

		if (sweep_went_well(sweep, shard_trim(sweep->c, &shard, sweep->stop)))
			split_shard(&s, count);
	}
}
