#include "storage/catalog_verify.h"

struct stats_visit {
	TALLOC_CTX *scratch;
	struct catalog_stats *stats;
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

	if (!name_parse(name, &key, &is_head, &ordinal) || !record_version_decode(v->scratch, value, &record))
		return;
	if (is_head && !record.delete_marker)
		v->stats->objects++;
	v->stats->bytes += record.size;
	v->stats->blobs += record.blobs.count;
}

static enum scan_step
visit_record(void *context, struct slice name, struct slice value, struct slice *seek)
{
	struct stats_visit *v = context;
	struct record_garbage garbage;

	(void)seek;
	if (name.data[0] == 'g' && record_garbage_decode(v->scratch, value, &garbage))
		v->stats->garbage += garbage.blobs.count;
	else if (name.data[0] == 'o')
		count_version(v, name, value);
	talloc_free_children(v->scratch);
	return SCAN_NEXT;
}

enum store_err
catalog_stats(struct catalog *c, struct catalog_stats *out)
{
	TALLOC_CTX *mem = talloc_new(NULL);
	struct stats_visit v = { talloc_new(mem), out };
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
			err = store_scan(c->store, partitions.items[i], SLICE("g"), visit_record, &v);
	talloc_free(mem);
	return err;
}
