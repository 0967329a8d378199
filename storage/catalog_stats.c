#include "storage/catalog_verify.h"

struct stats_visit {
	struct catalog *catalog;
	TALLOC_CTX *scratch;
	struct catalog_stats *stats;
	struct record_gate gate; /* the range of the partition's own keys */
	/* Uploads whose parts are garbage: their records come before those of the parts, and both by ID. */
	struct {
		unsigned char (*ids)[16];
		size_t count;
		size_t passed;
	} dead;
};

static enum scan_step
visit_user(void *context, struct slice name, struct slice value, struct slice *seek)
{
	struct stats_visit *v = context;

	(void)value;
	(void)seek;
	if (!slice_starts_with(name, SLICE("u/")))
		return SCAN_STOP;
	v->stats->users++;
	return SCAN_NEXT;
}

static enum scan_step
visit_bucket(void *context, struct slice name, struct slice value, struct slice *seek)
{
	struct stats_visit *v = context;

	(void)value;
	(void)seek;
	if (!slice_starts_with(name, SLICE("b/")))
		return SCAN_STOP;
	v->stats->buckets++;
	return SCAN_NEXT;
}

static void
count_version(struct stats_visit *v, struct slice name, struct slice value)
{
	struct record_version record;
	struct slice key;
	uint64_t ordinal;
	bool is_head;

	if (!name_parse(name, &key, &is_head, &ordinal) || !key_in_range(key, v->gate.begin, v->gate.end) ||
	    !record_version_decode(v->scratch, value, &record))
		return;
	if (is_head && !record.delete_marker)
		v->stats->objects++;
	v->stats->bytes += record.size;
	v->stats->blobs += record.blobs.count;
}

static void
count_garbage(struct stats_visit *v, const struct record_garbage *garbage)
{
	size_t count = v->dead.count;

	v->stats->garbage += garbage->blobs.count;
	if (!record_has_id(garbage->upload_id))
		return;
	if ((count & (count - 1)) == 0)
		v->dead.ids =
		    talloc_realloc_size(NULL, v->dead.ids, (count ? 2 * count : 1) * sizeof(*v->dead.ids));
	memcpy(v->dead.ids[v->dead.count++], garbage->upload_id, sizeof(garbage->upload_id));
}

static void
count_part(struct stats_visit *v, struct slice name, struct slice value)
{
	struct record_part record;
	unsigned char upload_id[16];
	unsigned number;

	if (!name_part_parse(name, upload_id, &number) || !part_decode(v->scratch, value, &record) || !record.size)
		return;
	while (v->dead.passed < v->dead.count && memcmp(v->dead.ids[v->dead.passed], upload_id, 16) < 0)
		v->dead.passed++;
	if (v->dead.passed < v->dead.count && memcmp(v->dead.ids[v->dead.passed], upload_id, 16) == 0)
		v->stats->garbage++;
	else
		v->stats->blobs++;
}

static enum scan_step
visit_record(void *context, struct slice name, struct slice value, struct slice *seek)
{
	struct stats_visit *v = context;
	struct record_garbage garbage;

	(void)seek;
	if (name.data[0] == 'g' && record_garbage_decode(v->scratch, value, &garbage))
		count_garbage(v, &garbage);
	else if (name.data[0] == 'o')
		count_version(v, name, value);
	else if (name.data[0] == 'p')
		count_part(v, name, value);
	talloc_free_children(v->scratch);
	return SCAN_NEXT;
}

/* Records of keys that are on their way from shard to shard, or were, may be in two of them. */
static enum store_err
visit_all(struct stats_visit *v, TALLOC_CTX *mem, struct slice partition)
{
	struct gate gate;
	enum store_err err = gate_read(v->catalog, mem, partition, &gate);

	if (err || gate.unopened)
		return err;
	v->gate = gate.record;
	err = store_scan(v->catalog->store, partition, SLICE("g"), visit_record, v);
	TALLOC_FREE(v->dead.ids);
	v->dead.count = v->dead.passed = 0;
	return err;
}

enum store_err
catalog_stats(struct catalog *c, struct catalog_stats *out)
{
	TALLOC_CTX *mem = talloc_new(NULL);
	struct stats_visit v = { .catalog = c, .scratch = talloc_new(mem), .stats = out };
	struct partitions partitions;
	struct bucket_id id;
	enum store_err err;

	*out = (struct catalog_stats){ 0 };
	err = partitions_read(c, mem, &partitions);
	if (!err)
		err = store_scan(c->store, PARTITION_USERS, SLICE("u/"), visit_user, &v);
	if (!err)
		err = store_scan(c->store, PARTITION_BUCKETS, SLICE("b/"), visit_bucket, &v);
	for (size_t i = 0; i < partitions.count && !err; i++)
		if (partition_is_bucket(partitions.items[i], &id))
			err = visit_all(&v, mem, partitions.items[i]);
	talloc_free(mem);
	return err;
}
