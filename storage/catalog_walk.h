/*
 * What the listings of a bucket have in common: the keys that they pass in scans, the common prefixes that they fold
 * and jump over, and where a page ends. Names are a letter, the key, and a zero byte before whatever tells several
 * things of one key apart.
 *
 * A listing's visitor parses the name, asks walk_meets, then walk_takes, and adds the item. It goes as both say:
 *
 *	if (!walk_meets(w, name, key, &step, seek) || !walk_takes(w, name, key, &step, seek))
 *		return step;
 *	... add the item ...
 *	walk_took(w, key);
 *	return SCAN_NEXT;
 */
#ifndef STORAGE_CATALOG_WALK_H
#define STORAGE_CATALOG_WALK_H

#include "storage/catalog_private.h"

struct walk {
	/* What is listed; all borrowed. */
	char letter; /* of the names: 'o' */
	struct slice prefix, delimiter;
	struct slice after;   /* keys and common prefixes after this one */
	bool after_is_prefix; /* it is a common prefix: all that it covers is skipped */
	bool after_inside;    /* it is a key of which some items are still to come */
	size_t limit;
	TALLOC_CTX *page;   /* where what is found lives */
	size_t *item_count; /* how many items there are on it */

	/* What has been found. */
	size_t count; /* items and common prefixes */
	struct slice *prefixes;
	size_t prefix_count;
	bool truncated;
	struct slice last; /* the page's last key or common prefix */
	bool last_is_prefix;
	enum store_err err;
	char seek[STORE_KEY_MAX]; /* where the scan was sent to */
	struct home home;         /* of the keys at hand: their shard, without a key */
};

/*
 * Scan the bucket's shards from where the walk begins. The visitor meets names of the letter alone. It is begun anew when
 * keys were moved meanwhile.
 */
MUST_USE enum store_err walk_run(
    struct walk *w, struct catalog *c, const struct bucket *bucket, scan_visit_fn *visit, void *context);

/* The home of a key that was met. */
struct home walk_home(const struct walk *w, struct slice key);

/* Whether the listing is about this key at all. Otherwise *step says how the scan goes on. */
MUST_USE bool walk_meets(
    struct walk *w, struct slice name, struct slice key, enum scan_step *step, struct slice *seek);

/*
 * Whether there is room for one more, and it is to be listed as itself. Otherwise it was folded into a common prefix, or
 * the page is full.
 */
MUST_USE bool walk_takes(
    struct walk *w, struct slice name, struct slice key, enum scan_step *step, struct slice *seek);

/* An item of this key, which lives on the page, was added. */
void walk_took(struct walk *w, struct slice key);

/* Jump to the first name after all that begin with `beginning`. */
enum scan_step walk_past(struct walk *w, struct slice beginning, struct slice *seek);

/* End the scan: what is there cannot be. */
enum scan_step walk_damaged(struct walk *w);

#endif
