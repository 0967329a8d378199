#include "storage/rados/group.h"

#include <errno.h>

#include "common/digest.h"
#include "storage/rados/names.h"

/* Batches. */

static size_t
written_count(const struct batch *batch)
{
	return batch->put_count + batch->delete_count;
}

static size_t
keys_count(const struct batch *batch)
{
	return written_count(batch) + batch->condition_count;
}

void
waiting_init(struct waiting *w, TALLOC_CTX *mem, struct slice partition, const struct batch *batch)
{
	*w = (struct waiting){ .partition = partition, .batch = batch };
	w->written = talloc_array(mem, uint32_t, written_count(batch));
	w->compared = talloc_array(mem, uint32_t, batch->condition_count);
	for (size_t i = 0; i < batch->condition_count; i++) {
		w->compared[i] = crc32c(0, batch->conditions[i].key);
		w->bytes += batch->conditions[i].key.length + batch->conditions[i].value.length;
	}
	for (size_t i = 0; i < batch->put_count; i++) {
		w->written[i] = crc32c(0, batch->puts[i].key);
		w->bytes += batch->puts[i].key.length + batch->puts[i].value.length;
	}
	for (size_t i = 0; i < batch->delete_count; i++) {
		w->written[batch->put_count + i] = crc32c(0, batch->deletes[i]);
		w->bytes += batch->deletes[i].length;
	}
	sem_init(&w->wake, 0, 0);
}

static bool
share_a_key(const uint32_t *a, size_t a_count, const uint32_t *b, size_t b_count)
{
	for (size_t i = 0; i < a_count; i++)
		for (size_t j = 0; j < b_count; j++)
			if (a[i] == b[j])
				return true;
	return false;
}

/* Groups. */

bool
group_takes(const struct group *group, const struct waiting *w)
{
	if (group->count == 0)
		return true;
	if (group->count == GROUP_BATCHES_MAX || group->keys + keys_count(w->batch) > GROUP_KEYS_MAX ||
	    group->bytes + w->bytes > GROUP_BYTES_MAX || w->batch->frees != group->members[0]->batch->frees)
		return false;
	for (size_t i = 0; i < group->count; i++) {
		const struct waiting *member = group->members[i];
		size_t count = written_count(member->batch);

		if (share_a_key(member->written, count, w->written, written_count(w->batch)) ||
		    share_a_key(member->written, count, w->compared, w->batch->condition_count))
			return false;
	}
	return true;
}

void
group_add(struct group *group, struct waiting *w)
{
	group->members[group->count++] = w;
	group->keys += keys_count(w->batch);
	group->bytes += w->bytes;
}

/* Operations. */

/* Keys, and values, as librados wants them. */
struct pieces {
	const char **data;
	size_t *lengths;
	size_t count;
};

static struct pieces
pieces_new(TALLOC_CTX *mem, size_t max)
{
	return (struct pieces){ talloc_array(mem, const char *, max), talloc_array(mem, size_t, max), 0 };
}

static void
pieces_add(struct pieces *pieces, const char *data, size_t length)
{
	pieces->data[pieces->count] = data;
	pieces->lengths[pieces->count++] = length;
}

static void
pieces_add_key(TALLOC_CTX *mem, struct pieces *pieces, struct slice key)
{
	char *stored = talloc_size(mem, RS_KEY_ROOM(key.length));
	size_t length = rs_key_write(key, stored);

	pieces_add(pieces, stored, length);
}

static void
add_conditions(TALLOC_CTX *mem, rados_write_op_t op, const struct batch *batch, int *results)
{
	for (size_t i = 0; i < batch->condition_count; i++) {
		const struct condition *wanted = &batch->conditions[i];
		struct slice value = wanted->absent ? SLICE("") : wanted->value;
		char *stored = talloc_size(mem, RS_KEY_ROOM(wanted->key.length));
		size_t length = rs_key_write(wanted->key, stored);

		/* A key that is absent compares like an empty value, and no value is empty. */
		results[i] = 0;
		rados_write_op_omap_cmp2(
		    op, stored, LIBRADOS_CMPXATTR_OP_EQ, value.data, length, value.length, &results[i]);
	}
}

static void
add_changes(TALLOC_CTX *mem, rados_write_op_t op, const struct group *group)
{
	struct pieces keys = pieces_new(mem, group->keys);
	struct pieces values = pieces_new(mem, group->keys);
	struct pieces gone = pieces_new(mem, group->keys);

	for (size_t i = 0; i < group->count; i++) {
		const struct batch *batch = group->members[i]->batch;

		for (size_t j = 0; j < batch->put_count; j++) {
			pieces_add_key(mem, &keys, batch->puts[j].key);
			pieces_add(&values, batch->puts[j].value.data, batch->puts[j].value.length);
		}
		for (size_t j = 0; j < batch->delete_count; j++)
			pieces_add_key(mem, &gone, batch->deletes[j]);
	}
	if (keys.count)
		rados_write_op_omap_set2(op, keys.data, values.data, keys.lengths, values.lengths, keys.count);
	if (gone.count)
		rados_write_op_omap_rm_keys2(op, gone.data, gone.lengths, gone.count);
}

static bool
group_puts(const struct group *group)
{
	for (size_t i = 0; i < group->count; i++)
		if (group->members[i]->batch->put_count > 0)
			return true;
	return false;
}

/* A code of librados, and for each condition, member by member, whether it was the one that did not hold. */
static int
operate(struct rs_store *s, TALLOC_CTX *mem, const struct group *group, int *results)
{
	struct rs_name object = rs_partition_name(group->members[0]->partition);
	rados_write_op_t op = rados_create_write_op();

	/* A comparison wants an object. What only takes keys away must not make one. */
	if (group_puts(group))
		rados_write_op_create(op, LIBRADOS_CREATE_IDEMPOTENT, NULL);
	for (size_t i = 0; i < group->count; i++) {
		add_conditions(mem, op, group->members[i]->batch, results);
		results += group->members[i]->batch->condition_count;
	}
	add_changes(mem, op, group);
	return rs_write(s, op, object.text, group->members[0]->batch->frees ? RS_FULL_GOES : RS_FULL_FAILS);
}

/* There is no object, so there is no key. */
static enum store_err
result_on_nothing(const struct batch *batch)
{
	for (size_t i = 0; i < batch->condition_count; i++)
		if (!batch->conditions[i].absent)
			return STORE_CONFLICT;
	return STORE_OK;
}

/* Take out the member whose condition did not hold. False: none is known. */
static bool
group_drop(struct group *group, const int *results)
{
	for (size_t i = 0; i < group->count; i++) {
		const struct batch *batch = group->members[i]->batch;

		for (size_t j = 0; j < batch->condition_count; j++) {
			if (results[j] != -ECANCELED)
				continue;
			group->members[i]->result = STORE_CONFLICT;
			group->members[i] = group->members[--group->count];
			return true;
		}
		results += batch->condition_count;
	}
	return false;
}

/* Commit what is in the group but for those whose conditions do not hold, which are told. A code for all that are left. */
static int
group_try(struct rs_store *s, struct group *group)
{
	bool dropped;
	int rc;

	do {
		TALLOC_CTX *mem = talloc_new(NULL);
		int *results = talloc_array(mem, int, group->keys);

		rc = operate(s, mem, group, results);
		dropped = rc == -ECANCELED && group_drop(group, results);
		talloc_free(mem);
	} while (dropped && group->count > 0);
	return dropped ? 0 : rc;
}

/* Whether nothing was changed for sure, and one batch alone may fare better. */
static bool
refused_as_a_whole(int rc)
{
	return rc == -ECANCELED || rc == -ENOSPC || rc == -EDQUOT || rc == -EMSGSIZE || rc == -E2BIG ||
	       rc == -EINVAL;
}

static enum store_err
commit_err(const struct batch *batch, bool puts, int rc)
{
	if (rc == -ECANCELED)
		return STORE_CONFLICT;
	return rc == -ENOENT && !puts ? result_on_nothing(batch) : rs_write_err(rc);
}

/* When an operation of several is refused, each is tried alone, so that none fails for another's sake. */
void
group_commit(struct rs_store *s, const struct group *group)
{
	struct group left = *group;
	int rc = group_try(s, &left);
	bool puts = group_puts(&left);

	if (left.count > 1 && refused_as_a_whole(rc)) {
		for (size_t i = 0; i < left.count; i++) {
			struct group alone = { .count = 0 };

			group_add(&alone, left.members[i]);
			group_commit(s, &alone);
		}
		return;
	}
	for (size_t i = 0; i < left.count; i++)
		left.members[i]->result = commit_err(left.members[i]->batch, puts, rc);
}
