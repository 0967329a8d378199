/* Reading everything: users, buckets, then each bucket's partition, then the blobs that are there. */
#include "storage/catalog_verify.h"

/* Partitions. */

static bool
add_partition(void *context, struct slice partition)
{
	struct partitions *p = context;

	if ((p->count & (p->count - 1)) == 0)
		p->items = talloc_realloc(p->mem, p->items, struct slice, p->count ? 2 * p->count : 1);
	p->items[p->count++] = slice_copy(p->mem, partition);
	return true;
}

enum store_err
partitions_read(struct catalog *c, TALLOC_CTX *mem, struct partitions *out)
{
	*out = (struct partitions){ .mem = mem };
	return partition_list(c->store, add_partition, out);
}

/* Users and buckets. */

static void
broken(struct verify *v, const char *what, struct slice name)
{
	v->result->damaged++;
	verify_say(v, "%s: the record %s is malformed", what, verify_text(v->mem, name));
}

static enum store_err
check_user(struct verify *v, void *context, const struct entry *entry, TALLOC_CTX *scratch)
{
	union {
		struct record_user user;
		struct record_key key;
		struct record_bytes bytes;
	} record;
	struct slice kind = slice_head(entry->name, 2);
	bool right = false;

	(void)context;
	if (slice_equal(kind, SLICE("u/")))
		right = record_user_decode(scratch, entry->value, &record.user);
	else if (slice_equal(kind, SLICE("k/")))
		right = record_key_decode(scratch, entry->value, &record.key);
	else if (slice_equal(kind, SLICE("e/")) || slice_equal(kind, SLICE("i/")) || slice_equal(kind, SLICE("n/")))
		right = record_bytes_decode(scratch, entry->value, &record.bytes);
	if (!right)
		broken(v, "users", entry->name);
	return STORE_OK;
}

static void
add_bucket(struct verify *v, const void *id, const char *name, bool deleted)
{
	struct verify_bucket *bucket;

	if ((v->bucket_count & (v->bucket_count - 1)) == 0)
		v->buckets = talloc_realloc(
		    v->mem, v->buckets, struct verify_bucket, v->bucket_count ? 2 * v->bucket_count : 1);
	bucket = &v->buckets[v->bucket_count++];
	*bucket = (struct verify_bucket){ .name = name, .deleted = deleted };
	memcpy(bucket->id.bytes, id, sizeof(bucket->id.bytes));
}

static bool
check_bucket_record(struct verify *v, const struct entry *entry, TALLOC_CTX *scratch)
{
	struct record_bucket record;
	bool right = record_bucket_decode(scratch, entry->value, &record);

	if (right && entry->name.data[0] == 'b') {
		add_bucket(v, record.id, slice_dup(v->mem, record.name), false);
		v->result->buckets++;
	}
	return right;
}

static enum store_err
check_bucket(struct verify *v, void *context, const struct entry *entry, TALLOC_CTX *scratch)
{
	struct slice kind = slice_head(entry->name, 2);
	struct record_remains remains;
	struct record_bytes bytes;
	bool right = false;

	(void)context;
	if (slice_equal(kind, SLICE("b/")) || slice_equal(kind, SLICE("o/")))
		right = check_bucket_record(v, entry, scratch);
	else if (slice_equal(kind, SLICE("d/")))
		right = record_bytes_decode(scratch, entry->value, &bytes);
	else if (slice_equal(kind, SLICE("s/")))
		right = entry->name.length == 2 + 16 && record_remains_decode(scratch, entry->value, &remains);
	if (!right)
		broken(v, "buckets", entry->name);
	else if (entry->name.data[0] == 's')
		add_bucket(v, entry->name.data + 2, "(deleted)", true);
	return STORE_OK;
}

/* The whole. */

static int
compare_buckets(const void *a, const void *b)
{
	const struct verify_bucket *one = a, *other = b;

	return memcmp(one->id.bytes, other->id.bytes, sizeof(one->id.bytes));
}

const struct verify_bucket *
verify_find_bucket(const struct verify *v, const struct bucket_id *id)
{
	const struct verify_bucket wanted = { .id = *id };

	if (v->bucket_count == 0)
		return NULL;
	return bsearch(&wanted, v->buckets, v->bucket_count, sizeof(wanted), compare_buckets);
}

bool
verify_is_closed(struct verify *v, struct slice partition, TALLOC_CTX *scratch)
{
	struct gate gate;

	return gate_read(v->c, scratch, partition, &gate) || gate.record.revision != 0;
}

/* A shard. Keys that move while it is read may be read twice or not at all, which is told of. */
static enum store_err
check_shard(struct verify *v, const struct verify_bucket *bucket, struct slice partition, TALLOC_CTX *scratch)
{
	struct verify_bucket shard = *bucket;
	struct gate gate, after;
	enum store_err err = gate_read(v->c, scratch, partition, &gate);

	if (err || gate.unopened)
		return err;
	shard.partition = partition;
	shard.gate = gate.record;
	err = verify_bucket(v, &shard);
	if (!err)
		err = gate_read(v->c, scratch, partition, &after);
	if (!err && !slice_equal(gate.value, after.value) && !bucket->deleted)
		verify_say(v, "bucket %s: keys were moved meanwhile, and may have been missed", bucket->name);
	return err;
}

/* The partitions were listed before the buckets: one without a bucket was deleted meanwhile, or should not be. */
static enum store_err
check_partition(struct verify *v, struct slice partition)
{
	TALLOC_CTX *scratch = talloc_new(NULL);
	const struct verify_bucket *bucket = NULL;
	struct entries left = { 0 };
	struct bucket_id id;
	enum store_err err = STORE_OK;

	if (partition_is_bucket(partition, &id))
		bucket = verify_find_bucket(v, &id);
	if (bucket)
		err = check_shard(v, bucket, partition, scratch);
	else
		err = read_entries(v->c, partition, slice_make(NULL, 0), slice_make(NULL, 0), 1, scratch, &left);
	if (left.count && !slice_equal(left.items[0].name, NAME_GATE)) {
		v->result->damaged++;
		verify_say(v, "%s: belongs to no bucket", verify_partition_text(v, scratch, partition));
	}
	talloc_free(scratch);
	return err;
}

static bool
is_bucket_partition(struct slice partition)
{
	return !slice_equal(partition, PARTITION_USERS) && !slice_equal(partition, PARTITION_BUCKETS);
}

enum store_err
catalog_verify(struct catalog *c, verify_report_fn *report, void *context, struct verify_result *result)
{
	struct verify v = {
		.c = c, .mem = talloc_new(NULL), .report = report, .context = context, .result = result
	};
	struct partitions partitions;
	enum store_err err;

	*result = (struct verify_result){ 0 };
	err = partitions_read(c, v.mem, &partitions);
	if (!err)
		err = verify_walk(&v, PARTITION_USERS, SLICE(""), check_user, NULL);
	if (!err)
		err = verify_walk(&v, PARTITION_BUCKETS, SLICE(""), check_bucket, NULL);
	if (v.bucket_count)
		qsort(v.buckets, v.bucket_count, sizeof(*v.buckets), compare_buckets);
	for (size_t i = 0; i < partitions.count && !err; i++)
		if (is_bucket_partition(partitions.items[i]))
			err = check_partition(&v, partitions.items[i]);
	if (!err)
		err = verify_blobs(&v);
	talloc_free(v.mem);
	return err;
}
