#include "storage/local/keys.h"

#include <assert.h>

#define KIND_KEY   'k'
#define KIND_LEVEL 'l'

/* Levels and LMDB keys. */

static void
level_of_partition(struct level *level, struct slice partition)
{
	unsigned char *out = level->lmdb_key;

	assert(partition.length <= STORE_PARTITION_MAX);
	*out++ = KIND_KEY;
	for (size_t i = 0; i < partition.length; i++) {
		*out++ = (unsigned char)partition.data[i];
		if (partition.data[i] == 0)
			*out++ = 255;
	}
	*out++ = 0;
	*out++ = 0;
	level->prefix = (size_t)(out - level->lmdb_key);
}

static void
level_of_number(struct level *level, const unsigned char number[NUMBER_BYTES])
{
	level->lmdb_key[0] = KIND_LEVEL;
	memcpy(level->lmdb_key + 1, number, NUMBER_BYTES);
	level->prefix = 1 + NUMBER_BYTES;
}

/* The longest rest of a key that a level holds itself; one byte more marks a continuation. */
static size_t
chunk_max(const struct level *level)
{
	return KEYS_LMDB_MAX - 1 - level->prefix;
}

static MDB_val
entry_key(struct level *level, struct slice rest)
{
	assert(rest.length <= chunk_max(level));
	if (rest.length > 0)
		memcpy(level->lmdb_key + level->prefix, rest.data, rest.length);
	return (MDB_val){ level->prefix + rest.length, level->lmdb_key };
}

/* It sorts right after the entry whose key is the whole chunk, and before all that come after the keys it stands for. */
static MDB_val
continuation_key(struct level *level, struct slice rest)
{
	assert(rest.length >= chunk_max(level));
	memcpy(level->lmdb_key + level->prefix, rest.data, chunk_max(level));
	level->lmdb_key[KEYS_LMDB_MAX - 1] = 0;
	return (MDB_val){ KEYS_LMDB_MAX, level->lmdb_key };
}

static bool
level_has(const struct level *level, const MDB_val *key)
{
	return key->mv_size >= level->prefix && memcmp(key->mv_data, level->lmdb_key, level->prefix) == 0;
}

static bool
is_continuation(const MDB_val *key)
{
	return key->mv_size == KEYS_LMDB_MAX;
}

static bool
same_key(const MDB_val *a, const MDB_val *b)
{
	return a->mv_size == b->mv_size && memcmp(a->mv_data, b->mv_data, a->mv_size) == 0;
}

/* Long keys. */

static int
continuation_check(struct slice payload, unsigned char number[NUMBER_BYTES])
{
	if (payload.length != NUMBER_BYTES)
		return MDB_CORRUPTED;
	memcpy(number, payload.data, NUMBER_BYTES);
	return 0;
}

static int
continuation_get(
    MDB_txn *txn, MDB_dbi dbi, struct level *level, struct slice rest, unsigned char number[NUMBER_BYTES])
{
	struct slice payload;
	int rc = entry_get(txn, dbi, continuation_key(level, rest), &payload);

	return rc ? rc : continuation_check(payload, number);
}

/* Follow a key to the level where its last piece lives. */
static int
descend(MDB_txn *txn, MDB_dbi dbi, struct level *level, struct slice *rest)
{
	unsigned char number[NUMBER_BYTES];

	while (rest->length > chunk_max(level)) {
		int rc = continuation_get(txn, dbi, level, *rest, number);

		if (rc)
			return rc;
		*rest = slice_skip(*rest, chunk_max(level));
		level_of_number(level, number);
	}
	return 0;
}

/* The same, and make the levels that are not there. */
static int
descend_making(MDB_txn *txn, MDB_dbi dbi, struct level *level, struct slice *rest)
{
	unsigned char number[NUMBER_BYTES];

	while (rest->length > chunk_max(level)) {
		int rc = continuation_get(txn, dbi, level, *rest, number);

		if (rc == MDB_NOTFOUND) {
			rc = number_next(txn, dbi, number);
			if (rc == 0)
				rc = entry_put(
				    txn, dbi, continuation_key(level, *rest), slice_make(number, NUMBER_BYTES), 0);
		}
		if (rc)
			return rc;
		*rest = slice_skip(*rest, chunk_max(level));
		level_of_number(level, number);
	}
	return 0;
}

static int
level_is_empty(MDB_txn *txn, MDB_dbi dbi, struct level *level, bool *empty)
{
	MDB_val key = { level->prefix, level->lmdb_key };
	MDB_val data;
	MDB_cursor *cursor;
	int rc = mdb_cursor_open(txn, dbi, &cursor);

	*empty = false;
	if (rc)
		return rc;
	rc = mdb_cursor_get(cursor, &key, &data, MDB_SET_RANGE);
	*empty = rc == MDB_NOTFOUND || (rc == 0 && !level_has(level, &key));
	mdb_cursor_close(cursor);
	return rc == MDB_NOTFOUND ? 0 : rc;
}

/* Delete what `rest` names; a level that becomes empty by it goes as well. Calls itself once a level. */
static int
delete_in(MDB_txn *txn, MDB_dbi dbi, struct level *level, struct slice rest)
{
	unsigned char number[NUMBER_BYTES];
	struct level below;
	MDB_val key;
	bool empty;
	int rc;

	if (rest.length <= chunk_max(level)) {
		return value_delete(txn, dbi, entry_key(level, rest));
	}
	rc = continuation_get(txn, dbi, level, rest, number);
	if (rc)
		return rc;
	level_of_number(&below, number);
	rc = delete_in(txn, dbi, &below, slice_skip(rest, chunk_max(level)));
	if (rc == 0)
		rc = level_is_empty(txn, dbi, &below, &empty);
	if (rc || !empty)
		return rc;
	key = continuation_key(level, rest);
	return mdb_del(txn, dbi, &key, NULL);
}

int
keys_get(MDB_txn *txn, MDB_dbi dbi, struct slice partition, struct slice key, TALLOC_CTX *mem, struct slice *value)
{
	struct level level;
	struct slice payload;
	int rc;

	level_of_partition(&level, partition);
	rc = descend(txn, dbi, &level, &key);
	if (rc == 0)
		rc = entry_get(txn, dbi, entry_key(&level, key), &payload);
	return rc ? rc : value_read(txn, dbi, payload, mem, value);
}

int
keys_put(MDB_txn *txn, MDB_dbi dbi, struct slice partition, struct slice key, struct slice value)
{
	struct level level;
	int rc;

	level_of_partition(&level, partition);
	rc = descend_making(txn, dbi, &level, &key);
	return rc ? rc : value_put(txn, dbi, entry_key(&level, key), value);
}

int
keys_delete(MDB_txn *txn, MDB_dbi dbi, struct slice partition, struct slice key)
{
	struct level level;

	level_of_partition(&level, partition);
	return delete_in(txn, dbi, &level, key);
}

/* Cursors. */

void
keys_cursor_init(struct keys_cursor *c, MDB_cursor *lmdb, TALLOC_CTX *mem, struct slice partition)
{
	c->key = c->value = (struct slice){ NULL, 0 };
	c->lmdb = lmdb;
	c->mem = mem;
	c->depth = 0;
	c->at[0].base = 0;
	level_of_partition(&c->at[0].level, partition);
}

/* From a continuation entry into the level that it names, before its first key. */
static int
cursor_enter(struct keys_cursor *c, const MDB_val *key, struct slice payload)
{
	const struct level *level = &c->at[c->depth].level;
	size_t base = c->at[c->depth].base;
	unsigned char number[NUMBER_BYTES];
	int rc = continuation_check(payload, number);

	if (rc)
		return rc;
	if (c->depth + 1 == KEYS_LEVELS || base + chunk_max(level) > sizeof(c->assembled))
		return MDB_CORRUPTED;
	memcpy(c->assembled + base, (char *)key->mv_data + level->prefix, chunk_max(level));
	c->at[c->depth + 1].base = base + chunk_max(level);
	level_of_number(&c->at[++c->depth].level, number);
	return 0;
}

/* Out of a level that has no more keys, onto the continuation entry that named it. */
static int
cursor_leave(struct keys_cursor *c, MDB_val *key, MDB_val *data)
{
	size_t base;
	int rc;

	c->depth--;
	base = c->at[c->depth].base;
	*key = continuation_key(
	    &c->at[c->depth].level, slice_make(c->assembled + base, c->at[c->depth + 1].base - base));
	rc = mdb_cursor_get(c->lmdb, key, data, MDB_SET_KEY);
	return rc == MDB_NOTFOUND ? MDB_CORRUPTED : rc;
}

static int
cursor_yield(struct keys_cursor *c, const MDB_val *key, struct slice payload)
{
	const struct level *level = &c->at[c->depth].level;
	struct slice piece = slice_make((char *)key->mv_data + level->prefix, key->mv_size - level->prefix);
	size_t base = c->at[c->depth].base;

	if (base + piece.length > sizeof(c->assembled))
		return MDB_CORRUPTED;
	c->key = piece;
	if (base > 0) {
		memcpy(c->assembled + base, piece.data, piece.length);
		c->key = slice_make(c->assembled, base + piece.length);
	}
	talloc_free_children(c->mem);
	return value_read(mdb_cursor_txn(c->lmdb), mdb_cursor_dbi(c->lmdb), payload, c->mem, &c->value);
}

/* `rc`, key and data are what LMDB's cursor said: go on from there to a key of the partition, through levels. */
static int
cursor_settle(struct keys_cursor *c, int rc, MDB_val *key, MDB_val *data)
{
	struct slice payload;

	for (;;) {
		struct level *level = &c->at[c->depth].level;

		if (rc != 0 && rc != MDB_NOTFOUND)
			return rc;
		if (rc == MDB_NOTFOUND || !level_has(level, key)) {
			if (c->depth == 0)
				return MDB_NOTFOUND;
			rc = cursor_leave(c, key, data);
			if (rc == 0)
				rc = mdb_cursor_get(c->lmdb, key, data, MDB_NEXT);
			continue;
		}
		rc = entry_check(key, data, &payload);
		if (rc)
			return rc;
		if (!is_continuation(key))
			return cursor_yield(c, key, payload);
		rc = cursor_enter(c, key, payload);
		if (rc)
			return rc;
		*key = entry_key(&c->at[c->depth].level, slice_make(NULL, 0));
		rc = mdb_cursor_get(c->lmdb, key, data, MDB_SET_RANGE);
	}
}

int
keys_cursor_seek(struct keys_cursor *c, struct slice from)
{
	char copy[STORE_KEY_MAX + 1];

	/* No key is longer, so that one byte more than the longest key says as much as all of them. */
	from = slice_head(from, sizeof(copy));
	if (from.length > 0)
		memcpy(copy, from.data, from.length);
	from.data = copy;
	c->depth = 0;
	for (;;) {
		struct level *level = &c->at[c->depth].level;
		bool long_key = from.length > chunk_max(level);
		MDB_val wanted = long_key ? continuation_key(level, from) : entry_key(level, from);
		MDB_val key = wanted;
		MDB_val data;
		struct slice payload;
		int rc = mdb_cursor_get(c->lmdb, &key, &data, MDB_SET_RANGE);

		if (rc || !long_key || !same_key(&key, &wanted))
			return cursor_settle(c, rc, &key, &data);
		rc = entry_check(&key, &data, &payload);
		if (rc == 0)
			rc = cursor_enter(c, &key, payload);
		if (rc)
			return rc;
		from = slice_skip(from, chunk_max(level));
	}
}

int
keys_cursor_next(struct keys_cursor *c)
{
	MDB_val key;
	MDB_val data;
	int rc = mdb_cursor_get(c->lmdb, &key, &data, MDB_NEXT);

	return cursor_settle(c, rc, &key, &data);
}

/* Partitions. */

static int
partition_decode(const MDB_val *key, char name[STORE_PARTITION_MAX], size_t *length)
{
	const unsigned char *in = (unsigned char *)key->mv_data + 1;
	const unsigned char *end = (unsigned char *)key->mv_data + key->mv_size;

	for (*length = 0; end - in >= 2; in++) {
		if (in[0] == 0 && in[1] == 0)
			return 0;
		if (*length == STORE_PARTITION_MAX || (in[0] == 0 && in[1] != 255))
			return MDB_CORRUPTED;
		name[(*length)++] = (char)in[0];
		in += in[0] == 0;
	}
	return MDB_CORRUPTED;
}

int
keys_next_partition(MDB_cursor *lmdb, struct slice partition, char name[STORE_PARTITION_MAX], size_t *length)
{
	struct level level;
	MDB_val key;
	MDB_val data;
	int rc;

	level_of_partition(&level, partition);
	/* After all that begins with the partition's 0 0, and before a longer name's 0 255 or any other byte. */
	level.lmdb_key[level.prefix - 1] = partition.length > 0;
	key = entry_key(&level, slice_make(NULL, 0));
	rc = mdb_cursor_get(lmdb, &key, &data, MDB_SET_RANGE);
	if (rc)
		return rc;
	if (*(char *)key.mv_data != KIND_KEY)
		return MDB_NOTFOUND;
	return partition_decode(&key, name, length);
}
