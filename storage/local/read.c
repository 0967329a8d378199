#include "storage/local/local.h"

/*
 * A scan ends its transaction after so many keys and goes on in a fresh one: pages that a reader may still see cannot
 * be used again, and the file would grow as long as one walks through all of it.
 */
#define SCAN_KEYS_MAX 20000

/* Readers. */

static void
reader_free(struct local_reader *reader)
{
	if (reader->lmdb)
		mdb_cursor_close(reader->lmdb);
	if (reader->txn)
		mdb_txn_abort(reader->txn);
	talloc_free(reader);
}

static int
reader_new(struct local_store *s, struct local_reader **out)
{
	struct local_reader *reader = talloc_zero(NULL, struct local_reader);
	int rc = mdb_txn_begin(s->env, NULL, MDB_RDONLY, &reader->txn);
	int dead;

	if (rc == MDB_READERS_FULL && mdb_reader_check(s->env, &dead) == 0 && dead > 0)
		rc = mdb_txn_begin(s->env, NULL, MDB_RDONLY, &reader->txn);
	if (rc == 0)
		rc = mdb_cursor_open(reader->txn, s->dbi, &reader->lmdb);
	if (rc) {
		reader_free(reader);
		return rc;
	}
	*out = reader;
	return 0;
}

/* One that nobody uses, or NULL. */
static struct local_reader *
reader_find_idle(struct local_store *s)
{
	for (size_t i = 0; i < LOCAL_IDLE_READERS; i++) {
		struct local_reader *reader = NULL;

		/* Looking first leaves an empty place in the caches of the other processors. */
		if (atomic_load_explicit(&s->idle[i], memory_order_relaxed))
			reader = atomic_exchange(&s->idle[i], NULL);
		if (reader)
			return reader;
	}
	return NULL;
}

/*
 * A reader that sees what is committed by now. Beginning anew costs an allocation and a place in LMDB's table of
 * readers; a reader that was used before keeps both.
 */
static int
reader_take(struct local_store *s, struct local_reader **out)
{
	struct local_reader *reader = reader_find_idle(s);
	int rc;

	*out = reader;
	if (!reader)
		return reader_new(s, out);
	rc = mdb_txn_renew(reader->txn);
	if (rc == 0)
		rc = mdb_cursor_renew(reader->txn, reader->lmdb);
	if (rc)
		reader_free(reader);
	return rc;
}

/* The transaction ends here; the reader waits for the next call. */
static void
reader_give(struct local_store *s, struct local_reader *reader)
{
	mdb_txn_reset(reader->txn);
	talloc_free_children(reader);
	for (size_t i = 0; i < LOCAL_IDLE_READERS; i++) {
		struct local_reader *none = NULL;

		if (!atomic_load_explicit(&s->idle[i], memory_order_relaxed) &&
		    atomic_compare_exchange_strong(&s->idle[i], &none, reader))
			return;
	}
	reader_free(reader);
}

void
local_readers_close(struct local_store *s)
{
	struct local_reader *reader;

	while ((reader = reader_find_idle(s)) != NULL)
		reader_free(reader);
}

/* What the engine gives. */

enum store_err
local_get(struct store *store, struct slice partition, struct slice key, TALLOC_CTX *mem, struct slice *value)
{
	struct local_store *s = local_of(store);
	struct local_reader *reader;
	struct slice found;
	int rc = reader_take(s, &reader);

	if (rc)
		return local_err(rc);
	rc = keys_get(reader->txn, s->dbi, partition, key, reader, &found);
	if (rc == 0)
		*value = slice_make(talloc_memdup(mem, found.data, found.length), found.length);
	reader_give(s, reader);
	return local_err(rc);
}

/* Visit up to SCAN_KEYS_MAX keys; *more tells whether to go on at `next`. */
static int
scan_some(struct keys_cursor *c, struct slice from, scan_visit_fn *visit, void *context,
    char next[STORE_KEY_MAX + 1], size_t *next_length, bool *more)
{
	int rc = keys_cursor_seek(c, from);

	*more = false;
	for (size_t seen = 1; rc == 0; seen++) {
		struct slice seek = { NULL, 0 };
		enum scan_step step = visit(context, c->key, c->value, &seek);

		if (step == SCAN_STOP)
			return 0;
		if (step == SCAN_NEXT && seen >= SCAN_KEYS_MAX) {
			/* The first possible key after this one has a zero byte more. */
			memcpy(next, c->key.data, c->key.length);
			next[c->key.length] = 0;
			*next_length = c->key.length + 1;
			*more = true;
			return 0;
		}
		rc = step == SCAN_SEEK ? keys_cursor_seek(c, seek) : keys_cursor_next(c);
	}
	return rc;
}

enum store_err
local_scan(struct store *store, struct slice partition, struct slice from, scan_visit_fn *visit, void *context)
{
	struct local_store *s = local_of(store);
	struct local_reader *reader;
	char next[STORE_KEY_MAX + 1];
	bool more = true;
	int rc = 0;

	while (rc == 0 && more) {
		rc = reader_take(s, &reader);
		if (rc)
			return local_err(rc);
		keys_cursor_init(&reader->cursor, reader->lmdb, reader, partition);
		rc = scan_some(&reader->cursor, from, visit, context, next, &from.length, &more);
		from.data = next;
		reader_give(s, reader);
	}
	return rc == MDB_NOTFOUND ? STORE_OK : local_err(rc);
}

enum store_err
local_partition_list(struct store *store, partition_visit_fn *visit, void *context)
{
	struct local_store *s = local_of(store);
	char name[STORE_PARTITION_MAX];
	size_t length = 0;
	bool more = true;
	int rc = 0;

	while (rc == 0 && more) {
		struct local_reader *reader;

		rc = reader_take(s, &reader);
		if (rc)
			return local_err(rc);
		rc = keys_next_partition(reader->lmdb, slice_make(name, length), name, &length);
		reader_give(s, reader);
		more = rc == 0 && visit(context, slice_make(name, length));
	}
	return rc == MDB_NOTFOUND ? STORE_OK : local_err(rc);
}
