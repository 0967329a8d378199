/*
 * The configuration in force: every request uses the one that it began with, and a reload puts another in its place. One
 * that no request uses any more is freed by a later reload at the latest, so that memory does not grow with reloads.
 * Taking and leaving wait for nobody; any thread.
 */
#ifndef GATEWAY_CONFIG_SHARE_H
#define GATEWAY_CONFIG_SHARE_H

#include <stdatomic.h>

#include "gateway/config.h"

/* A configuration and its users; never freed while requests may come, so that it may be looked at in vain. */
struct config_holder {
	struct config *config; /* NULL: free for the next one */
	_Atomic uint64_t users;
	struct config_holder *next;
};

struct config_share {
	_Atomic(struct config_holder *) current;
	struct config_holder *all; /* of the thread that replaces */
};

/* The holder of the configuration in force, whose `config` stays until config_leave. */
struct config_holder *config_take(struct config_share *share);
void config_leave(struct config_holder *holder);

/*
 * Put a configuration in force; from one thread at a time. It becomes the share's, which frees it with talloc_free
 * when it is replaced and nobody uses it. Holders are on `mem`, which must last as long as requests do.
 */
void config_replace(struct config_share *share, TALLOC_CTX *mem, struct config *config);

/* How many configurations there are, the one in force included; for the thread that replaces. */
size_t config_count(const struct config_share *share);

#endif
