#include "storage/catalog_private.h"

#include <assert.h>
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
shard_name_parse(struct slice partition, struct bucket_id *bucket, uint32_t *number)
{
	if (partition.length != sizeof(bucket->bytes) && partition.length != sizeof(bucket->bytes) + NUMBER_LENGTH)
		return false;
	memcpy(bucket->bytes, partition.data, sizeof(bucket->bytes));
	*number =
	    partition.length > sizeof(bucket->bytes) ? read_number(partition.data + sizeof(bucket->bytes)) : 0;
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
	struct shard shard = { .bucket = *bucket };

	if (shards->count == 0)
		return shard;
	if (shards->items[place].value.length == NUMBER_LENGTH)
		shard.number = read_number(shards->items[place].value.data);
	shard.begin = shards->items[place].name;
	if (place + 1 < shards->count)
		shard.end = shards->items[place + 1].name;
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

/* Homes. */

static void
home_set(TALLOC_CTX *mem, struct home *home, const struct shard *shard)
{
	home->name = shard_name(&shard->bucket, shard->number);
	home->begin = shard->begin;
	home->end = shard->end;
	home->gate = shard_gate(mem, shard);
}

struct home
home_find(TALLOC_CTX *mem, const struct bucket *bucket, struct slice key)
{
	struct home home = { .bucket_name = slice_from(bucket->name),
		.bucket = bucket->id,
		.read_us = bucket->read_us,
		.key = key };
	struct shard shard = shard_at(&bucket->id, &bucket->shards, shard_find(&bucket->shards, key));

	home_set(mem, &home, &shard);
	return home;
}

void
home_copy(TALLOC_CTX *mem, struct home *home)
{
	home->bucket_name = slice_copy(mem, home->bucket_name);
	home->key = slice_copy(mem, home->key);
	home->begin = slice_copy(mem, home->begin);
	home->end = slice_copy(mem, home->end);
	home->gate = slice_copy(mem, home->gate);
}

/* Take the gate for what a write is to expect, if it lets the key pass. */
static bool
home_adopt(TALLOC_CTX *mem, struct home *home, const struct shard *shard, struct slice gate)
{
	struct record_gate record = { 0 };

	if (gate.length ? !record_gate_decode(mem, gate, &record) || record.revision != 0 : shard->number != 0)
		return false;
	if (!key_in_range(home->key, record.begin, record.end))
		return false;
	home_set(mem, home, shard);
	home->begin = record.begin;
	home->end = record.end;
	home->gate = gate;
	return true;
}

/* Look once. STORE_CONFLICT: again, please; *moving: for the key is on its way */
static enum store_err
renew_once(struct catalog *c, TALLOC_CTX *mem, struct home *home, bool *moving)
{
	struct bucket_row row;
	struct shard shard;
	struct shard_name name;
	struct slice gate;
	struct record_gate record;
	enum store_err err = bucket_read(c, mem, home->bucket_name, &row);

	*moving = false;
	if (err || !bucket_row_is(&row, &home->bucket))
		return err ? err : STORE_NOT_FOUND;
	shard = shard_at(&home->bucket, &row.record.shards, shard_find(&row.record.shards, home->key));
	name = shard_name(&home->bucket, shard.number);
	err = read_optional(c, shard_partition(&name), NAME_GATE, mem, &gate);
	if (err || home_adopt(mem, home, &shard, gate))
		return err;
	if (row.record.state == RECORD_BUCKET_DELETING ||
	    (gate.length && record_gate_decode(mem, gate, &record) && record.revision != 0)) {
		err = bucket_settle(c, home->bucket_name, &home->bucket);
		return err ? err : STORE_CONFLICT;
	}
	*moving = true;
	return STORE_CONFLICT;
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
	struct shard_name name;
	enum store_err read;

	if (c->shard_records == 0)
		return false;
	read = bucket_read(c, mem, home->bucket_name, &row);
	if (read)
		*err = read;
	if (read || !bucket_row_is(&row, &home->bucket))
		return false;
	shard = shard_at(&home->bucket, &row.record.shards, shard_find(&row.record.shards, home->key));
	name = shard_name(&home->bucket, shard.number);
	if (slice_equal(shard_partition(&name), home_partition(home)))
		return false;
	home_set(mem, home, &shard);
	return true;
}
