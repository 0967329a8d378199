/* What deleting takes: a key, which in a bucket with versions adds a delete marker, or one version for good. */
#include "storage/catalog_delete.h"

static enum store_err
add_marker(const struct deleting *d, const struct home *home, struct object_removal *removal, struct change *change,
    const struct located *found)
{
	bool null_version = d->bucket->versioning != VERSIONING_ENABLED;
	struct record_version marker;
	struct row old_null = { 0 };
	enum store_err err = STORE_OK;

	if (null_version)
		err = old_null_read(d->c, home, change->mem, &found->head, &old_null);
	if (err)
		return err;
	version_begin(&marker, &found->head, null_version);
	marker.delete_marker = true;
	marker.owner_id = slice_from(d->bucket->owner_id);
	change->frees = true;
	(void)version_push(change, removal->key, &found->head, &old_null, &marker);
	removal->deletion = (struct object_deletion){ true, version_id_of(d->mem, &marker) };
	return STORE_OK;
}

static void
remove_version(
    const struct deleting *d, struct object_removal *removal, struct change *change, const struct located *found)
{
	if (found->version == &found->head)
		version_pop(change, &found->head, &found->newest);
	else
		version_remove(change, &found->head, found->version);
	if (d->bucket->versioning != VERSIONING_NEVER)
		removal->deletion = (struct object_deletion){ found->version->record.delete_marker,
			version_id_of(d->mem, &found->version->record) };
}

/*
 * Without a version ID. A bucket that was without versions when it was read may have got them meanwhile: its objects
 * go without a marker only when they are null versions without others.
 */
static enum store_err
delete_current(const struct deleting *d, const struct home *home, struct object_removal *removal,
    struct change *change, const struct located *found)
{
	if (d->bucket->versioning != VERSIONING_NEVER)
		return add_marker(d, home, removal, change, found);
	if (!found->version)
		return STORE_OK;
	if (!found->head.record.null_version || found->newest.value.length)
		return add_marker(d, home, removal, change, found);
	remove_version(d, removal, change, found);
	return STORE_OK;
}

enum store_err
deletion_plan(const struct deleting *d, const struct home *home, struct ahead *ahead,
    struct object_removal *removal, struct change *change)
{
	const struct wanted wanted = { .version_id = removal->version_id, .newest = true, .ahead = ahead };
	struct located found;
	enum store_err err = locate(d->c, home, &wanted, change->mem, &found);

	removal->deletion = (struct object_deletion){ 0 };
	if (!err)
		err = object_check(d->c, change->mem, home, found.version, found.version == &found.head,
		    removal->check, removal->context);
	if (err)
		return err;
	if (removal->version_id.length == 0)
		return delete_current(d, home, removal, change, &found);
	if (found.version)
		remove_version(d, removal, change, &found);
	return STORE_OK;
}
