/* What all requests of the running program share. */
#ifndef GATEWAY_GATEWAY_H
#define GATEWAY_GATEWAY_H

#include "gateway/config_share.h"
#include "storage/catalog.h"

struct gateway {
	struct catalog *catalog;
	struct config_share config; /* replaced on reload */
	const char *host_id;        /* random, of this process: x-amz-id-2 */
};

#endif
