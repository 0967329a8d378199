/* The thread that cleans up behind the catalog, every few seconds, from the moment the store is open. */
#ifndef GATEWAY_JANITOR_H
#define GATEWAY_JANITOR_H

#include "storage/catalog.h"

struct janitor;

/* NULL when the thread cannot be made. */
struct janitor *janitor_start(struct catalog *catalog);

/* Returns when the round under way has stopped. */
void janitor_stop(struct janitor *janitor);

#endif
