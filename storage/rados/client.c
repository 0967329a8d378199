/*
 * A store's client of the cluster. The cluster may turn a client away for good (a blocklist, that is; and a handle of a
 * pool that is gone is as useless): then a new one takes its place, as soon as one can be had. Who holds the old one gets
 * errors from it till the end: what was begun through a client that was turned away must not go on as if nothing had been.
 */
#include <assert.h>
#include <errno.h>

#include "common/log.h"
#include "storage/rados/rados.h"

/* Nothing may wait longer than the timeout, and what librados has to say comes out of its results. */
static int
configure(rados_t cluster, const struct rs_place *place, const char **what)
{
	const char *const settings[][2] = {
		{ "client_mount_timeout", place->timeout_second },
		{ "rados_mon_op_timeout", place->timeout_second },
		{ "rados_osd_op_timeout", place->timeout_second },
		/* Readers bound themselves what they have under way, and asking must not wait. */
		{ "objecter_inflight_ops", "1000000" },
		{ "objecter_inflight_op_bytes", "1099511627776" },
		/* How often a watch gives a sign of life (watch.c), in seconds. */
		{ "objecter_tick_interval", "1" },
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
open_pool(struct rs_client *c, const struct rs_place *place, const char **what)
{
	int rc;

	*what = "cannot use the pool";
	rc = rados_ioctx_create(c->cluster, place->pool, &c->io);
	if (rc < 0)
		return rc;
	c->pool = rados_ioctx_get_id(c->io);
	rados_ioctx_set_namespace(c->io, place->name_space);
	rc = rados_ioctx_create(c->cluster, place->pool, &c->locks);
	if (rc < 0)
		return rc;
	rados_ioctx_set_namespace(c->locks, place->name_space);
	rados_set_pool_full_try(c->locks);
	return 0;
}

static void
client_free(struct rs_client *c)
{
	if (c->locks)
		rados_ioctx_destroy(c->locks);
	if (c->io)
		rados_ioctx_destroy(c->io);
	rados_shutdown(c->cluster);
	talloc_free(c);
}

int
rs_client_open(struct rs_store *s, struct rs_client **out, const char **what)
{
	struct rs_client *c = talloc_zero(NULL, struct rs_client);
	int rc = rados_create(&c->cluster, s->where.id);

	c->store = s;
	atomic_init(&c->holders, 1);
	*what = "cannot make a client of Ceph";
	if (rc < 0) {
		talloc_free(c);
		return rc;
	}
	rc = configure(c->cluster, &s->where, what);
	if (rc == 0) {
		*what = "cannot reach the cluster";
		rc = rados_connect(c->cluster);
	}
	if (rc == 0)
		rc = open_pool(c, &s->where, what);
	if (rc == 0)
		*out = c;
	else
		client_free(c);
	return rc;
}

/* Holding. */

void
rs_client_use(struct rs_store *s, struct rs_client *c)
{
	struct rs_client *old;

	pthread_mutex_lock(&s->present.mutex);
	old = s->present.client;
	s->present.client = c;
	pthread_mutex_unlock(&s->present.mutex);
	if (old)
		rs_client_release(old);
}

struct rs_client *
rs_client_hold(struct rs_store *s)
{
	struct rs_client *c;

	pthread_mutex_lock(&s->present.mutex);
	c = s->present.client;
	atomic_fetch_add(&c->holders, 1);
	pthread_mutex_unlock(&s->present.mutex);
	return c;
}

void
rs_client_release(struct rs_client *c)
{
	unsigned before = atomic_fetch_sub(&c->holders, 1);

	assert(before > 0);
	if (before == 1)
		client_free(c);
}

/* Operations. */

/* The client knows the newest map when it has said that an object of a pool is not there because the pool is not. */
static bool
pool_is_gone(struct rs_client *c)
{
	char name[256];
	int rc = rados_pool_reverse_lookup(c->cluster, c->pool, name, sizeof(name));

	return rc < 0 && rc != -ERANGE;
}

static void
say_lost(struct rs_client *c)
{
	struct rs_store *s = c->store;
	bool used;

	pthread_mutex_lock(&s->present.mutex);
	used = s->present.client == c;
	pthread_mutex_unlock(&s->present.mutex);
	if (!used)
		return;
	LOG(WARN, "the cluster has turned this client away, or the pool is gone", LOG_STRING("store", s->place));
	rs_lease_wake(s);
}

int
rs_client_result(struct rs_client *c, int code)
{
	if (code == -ENOENT && pool_is_gone(c))
		code = -ESHUTDOWN;
	if (code == -ESHUTDOWN && !atomic_exchange(&c->lost, true))
		say_lost(c);
	return code;
}

int
rs_client_write(struct rs_client *c, rados_write_op_t op, const char *object, int flags)
{
	int rc = rados_write_op_operate(op, c->io, object, NULL, flags);

	rados_release_write_op(op);
	return rs_client_result(c, rc);
}

int
rs_client_read(struct rs_client *c, rados_read_op_t op, const char *object)
{
	int rc = rados_read_op_operate(op, c->io, object, 0);

	rados_release_read_op(op);
	return rs_client_result(c, rc);
}

int
rs_write(struct rs_store *s, rados_write_op_t op, const char *object, int flags)
{
	struct rs_client *c = rs_client_hold(s);
	int rc = rs_client_write(c, op, object, flags);

	rs_client_release(c);
	return rc;
}

int
rs_read(struct rs_store *s, rados_read_op_t op, const char *object)
{
	struct rs_client *c = rs_client_hold(s);
	int rc = rs_client_read(c, op, object);

	rs_client_release(c);
	return rc;
}

/* Lists. */

int
rs_list(struct rs_client *c, bool (*visit)(void *context, const char *name), void *context)
{
	rados_list_ctx_t list;
	const char *name;
	int rc = rados_nobjects_list_open(c->io, &list);

	if (rc < 0)
		return rs_client_result(c, rc);
	while ((rc = rados_nobjects_list_next(list, &name, NULL, NULL)) == 0 && visit(context, name))
		;
	rados_nobjects_list_close(list);
	rc = rs_client_result(c, rc);
	return rc == -ENOENT ? 0 : rc;
}
