/* What the two files about users share: catalog_users.c and catalog_keys.c. */
#ifndef STORAGE_CATALOG_USERS_H
#define STORAGE_CATALOG_USERS_H

#include "storage/catalog_private.h"

struct user_row {
	struct slice value;
	struct record_user record;
};

/* Between min and max bytes, and no control characters. */
bool user_text_valid(struct slice text, size_t min, size_t max);

struct slice user_name(TALLOC_CTX *mem, struct slice id);
struct slice user_keys_name(TALLOC_CTX *mem, struct slice id, struct slice access_key);
struct slice user_index_value(TALLOC_CTX *mem, struct slice bytes);

MUST_USE enum store_err user_read(struct catalog *c, TALLOC_CTX *mem, struct slice id, struct user_row *out);
void user_put(struct change *change, const struct record_user *record);

/*
 * Change a user as it is at that moment: `update` is called with its record, which already has a new revision, and
 * fills in the change; again after each conflict.
 */
typedef enum store_err user_update_fn(
    void *context, struct catalog *c, struct change *change, struct record_user *record);
MUST_USE enum store_err user_update(struct catalog *c, struct slice id, user_update_fn *update, void *context);

bool key_valid(const struct access_key *key);

/* Put a key that must not be there yet, and its place in the user's index. */
void key_put(struct change *change, struct slice user_id, const struct access_key *key);
void key_delete(struct change *change, struct slice user_id, struct slice access_key);

/* Cleanse the secrets in what the change was to put. */
void key_cleanse(struct change *change);

#endif
