/* Who may do what under a bucket's settings, over every action: what they change is said by a rule, once more. */
#include "auth/access.h"

#include "tests/unit/suite.h"

/* A the administrator, B the bucket's owner, O the object's owner, U a user, N anonymous */
static const struct {
	char letter;
	struct identity who;
} identities[] = {
	{ 'A', { { "admin", 5 }, false, true } },
	{ 'B', { { "bucket-owner", 12 }, false, false } },
	{ 'O', { { "object-owner", 12 }, false, false } },
	{ 'U', { { "user", 4 }, false, false } },
	{ 'N', { { NULL, 0 }, true, false } },
};

/* An owner's FULL_CONTROL, and another grant. */
static struct acl
make_acl(struct acl_grant grants[2], const char *owner, struct acl_grant other)
{
	struct acl acl = { slice_from(owner), grants, 1 };

	grants[0] = (struct acl_grant){ ACL_USER, acl.owner, ACL_FULL_CONTROL };
	if (other.permissions != 0)
		grants[acl.grant_count++] = other;
	return acl;
}

static bool
is_known(size_t i)
{
	return identity_is_known(&identities[i].who);
}

static bool
is(size_t i, char letter)
{
	return identities[i].letter == letter;
}

static bool
is_of_users(enum action action)
{
	return action == ACTION_ListAllMyBuckets || action == ACTION_CreateBucket;
}

static bool
is_of_policy(enum action action)
{
	return action == ACTION_GetBucketPolicy || action == ACTION_PutBucketPolicy ||
	       action == ACTION_DeleteBucketPolicy;
}

/* On the ACLs of somebody's bucket and an object of `owner`, open to all; the question as `settings` has it. */
static bool
ask_open(size_t i, enum action action, const char *owner, const struct access_question *settings)
{
	const struct acl_grant everything = { ACL_ALL_USERS, { 0 }, ACL_FULL_CONTROL };
	struct acl_grant bucket_grants[2], object_grants[2];
	struct acl bucket = make_acl(bucket_grants, "bucket-owner", everything);
	struct acl object = make_acl(object_grants, owner, everything);
	struct access_question question = *settings;

	question.who = &identities[i].who;
	question.action = action;
	question.bucket_acl = &bucket;
	question.object_acl = &object;
	return access_allows(&question);
}

/* The same on ACLs that grant nothing to others. */
static bool
ask_private(size_t i, enum action action, const char *owner, const struct access_question *settings)
{
	struct acl_grant bucket_grants[2], object_grants[2];
	struct acl bucket = make_acl(bucket_grants, "bucket-owner", (struct acl_grant){ 0 });
	struct acl object = make_acl(object_grants, owner, (struct acl_grant){ 0 });
	struct access_question question = *settings;

	question.who = &identities[i].who;
	question.action = action;
	question.bucket_acl = &bucket;
	question.object_acl = &object;
	return access_allows(&question);
}

START_TEST(deny_beats_everything)
{
	const struct access_question denied = { .policy_allows = true, .policy_denies = true };
	enum action action = (enum action)_i;

	for (size_t i = 0; i < ARRAY_SIZE(identities); i++) {
		bool may = is(i, 'A') || (is(i, 'B') && is_of_policy(action));

		ck_assert_msg(ask_open(i, action, "bucket-owner", &denied) == may, "%s: %c", action_name(action),
		    identities[i].letter);
		ck_assert_msg(ask_open(i, action, "object-owner", &denied) == may, "%s: %c", action_name(action),
		    identities[i].letter);
	}
}
END_TEST

START_TEST(allow_is_enough)
{
	const struct access_question allowed = { .policy_allows = true };

	for (size_t i = 0; i < ARRAY_SIZE(identities); i++)
		ck_assert_msg(ask_private(i, (enum action)_i, "bucket-owner", &allowed), "%s: %c",
		    action_name((enum action)_i), identities[i].letter);
}
END_TEST

/* An allow counts for objects of others only where the bucket's owner owns them all. */
START_TEST(allow_does_not_give_what_is_not_ones_own)
{
	static const enum action on_objects[] = { ACTION_GetObject, ACTION_GetObjectVersion, ACTION_GetObjectAcl,
		ACTION_PutObjectAcl, ACTION_GetObjectTagging, ACTION_PutObjectTagging, ACTION_GetObjectAttributes };
	const struct access_question allowed = { .policy_allows = true }, enforced = { .policy_allows = true,
		.ownership = OWNERSHIP_BUCKET_OWNER_ENFORCED };
	size_t user = 3, owner = 1;

	for (size_t i = 0; i < ARRAY_SIZE(on_objects); i++) {
		ck_assert_msg(
		    !ask_private(user, on_objects[i], "object-owner", &allowed), "%s", action_name(on_objects[i]));
		ck_assert_msg(ask_private(user, on_objects[i], "object-owner", &enforced), "%s enforced",
		    action_name(on_objects[i]));
	}
	ck_assert(!ask_private(owner, ACTION_GetObject, "object-owner", &allowed));
	/* What is about the bucket's contents is the bucket owner's to give. */
	ck_assert(ask_private(user, ACTION_PutObject, "object-owner", &allowed));
	ck_assert(ask_private(user, ACTION_DeleteObject, "object-owner", &allowed));
	ck_assert(ask_private(user, ACTION_ListBucket, "object-owner", &allowed));
}
END_TEST

START_TEST(enforced_ownership_knows_no_acls)
{
	const struct access_question enforced = { .ownership = OWNERSHIP_BUCKET_OWNER_ENFORCED };
	enum action action = (enum action)_i;

	for (size_t i = 0; i < ARRAY_SIZE(identities); i++) {
		bool may = is_of_users(action) ? is_known(i) : is(i, 'A') || is(i, 'B');

		ck_assert_msg(ask_open(i, action, "object-owner", &enforced) == may, "%s: %c", action_name(action),
		    identities[i].letter);
	}
}
END_TEST

/* With public ACLs ignored, an ACL that opens everything to everybody is as good as one that grants nothing. */
START_TEST(ignored_public_acls)
{
	const struct access_question ignored = { .public_access = { .ignore_acls = true } }, plain = { 0 };
	enum action action = (enum action)_i;

	for (size_t i = 0; i < ARRAY_SIZE(identities); i++)
		ck_assert_msg(
		    ask_open(i, action, "object-owner", &ignored) == ask_private(i, action, "object-owner", &plain),
		    "%s: %c", action_name(action), identities[i].letter);
}
END_TEST

/* A public policy leaves a restricted bucket to its owner, whatever policy and ACLs grant; another policy does not. */
START_TEST(restricted_public_bucket)
{
	const struct access_question restricted = { .policy_allows = true,
		.policy_is_public = true,
		.public_access = { .restrict_buckets = true } },
				     not_public = { .policy_allows = true,
					     .public_access = { .restrict_buckets = true } };
	enum action action = (enum action)_i;

	for (size_t i = 0; i < ARRAY_SIZE(identities); i++) {
		ck_assert_msg(ask_open(i, action, "bucket-owner", &restricted) == (is(i, 'A') || is(i, 'B')),
		    "%s: %c", action_name(action), identities[i].letter);
		ck_assert_msg(ask_open(i, action, "bucket-owner", &not_public), "%s: %c", action_name(action),
		    identities[i].letter);
	}
}
END_TEST

/* The two that refuse what is put change nothing for what is there. */
START_TEST(blocks_of_puts)
{
	const struct access_question blocked = { .public_access = { .block_acls = true, .block_policy = true },
		.policy_is_public = true };
	const struct access_question plain = { 0 };
	enum action action = (enum action)_i;

	for (size_t i = 0; i < ARRAY_SIZE(identities); i++)
		ck_assert(
		    ask_open(i, action, "object-owner", &blocked) == ask_open(i, action, "object-owner", &plain));
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("access_settings");
	TCase *tc = tcase_create("access_settings");

	tcase_add_loop_test(tc, deny_beats_everything, ACTION_OPEN + 1, ACTION_COUNT);
	tcase_add_loop_test(tc, allow_is_enough, ACTION_OPEN + 1, ACTION_COUNT);
	tcase_add_test(tc, allow_does_not_give_what_is_not_ones_own);
	tcase_add_loop_test(tc, enforced_ownership_knows_no_acls, ACTION_OPEN + 1, ACTION_COUNT);
	tcase_add_loop_test(tc, ignored_public_acls, ACTION_OPEN + 1, ACTION_COUNT);
	tcase_add_loop_test(tc, restricted_public_bucket, ACTION_OPEN + 1, ACTION_COUNT);
	tcase_add_loop_test(tc, blocks_of_puts, ACTION_OPEN + 1, ACTION_COUNT);
	suite_add_tcase(suite, tc);
	return run_suite(suite);
}
