/*
 * Batches of one partition that go together in one operation on its object: comparisons, which refuse all of it, then the
 * keys. The comparisons see the object as it was before the operation, so no batch may touch what another one writes.
 */
#ifndef STORAGE_RADOS_GROUP_H
#define STORAGE_RADOS_GROUP_H

#include <semaphore.h>

#include "storage/rados/rados.h"

/* The most of one operation, a first batch of any size aside. */
#define GROUP_BATCHES_MAX 64
#define GROUP_KEYS_MAX    1024
#define GROUP_BYTES_MAX   (4 << 20)

/* A batch that waits, on the stack of its caller. */
struct waiting {
	struct slice partition;
	const struct batch *batch;
	size_t bytes;
	uint32_t *written, *compared; /* what tells keys apart, nearly always: their checksums */
	enum store_err result;

	struct lane *lane; /* for commit.c */
	bool done;         /* otherwise, when it is woken, it carries the next group */
	sem_t wake;
	struct waiting *next;
};

struct group {
	struct waiting *members[GROUP_BATCHES_MAX];
	size_t count;
	size_t keys, bytes;
};

/* Borrows what is given; the rest is on `mem`. */
void waiting_init(struct waiting *w, TALLOC_CTX *mem, struct slice partition, const struct batch *batch);

/* Whether one more goes with those: as if it came after them. What they only compare, it may write. */
bool group_takes(const struct group *group, const struct waiting *w);
void group_add(struct group *group, struct waiting *w);

/* Commit; each member gets its own result. */
void group_commit(struct rs_store *s, const struct group *group);

#endif
