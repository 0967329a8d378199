/* `crossgate user …` and `crossgate key …`: they work while a gateway serves the same store, and count at once. */
#include <argp.h>

#include "common/clock.h"
#include "common/digest.h"
#include "common/encode.h"
#include "gateway/command.h"

struct arguments {
	TALLOC_CTX *mem;
	const char *store;
	const char *id;
	const char *display_name;
	const char *email;
	const char *access_key;
	const char *secret_key;
	const char *words[3]; /* what to do, with which user, with which key */
	int word_count;
};

enum {
	FLAG_STORE = 1000,
	FLAG_DATA,
	FLAG_ID,
	FLAG_DISPLAY_NAME,
	FLAG_EMAIL,
	FLAG_ACCESS_KEY,
	FLAG_SECRET_KEY
};

static const struct argp_option flags[] = {
	{ "data", FLAG_DATA, "DIR", 0, "The folder that the gateway serves from", 0 },
	{ "store", FLAG_STORE, "URL", 0, "The store that the gateway serves from", 0 },
	{ "id", FLAG_ID, "ID", 0, "The canonical ID of a new user; else 64 random hexadecimal digits", 0 },
	{ "display-name", FLAG_DISPLAY_NAME, "TEXT", 0, "The display name of a new user; else NAME", 0 },
	{ "email", FLAG_EMAIL, "ADDRESS", 0, "The e-mail address of a new user", 0 },
	{ "access-key", FLAG_ACCESS_KEY, "KEY", 0, "The access key to add; else a random one", 0 },
	{ "secret-key", FLAG_SECRET_KEY, "KEY", 0, "The secret key that belongs to it", 0 },
	{ 0 },
};

static error_t
parse_argument(int key, char *value, struct argp_state *state)
{
	struct arguments *a = state->input;

	switch (key) {
	case FLAG_DATA:
		a->store = talloc_asprintf(a->mem, "local:%s", value);
		return 0;
	case FLAG_STORE:
		a->store = value;
		return 0;
	case FLAG_ID:
		a->id = value;
		return 0;
	case FLAG_DISPLAY_NAME:
		a->display_name = value;
		return 0;
	case FLAG_EMAIL:
		a->email = value;
		return 0;
	case FLAG_ACCESS_KEY:
		a->access_key = value;
		return 0;
	case FLAG_SECRET_KEY:
		a->secret_key = value;
		return 0;
	case ARGP_KEY_ARG:
		if (a->word_count == (int)ARRAY_SIZE(a->words))
			argp_error(state, "what is '%s'?", value);
		a->words[a->word_count++] = value;
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static int
store_failed(enum store_err err, const char *what, const char *name)
{
	switch (err) {
	case STORE_NOT_FOUND:
		return command_fail(EXIT_FAILED, "%s '%s': there is none", what, name);
	case STORE_EXISTS:
		return command_fail(
		    EXIT_FAILED, "%s '%s': the name, ID, e-mail address or access key is taken", what, name);
	case STORE_NOT_EMPTY:
		return command_fail(EXIT_FAILED, "%s '%s': owns buckets", what, name);
	case STORE_REFUSED:
		return command_fail(EXIT_FAILED, "%s '%s': has as many keys as a user may have", what, name);
	case STORE_INVALID:
		return command_fail(
		    EXIT_FAILED, "%s '%s': a value is too long or holds control characters", what, name);
	case STORE_READ_ONLY:
		return command_fail(EXIT_FAILED,
		    "%s '%s': the store is read-only, for it is being moved to another place or was moved", what,
		    name);
	default:
		return command_fail(EXIT_FAILED, "%s '%s': %s", what, name, store_err_name(err));
	}
}

/* A user by name, or else by ID. */
static enum store_err
find_user(struct catalog *c, TALLOC_CTX *mem, const char *name, struct user **out)
{
	enum store_err err = catalog_user_by_name(c, mem, slice_from(name), out);

	return err == STORE_NOT_FOUND ? catalog_user(c, mem, slice_from(name), out) : err;
}

static struct access_key *
key_of_arguments(TALLOC_CTX *mem, const struct arguments *a, const char *user_id)
{
	struct access_key *key = command_new_key(mem, user_id);

	if (a->access_key) {
		key->id = talloc_strdup(key, a->access_key);
		key->secret = talloc_strdup(key, a->secret_key);
	}
	return key;
}

static void
print_key(const struct access_key *key)
{
	printf("access key: %s\nsecret key: %s\n", key->id, key->secret);
}

/* user. */

static int
user_add(struct catalog *c, TALLOC_CTX *mem, const struct arguments *a)
{
	unsigned char id[32];
	const char *name = a->words[1];
	struct user user = {
		.name = talloc_strdup(mem, name),
		.display_name = talloc_strdup(mem, a->display_name ?: name),
		.email = talloc_strdup(mem, a->email ?: ""),
		.enabled = true,
		.created_us = clock_wall_us(),
	};
	struct access_key *key;
	enum store_err err;

	random_bytes(id, sizeof(id));
	user.id = a->id ? talloc_strdup(mem, a->id) : hex_encode(mem, slice_make(id, sizeof(id)));
	key = key_of_arguments(mem, a, user.id);
	if ((err = catalog_user_add(c, &user, key)) != STORE_OK)
		return store_failed(err, "user", name);
	printf("user: %s\nid: %s\n", user.name, user.id);
	print_key(key);
	return EXIT_OK;
}

static int
user_list(struct catalog *c, TALLOC_CTX *mem, const struct arguments *a)
{
	struct user **users;
	size_t count;
	enum store_err err = catalog_users(c, mem, &users, &count);

	(void)a;
	if (err != STORE_OK)
		return store_failed(err, "users of", "this store");
	for (size_t i = 0; i < count; i++)
		printf("%s\t%s\t%s%s\n", users[i]->name, users[i]->id, users[i]->enabled ? "enabled" : "disabled",
		    users[i]->administrator ? "\tadministrator" : "");
	return EXIT_OK;
}

static int
user_show(struct catalog *c, TALLOC_CTX *mem, const struct arguments *a)
{
	struct user *user;
	enum store_err err = find_user(c, mem, a->words[1], &user);

	if (err != STORE_OK)
		return store_failed(err, "user", a->words[1]);
	printf("user: %s\nid: %s\ndisplay name: %s\ne-mail: %s\nstate: %s\nadministrator: %s\n", user->name,
	    user->id, user->display_name, user->email, user->enabled ? "enabled" : "disabled",
	    user->administrator ? "yes" : "no");
	return EXIT_OK;
}

static int
user_set_enabled(struct catalog *c, TALLOC_CTX *mem, const struct arguments *a)
{
	struct user *user;
	enum store_err err = find_user(c, mem, a->words[1], &user);

	if (err == STORE_OK)
		err = catalog_user_enable(c, slice_from(user->id), strcmp(a->words[0], "enable") == 0);
	return err == STORE_OK ? EXIT_OK : store_failed(err, "user", a->words[1]);
}

static int
user_remove(struct catalog *c, TALLOC_CTX *mem, const struct arguments *a)
{
	struct user *user;
	enum store_err err = find_user(c, mem, a->words[1], &user);

	if (err == STORE_OK)
		err = catalog_user_remove(c, slice_from(user->id));
	return err == STORE_OK ? EXIT_OK : store_failed(err, "user", a->words[1]);
}

/* key. */

static int
key_add(struct catalog *c, TALLOC_CTX *mem, const struct arguments *a)
{
	struct user *user;
	struct access_key *key;
	enum store_err err = find_user(c, mem, a->words[1], &user);

	if (err != STORE_OK)
		return store_failed(err, "user", a->words[1]);
	key = key_of_arguments(mem, a, user->id);
	if ((err = catalog_key_add(c, key)) != STORE_OK)
		return store_failed(err, "key of", a->words[1]);
	print_key(key);
	return EXIT_OK;
}

static int
key_list(struct catalog *c, TALLOC_CTX *mem, const struct arguments *a)
{
	struct user *user;
	struct access_key **keys;
	size_t count;
	enum store_err err = find_user(c, mem, a->words[1], &user);

	if (err == STORE_OK)
		err = catalog_keys(c, mem, slice_from(user->id), &keys, &count);
	if (err != STORE_OK)
		return store_failed(err, "user", a->words[1]);
	for (size_t i = 0; i < count; i++)
		puts(keys[i]->id);
	return EXIT_OK;
}

static int
key_remove(struct catalog *c, TALLOC_CTX *mem, const struct arguments *a)
{
	struct user *user;
	enum store_err err = find_user(c, mem, a->words[1], &user);

	if (err != STORE_OK)
		return store_failed(err, "user", a->words[1]);
	err = catalog_key_remove(c, slice_from(user->id), slice_from(a->words[2]));
	return err == STORE_OK ? EXIT_OK : store_failed(err, "key", a->words[2]);
}

/* Which of them. */

struct verb {
	const char *name;
	int words; /* the verb counts */
	int (*run)(struct catalog *c, TALLOC_CTX *mem, const struct arguments *a);
};

static const struct verb user_verbs[] = {
	{ "add", 2, user_add },
	{ "list", 1, user_list },
	{ "show", 2, user_show },
	{ "enable", 2, user_set_enabled },
	{ "disable", 2, user_set_enabled },
	{ "remove", 2, user_remove },
	{ NULL, 0, NULL },
};

static const struct verb key_verbs[] = {
	{ "add", 2, key_add },
	{ "list", 2, key_list },
	{ "remove", 3, key_remove },
	{ NULL, 0, NULL },
};

static const struct verb *
find_verb(const struct verb *verbs, const struct arguments *a)
{
	for (; a->word_count > 0 && verbs->name; verbs++)
		if (strcmp(verbs->name, a->words[0]) == 0 && verbs->words == a->word_count)
			return verbs;
	return NULL;
}

static int
run_verb(int argc, char **argv, const char *name, const char *usage, const char *doc, const struct verb *verbs)
{
	struct argp argp = { .options = flags, .parser = parse_argument, .args_doc = usage, .doc = doc };
	TALLOC_CTX *mem = talloc_new(NULL);
	struct arguments a = { .mem = mem, .store = command_store_of_environment(mem) };
	const struct verb *verb;
	struct opened opened;
	int status = EXIT_FAILED;

	argp_err_exit_status = EXIT_USAGE;
	argv[0] = talloc_strdup(mem, name);
	argp_parse(&argp, argc, argv, 0, NULL, &a);
	verb = find_verb(verbs, &a);
	if (!verb)
		status = command_fail(EXIT_USAGE, "wrong usage: see '%s --help'", name);
	else if (!a.access_key != !a.secret_key)
		status = command_fail(EXIT_USAGE, "--access-key and --secret-key are only of use together");
	else if (!a.store)
		status = command_fail(EXIT_USAGE, "no store: give --data DIR or --store URL");
	else if (command_open(mem, a.store, true, &opened)) {
		status = verb->run(opened.catalog, mem, &a);
		command_close(&opened);
	}
	talloc_free(mem);
	return status;
}

int
command_user(int argc, char **argv)
{
	return run_verb(argc, argv, "crossgate user",
	    "add NAME\nlist\nshow NAME\nenable NAME\ndisable NAME\nremove NAME",
	    "Manage who may use the gateway. A user is called by NAME or by ID.", user_verbs);
}

int
command_key(int argc, char **argv)
{
	return run_verb(argc, argv, "crossgate key", "add USER\nlist USER\nremove USER ACCESS-KEY",
	    "Manage the access keys of a user.", key_verbs);
}
