#include <errno.h>

#include "common/digest.h"
#include "common/log.h"
#include "storage/rados/rados.h"
#include "storage/rados/watch.h"

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
	case -ESHUTDOWN: /* of a client that is lost, and will be replaced */
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
	if (s->watch)
		rs_watch_close(s);
	if (s->lanes)
		rs_lanes_close(s);
	if (s->present.client)
		rs_client_release(s->present.client);
	pthread_mutex_destroy(&s->present.mutex);
	talloc_free(s);
}

static enum store_err
failed(struct rs_store *s, int code, const char *what, TALLOC_CTX *mem, char **message)
{
	enum store_err err = rs_err(code);

	*message = talloc_asprintf(mem, "%s: %s: %s", s->place, what, strerror(-code));
	return err == STORE_NOT_FOUND || err == STORE_TIMEOUT ? err : STORE_IO;
}

enum store_err
rs_connect(struct rs_store *s, bool create, TALLOC_CTX *mem, char **message)
{
	struct rs_client *c;
	const char *what;
	enum store_err err;
	int rc = rs_client_open(s, &c, &what);

	if (rc < 0)
		return failed(s, rc, what, mem, message);
	err = rs_format_open(c, create, mem, message);
	if (err)
		rs_client_release(c);
	else
		rs_client_use(s, c);
	return err;
}

static enum store_err
rs_start(struct rs_store *s, const struct store_options *options, TALLOC_CTX *mem, char **message)
{
	enum store_err err = rs_connect(s, options->create, mem, message);
	int rc;

	if (err)
		return err;
	if (options->serve)
		rs_watch_open(s);
	rc = rs_lease_open(s);
	if (rc < 0)
		return failed(s, rc, "cannot take a lease", mem, message);
	rs_lanes_open(s);
	return STORE_OK;
}

static enum store_err
rs_open(const char *text, const struct store_options *options, TALLOC_CTX *mem, struct store **out, char **message)
{
	struct rs_store *s = talloc_zero(NULL, struct rs_store);
	enum store_err err = STORE_INVALID;

	s->place = talloc_asprintf(s, "rados:%s", text);
	pthread_mutex_init(&s->present.mutex, NULL);
	do
		random_bytes(&s->store.session, sizeof(s->store.session));
	while (s->store.session == 0);
	if (rs_place_parse(s, text, &s->where, message)) {
		s->store.partition_records = s->where.split_records;
		err = rs_start(s, options, mem, message);
	} else {
		talloc_steal(mem, *message);
	}
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
	.leads = rs_leads,
	.get = rs_get,
	.get_many = rs_get_many,
	.scan = rs_scan,
	.commit = rs_commit,
	.blob_create = rs_blob_create,
	.blob_append = rs_blob_append,
	.blob_seal = rs_blob_seal,
	.blob_abandon = rs_blob_abandon,
	.blob_open = rs_blob_open,
	.blob_read = rs_blob_read,
	.blob_close = rs_blob_close,
	.blob_ready = rs_blob_ready,
	.blob_delete = rs_blob_delete,
	.blob_list = rs_blob_list,
	.partition_list = rs_partition_list,
};
