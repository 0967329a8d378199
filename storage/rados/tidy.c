/* A partition without keys needs no object. */
#include "storage/rados/names.h"
#include "storage/rados/rados.h"

/* Whether an object has no keys, and its version. A code of librados. */
static int
look(struct rs_store *s, const char *object, bool *empty, uint64_t *version)
{
	struct rs_client *client = rs_client_hold(s);
	rados_read_op_t op = rados_create_read_op();
	rados_completion_t c;
	rados_omap_iter_t keys;
	unsigned char more = 0;
	int of_keys = 0;
	int rc;

	rados_read_op_omap_get_vals2(op, "", "", 1, &keys, &more, &of_keys);
	rados_aio_create_completion2(NULL, NULL, &c);
	rc = rados_aio_read_op_operate(op, client->io, c, object, 0);
	if (rc == 0) {
		rados_aio_wait_for_complete(c);
		rc = rados_aio_get_return_value(c);
		*version = rados_aio_get_version(c);
	}
	*empty = rc == 0 && rados_omap_iter_size(keys) == 0;
	rados_omap_get_end(keys);
	rados_aio_release(c);
	rados_release_read_op(op);
	rs_client_release(client);
	return rc;
}

void
rs_partition_tidy(struct rs_store *s, struct slice partition)
{
	struct rs_name object = rs_partition_name(partition);
	rados_write_op_t op;
	uint64_t version;
	bool empty;

	if (look(s, object.text, &empty, &version) < 0 || !empty)
		return;
	op = rados_create_write_op();
	/* Whoever puts a key meanwhile makes it another version. */
	rados_write_op_assert_version(op, version);
	rados_write_op_remove(op);
	(void)!rs_write(s, op, object.text, RS_FULL_GOES);
}
