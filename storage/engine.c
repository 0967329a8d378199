#include "storage/engine.h"

#include <assert.h>

#include "common/clock.h"
#include "common/digest.h"
#include "common/encode.h"
#include "common/log.h"
#include "storage/read_only.h"

static const struct engine *const engines[] = {
	&engine_local,
#ifdef CROSSGATE_RADOS
	&engine_rados,
#endif
};

#define BIT(err) (1u << (err))
#define BROKEN   (BIT(STORE_IO) | BIT(STORE_TIMEOUT))

/* What each call is called, and how it may end but well. */
static const struct {
	const char *name;
	unsigned errors;
} calls[STORE_CALLS] = {
	[STORE_CALL_GET] = { "get", BROKEN | BIT(STORE_DAMAGED) | BIT(STORE_NOT_FOUND) },
	[STORE_CALL_SCAN] = { "scan", BROKEN | BIT(STORE_DAMAGED) },
	[STORE_CALL_COMMIT] = { "commit",
	    BROKEN | BIT(STORE_DAMAGED) | BIT(STORE_CONFLICT) | BIT(STORE_READ_ONLY) | BIT(STORE_FULL) },
	[STORE_CALL_BLOB_CREATE] = { "blob create", BROKEN | BIT(STORE_FULL) },
	[STORE_CALL_BLOB_APPEND] = { "blob append", BROKEN | BIT(STORE_FULL) },
	[STORE_CALL_BLOB_SEAL] = { "blob seal", BROKEN | BIT(STORE_FULL) },
	[STORE_CALL_BLOB_OPEN] = { "blob open", BROKEN | BIT(STORE_DAMAGED) | BIT(STORE_NOT_FOUND) },
	[STORE_CALL_BLOB_READ] = { "blob read", BROKEN | BIT(STORE_DAMAGED) | BIT(STORE_NOT_FOUND) },
	[STORE_CALL_BLOB_DELETE] = { "blob delete", BROKEN | BIT(STORE_FULL) },
	[STORE_CALL_BLOB_LIST] = { "blob list", BROKEN },
	[STORE_CALL_PARTITION_LIST] = { "partition list", BROKEN | BIT(STORE_DAMAGED) },
};

const char *
store_err_name(enum store_err err)
{
	static const char *const names[STORE_ERRS] = {
		[STORE_OK] = "ok",
		[STORE_NOT_FOUND] = "not found",
		[STORE_CONFLICT] = "conflict",
		[STORE_FULL] = "full",
		[STORE_DAMAGED] = "damaged",
		[STORE_IO] = "input/output error",
		[STORE_TIMEOUT] = "timeout",
		[STORE_READ_ONLY] = "read-only",
		[STORE_INVALID] = "invalid",
		[STORE_EXISTS] = "exists",
		[STORE_NOT_EMPTY] = "not empty",
		[STORE_REFUSED] = "refused",
	};

	assert((size_t)err < STORE_ERRS);
	return names[err];
}

/* Counting and tracing. */

/* A call under way. What it is about goes into the trace: a partition and a key, or a blob; and a number. */
struct call {
	struct store *store;
	enum store_call kind;
	struct slice partition, key;
	const struct blob_id *blob;
	uint64_t number;
	int64_t begun_us;
};

static struct call
call_begin(struct store *s, enum store_call kind)
{
	return (struct call){ .store = s, .kind = kind, .begun_us = clock_monotonic_us() };
}

static void
call_trace(const struct call *call, enum store_err err, int64_t took_us)
{
	char *blob = hex_encode(
	    NULL, call->blob ? slice_make(call->blob->bytes, sizeof(call->blob->bytes)) : slice_make(NULL, 0));

	LOG(DEBUG, "store call", LOG_STRING("call", calls[call->kind].name), LOG_TEXT("partition", call->partition),
	    LOG_TEXT("key", call->key), LOG_STRING("blob", blob), LOG_NUMBER("number", call->number),
	    LOG_STRING("result", store_err_name(err)), LOG_NUMBER("us", took_us));
	talloc_free(blob);
}

/* Every call of an engine ends here. */
static enum store_err
call_end(const struct call *call, enum store_err err)
{
	int64_t took_us = clock_monotonic_us() - call->begun_us;

	assert(err == STORE_OK || (calls[call->kind].errors & BIT(err)));
	atomic_fetch_add_explicit(&call->store->counters[call->kind].results[err], 1, memory_order_relaxed);
	atomic_fetch_add_explicit(
	    &call->store->counters[call->kind].microseconds, (uint64_t)took_us, memory_order_relaxed);
	if (log_enabled(LOG_LEVEL_DEBUG))
		call_trace(call, err, took_us);
	return err;
}

const char *
store_call_name(enum store_call call)
{
	assert(call < STORE_CALLS);
	return calls[call].name;
}

struct store_counter
store_counter(const struct store *s, enum store_call call)
{
	struct store_counter counter;

	assert(call < STORE_CALLS);
	for (size_t i = 0; i < STORE_ERRS; i++)
		counter.results[i] = atomic_load_explicit(&s->counters[call].results[i], memory_order_relaxed);
	counter.microseconds = atomic_load_explicit(&s->counters[call].microseconds, memory_order_relaxed);
	return counter;
}

/* Opening and closing. */

static const struct engine *
engine_find(struct slice name, TALLOC_CTX *mem, char **message)
{
	for (size_t i = 0; i < ARRAY_SIZE(engines); i++)
		if (slice_equal(name, slice_from(engines[i]->name)))
			return engines[i];
	if (slice_equal(name, SLICE("rados")))
		*message = talloc_strdup(mem, "rados: this program was built without librados");
	else
		*message = talloc_asprintf(
		    mem, "\"%.*s\" is no kind of store: local:DIR or rados:POOL is expected", SLICE_ARG(name));
	return NULL;
}

static uint64_t
session_choose(void)
{
	uint64_t session;

	do
		random_bytes(&session, sizeof(session));
	while (session == 0);
	return session;
}

enum store_err
store_open(
    const char *url, const struct store_options *options, TALLOC_CTX *mem, struct store **out, char **message)
{
	const struct engine *engine;
	enum store_err err;
	size_t name;

	*out = NULL;
	*message = NULL;
	if (!slice_find(slice_from(url), SLICE(":"), &name)) {
		*message = talloc_asprintf(mem, "\"%s\" names no store: local:DIR or rados:POOL is expected", url);
		return STORE_INVALID;
	}
	engine = engine_find(slice_make(url, name), mem, message);
	if (!engine)
		return STORE_INVALID;
	err = engine->open(url + name + 1, options, mem, out, message);
	assert(err ? !*out && *message : *out && !*message);
	if (err)
		return err;
	(*out)->engine = engine;
	if ((*out)->session == 0)
		(*out)->session = session_choose();
	return STORE_OK;
}

void
store_close(struct store *s)
{
	s->engine->close(s);
}

bool
store_get_waits(const struct store *s)
{
	return s->engine->get_waits;
}

size_t
store_inline_max(const struct store *s)
{
	return s->engine->inline_max;
}

size_t
store_partition_records(const struct store *s)
{
	return s->partition_records;
}

uint64_t
store_session(const struct store *s)
{
	return s->session;
}

bool
store_session_alive(struct store *s, uint64_t session)
{
	return s->engine->session_alive(s, session);
}

bool
store_leads(struct store *s)
{
	return !s->engine->leads || s->engine->leads(s);
}

/* Keys. */

static bool
partition_is_valid(struct slice partition)
{
	return partition.length > 0 && partition.length <= STORE_PARTITION_MAX;
}

static bool
key_is_valid(struct slice key)
{
	return key.length > 0 && key.length <= STORE_KEY_MAX;
}

/* The reserved key is for those who know about it. */
static bool
key_may_change(const struct batch *batch, struct slice key)
{
	return key_is_valid(key) && (batch->on_read_only || !slice_equal(key, STORE_KEY_READ_ONLY));
}

static bool
value_is_valid(struct slice value)
{
	return value.length > 0 && value.length <= STORE_VALUE_MAX;
}

static int
compare_keys(const void *a, const void *b)
{
	return slice_compare(*(const struct slice *)a, *(const struct slice *)b);
}

/* Whether a key is put or deleted twice. Most batches are short, or in order already. */
static bool
has_key_twice(const struct batch *batch)
{
	size_t count = batch->put_count + batch->delete_count;
	struct slice *keys = talloc_array(NULL, struct slice, count);
	bool twice = false;

	for (size_t i = 0; i < count; i++)
		keys[i] = i < batch->put_count ? batch->puts[i].key : batch->deletes[i - batch->put_count];
	qsort(keys, count, sizeof(*keys), compare_keys);
	for (size_t i = 1; i < count; i++)
		twice = twice || slice_equal(keys[i - 1], keys[i]);
	talloc_free(keys);
	return twice;
}

static void
batch_check(const struct batch *batch)
{
	assert(batch->condition_count + batch->put_count + batch->delete_count <=
	       STORE_BATCH_MAX + (size_t)batch->on_read_only);
	for (size_t i = 0; i < batch->condition_count; i++) {
		assert(key_is_valid(batch->conditions[i].key));
		assert(batch->conditions[i].absent || value_is_valid(batch->conditions[i].value));
	}
	for (size_t i = 0; i < batch->put_count; i++)
		assert(key_may_change(batch, batch->puts[i].key) && value_is_valid(batch->puts[i].value));
	for (size_t i = 0; i < batch->delete_count; i++)
		assert(key_may_change(batch, batch->deletes[i]));
	assert(batch->put_count + batch->delete_count < 2 || !has_key_twice(batch));
}

enum store_err
store_get(struct store *s, struct slice partition, struct slice key, TALLOC_CTX *mem, struct slice *value)
{
	struct call call = call_begin(s, STORE_CALL_GET);
	enum store_err err;

	assert(partition_is_valid(partition) && key_is_valid(key));
	*value = (struct slice){ NULL, 0 };
	err = s->engine->get(s, partition, key, mem, value);
	assert(err ? !value->data : value_is_valid(*value));
	call.partition = partition;
	call.key = key;
	call.number = value->length;
	return call_end(&call, err);
}

static enum store_err
get_one_by_one(struct store *s, struct slice partition, const struct slice *keys, size_t count, TALLOC_CTX *mem,
    struct slice *values)
{
	for (size_t i = 0; i < count; i++) {
		enum store_err err = store_get(s, partition, keys[i], mem, &values[i]);

		if (err == STORE_NOT_FOUND)
			values[i] = slice_make(NULL, 0);
		else if (err)
			return err;
	}
	return STORE_OK;
}

enum store_err
store_get_many(struct store *s, struct slice partition, const struct slice *keys, size_t count, TALLOC_CTX *mem,
    struct slice *values)
{
	struct call call;
	enum store_err err;

	assert(partition_is_valid(partition) && count <= STORE_BATCH_MAX);
	if (!s->engine->get_many || count == 0)
		return get_one_by_one(s, partition, keys, count, mem, values);
	call = call_begin(s, STORE_CALL_GET);
	memset(values, 0, count * sizeof(*values));
	err = s->engine->get_many(s, partition, keys, count, mem, values);
	call.partition = partition;
	call.key = keys[0];
	call.number = count;
	return call_end(&call, err);
}

/* A visitor between the engine and the caller's: it sees to the order, and counts. */
struct scan_check {
	scan_visit_fn *visit;
	void *context;
	uint64_t visited;
};

static enum scan_step
scan_check_visit(void *context, struct slice key, struct slice value, struct slice *seek)
{
	struct scan_check *check = context;
	enum scan_step step;

	assert(key_is_valid(key) && value_is_valid(value));
	if (slice_equal(key, STORE_KEY_READ_ONLY))
		return SCAN_NEXT;
	check->visited++;
	step = check->visit(check->context, key, value, seek);
	assert(step != SCAN_SEEK || seek->length == 0 || seek->data);
	return step;
}

enum store_err
store_scan(struct store *s, struct slice partition, struct slice from, scan_visit_fn *visit, void *context)
{
	struct call call = call_begin(s, STORE_CALL_SCAN);
	struct scan_check check = { visit, context, 0 };
	enum store_err err;

	assert(partition_is_valid(partition));
	err = s->engine->scan(s, partition, from, scan_check_visit, &check);
	call.partition = partition;
	call.key = from;
	call.number = check.visited;
	return call_end(&call, err);
}

enum store_err
store_commit(struct store *s, struct slice partition, const struct batch *batch)
{
	struct call call = call_begin(s, STORE_CALL_COMMIT);

	assert(partition_is_valid(partition));
	batch_check(batch);
	call.partition = partition;
	if (batch->put_count > 0)
		call.key = batch->puts[0].key;
	else if (batch->delete_count > 0)
		call.key = batch->deletes[0];
	call.number = batch->put_count + batch->delete_count;
	return call_end(&call, read_only_commit(s, partition, batch));
}

enum store_err
partition_list(struct store *s, partition_visit_fn *visit, void *context)
{
	struct call call = call_begin(s, STORE_CALL_PARTITION_LIST);

	return call_end(&call, s->engine->partition_list(s, visit, context));
}

/* Blobs. */

enum store_err
blob_create(struct store *s, const struct blob_id *id, struct blob_writer **out)
{
	struct call call = call_begin(s, STORE_CALL_BLOB_CREATE);
	enum store_err err;

	*out = NULL;
	err = s->engine->blob_create(s, id, out);
	assert(err ? !*out : !!*out);
	if (*out) {
		(*out)->store = s;
		(*out)->id = *id;
		(*out)->failed = false;
	}
	call.blob = id;
	return call_end(&call, err);
}

enum store_err
blob_append(struct blob_writer *w, struct slice bytes)
{
	struct call call = call_begin(w->store, STORE_CALL_BLOB_APPEND);
	enum store_err err;

	assert(!w->failed);
	err = w->store->engine->blob_append(w, bytes);
	w->failed = err != STORE_OK;
	call.blob = &w->id;
	call.number = bytes.length;
	return call_end(&call, err);
}

enum store_err
blob_seal(struct blob_writer *w)
{
	struct call call = call_begin(w->store, STORE_CALL_BLOB_SEAL);
	struct blob_id id = w->id; /* the writer goes */

	assert(!w->failed);
	call.blob = &id;
	return call_end(&call, w->store->engine->blob_seal(w));
}

void
blob_abandon(struct blob_writer *w)
{
	w->store->engine->blob_abandon(w);
}

enum store_err
blob_open(struct store *s, const struct blob_id *id, uint64_t size, uint64_t offset, uint64_t length,
    struct blob_reader **out)
{
	struct call call = call_begin(s, STORE_CALL_BLOB_OPEN);
	enum store_err err;

	assert(offset <= size && length <= size - offset);
	*out = NULL;
	err = s->engine->blob_open(s, id, size, offset, length, out);
	assert(err ? !*out : !!*out);
	if (*out) {
		(*out)->store = s;
		(*out)->id = *id;
		(*out)->size = size;
	}
	call.blob = id;
	call.number = size;
	return call_end(&call, err);
}

enum store_err
blob_read(struct blob_reader *r, uint64_t offset, void *out, size_t length)
{
	struct call call = call_begin(r->store, STORE_CALL_BLOB_READ);

	assert(offset <= r->size && length <= r->size - offset);
	call.blob = &r->id;
	call.number = length;
	return call_end(&call, r->store->engine->blob_read(r, offset, out, length));
}

void
blob_close(struct blob_reader *r)
{
	r->store->engine->blob_close(r);
}

size_t
blob_ready(const struct blob_reader *r, uint64_t offset)
{
	assert(offset <= r->size);
	return r->store->engine->blob_ready ? r->store->engine->blob_ready(r, offset) : r->size - offset;
}

enum store_err
blob_delete(struct store *s, const struct blob_id *id)
{
	struct call call = call_begin(s, STORE_CALL_BLOB_DELETE);

	call.blob = id;
	return call_end(&call, s->engine->blob_delete(s, id));
}

enum store_err
blob_list(struct store *s, blob_visit_fn *visit, void *context)
{
	struct call call = call_begin(s, STORE_CALL_BLOB_LIST);

	return call_end(&call, s->engine->blob_list(s, visit, context));
}
