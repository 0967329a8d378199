/* An administrator of the cluster, who turns a client away. */
#ifndef TESTS_UNIT_STORAGE_TURN_AWAY_H
#define TESTS_UNIT_STORAGE_TURN_AWAY_H

#include <check.h>
#include <stdlib.h>

#include "storage/rados/rados.h"

static inline void
turn_away(struct rs_client *client)
{
	rados_t cluster;
	char *address;

	ck_assert_int_eq(rados_getaddrs(client->cluster, &address), 0);
	ck_assert_int_eq(rados_create(&cluster, "admin"), 0);
	ck_assert_int_eq(rados_conf_read_file(cluster, getenv("CEPH_CONF")), 0);
	ck_assert_int_eq(rados_connect(cluster), 0);
	ck_assert_int_eq(rados_blocklist_add(cluster, address, 600), 0);
	rados_shutdown(cluster);
	rados_buffer_free(address);
}

#endif
