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
	rc = rs_write(s, op, object.text, RS_FULL_GOES);
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

	rados_write_op_cmpxattr(op, OBJECTS_ATTRIBUTE, LIBRADOS_CMPXATTR_OP_EQ, "1", 1);
	rados_write_op_remove(op);
	return rs_write(s, op, object.text, RS_FULL_GOES);
}

/* How many objects a blob has, sealed or not: there is none without the one before it. */
static int
objects_count(struct rs_store *s, const struct blob_id *id, uint64_t *count)
{
	int rc = 0;

	for (*count = 0; rc == 0; ++*count) {
		struct rs_name object = rs_blob_name(id, *count);
		rados_read_op_t op = rados_create_read_op();

		rados_read_op_assert_exists(op);
		rc = rs_read(s, op, object.text);
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

struct blob_visitor {
	blob_visit_fn *visit;
	void *context;
};

static bool
visit_blob(void *context, const char *name)
{
	const struct blob_visitor *visitor = context;
	struct blob_id id;

	return !rs_blob_parse(name, &id) || visitor->visit(visitor->context, &id);
}

enum store_err
rs_blob_list(struct store *store, blob_visit_fn *visit, void *context)
{
	struct blob_visitor visitor = { visit, context };
	struct rs_client *c = rs_client_hold(rs_of(store));
	enum store_err err = rs_write_err(rs_list(c, visit_blob, &visitor));

	rs_client_release(c);
	return err == STORE_FULL ? STORE_IO : err;
}
