#include "gateway/config_share.h"

#include <stdlib.h>

/*
 * A taker counts itself first and then looks whether the holder still is the current one; the thread that replaces
 * makes another one current first and then looks at the count. So one of the two sees the other: a configuration is
 * not freed under a taker, and a taker that came too late tries again without having looked at it.
 */
struct config_holder *
config_take(struct config_share *share)
{
	for (;;) {
		struct config_holder *holder = atomic_load(&share->current);

		atomic_fetch_add(&holder->users, 1);
		if (atomic_load(&share->current) == holder)
			return holder;
		atomic_fetch_sub(&holder->users, 1);
	}
}

void
config_leave(struct config_holder *holder)
{
	atomic_fetch_sub(&holder->users, 1);
}

static void
free_unused(struct config_share *share)
{
	const struct config_holder *current = atomic_load(&share->current);

	for (struct config_holder *holder = share->all; holder != NULL; holder = holder->next) {
		if (holder == current || atomic_load(&holder->users) > 0)
			continue;
		talloc_free(holder->config);
		holder->config = NULL;
	}
}

static struct config_holder *
free_holder(struct config_share *share, TALLOC_CTX *mem)
{
	struct config_holder *holder = share->all;

	while (holder != NULL && holder->config != NULL)
		holder = holder->next;
	if (holder != NULL)
		return holder;
	holder = talloc_zero(mem, struct config_holder);
	if (holder == NULL)
		abort();
	holder->next = share->all;
	share->all = holder;
	return holder;
}

void
config_replace(struct config_share *share, TALLOC_CTX *mem, struct config *config)
{
	struct config_holder *holder = free_holder(share, mem);

	holder->config = config;
	atomic_store(&share->current, holder);
	free_unused(share);
}

size_t
config_count(const struct config_share *share)
{
	size_t count = 0;

	for (const struct config_holder *holder = share->all; holder != NULL; holder = holder->next)
		count += holder->config != NULL;
	return count;
}
