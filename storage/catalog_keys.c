/* Access keys. */
#include "storage/catalog_users.h"

#include "common/digest.h"

static struct slice
key_name(TALLOC_CTX *mem, struct slice access_key)
{
	return NAME(mem, SLICE("k/"), access_key);
}

static bool
secret_valid(struct slice secret)
{
	return user_text_valid(secret, 1, SECRET_KEY_MAX);
}

bool
key_valid(const struct access_key *key)
{
	return user_text_valid(slice_from(key->id), 1, ACCESS_KEY_MAX) && secret_valid(slice_from(key->secret));
}

void
key_put(struct change *change, struct slice user_id, const struct access_key *key)
{
	struct record_key record = { .id = slice_from(key->id),
		.secret = slice_from(key->secret),
		.user_id = user_id,
		.created_us = key->created_us };
	struct slice name = key_name(change->mem, record.id);

	change_expect(change, name, slice_make(NULL, 0));
	change_put(change, name, record_key_encode(change->mem, &record));
	change_put(change, user_keys_name(change->mem, user_id, record.id),
	    user_index_value(change->mem, slice_make(NULL, 0)));
}

void
key_delete(struct change *change, struct slice user_id, struct slice access_key)
{
	change_delete(change, key_name(change->mem, access_key));
	change_delete(change, user_keys_name(change->mem, user_id, access_key));
}

static void
cleanse_slice(struct slice s)
{
	if (s.length)
		cleanse((char *)(uintptr_t)s.data, s.length);
}

void
key_cleanse(struct change *change)
{
	for (size_t i = 0; i < change->put_count; i++)
		if (slice_starts_with(change->puts[i].key, SLICE("k/")))
			cleanse_slice(change->puts[i].value);
}

static int
cleanse_string(char *secret)
{
	cleanse(secret, talloc_get_size(secret));
	return 0;
}

/* The key that `value` holds, which is cleansed; NULL when it is damaged. */
static struct access_key *
key_make(TALLOC_CTX *mem, struct slice value)
{
	struct access_key *key = NULL;
	struct record_key record;

	if (record_key_decode(mem, value, &record)) {
		key = talloc_zero(mem, struct access_key);
		key->id = slice_dup(key, record.id);
		key->secret = slice_dup(key, record.secret);
		talloc_set_destructor(key->secret, cleanse_string);
		key->user_id = slice_dup(key, record.user_id);
		key->created_us = record.created_us;
	}
	cleanse_slice(value);
	return key;
}

static enum store_err
access_key_read(struct catalog *c, TALLOC_CTX *mem, struct slice access_key, struct access_key **out)
{
	TALLOC_CTX *scratch = talloc_new(NULL);
	struct slice value;
	enum store_err err = STORE_NOT_FOUND;

	*out = NULL;
	if (user_text_valid(access_key, 1, ACCESS_KEY_MAX))
		err = store_get(c->store, PARTITION_USERS, key_name(scratch, access_key), scratch, &value);
	if (!err && !(*out = key_make(mem, value)))
		err = STORE_DAMAGED;
	talloc_free(scratch);
	return err;
}

enum store_err
catalog_user_by_key(
    struct catalog *c, TALLOC_CTX *mem, struct slice access_key, struct access_key **key, struct user **user)
{
	enum store_err err = access_key_read(c, mem, access_key, key);

	*user = NULL;
	if (!err)
		err = catalog_user(c, mem, slice_from((*key)->user_id), user);
	if (err) {
		talloc_free(*key);
		*key = NULL;
	}
	return err;
}

enum store_err
catalog_keys(struct catalog *c, TALLOC_CTX *mem, struct slice user_id, struct access_key ***out, size_t *count)
{
	TALLOC_CTX *scratch = talloc_new(NULL);
	struct entries index = { 0 };
	struct slice prefix = user_keys_name(scratch, user_id, slice_make(NULL, 0));
	enum store_err err = STORE_OK;

	*out = NULL;
	*count = 0;
	if (user_text_valid(user_id, 1, USER_ID_MAX))
		err = read_entries(c, PARTITION_USERS, prefix, prefix, USER_KEYS_MAX, scratch, &index);
	if (index.count)
		*out = talloc_array(mem, struct access_key *, index.count);
	for (size_t i = 0; i < index.count && !err; i++) {
		err = access_key_read(c, mem, slice_skip(index.items[i].name, prefix.length), &(*out)[*count]);
		if (err == STORE_NOT_FOUND)
			err = STORE_OK; /* removed meanwhile */
		else if (!err)
			++*count;
	}
	talloc_free(scratch);
	return err;
}

static enum store_err
add_key(void *context, struct catalog *c, struct change *change, struct record_user *record)
{
	const struct access_key *key = context;
	struct slice value;
	enum store_err err;

	if (record->key_count >= USER_KEYS_MAX)
		return STORE_REFUSED;
	err = read_optional(c, PARTITION_USERS, key_name(change->mem, slice_from(key->id)), change->mem, &value);
	cleanse_slice(value);
	if (err || value.length)
		return err ? err : STORE_EXISTS;
	record->key_count++;
	user_put(change, record);
	key_put(change, record->id, key);
	return STORE_OK;
}

enum store_err
catalog_key_add(struct catalog *c, const struct access_key *key)
{
	if (!key_valid(key))
		return STORE_INVALID;
	return user_update(c, slice_from(key->user_id), add_key, (void *)(uintptr_t)key);
}

static enum store_err
remove_key(void *context, struct catalog *c, struct change *change, struct record_user *record)
{
	const struct slice *access_key = context;
	struct slice name = user_keys_name(change->mem, record->id, *access_key), value;
	enum store_err err = store_get(c->store, PARTITION_USERS, name, change->mem, &value);

	if (err)
		return err;
	change->frees = true;
	change_expect(change, name, value);
	record->key_count--;
	user_put(change, record);
	key_delete(change, record->id, *access_key);
	return STORE_OK;
}

enum store_err
catalog_key_remove(struct catalog *c, struct slice user_id, struct slice access_key)
{
	if (!user_text_valid(access_key, 1, ACCESS_KEY_MAX))
		return STORE_NOT_FOUND;
	return user_update(c, user_id, remove_key, &access_key);
}
