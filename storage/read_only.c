#include "storage/read_only.h"

enum store_err
read_only_set(struct store *s, struct slice partition, bool read_only)
{
	const struct put put = { STORE_KEY_READ_ONLY, SLICE("1") };
	const struct slice key = STORE_KEY_READ_ONLY;
	const struct batch batch = {
		.puts = &put,
		.put_count = read_only,
		.deletes = &key,
		.delete_count = !read_only,
		.frees = true, /* so that a store that is full can be moved, too */
		.on_read_only = true,
	};

	return store_commit(s, partition, &batch);
}

enum store_err
read_only_get(struct store *s, struct slice partition, bool *out)
{
	TALLOC_CTX *scratch = talloc_new(NULL);
	struct slice value;
	enum store_err err = store_get(s, partition, STORE_KEY_READ_ONLY, scratch, &value);

	*out = !err;
	talloc_free(scratch);
	return err == STORE_NOT_FOUND ? STORE_OK : err;
}

/* Why a batch was refused. Who cannot find that out tries again anyhow. */
static enum store_err
conflict_or_read_only(struct store *s, struct slice partition)
{
	TALLOC_CTX *scratch = talloc_new(NULL);
	struct slice value = { NULL, 0 };
	enum store_err err = s->engine->get(s, partition, STORE_KEY_READ_ONLY, scratch, &value);

	talloc_free(scratch);
	return err ? STORE_CONFLICT : STORE_READ_ONLY;
}

enum store_err
read_only_commit(struct store *s, struct slice partition, const struct batch *batch)
{
	struct batch guarded = *batch;
	struct condition *conditions;
	enum store_err err;

	if (batch->on_read_only)
		return s->engine->commit(s, partition, batch);
	conditions = talloc_array(NULL, struct condition, batch->condition_count + 1);
	if (batch->condition_count > 0)
		memcpy(conditions, batch->conditions, batch->condition_count * sizeof(*conditions));
	conditions[batch->condition_count] = (struct condition){ .key = STORE_KEY_READ_ONLY, .absent = true };
	guarded.conditions = conditions;
	guarded.condition_count++;
	guarded.on_read_only = true; /* an engine around an engine hands it on: one such condition is enough */
	err = s->engine->commit(s, partition, &guarded);
	talloc_free(conditions);
	return err == STORE_CONFLICT ? conflict_or_read_only(s, partition) : err;
}
