/*
 * An engine around an engine that lets something else happen in the middle of an operation: before the call of a given
 * number, a function is called. Its scans are no snapshots: each record they visit is such a call, and is read anew.
 */
#ifndef TESTS_UNIT_STORAGE_INTERLEAVE_H
#define TESTS_UNIT_STORAGE_INTERLEAVE_H

#include "tests/unit/storage/scratch.h"

struct interleave {
	struct store store;
	struct engine engine;
	struct store *inner; /* borrowed */
	unsigned at;         /* the number of the call, from 1; 0: never */
	unsigned calls;
	void (*meanwhile)(void);
	bool busy; /* within meanwhile(), which may use this store too */
};

static inline struct store *
interleave_step(struct store *s)
{
	struct interleave *i = (struct interleave *)s;

	if (!i->busy && ++i->calls == i->at) {
		i->busy = true;
		i->meanwhile();
		i->busy = false;
	}
	return i->inner;
}

static inline enum store_err
interleave_get(struct store *s, struct slice partition, struct slice key, TALLOC_CTX *parent, struct slice *value)
{
	return store_get(interleave_step(s), partition, key, parent, value);
}

struct interleave_one {
	TALLOC_CTX *parent;
	struct slice key, value;
};

static inline enum scan_step
interleave_take_one(void *context, struct slice key, struct slice value, struct slice *seek)
{
	struct interleave_one *one = context;

	(void)seek;
	one->key = slice_make(talloc_memdup(one->parent, key.data, key.length), key.length);
	one->value = slice_make(talloc_memdup(one->parent, value.data, value.length), value.length);
	return SCAN_STOP;
}

static inline enum store_err
interleave_scan(struct store *s, struct slice partition, struct slice from, scan_visit_fn *visit, void *context)
{
	struct interleave_one one = { .parent = talloc_new(NULL) };
	enum scan_step step = SCAN_NEXT;
	enum store_err err = STORE_OK;

	while (step != SCAN_STOP && !err) {
		struct slice seek = { NULL, 0 };
		char *next;

		one.key.length = 0;
		err = store_scan(interleave_step(s), partition, from, interleave_take_one, &one);
		if (err || one.key.length == 0)
			break;
		step = visit(context, one.key, one.value, &seek);
		if (step == SCAN_NEXT)
			seek = one.key;
		next = talloc_zero_size(one.parent, seek.length + 1);
		if (seek.length)
			memcpy(next, seek.data, seek.length);
		from = slice_make(next, seek.length + (step == SCAN_NEXT));
	}
	talloc_free(one.parent);
	return err;
}

static inline enum store_err
interleave_commit(struct store *s, struct slice partition, const struct batch *batch)
{
	return store_commit(interleave_step(s), partition, batch);
}

static inline enum store_err
interleave_blob_create(struct store *s, const struct blob_id *id, struct blob_writer **out)
{
	return blob_create(interleave_step(s), id, out);
}

static inline enum store_err
interleave_blob_append(struct blob_writer *w, struct slice bytes)
{
	struct store *s = w->store;
	enum store_err err;

	w->store = interleave_step(s);
	err = blob_append(w, bytes);
	w->store = s;
	return err;
}

static inline enum store_err
interleave_blob_seal(struct blob_writer *w)
{
	w->store = interleave_step(w->store);
	return blob_seal(w);
}

static inline void
interleave_blob_abandon(struct blob_writer *w)
{
	w->store = interleave_step(w->store);
	blob_abandon(w);
}

static inline enum store_err
interleave_blob_open(struct store *s, const struct blob_id *id, uint64_t size, uint64_t offset, uint64_t length,
    struct blob_reader **out)
{
	return blob_open(interleave_step(s), id, size, offset, length, out);
}

static inline enum store_err
interleave_blob_read(struct blob_reader *r, uint64_t offset, void *out, size_t length)
{
	struct store *s = r->store;
	enum store_err err;

	r->store = interleave_step(s);
	err = blob_read(r, offset, out, length);
	r->store = s;
	return err;
}

static inline void
interleave_blob_close(struct blob_reader *r)
{
	r->store = ((struct interleave *)r->store)->inner;
	blob_close(r);
}

static inline enum store_err
interleave_blob_delete(struct store *s, const struct blob_id *id)
{
	return blob_delete(interleave_step(s), id);
}

static inline enum store_err
interleave_blob_list(struct store *s, blob_visit_fn *visit, void *context)
{
	return blob_list(interleave_step(s), visit, context);
}

static inline enum store_err
interleave_partition_list(struct store *s, partition_visit_fn *visit, void *context)
{
	return partition_list(interleave_step(s), visit, context);
}

static inline bool
interleave_session_alive(struct store *s, uint64_t session)
{
	return store_session_alive(((struct interleave *)s)->inner, session);
}

static inline bool
interleave_leads(struct store *s)
{
	return store_leads(((struct interleave *)s)->inner);
}

static inline struct interleave
interleave_make(struct store *inner)
{
	static const struct engine engine = {
		.name = "interleave",
		.get_waits = true,
		.session_alive = interleave_session_alive,
		.leads = interleave_leads,
		.get = interleave_get,
		.scan = interleave_scan,
		.commit = interleave_commit,
		.blob_create = interleave_blob_create,
		.blob_append = interleave_blob_append,
		.blob_seal = interleave_blob_seal,
		.blob_abandon = interleave_blob_abandon,
		.blob_open = interleave_blob_open,
		.blob_read = interleave_blob_read,
		.blob_close = interleave_blob_close,
		.blob_delete = interleave_blob_delete,
		.blob_list = interleave_blob_list,
		.partition_list = interleave_partition_list,
	};
	struct interleave i = { .engine = engine, .inner = inner };

	i.engine.inline_max = store_inline_max(inner);
	i.store.session = store_session(inner);
	return i;
}

#endif
