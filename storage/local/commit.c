/*
 * Group commit. Whoever commits puts its batch into a queue and waits; one thread folds all that wait into one LMDB
 * transaction, so that one sync of the disk serves them all, and wakes each with its own result.
 */
#include "storage/local/local.h"

#include <assert.h>
#include <errno.h>
#include <semaphore.h>
#include <signal.h>

/* The most of one transaction; LMDB holds the pages that it changes in memory until it commits. */
#define GROUP_BATCHES_MAX 1024
#define GROUP_BYTES_MAX   (32 << 20)

/* A batch that waits, on the stack of its caller. */
struct waiting {
	struct slice partition;
	const struct batch *batch;
	size_t bytes;
	enum store_err result;
	sem_t done;
	struct waiting *next;
};

struct committer {
	struct local_store *store;
	pthread_t thread;
	struct {
		pthread_mutex_t mutex; /* taken alone */
		pthread_cond_t arrived;
		struct waiting *first;
		struct waiting **end;
		size_t taken; /* of the group that is being committed */
		bool stopping;
	} locked;
};

/* One batch. */

/* STORE_CONFLICT is an answer; other errors of a batch say that the transaction cannot go on. */
static enum store_err
conditions_hold(struct local_store *s, MDB_txn *txn, const struct waiting *w)
{
	TALLOC_CTX *mem = talloc_new(NULL);
	enum store_err err = STORE_OK;

	for (size_t i = 0; err == STORE_OK && i < w->batch->condition_count; i++) {
		const struct condition *wanted = &w->batch->conditions[i];
		struct slice value = { NULL, 0 };
		int rc = keys_get(txn, s->dbi, w->partition, wanted->key, mem, &value);

		if (rc != 0 && rc != MDB_NOTFOUND)
			err = local_err(rc);
		else if (!slice_equal(value, wanted->absent ? SLICE("") : wanted->value))
			err = STORE_CONFLICT;
	}
	talloc_free(mem);
	return err;
}

static enum store_err
apply(struct local_store *s, MDB_txn *txn, const struct waiting *w)
{
	const struct batch *batch = w->batch;
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < batch->put_count; i++)
		rc = keys_put(txn, s->dbi, w->partition, batch->puts[i].key, batch->puts[i].value);
	for (size_t i = 0; rc == 0 && i < batch->delete_count; i++) {
		rc = keys_delete(txn, s->dbi, w->partition, batch->deletes[i]);
		if (rc == MDB_NOTFOUND)
			rc = 0;
	}
	return local_err(local_room_code(s, rc));
}

/* One transaction. */

/* Whether a batch may go on, and if so, do it. An error is the transaction's; the batch's own answer is its result. */
static enum store_err
attempt(struct local_store *s, MDB_txn *txn, struct waiting *w, bool full)
{
	w->result = full && !w->batch->frees ? STORE_FULL : conditions_hold(s, txn, w);
	return w->result == STORE_OK ? apply(s, txn, w) : STORE_OK;
}

/*
 * Commit the first `count` of a list of batches in one transaction. Each gets its result; when this fails, the results
 * mean nothing and nothing has been changed.
 */
static enum store_err
transact(struct local_store *s, struct waiting *first, size_t count)
{
	bool full = local_room_for_keys(s) == STORE_FULL;
	MDB_txn *txn;
	enum store_err err = local_err(mdb_txn_begin(s->env, NULL, 0, &txn));

	if (err)
		return err;
	for (struct waiting *w = first; err == STORE_OK && count > 0; count--, w = w->next)
		err = attempt(s, txn, w, full);
	if (err == STORE_OK)
		return local_err(local_room_code(s, mdb_txn_commit(txn)));
	mdb_txn_abort(txn);
	return err;
}

/* When a transaction of several fails, each is tried alone, so that none fails for another's sake. */
static void
commit_group(struct local_store *s, struct waiting *first, size_t count)
{
	enum store_err err = transact(s, first, count);

	if (err == STORE_OK)
		return;
	for (struct waiting *w = first; w; w = w->next) {
		if (count > 1)
			err = transact(s, w, 1);
		if (err)
			w->result = err;
	}
}

/* The committer. */

/* Take what waits, in order, as far as one transaction goes. NULL when the store closes. */
static struct waiting *
take_group(struct committer *c, size_t *count)
{
	struct waiting *first;
	struct waiting **end = &first;
	size_t bytes = 0;

	pthread_mutex_lock(&c->locked.mutex);
	c->locked.taken = 0;
	while (!c->locked.first && !c->locked.stopping)
		pthread_cond_wait(&c->locked.arrived, &c->locked.mutex);
	first = c->locked.first;
	for (*count = 0; *end && *count < GROUP_BATCHES_MAX; ++*count, end = &(*end)->next) {
		bytes += (*end)->bytes;
		if (*count > 0 && bytes > GROUP_BYTES_MAX)
			break;
	}
	c->locked.taken = *count;
	c->locked.first = *end;
	if (!*end)
		c->locked.end = &c->locked.first;
	*end = NULL;
	pthread_mutex_unlock(&c->locked.mutex);
	return first;
}

static void *
committer_run(void *context)
{
	struct committer *c = context;
	struct waiting *first;
	size_t count;

	while ((first = take_group(c, &count))) {
		commit_group(c->store, first, count);
		while (first) {
			struct waiting *w = first;

			first = w->next; /* `w` is its caller's again as soon as it is posted */
			sem_post(&w->done);
		}
	}
	return NULL;
}

int
local_committer_open(struct local_store *s)
{
	struct committer *c = talloc_zero(s, struct committer);
	sigset_t all, before;
	int rc;

	c->store = s;
	c->locked.end = &c->locked.first;
	pthread_mutex_init(&c->locked.mutex, NULL);
	pthread_cond_init(&c->locked.arrived, NULL);
	/* Signals are for the threads that the program makes itself. */
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	rc = pthread_create(&c->thread, NULL, committer_run, c);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	if (rc)
		talloc_free(c);
	else
		s->committer = c;
	return rc;
}

void
local_committer_close(struct local_store *s)
{
	struct committer *c = s->committer;

	pthread_mutex_lock(&c->locked.mutex);
	c->locked.stopping = true;
	pthread_cond_signal(&c->locked.arrived);
	pthread_mutex_unlock(&c->locked.mutex);
	pthread_join(c->thread, NULL);
	pthread_cond_destroy(&c->locked.arrived);
	pthread_mutex_destroy(&c->locked.mutex);
}

size_t
local_commits_under_way(struct local_store *s)
{
	struct committer *c = s->committer;
	size_t count;

	pthread_mutex_lock(&c->locked.mutex);
	count = c->locked.taken;
	for (const struct waiting *w = c->locked.first; w; w = w->next)
		count++;
	pthread_mutex_unlock(&c->locked.mutex);
	return count;
}

static size_t
batch_bytes(const struct batch *batch)
{
	size_t bytes = 0;

	for (size_t i = 0; i < batch->put_count; i++)
		bytes += batch->puts[i].key.length + batch->puts[i].value.length;
	for (size_t i = 0; i < batch->delete_count; i++)
		bytes += batch->deletes[i].length;
	return bytes;
}

enum store_err
local_commit(struct store *store, struct slice partition, const struct batch *batch)
{
	struct local_store *s = local_of(store);
	struct committer *c = s->committer;
	struct waiting w = { .partition = partition, .batch = batch, .bytes = batch_bytes(batch) };

	if (batch->frees) {
		enum store_err err = local_blob_sync_deletes(s);

		if (err)
			return err;
	}
	sem_init(&w.done, 0, 0);
	pthread_mutex_lock(&c->locked.mutex);
	*c->locked.end = &w;
	c->locked.end = &w.next;
	pthread_cond_signal(&c->locked.arrived);
	pthread_mutex_unlock(&c->locked.mutex);
	while (sem_wait(&w.done) < 0)
		assert(errno == EINTR);
	sem_destroy(&w.done);
	return w.result;
}
