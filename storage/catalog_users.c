/* Users. A user's record changes with its keys too, so that whoever removes a user knows all of them. */
#include "storage/catalog_users.h"

#include "common/digest.h"

bool
user_text_valid(struct slice text, size_t min, size_t max)
{
	if (text.length < min || text.length > max)
		return false;
	for (size_t i = 0; i < text.length; i++)
		if ((unsigned char)text.data[i] < 0x20)
			return false;
	return true;
}

struct slice
user_name(TALLOC_CTX *mem, struct slice id)
{
	return NAME(mem, SLICE("u/"), id);
}

struct slice
user_keys_name(TALLOC_CTX *mem, struct slice id, struct slice access_key)
{
	return NAME(mem, SLICE("i/"), id, NAME_ZERO, access_key);
}

static struct slice
email_name(TALLOC_CTX *mem, struct slice email)
{
	struct slice name = NAME(mem, SLICE("e/"), email);
	char *bytes = talloc_memdup(mem, name.data, name.length);

	for (size_t i = 2; i < name.length; i++)
		if (bytes[i] >= 'A' && bytes[i] <= 'Z')
			bytes[i] = (char)(bytes[i] - 'A' + 'a');
	return slice_make(bytes, name.length);
}

static struct slice
called_name(TALLOC_CTX *mem, struct slice name)
{
	return NAME(mem, SLICE("n/"), name);
}

struct slice
user_index_value(TALLOC_CTX *mem, struct slice bytes)
{
	struct record_bytes record = { .bytes = bytes };

	return record_bytes_encode(mem, &record);
}

enum store_err
user_read(struct catalog *c, TALLOC_CTX *mem, struct slice id, struct user_row *out)
{
	enum store_err err = STORE_NOT_FOUND;

	*out = (struct user_row){ 0 };
	if (user_text_valid(id, 1, USER_ID_MAX))
		err = store_get(c->store, PARTITION_USERS, user_name(mem, id), mem, &out->value);
	if (!err && !record_user_decode(mem, out->value, &out->record))
		err = STORE_DAMAGED;
	return err;
}

static struct user *
user_make(TALLOC_CTX *mem, const struct record_user *record)
{
	struct user *user = talloc_zero(mem, struct user);

	user->id = slice_dup(user, record->id);
	user->name = slice_dup(user, record->name);
	user->display_name = slice_dup(user, record->display_name);
	user->email = slice_dup(user, record->email);
	user->enabled = !record->disabled;
	user->administrator = record->administrator;
	user->created_us = record->created_us;
	return user;
}

static bool
user_valid(const struct user *user)
{
	return user_text_valid(slice_from(user->id), 1, USER_ID_MAX) &&
	       user_text_valid(slice_from(user->name), 1, USER_ID_MAX) &&
	       user_text_valid(slice_from(user->display_name), 0, USER_TEXT_MAX) &&
	       user_text_valid(slice_from(user->email), 0, USER_TEXT_MAX);
}

/* Let a name that is not taken lead to the user. */
static void
index_user(struct change *change, struct slice name, struct slice id)
{
	change_expect(change, name, slice_make(NULL, 0));
	change_put(change, name, user_index_value(change->mem, id));
}

static void
add_user(struct change *change, const struct user *user)
{
	struct record_user record = { .id = slice_from(user->id),
		.name = slice_from(user->name),
		.display_name = slice_from(user->display_name),
		.email = slice_from(user->email),
		.disabled = !user->enabled,
		.administrator = user->administrator,
		.created_us = user->created_us,
		.key_count = 1 };
	struct slice name = user_name(change->mem, record.id);

	random_bytes(&record.revision, sizeof(record.revision));
	change_expect(change, name, slice_make(NULL, 0));
	change_put(change, name, record_user_encode(change->mem, &record));
	index_user(change, called_name(change->mem, record.name), record.id);
	if (record.email.length > 0)
		index_user(change, email_name(change->mem, record.email), record.id);
}

enum store_err
catalog_user_add(struct catalog *c, const struct user *user, const struct access_key *key)
{
	TALLOC_CTX *scratch = talloc_new(NULL);
	struct change change = { .mem = scratch };
	enum store_err err = STORE_INVALID;

	if (user_valid(user) && key_valid(key)) {
		add_user(&change, user);
		key_put(&change, slice_from(user->id), key);
		err = change_commit(c, PARTITION_USERS, &change);
		key_cleanse(&change);
	}
	talloc_free(scratch);
	return err == STORE_CONFLICT ? STORE_EXISTS : err;
}

enum store_err
catalog_user(struct catalog *c, TALLOC_CTX *mem, struct slice id, struct user **out)
{
	TALLOC_CTX *scratch = talloc_new(NULL);
	struct user_row row;
	enum store_err err = user_read(c, scratch, id, &row);

	*out = err ? NULL : user_make(mem, &row.record);
	talloc_free(scratch);
	return err;
}

/* The user that an index entry leads to. */
static enum store_err
user_by_index(struct catalog *c, TALLOC_CTX *mem, TALLOC_CTX *scratch, struct slice name, struct user **out)
{
	struct record_bytes id;
	struct slice value;
	enum store_err err = store_get(c->store, PARTITION_USERS, name, scratch, &value);

	if (err)
		return err;
	return record_bytes_decode(scratch, value, &id) ? catalog_user(c, mem, id.bytes, out) : STORE_DAMAGED;
}

enum store_err
catalog_user_by_name(struct catalog *c, TALLOC_CTX *mem, struct slice name, struct user **out)
{
	TALLOC_CTX *scratch = talloc_new(NULL);
	enum store_err err = STORE_NOT_FOUND;

	*out = NULL;
	if (user_text_valid(name, 1, USER_ID_MAX))
		err = user_by_index(c, mem, scratch, called_name(scratch, name), out);
	talloc_free(scratch);
	return err;
}

enum store_err
catalog_user_by_email(struct catalog *c, TALLOC_CTX *mem, struct slice email, struct user **out)
{
	TALLOC_CTX *scratch = talloc_new(NULL);
	enum store_err err = STORE_NOT_FOUND;

	*out = NULL;
	if (user_text_valid(email, 1, USER_TEXT_MAX))
		err = user_by_index(c, mem, scratch, email_name(scratch, email), out);
	talloc_free(scratch);
	return err;
}

struct users_visit {
	TALLOC_CTX *mem;
	struct user **users;
	size_t count;
	enum store_err err;
};

static enum scan_step
visit_user(void *context, struct slice name, struct slice value, struct slice *seek)
{
	struct users_visit *v = context;
	struct record_user record;

	(void)seek;
	if (!slice_starts_with(name, SLICE("u/")))
		return SCAN_STOP;
	if (!record_user_decode(v->mem, value, &record)) {
		v->err = STORE_DAMAGED;
		return SCAN_STOP;
	}
	v->users = talloc_realloc(v->mem, v->users, struct user *, v->count + 1);
	v->users[v->count++] = user_make(v->mem, &record);
	return SCAN_NEXT;
}

enum store_err
catalog_users(struct catalog *c, TALLOC_CTX *mem, struct user ***out, size_t *count)
{
	struct users_visit v = { .mem = mem };
	enum store_err err = store_scan(c->store, PARTITION_USERS, SLICE("u/"), visit_user, &v);

	*out = v.users;
	*count = v.count;
	return err ? err : v.err;
}

enum store_err
user_update(struct catalog *c, struct slice id, user_update_fn *update, void *context)
{
	enum store_err err = STORE_CONFLICT;

	for (int tries = 0; tries < TRIES_MAX && err == STORE_CONFLICT; tries++) {
		TALLOC_CTX *scratch = talloc_new(NULL);
		struct change change = { .mem = scratch };
		struct user_row row;

		err = user_read(c, scratch, id, &row);
		if (!err) {
			change_expect(&change, user_name(scratch, id), row.value);
			row.record.revision++;
			err = update(context, c, &change, &row.record);
		}
		if (!err)
			err = change_commit(c, PARTITION_USERS, &change);
		key_cleanse(&change);
		talloc_free(scratch);
	}
	return err == STORE_CONFLICT ? STORE_TIMEOUT : err;
}

void
user_put(struct change *change, const struct record_user *record)
{
	change_put(change, user_name(change->mem, record->id), record_user_encode(change->mem, record));
}

static enum store_err
enable(void *context, struct catalog *c, struct change *change, struct record_user *record)
{
	(void)c;
	record->disabled = !*(bool *)context;
	user_put(change, record);
	return STORE_OK;
}

enum store_err
catalog_user_enable(struct catalog *c, struct slice id, bool enabled)
{
	return user_update(c, id, enable, &enabled);
}

static enum scan_step
visit_any(void *context, struct slice name, struct slice value, struct slice *seek)
{
	struct slice *prefix = context;

	(void)value;
	(void)seek;
	if (slice_starts_with(name, *prefix))
		*prefix = slice_make(NULL, 0);
	return SCAN_STOP;
}

static enum store_err
check_owns_nothing(struct catalog *c, TALLOC_CTX *mem, struct slice id)
{
	struct slice prefix = bucket_index_name(mem, id, slice_make(NULL, 0));
	enum store_err err = store_scan(c->store, PARTITION_BUCKETS, prefix, visit_any, &prefix);

	return !err && prefix.length == 0 ? STORE_NOT_EMPTY : err;
}

static enum store_err
remove_user(void *context, struct catalog *c, struct change *change, struct record_user *record)
{
	struct entries keys = { 0 };
	struct slice prefix = user_keys_name(change->mem, record->id, slice_make(NULL, 0));
	enum store_err err = check_owns_nothing(c, change->mem, record->id);

	(void)context;
	if (!err)
		err = read_entries(c, PARTITION_USERS, prefix, prefix, USER_KEYS_MAX, change->mem, &keys);
	if (err)
		return err;
	change->frees = true;
	change_delete(change, user_name(change->mem, record->id));
	change_delete(change, called_name(change->mem, record->name));
	if (record->email.length)
		change_delete(change, email_name(change->mem, record->email));
	for (size_t i = 0; i < keys.count; i++)
		key_delete(change, record->id, slice_skip(keys.items[i].name, prefix.length));
	return STORE_OK;
}

enum store_err
catalog_user_remove(struct catalog *c, struct slice id)
{
	return user_update(c, id, remove_user, NULL);
}
