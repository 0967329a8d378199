/* Short forms for suites on multipart uploads. */
#ifndef TESTS_UNIT_STORAGE_CATALOG_UPLOADS_SUITE_H
#define TESTS_UNIT_STORAGE_CATALOG_UPLOADS_SUITE_H

#include "storage/catalog_uploads.h"
#include "tests/unit/storage/catalog_scratch.h"

static inline struct upload *
begin_upload(const struct bucket *in, const char *key)
{
	const struct object_change change = { .etag = "", .owner_id = "owner", .acl = SLICE("object acl") };
	struct upload *made;

	ck_assert_store(
	    catalog_upload_create(catalog, mem, in, slice_from(key), SLICE("initiator"), &change, &made), STORE_OK);
	return made;
}

/* Put a part whose ETag is `etag`. */
static inline enum store_err
put_part(const struct bucket *in, const struct upload *which, unsigned number, const char *etag, struct slice bytes)
{
	struct content *content = content_new_part(catalog, mem, in, which->key);
	const struct fields checksums = { 0 };
	struct part *part;
	enum store_err err = content_append(content, bytes);

	if (!err)
		err = content_finish(content);
	if (err)
		talloc_free(content);
	else
		err = catalog_part_put(
		    catalog, mem, in, which->key, slice_from(which->id), number, content, etag, &checksums, &part);
	return err;
}

static inline enum store_err
freeze(const struct bucket *in, const struct upload *which, struct upload **out)
{
	return catalog_upload_freeze(catalog, mem, in, which->key, slice_from(which->id), out);
}

static inline enum store_err
complete_frozen(const struct bucket *in, const struct upload *frozen, const unsigned *numbers, size_t count,
    struct object **out)
{
	const struct object_change change = { .etag = "whole", .owner_id = "owner", .acl = SLICE("object acl") };

	return catalog_upload_complete(catalog, mem, in, frozen, numbers, count, &change, NULL, NULL, out);
}

static inline enum store_err
complete(
    const struct bucket *in, const struct upload *which, const unsigned *numbers, size_t count, struct object **out)
{
	struct upload *frozen;
	enum store_err err = freeze(in, which, &frozen);

	return err ? err : complete_frozen(in, frozen, numbers, count, out);
}

static inline enum store_err
abort_upload(const struct bucket *in, const struct upload *which)
{
	return catalog_upload_abort(catalog, in, which->key, slice_from(which->id));
}

#endif
