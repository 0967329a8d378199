/* Blobs: deleting and listing. */
#include <errno.h>

#include "storage/rados/blob.h"

static int
remove_object(struct rs_store *s, const struct blob_id *id, uint64_t number)
{
	struct rs_name object = rs_blob_name(id, number);
	rados_write_op_t op = rados_create_write_op();
	int rc;

	rados_write_op_remove(op);
	rc = rados_write_op_operate(op, s->io, object.text, NULL, RS_FULL_GOES);
	rados_release_write_op(op);
	return rc == -ENOENT ? 0 : rc;
}

int
rs_blob_remove(struct rs_store *s, const struct blob_id *id, uint64_t count)
{
	int rc = 0;

	while (rc == 0 && count > 0)
		rc = remove_object(s, id, --count);
	return rc;
}

/* A sealed blob of one object, which most are, goes in one operation. -ECANCELED: it is not one. */
static int
remove_single(struct rs_store *s, const struct blob_id *id)
{
	struct rs_name object = rs_blob_name(id, 0);
	rados_write_op_t op = rados_create_write_op();
	int rc;

	rados_write_op_cmpxattr(op, OBJECTS_ATTRIBUTE, LIBRADOS_CMPXATTR_OP_EQ, "1", 1);
	rados_write_op_remove(op);
	rc = rados_write_op_operate(op, s->io, object.text, NULL, RS_FULL_GOES);
	rados_release_write_op(op);
	return rc;
}

/* How many objects a blob has, sealed or not: there is none without the one before it. */
static int
objects_count(struct rs_store *s, const struct blob_id *id, uint64_t *count)
{
	int rc = 0;

	for (*count = 0; rc == 0; ++*count) {
		struct rs_name object = rs_blob_name(id, *count);
		uint64_t size;
		time_t modified;

		rc = rados_stat(s->io, object.text, &size, &modified);
		if (rc < 0)
			break;
	}
	return rc == -ENOENT ? 0 : rc;
}

enum store_err
rs_blob_delete(struct store *store, const struct blob_id *id)
{
	struct rs_store *s = rs_of(store);
	uint64_t count;
	int rc = remove_single(s, id);

	if (rc == -ECANCELED) {
		rc = objects_count(s, id, &count);
		if (rc == 0)
			rc = rs_blob_remove(s, id, count);
	}
	return rs_write_err(rc == -ENOENT ? 0 : rc);
}

enum store_err
rs_blob_list(struct store *store, blob_visit_fn *visit, void *context)
{
	rados_list_ctx_t list;
	const char *name;
	bool more = true;
	int rc = rados_nobjects_list_open(rs_of(store)->io, &list);

	if (rc < 0)
		return rs_write_err(rc) == STORE_TIMEOUT ? STORE_TIMEOUT : STORE_IO;
	while (more && (rc = rados_nobjects_list_next(list, &name, NULL, NULL)) == 0) {
		struct blob_id id;

		if (rs_blob_parse(name, &id))
			more = visit(context, &id);
	}
	rados_nobjects_list_close(list);
	if (rc == 0 || rc == -ENOENT)
		return STORE_OK;
	return rs_write_err(rc) == STORE_TIMEOUT ? STORE_TIMEOUT : STORE_IO;
}
