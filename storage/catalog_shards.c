#include "storage/catalog_private.h"

#include <time.h>

#include "common/clock.h"

#define NUMBER_LENGTH sizeof(uint32_t)

/* How long a write waits for a key that is on its way, and how long between two looks. */
#define WAIT_US  (INT64_C(10) * 1000 * 1000)
#define PAUSE_NS (2 * 1000 * 1000)

/* Names. */

static void
write_number(uint32_t number, char out[NUMBER_LENGTH])
{
	for (size_t i = 0; i < NUMBER_LENGTH; i++)
		out[i] = (char)(number >> (24 - 8 * i));
}

static uint32_t
read_number(const char in[NUMBER_LENGTH])
{
	uint32_t number = 0;

	for (size_t i = 0; i < NUMBER_LENGTH; i++)
		number = number << 8 | (unsigned char)in[i];
	return number;
}

struct shard_name
shard_name(const struct bucket_id *bucket, uint32_t number)
{
	struct shard_name name = { .length = sizeof(bucket->bytes) };

	memcpy(name.bytes, bucket->bytes, sizeof(bucket->bytes));
	if (number > 0) {
		write_number(number, name.bytes + name.length);
		name.length += NUMBER_LENGTH;
	}
	return name;
}

bool
partition_is_bucket(struct slice partition, struct bucket_id *bucket)
{
	if (partition.length != sizeof(bucket->bytes) && partition.length != sizeof(bucket->bytes) + NUMBER_LENGTH)
		return false;
	memcpy(bucket->bytes, partition.data, sizeof(bucket->bytes));
	return true;
}

/* Ranges: a pair for each shard, in the order of keys: the first key, and the number. None: there is but one shard. */

bool
shards_valid(const struct fields *shards)
{
	for (size_t i = 0; i < shards->count; i++) {
		const struct field *shard = &shards->items[i];

		if (shard->value.length != (i ? NUMBER_LENGTH : 0) ||
		    (i ? slice_compare(shards->items[i - 1].name, shard->name) >= 0 : shard->name.length > 0))
			return false;
	}
	return true;
}

size_t
shard_count(const struct fields *shards)
{
	return shards->count ? shards->count : 1;
}

struct shard
shard_at(const struct bucket_id *bucket, const struct fields *shards, size_t place)
{
	struct shard shard = { 0 };

	if (shards->count > 0) {
		if (place > 0)
			shard.number = read_number(shards->items[place].value.data);
		shard.begin = shards->items[place].name;
		if (place + 1 < shards->count)
			shard.end = shards->items[place + 1].name;
	}
	shard.name = shard_name(bucket, shard.number);
	return shard;
}

size_t
shard_find(const struct fields *shards, struct slice key)
{
	size_t low = 0, high = shard_count(shards);

	while (high - low > 1) {
		size_t middle = low + (high - low) / 2;

		if (slice_compare(shards->items[middle].name, key) <= 0)
			low = middle;
		else
			high = middle;
	}
	return low;
}

struct shard
shard_of(const struct bucket_id *bucket, const struct fields *shards, struct slice key)
{
	return shard_at(bucket, shards, shard_find(shards, key));
}

bool
shards_equal(const struct fields *one, const struct fields *other)
{
	if (one->count != other->count)
		return false;
	for (size_t i = 0; i < one->count; i++)
		if (!slice_equal(one->items[i].name, other->items[i].name) ||
		    !slice_equal(one->items[i].value, other->items[i].value))
			return false;
	return true;
}

void
shards_set(TALLOC_CTX *mem, struct fields *shards, struct slice key, uint32_t number)
{
	size_t place = shard_find(shards, key);
	struct fields made = { 0 };
	char *value = talloc_size(mem, NUMBER_LENGTH);
	struct slice numbered = { value, NUMBER_LENGTH };

	write_number(number, value);
	if (shards->count == 0)
		fields_add(mem, shards, slice_make(NULL, 0), slice_make(NULL, 0));
	for (size_t i = 0; i <= place; i++)
		fields_add(mem, &made, shards->items[i].name, shards->items[i].value);
	fields_add(mem, &made, key, numbered);
	for (size_t i = place + 1; i < shards->count; i++)
		if (!slice_equal(shards->items[i].value, numbered))
			fields_add(mem, &made, shards->items[i].name, shards->items[i].value);
	*shards = made;
}

struct slice
shard_gate(TALLOC_CTX *mem, const struct shard *shard)
{
	struct record_gate gate = { .begin = shard->begin, .end = shard->end };

	if (gate.begin.length == 0 && gate.end.length == 0)
		return slice_make(NULL, 0);
	return record_gate_encode(mem, &gate);
}

bool
key_in_range(struct slice key, struct slice begin, struct slice end)
{
	return slice_compare(key, begin) >= 0 && (end.length == 0 || slice_compare(key, end) < 0);
}

enum store_err
gate_read(struct catalog *c, TALLOC_CTX *mem, struct slice partition, struct gate *out)
{
	enum store_err err;

	*out = (struct gate){ 0 };
	err = read_optional(c, partition, NAME_GATE, mem, &out->value);
	if (err)
		return err;
	out->unopened = !out->value.length && partition.length > sizeof(struct bucket_id);
	return !out->value.length || record_gate_decode(mem, out->value, &out->record) ? STORE_OK : STORE_DAMAGED;
}

static bool
lets_pass(const struct gate *gate, struct slice key)
{
	return !gate->unopened && gate->record.revision == 0 &&
	       key_in_range(key, gate->record.begin, gate->record.end);
}

/* Homes. */

struct home
home_find(TALLOC_CTX *mem, const struct bucket *bucket, struct slice key)
{
	struct home home = { .bucket_name = slice_from(bucket->name),
		.bucket = bucket->id,
		.read_us = bucket->read_us,
		.key = key,
		.shard = shard_of(&bucket->id, &bucket->shards, key) };

	home.gate = shard_gate(mem, &home.shard);
	return home;
}

/* Look once. STORE_CONFLICT: again, please; *moving: for the key is on its way */
static enum store_err
renew_once(struct catalog *c, TALLOC_CTX *mem, struct home *home, bool *moving)
{
	struct bucket_row row;
	struct shard shard;
	struct gate gate;
	enum store_err err = bucket_read(c, mem, home->bucket_name, &row);

	*moving = false;
	if (err || !bucket_row_is(&row, &home->bucket))
		return err ? err : STORE_NOT_FOUND;
	shard = shard_of(&home->bucket, &row.record.shards, home->key);
	err = gate_read(c, mem, shard_partition(&shard.name), &gate);
	if (err)
		return err;
	if (lets_pass(&gate, home->key)) {
		home->shard = shard;
		home->shard.begin = gate.record.begin;
		home->shard.end = gate.record.end;
		home->gate = gate.value;
		return STORE_OK;
	}
	*moving = row.record.state == RECORD_BUCKET_ACTIVE && gate.record.revision == 0;
	err = *moving ? STORE_OK : bucket_settle(c, home->bucket_name, &home->bucket);
	return err ? err : STORE_CONFLICT;
}

enum store_err
home_renew(struct catalog *c, TALLOC_CTX *mem, struct home *home)
{
	const struct timespec pause = { 0, PAUSE_NS };
	int64_t begun_us = clock_monotonic_us();
	struct slice gate;
	bool moving;
	enum store_err err = read_optional(c, home_partition(home), NAME_GATE, mem, &gate);

	if (err || slice_equal(gate, home->gate))
		return err;
	while ((err = renew_once(c, mem, home, &moving)) == STORE_CONFLICT) {
		int64_t waited_us = clock_monotonic_us() - begun_us;

		if (waited_us > WAIT_US)
			return STORE_TIMEOUT;
		if (moving && waited_us >= c->lend_hand_us)
			err = move_carry_on(c, home->bucket_name, &home->bucket);
		else if (moving)
			(void)nanosleep(&pause, NULL);
		if (err && err != STORE_CONFLICT)
			return err;
	}
	return err;
}

bool
home_moved(struct catalog *c, TALLOC_CTX *mem, struct home *home, enum store_err *err)
{
	struct bucket_row row;
	struct shard shard;
	enum store_err read;

	if (c->shard_records == 0)
		return false;
	read = bucket_read(c, mem, home->bucket_name, &row);
	if (read)
		*err = read;
	if (read || !bucket_row_is(&row, &home->bucket))
		return false;
	shard = shard_of(&home->bucket, &row.record.shards, home->key);
	if (shard.number == home->shard.number)
		return false;
	home->shard = shard;
	home->gate = shard_gate(mem, &shard);
	return true;
}
