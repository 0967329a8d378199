/* Each two operations on a key and its bucket at once, from each of the states. */
#include "tests/unit/storage/players.h"

#include "tests/unit/suite.h"

/* Whole within. */

/* What of the states makes a difference to an operation on the bucket as a whole. */
static bool
makes_difference(const struct state *state, const struct operation *a, const struct operation *b)
{
	bool has_versions = state->prepare == with_versions || state->prepare == with_suspended;

	return !((a->of_bucket || b->of_bucket) && has_versions);
}

START_TEST(whole)
{
	for (size_t s = 0; s < ARRAY_SIZE(states); s++)
		for (size_t o = 0; o < ARRAY_SIZE(operations); o++)
			if (makes_difference(&states[s], &operations[_i], &operations[o]))
				try_pair(&states[s], &operations[_i], &operations[o], false);
}
END_TEST

/* Both in pieces. */

static const char *const of_bucket[] = { "put small", "put large", "delete bucket", "create bucket",
	"change bucket", "sweep" };
static const char *const of_enabled[] = { "put small", "delete", "delete bucket", "sweep" };
static const char *const of_key[] = { "put small", "put if first", "delete", "delete first", "delete second",
	"delete third", "change current", "change second" };

static const struct {
	const struct state *state;
	const char *const *names;
	size_t count;
} in_pieces[] = {
	{ &states[0], of_bucket, ARRAY_SIZE(of_bucket) },
	{ &states[5], of_bucket, ARRAY_SIZE(of_bucket) },
	{ &states[6], of_bucket, ARRAY_SIZE(of_bucket) },
	{ &states[7], of_enabled, ARRAY_SIZE(of_enabled) },
	{ &states[3], of_key, ARRAY_SIZE(of_key) },
	{ &states[4], of_key, ARRAY_SIZE(of_key) },
};

static const struct operation *
find_operation(const char *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(operations); i++)
		if (!strcmp(operations[i].name, name))
			return &operations[i];
	ck_abort_msg("%s", name);
	return NULL;
}

START_TEST(pieces)
{
	const char *const *names = in_pieces[_i].names;
	size_t count = in_pieces[_i].count;

	for (size_t a = 0; a < count; a++)
		for (size_t b = 0; b < count; b++)
			try_pair(in_pieces[_i].state, find_operation(names[a]), find_operation(names[b]), true);
}
END_TEST

/* Users. */

static struct access_key
make_key(const char *id)
{
	return (struct access_key){ .id = talloc_strdup(mem, id),
		.secret = talloc_strdup(mem, "secret"),
		.user_id = talloc_strdup(mem, "user") };
}

static const char *
remove_user(void)
{
	return say(catalog_user_remove(catalog, SLICE("user")));
}

/* As many keys as before, but others. */
static const char *
exchange_key(void)
{
	struct access_key key = make_key("SECOND");
	enum store_err err = catalog_key_remove(catalog, SLICE("user"), SLICE("FIRST"));

	return say(err ? err : catalog_key_add(catalog, &key));
}

static void
with_user(void)
{
	struct user user = { .id = talloc_strdup(mem, "user"), .name = talloc_strdup(mem, "user") };
	struct access_key key = make_key("FIRST");

	ck_assert_store(catalog_user_add(catalog, &user, &key), STORE_OK);
}

/* No key may outlive its user: it would open the door to the next one of that ID. */
START_TEST(user_and_keys)
{
	static const struct state state = { "a user", with_user };
	static const struct operation remove = { "remove user", remove_user, false };
	static const struct operation exchange = { "exchange key", exchange_key, false };

	try_pair(&state, &remove, &exchange, false);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("catalog interleave");
	TCase *tc = tcase_create("pairs");

	catalog_scratch_in_memory();
	tcase_add_checked_fixture(tc, players_set_up, players_tear_down);
	tcase_add_loop_test(tc, whole, 0, ARRAY_SIZE(operations));
	tcase_add_loop_test(tc, pieces, 0, ARRAY_SIZE(in_pieces));
	tcase_add_test(tc, user_and_keys);
	suite_add_tcase(suite, tc);
	return run_suite(suite);
}
