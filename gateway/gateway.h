/* What all requests of the running program share. */
#ifndef GATEWAY_GATEWAY_H
#define GATEWAY_GATEWAY_H

#include <stdatomic.h>

#include "gateway/config.h"
#include "storage/catalog.h"

struct gateway {
	struct catalog *catalog;
	_Atomic(const struct config *) config; /* replaced on reload; old ones live as long as the gateway */
	const char *host_id;                   /* random, of this process: x-amz-id-2 */
};

#endif
