#include <errno.h>

#include "common/digest.h"
#include "common/log.h"
#include "storage/rados/rados.h"

/* Errors. */

enum store_err
rs_err(int code)
{
	switch (code) {
	case 0:
		return STORE_OK;
	case -ENOENT:
		return STORE_NOT_FOUND;
	case -ECANCELED:
		return STORE_CONFLICT;
	case -ENOSPC:
	case -EDQUOT:
		return STORE_FULL;
	case -ETIMEDOUT:
		return STORE_TIMEOUT;
	default:
		LOG(ERROR, "rados store failed", LOG_STRING("error", strerror(-code)),
		    LOG_NUMBER("code", (uint64_t)-code));
		return STORE_IO;
	}
}

enum store_err
rs_write_err(int code)
{
	enum store_err err = rs_err(code);

	/* Such as a pool that is gone. */
	return err == STORE_NOT_FOUND || err == STORE_CONFLICT ? STORE_IO : err;
}

enum store_err
rs_read_err(int code)
{
	enum store_err err;

	/* What an OSD says when what is stored does not match its checksum, on any copy. */
	if (code == -EIO)
		return STORE_DAMAGED;
	err = rs_err(code);
	return err == STORE_CONFLICT || err == STORE_FULL ? STORE_IO : err;
}

/* Opening and closing. */

static void
rs_close(struct store *store)
{
	struct rs_store *s = rs_of(store);

	if (s->lease)
		rs_lease_close(s);
	if (s->lanes)
		rs_lanes_close(s);
	if (s->io)
		rados_ioctx_destroy(s->io);
	if (s->cluster)
		rados_shutdown(s->cluster);
	talloc_free(s);
}

/* Nothing may wait longer than the timeout, and what librados has to say comes out of its results. */
static int
cluster_configure(rados_t cluster, const struct rs_place *place, const char **what)
{
	const char *const settings[][2] = {
		{ "client_mount_timeout", place->timeout_second },
		{ "rados_mon_op_timeout", place->timeout_second },
		{ "rados_osd_op_timeout", place->timeout_second },
		{ "log_to_stderr", "false" },
		{ "err_to_stderr", "false" },
	};
	int rc;

	*what = "cannot read Ceph's configuration";
	rc = rados_conf_read_file(cluster, place->conf);
	for (size_t i = 0; rc == 0 && i < ARRAY_SIZE(settings); i++) {
		*what = settings[i][0];
		rc = rados_conf_set(cluster, settings[i][0], settings[i][1]);
	}
	return rc;
}

static int
cluster_connect(struct rs_store *s, const struct rs_place *place, const char **what)
{
	int rc = rados_create(&s->cluster, place->id);

	*what = "cannot make a client of Ceph";
	if (rc < 0) {
		s->cluster = NULL;
		return rc;
	}
	rc = cluster_configure(s->cluster, place, what);
	if (rc < 0)
		return rc;
	*what = "cannot reach the cluster";
	rc = rados_connect(s->cluster);
	if (rc < 0)
		return rc;
	*what = "cannot use the pool";
	rc = rados_ioctx_create(s->cluster, place->pool, &s->io);
	if (rc < 0)
		s->io = NULL;
	else
		rados_ioctx_set_namespace(s->io, place->name_space);
	return rc;
}

static enum store_err
rs_start(struct rs_store *s, const struct rs_place *place, const struct store_options *options, TALLOC_CTX *mem,
    char **message)
{
	const char *what;
	enum store_err err;
	int rc = cluster_connect(s, place, &what);

	if (rc == 0) {
		err = rs_format_open(s, options->create, mem, message);
		if (err)
			return err;
		what = "cannot take a lease";
		rc = rs_lease_open(s);
	}
	if (rc < 0) {
		*message = talloc_asprintf(mem, "%s: %s: %s", s->place, what, strerror(-rc));
		err = rs_err(rc);
		return err == STORE_NOT_FOUND || err == STORE_TIMEOUT ? err : STORE_IO;
	}
	rs_lanes_open(s);
	return STORE_OK;
}

static enum store_err
rs_open(const char *text, const struct store_options *options, TALLOC_CTX *mem, struct store **out, char **message)
{
	struct rs_store *s = talloc_zero(NULL, struct rs_store);
	struct rs_place place;
	enum store_err err = STORE_INVALID;

	s->place = talloc_asprintf(s, "rados:%s", text);
	do
		random_bytes(&s->store.session, sizeof(s->store.session));
	while (s->store.session == 0);
	if (rs_place_parse(mem, text, &place, message))
		err = rs_start(s, &place, options, mem, message);
	if (err)
		rs_close(&s->store);
	else
		*out = &s->store;
	return err;
}

const struct engine engine_rados = {
	.name = "rados",
	.get_waits = true,
	/* Beside its record an object costs one commit; as a blob, two and a write of its own. */
	.inline_max = 16 * 1024,
	.open = rs_open,
	.close = rs_close,
	.session_alive = rs_session_alive,
	.get = rs_get,
	.scan = rs_scan,
	.commit = rs_commit,
	.blob_create = rs_blob_create,
	.blob_append = rs_blob_append,
	.blob_seal = rs_blob_seal,
	.blob_abandon = rs_blob_abandon,
	.blob_open = rs_blob_open,
	.blob_read = rs_blob_read,
	.blob_close = rs_blob_close,
	.blob_delete = rs_blob_delete,
	.blob_list = rs_blob_list,
	.partition_list = rs_partition_list,
};
