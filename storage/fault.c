#include "storage/fault.h"

#include <assert.h>
#include <errno.h>
#include <pthread.h>

#define FAULTS_MAX 16

struct fault_store {
	struct store store;
	struct engine engine; /* the wrapper's functions, and what the inner engine says of itself */
	struct store *inner;
	struct {
		pthread_mutex_t mutex; /* taken alone */
		struct fault faults[FAULTS_MAX];
		size_t count;
		unsigned calls[FAULT_CALLS];
	} locked;
};

struct fault_writer {
	struct blob_writer writer;
	struct blob_writer *inner;
};

struct fault_reader {
	struct blob_reader reader;
	struct blob_reader *inner;
};

static struct fault_store *
fault_of(struct store *s)
{
	return (struct fault_store *)s;
}

static void
wait_us(unsigned delay_us)
{
	struct timespec left = { delay_us / 1000000, (long)(delay_us % 1000000) * 1000 };

	while (delay_us > 0 && nanosleep(&left, &left) < 0)
		assert(errno == EINTR);
}

/* Count a call, wait if it is to be late, and say how it fails: with STORE_OK not at all. */
static struct fault
next_fault(struct store *s, enum fault_call call)
{
	struct fault_store *f = fault_of(s);
	struct fault found = { .err = STORE_OK };
	unsigned number;

	pthread_mutex_lock(&f->locked.mutex);
	number = ++f->locked.calls[call];
	for (size_t i = 0; i < f->locked.count; i++) {
		const struct fault *fault = &f->locked.faults[i];

		if (fault->call == call && fault->first <= number && number <= fault->last) {
			found = *fault;
			break;
		}
	}
	pthread_mutex_unlock(&f->locked.mutex);
	wait_us(found.delay_us);
	return found;
}

static bool
fails_before(const struct fault *fault)
{
	return fault->err != STORE_OK && fault->manner != FAULT_AFTER;
}

/* The end of a call that took effect: its own error, or else the fault's. */
static enum store_err
outcome(const struct fault *fault, enum store_err err)
{
	return err ? err : fault->err;
}

static void
fault_close(struct store *s)
{
	struct fault_store *f = fault_of(s);

	store_close(f->inner);
	pthread_mutex_destroy(&f->locked.mutex);
	talloc_free(f);
}

static bool
fault_session_alive(struct store *s, uint64_t session)
{
	return store_session_alive(fault_of(s)->inner, session);
}

static bool
fault_leads(struct store *s)
{
	return store_leads(fault_of(s)->inner);
}

static enum store_err
fault_get(struct store *s, struct slice partition, struct slice key, TALLOC_CTX *mem, struct slice *value)
{
	struct fault fault = next_fault(s, FAULT_GET);
	enum store_err err;

	if (fails_before(&fault))
		return fault.err;
	err = outcome(&fault, store_get(fault_of(s)->inner, partition, key, mem, value));
	if (err)
		*value = (struct slice){ NULL, 0 };
	return err;
}

static enum store_err
fault_scan(struct store *s, struct slice partition, struct slice from, scan_visit_fn *visit, void *context)
{
	struct fault fault = next_fault(s, FAULT_SCAN);

	if (fails_before(&fault))
		return fault.err;
	return outcome(&fault, store_scan(fault_of(s)->inner, partition, from, visit, context));
}

static enum store_err
fault_commit(struct store *s, struct slice partition, const struct batch *batch)
{
	struct fault fault = next_fault(s, FAULT_COMMIT);

	if (fails_before(&fault))
		return fault.err;
	return outcome(&fault, store_commit(fault_of(s)->inner, partition, batch));
}

static enum store_err
fault_blob_create(struct store *s, const struct blob_id *id, struct blob_writer **out)
{
	struct fault fault = next_fault(s, FAULT_BLOB_CREATE);
	struct blob_writer *inner;
	struct fault_writer *w;
	enum store_err err;

	if (fails_before(&fault))
		return fault.err;
	err = blob_create(fault_of(s)->inner, id, &inner);
	if (err)
		return err;
	if (fault.err) {
		/* What was made stays there, as after a crash; how its sealing ends does not matter to anybody. */
		enum store_err sealed = blob_seal(inner);

		(void)sealed;
		return fault.err;
	}
	w = talloc_zero(NULL, struct fault_writer);
	w->inner = inner;
	*out = &w->writer;
	return STORE_OK;
}

static enum store_err
fault_blob_append(struct blob_writer *writer, struct slice bytes)
{
	struct blob_writer *inner = ((struct fault_writer *)writer)->inner;
	struct fault fault = next_fault(writer->store, FAULT_BLOB_APPEND);

	if (fault.err && fault.manner == FAULT_BEFORE)
		return fault.err;
	if (fault.err && fault.manner == FAULT_TORN)
		bytes = slice_head(bytes, bytes.length / 2);
	return outcome(&fault, blob_append(inner, bytes));
}

static void
fault_blob_abandon(struct blob_writer *writer)
{
	blob_abandon(((struct fault_writer *)writer)->inner);
	talloc_free(writer);
}

static enum store_err
fault_blob_seal(struct blob_writer *writer)
{
	struct blob_writer *inner = ((struct fault_writer *)writer)->inner;
	struct fault fault = next_fault(writer->store, FAULT_BLOB_SEAL);

	if (fails_before(&fault)) {
		fault_blob_abandon(writer);
		return fault.err;
	}
	talloc_free(writer);
	return outcome(&fault, blob_seal(inner));
}

static enum store_err
fault_blob_open(struct store *s, const struct blob_id *id, uint64_t size, uint64_t offset, uint64_t length,
    struct blob_reader **out)
{
	struct fault fault = next_fault(s, FAULT_BLOB_OPEN);
	struct blob_reader *inner;
	struct fault_reader *r;
	enum store_err err;

	if (fails_before(&fault))
		return fault.err;
	err = blob_open(fault_of(s)->inner, id, size, offset, length, &inner);
	if (err)
		return err;
	if (fault.err) {
		blob_close(inner);
		return fault.err;
	}
	r = talloc_zero(NULL, struct fault_reader);
	r->inner = inner;
	*out = &r->reader;
	return STORE_OK;
}

static enum store_err
fault_blob_read(struct blob_reader *reader, uint64_t offset, void *out, size_t length)
{
	struct fault fault = next_fault(reader->store, FAULT_BLOB_READ);

	if (fails_before(&fault))
		return fault.err;
	return outcome(&fault, blob_read(((struct fault_reader *)reader)->inner, offset, out, length));
}

static void
fault_blob_close(struct blob_reader *reader)
{
	blob_close(((struct fault_reader *)reader)->inner);
	talloc_free(reader);
}

static size_t
fault_blob_ready(const struct blob_reader *reader, uint64_t offset)
{
	return blob_ready(((const struct fault_reader *)reader)->inner, offset);
}

static enum store_err
fault_blob_delete(struct store *s, const struct blob_id *id)
{
	struct fault fault = next_fault(s, FAULT_BLOB_DELETE);

	if (fails_before(&fault))
		return fault.err;
	return outcome(&fault, blob_delete(fault_of(s)->inner, id));
}

static enum store_err
fault_blob_list(struct store *s, blob_visit_fn *visit, void *context)
{
	return blob_list(fault_of(s)->inner, visit, context);
}

static enum store_err
fault_partition_list(struct store *s, partition_visit_fn *visit, void *context)
{
	return partition_list(fault_of(s)->inner, visit, context);
}

static const struct engine engine_fault = {
	.name = "fault",
	.close = fault_close,
	.session_alive = fault_session_alive,
	.leads = fault_leads,
	.get = fault_get,
	.scan = fault_scan,
	.commit = fault_commit,
	.blob_create = fault_blob_create,
	.blob_append = fault_blob_append,
	.blob_seal = fault_blob_seal,
	.blob_abandon = fault_blob_abandon,
	.blob_open = fault_blob_open,
	.blob_read = fault_blob_read,
	.blob_close = fault_blob_close,
	.blob_ready = fault_blob_ready,
	.blob_delete = fault_blob_delete,
	.blob_list = fault_blob_list,
	.partition_list = fault_partition_list,
};

struct store *
fault_wrap(struct store *inner)
{
	struct fault_store *f = talloc_zero(NULL, struct fault_store);

	f->engine = engine_fault;
	f->engine.get_waits = store_get_waits(inner);
	f->engine.inline_max = store_inline_max(inner);
	f->store.engine = &f->engine;
	f->store.session = store_session(inner);
	f->store.partition_records = store_partition_records(inner);
	f->inner = inner;
	pthread_mutex_init(&f->locked.mutex, NULL);
	return &f->store;
}

void
fault_set(struct store *s, const struct fault *faults, size_t count)
{
	struct fault_store *f = fault_of(s);

	assert(s->engine->close == fault_close && count <= FAULTS_MAX);
	pthread_mutex_lock(&f->locked.mutex);
	if (count > 0)
		memcpy(f->locked.faults, faults, count * sizeof(*faults));
	f->locked.count = count;
	memset(f->locked.calls, 0, sizeof(f->locked.calls));
	pthread_mutex_unlock(&f->locked.mutex);
}

unsigned
fault_count(struct store *s, enum fault_call call)
{
	struct fault_store *f = fault_of(s);
	unsigned count;

	assert(s->engine->close == fault_close && call < FAULT_CALLS);
	pthread_mutex_lock(&f->locked.mutex);
	count = f->locked.calls[call];
	pthread_mutex_unlock(&f->locked.mutex);
	return count;
}
