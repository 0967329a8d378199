/* Deleting objects, within the catalog: what one deletion takes (catalog_delete.c), and how several share a commit. */
#ifndef STORAGE_CATALOG_DELETE_H
#define STORAGE_CATALOG_DELETE_H

#include "storage/catalog_private.h"

/* Some deletions in one bucket. Those that are pending come first, in the order in which they are tried. */
struct deleting {
	struct catalog *c;
	TALLOC_CTX *mem; /* of the results */
	const struct bucket *bucket;
	struct object_removal **pending;
	size_t count; /* of the pending */
	size_t limit; /* of a commit's deletions */
};

/*
 * Read at the key's home, ask the check, and add to `change` what the deletion takes: nothing where there is nothing to
 * delete. What is read is on change->mem, by `ahead` unless that is NULL. Fills in removal->deletion.
 * err STORE_REFUSED (check), and as reading says
 */
MUST_USE enum store_err deletion_plan(const struct deleting *d, const struct home *home, struct ahead *ahead,
    struct object_removal *removal, struct change *change);

#endif
