/*
 * What the files of the RADOS engine share. A store is a namespace of a pool, the nameless one unless the URL says
 * otherwise, and holds these RADOS objects:
 *
 *	format		one line that names the format; without it the namespace is not a store
 *	p.PARTITION	(hexadecimal) omap: the keys of a partition (names.h says how)
 *	b.BLOBID	(hexadecimal) the first 4 MiB of a blob; once it is sealed, its size as an attribute
 *	b.BLOBID.N	its next ones, N from 1
 *	sessions	locks with an end, one for each opening that is at work (session.c); those that serve watch it (watch.c)
 *	room		grows by a byte now and then, to find out whether it may (session.c)
 *
 * Any number of processes may have a store open, and serve from it, at once: all that must not be torn is one operation
 * of RADOS, which does it whole or not at all. Everything here waits for the cluster, but no longer than the timeout of
 * the URL for one operation. An operation that a client of Ceph sends again, for it got no answer, is done once: OSDs know
 * it by its number.
 */
#ifndef STORAGE_RADOS_RADOS_H
#define STORAGE_RADOS_RADOS_H

#include <pthread.h>
#include <rados/librados.h>
#include <stdatomic.h>

#include "storage/engine.h"

/* Without these flags librados waits until a full cluster has room again. What gives room back goes on all the same. */
#define RS_FULL_FAILS LIBRADOS_OPERATION_FULL_TRY
#define RS_FULL_GOES  LIBRADOS_OPERATION_FULL_FORCE

struct lanes;
struct lease;
struct watch;

/* place.c: what follows "rados:" in a URL, POOL[?NAME=VALUE[&…]], with values percent-decoded. */
struct rs_place {
	const char *pool;
	const char *conf;           /* NULL: where Ceph looks by itself */
	const char *id;             /* the client's name without "client.": "admin" */
	const char *name_space;     /* "": the nameless one */
	const char *timeout_second; /* as text; of one operation */
	const char *split; /* as text; and as a number: how many records a partition has before it is split */
	uint64_t split_records;
};
MUST_USE bool rs_place_parse(TALLOC_CTX *mem, const char *text, struct rs_place *out, char **message);

struct rs_store {
	struct store store;
	char *place; /* as it was given, for messages */
	struct rs_place where;
	struct {
		pthread_mutex_t mutex; /* taken alone */
		struct rs_client *client;
	} present;
	_Atomic bool full;                 /* the cluster or the pool takes nothing that needs room */
	_Atomic bool leads;                /* this opening does the background work */
	_Atomic size_t bytes_read_ahead;   /* by all readers of blobs together, */
	_Atomic unsigned chunks_under_way; /* and by all writers */
	struct lanes *lanes;
	struct lease *lease;
	struct watch *watch; /* NULL: this opening does not serve, and remembers nothing */
};

static inline struct rs_store *
rs_of(struct store *s)
{
	return (struct rs_store *)s;
}

/*
 * engine.c: get a client of the cluster and make it the store's. Without `create` there must be a store. *message tells,
 * on `mem`, what failed.
 */
MUST_USE enum store_err rs_connect(struct rs_store *s, bool create, TALLOC_CTX *mem, char **message);

/* engine.c: what a code of librados, 0 or a negative errno, means. */
enum store_err rs_err(int code);

/* engine.c: the same where nothing can be absent or in conflict, as in writing a blob; and where a read may be damaged. */
enum store_err rs_write_err(int code);
enum store_err rs_read_err(int code);

/*
 * client.c: a client of the cluster, with its handle of the store's pool. A store has one, which another one replaces when
 * it is lost; it ends when nobody holds it any more.
 */
struct rs_client {
	struct rs_store *store;
	rados_t cluster;
	rados_ioctx_t io;
	rados_ioctx_t
	    locks; /* the same, for locks alone: they are taken in a full cluster, too, so that room can be made */
	int64_t pool;
	_Atomic unsigned holders;
	_Atomic bool lost; /* the cluster has turned it away, or its pool is gone: it is of no more use */
};

/* A new one, held. 0, or a negative errno and what could not be done. */
MUST_USE int rs_client_open(struct rs_store *s, struct rs_client **out, const char **what);

/* Make it the store's; the caller's hold becomes the store's, which lets the one before it go. */
void rs_client_use(struct rs_store *s, struct rs_client *c);

/* Whoever has an operation under way, or a list open, holds the client meanwhile. */
struct rs_client *rs_client_hold(struct rs_store *s);
void rs_client_release(struct rs_client *c);

/*
 * What a code of librados means, with which anything on the pool's objects ended: itself, but that an object which is not
 * there since the pool is gone is -ESHUTDOWN, as all is for a client that was turned away.
 */
MUST_USE int rs_client_result(struct rs_client *c, int code);

/* Do an operation on an object, which is released; by a client, or by the store's. A code as above. */
MUST_USE int rs_client_write(struct rs_client *c, rados_write_op_t op, const char *object, int flags);
MUST_USE int rs_client_read(struct rs_client *c, rados_read_op_t op, const char *object);
MUST_USE int rs_write(struct rs_store *s, rados_write_op_t op, const char *object, int flags);
MUST_USE int rs_read(struct rs_store *s, rados_read_op_t op, const char *object);

/* Call `visit` for each object of the namespace, in no order, until it returns false. 0 or a code as above. */
MUST_USE int rs_list(struct rs_client *c, bool (*visit)(void *context, const char *name), void *context);

/* format.c: see that the namespace is a store, or make it one. */
MUST_USE enum store_err rs_format_open(struct rs_client *c, bool create, TALLOC_CTX *mem, char **message);

/* session.c: say that this opening is at work, from now on until close. 0 or a negative errno. */
MUST_USE int rs_lease_open(struct rs_store *s);
void rs_lease_close(struct rs_store *s);

/* session.c: look now, not at the next time, whether the store's client is lost, and get another one. */
void rs_lease_wake(struct rs_store *s);
engine_session_alive_fn rs_session_alive;
engine_leads_fn rs_leads;

/* keys.c */
engine_get_fn rs_get;
engine_get_many_fn rs_get_many;
engine_scan_fn rs_scan;
engine_partition_list_fn rs_partition_list;

/* tidy.c: remove a partition's object if it has no key any more. When that fails it stays, which does no harm. */
void rs_partition_tidy(struct rs_store *s, struct slice partition);

/* commit.c */
void rs_lanes_open(struct rs_store *s);
void rs_lanes_close(struct rs_store *s);
engine_commit_fn rs_commit;

/* blob.c */
engine_blob_create_fn rs_blob_create;
engine_blob_append_fn rs_blob_append;
engine_blob_seal_fn rs_blob_seal;
engine_blob_abandon_fn rs_blob_abandon;

/* blob_delete.c */
engine_blob_delete_fn rs_blob_delete;
engine_blob_list_fn rs_blob_list;

/* blob_read.c */
engine_blob_open_fn rs_blob_open;
engine_blob_read_fn rs_blob_read;
engine_blob_close_fn rs_blob_close;
engine_blob_ready_fn rs_blob_ready;

#endif
