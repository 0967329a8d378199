/* Deleting objects: a key, which in a bucket with versions adds a delete marker, or one version for good. */
#include "storage/catalog_private.h"

struct deleting {
	struct catalog *c;
	TALLOC_CTX *mem;
	const struct bucket *bucket;
	struct slice key;
	struct slice version_id;
	object_check_fn *check;
	void *context;
	struct object_deletion *out;
};

static enum store_err
commit(struct deleting *p, const struct change *change)
{
	return change_commit(p->c, bucket_partition(&p->bucket->id, p->key), change);
}

static enum store_err
add_marker(struct deleting *p, TALLOC_CTX *scratch, const struct located *found)
{
	struct change change = { .mem = scratch, .frees = true };
	bool null_version = p->bucket->versioning != VERSIONING_ENABLED;
	struct record_version marker;
	struct row old_null = { 0 };
	enum store_err err = STORE_OK;

	if (null_version)
		err = old_null_read(p->c, &p->bucket->id, p->key, scratch, &found->head, &old_null);
	if (err)
		return err;
	version_begin(&marker, &found->head, null_version);
	marker.delete_marker = true;
	marker.owner_id = slice_from(p->bucket->owner_id);
	change_expect(&change, NAME_GATE, slice_make(NULL, 0));
	(void)version_push(&change, p->key, &found->head, &old_null, &marker);
	err = commit(p, &change);
	if (!err)
		*p->out = (struct object_deletion){ true, version_id_of(p->mem, &marker) };
	return err;
}

static enum store_err
remove_version(struct deleting *p, TALLOC_CTX *scratch, const struct located *found)
{
	struct change change = { .mem = scratch };
	enum store_err err;

	change_expect(&change, NAME_GATE, slice_make(NULL, 0));
	if (found->version == &found->head)
		version_pop(&change, &found->head, &found->newest);
	else
		version_remove(&change, &found->head, found->version);
	err = commit(p, &change);
	if (!err && p->bucket->versioning != VERSIONING_NEVER)
		*p->out = (struct object_deletion){ found->version->record.delete_marker,
			version_id_of(p->mem, &found->version->record) };
	return err;
}

/*
 * Without a version ID. A bucket that was without versions when it was read may have got them meanwhile: its objects
 * go without a marker only when they are null versions without others.
 */
static enum store_err
delete_current(struct deleting *p, TALLOC_CTX *scratch, const struct located *found)
{
	if (p->bucket->versioning != VERSIONING_NEVER)
		return add_marker(p, scratch, found);
	if (!found->version)
		return STORE_OK;
	if (!found->head.record.null_version || found->newest.value.length)
		return add_marker(p, scratch, found);
	return remove_version(p, scratch, found);
}

static enum store_err
delete_once(void *context, TALLOC_CTX *scratch)
{
	struct deleting *p = context;
	const struct wanted wanted = { .key = p->key, .version_id = p->version_id, .newest = true };
	struct located found;
	enum store_err err = locate(p->c, &p->bucket->id, &wanted, scratch, &found);

	if (!err)
		err = object_check(p->c, scratch, p->bucket, p->key, found.version, found.version == &found.head,
		    p->check, p->context);
	if (err)
		return err;
	if (p->version_id.length == 0)
		return delete_current(p, scratch, &found);
	return found.version ? remove_version(p, scratch, &found) : STORE_OK;
}

enum store_err
catalog_object_delete(struct catalog *c, TALLOC_CTX *mem, const struct bucket *bucket, struct slice key,
    struct slice version_id, object_check_fn *check, void *context, struct object_deletion *out)
{
	struct deleting p = { c, mem, bucket, key, version_id, check, context, out };

	*out = (struct object_deletion){ 0 };
	return object_write(c, bucket, key, delete_once, &p);
}
