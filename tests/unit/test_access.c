/* Who may do what: every action, in every situation of ACLs, for everybody. */
#include "auth/access.h"

#include "tests/unit/suite.h"

/* A the administrator, B the bucket's owner, O the object's owner, U and V users, N anonymous, Z an identity of zeros */
#define EVERYBODY "ABOUVNZ"
#define USERS     "ABOUV"

static const struct {
	char letter;
	struct identity who;
} identities[] = {
	{ 'A', { { "admin", 5 }, false, true } },
	{ 'B', { { "bucket-owner", 12 }, false, false } },
	{ 'O', { { "object-owner", 12 }, false, false } },
	{ 'U', { { "user", 4 }, false, false } },
	{ 'V', { { "visitor", 7 }, false, false } },
	{ 'N', { { NULL, 0 }, true, false } },
	{ 'Z', { { NULL, 0 }, false, false } },
};

enum situation {
	PRIVATE,
	BUCKET_ALL_READ,
	BUCKET_ALL_WRITE,
	BUCKET_ALL_READ_ACP,
	BUCKET_ALL_WRITE_ACP,
	BUCKET_ALL_FULL_CONTROL,
	BUCKET_USERS_READ,
	BUCKET_LOG_FULL_CONTROL,
	BUCKET_U_FULL_CONTROL,
	BUCKET_U_READ_WRITE,
	BUCKET_EMPTY_NAME,
	OBJECT_ALL_READ,
	OBJECT_ALL_WRITE,
	OBJECT_ALL_READ_ACP,
	OBJECT_ALL_WRITE_ACP,
	OBJECT_USERS_READ,
	OBJECT_LOG_FULL_CONTROL,
	OBJECT_U_FULL_CONTROL,
	OBJECT_B_READ,
	OBJECT_NO_GRANTS,
	OBJECT_MISSING,
	SERVICE,
	SITUATIONS
};

/* One grant in the bucket's ACL, and one in the object's, beside what the owners have. */
static const struct {
	const char *name;
	struct acl_grant bucket;
	struct acl_grant object;
} situations[SITUATIONS] = {
	[PRIVATE] = { .name = "all private" },
	[BUCKET_ALL_READ] = { "bucket READ for all", .bucket = { ACL_ALL_USERS, { 0 }, ACL_READ } },
	[BUCKET_ALL_WRITE] = { "bucket WRITE for all", .bucket = { ACL_ALL_USERS, { 0 }, ACL_WRITE } },
	[BUCKET_ALL_READ_ACP] = { "bucket READ_ACP for all", .bucket = { ACL_ALL_USERS, { 0 }, ACL_READ_ACP } },
	[BUCKET_ALL_WRITE_ACP] = { "bucket WRITE_ACP for all", .bucket = { ACL_ALL_USERS, { 0 }, ACL_WRITE_ACP } },
	[BUCKET_ALL_FULL_CONTROL] = { "bucket FULL_CONTROL for all",
	    .bucket = { ACL_ALL_USERS, { 0 }, ACL_FULL_CONTROL } },
	[BUCKET_USERS_READ] = { "bucket READ for users", .bucket = { ACL_AUTHENTICATED_USERS, { 0 }, ACL_READ } },
	[BUCKET_LOG_FULL_CONTROL] = { "bucket FULL_CONTROL for log delivery",
	    .bucket = { ACL_LOG_DELIVERY, { 0 }, ACL_FULL_CONTROL } },
	[BUCKET_U_FULL_CONTROL] = { "bucket FULL_CONTROL for U",
	    .bucket = { ACL_USER, { "user", 4 }, ACL_FULL_CONTROL } },
	[BUCKET_U_READ_WRITE] = { "bucket READ and WRITE for U",
	    .bucket = { ACL_USER, { "user", 4 }, ACL_READ | ACL_WRITE } },
	[BUCKET_EMPTY_NAME] = { "bucket FULL_CONTROL for an empty ID",
	    .bucket = { ACL_USER, { "", 0 }, ACL_FULL_CONTROL } },
	[OBJECT_ALL_READ] = { "object READ for all", .object = { ACL_ALL_USERS, { 0 }, ACL_READ } },
	[OBJECT_ALL_WRITE] = { "object WRITE for all", .object = { ACL_ALL_USERS, { 0 }, ACL_WRITE } },
	[OBJECT_ALL_READ_ACP] = { "object READ_ACP for all", .object = { ACL_ALL_USERS, { 0 }, ACL_READ_ACP } },
	[OBJECT_ALL_WRITE_ACP] = { "object WRITE_ACP for all", .object = { ACL_ALL_USERS, { 0 }, ACL_WRITE_ACP } },
	[OBJECT_USERS_READ] = { "object READ for users", .object = { ACL_AUTHENTICATED_USERS, { 0 }, ACL_READ } },
	[OBJECT_LOG_FULL_CONTROL] = { "object FULL_CONTROL for log delivery",
	    .object = { ACL_LOG_DELIVERY, { 0 }, ACL_FULL_CONTROL } },
	[OBJECT_U_FULL_CONTROL] = { "object FULL_CONTROL for U",
	    .object = { ACL_USER, { "user", 4 }, ACL_FULL_CONTROL } },
	[OBJECT_B_READ] = { "object READ for the bucket's owner",
	    .object = { ACL_USER, { "bucket-owner", 12 }, ACL_READ } },
	[OBJECT_NO_GRANTS] = { .name = "an object whose ACL has no grants" },
	[OBJECT_MISSING] = { .name = "no object" },
	[SERVICE] = { .name = "neither bucket nor object" },
};

/* What kinds of action there are: who may, in each situation that differs from the first. */
enum kind {
	BY_USERS,
	BY_OWNER,
	BY_BUCKET_READ,
	BY_BUCKET_WRITE,
	BY_BUCKET_READ_ACP,
	BY_BUCKET_WRITE_ACP,
	BY_OBJECT_READ,
	BY_OBJECT_READ_ACP,
	BY_OBJECT_WRITE_ACP,
	KINDS
};

static const char *const who_may[KINDS][SITUATIONS] = {
	[BY_USERS] = { [PRIVATE] = USERS },
	[BY_OWNER] = { [PRIVATE] = "AB", [SERVICE] = "A" },
	[BY_BUCKET_READ] = {
		[PRIVATE] = "AB",
		[BUCKET_ALL_READ] = EVERYBODY,
		[BUCKET_ALL_FULL_CONTROL] = EVERYBODY,
		[BUCKET_USERS_READ] = USERS,
		[BUCKET_U_FULL_CONTROL] = "ABU",
		[BUCKET_U_READ_WRITE] = "ABU",
		[SERVICE] = "A",
	},
	[BY_BUCKET_WRITE] = {
		[PRIVATE] = "AB",
		[BUCKET_ALL_WRITE] = EVERYBODY,
		[BUCKET_ALL_FULL_CONTROL] = EVERYBODY,
		[BUCKET_U_FULL_CONTROL] = "ABU",
		[BUCKET_U_READ_WRITE] = "ABU",
		[SERVICE] = "A",
	},
	[BY_BUCKET_READ_ACP] = {
		[PRIVATE] = "AB",
		[BUCKET_ALL_READ_ACP] = EVERYBODY,
		[BUCKET_ALL_FULL_CONTROL] = EVERYBODY,
		[BUCKET_U_FULL_CONTROL] = "ABU",
		[SERVICE] = "A",
	},
	[BY_BUCKET_WRITE_ACP] = {
		[PRIVATE] = "AB",
		[BUCKET_ALL_WRITE_ACP] = EVERYBODY,
		[BUCKET_ALL_FULL_CONTROL] = EVERYBODY,
		[BUCKET_U_FULL_CONTROL] = "ABU",
		[SERVICE] = "A",
	},
	[BY_OBJECT_READ] = {
		[PRIVATE] = "AO",
		[OBJECT_ALL_READ] = EVERYBODY,
		[OBJECT_USERS_READ] = USERS,
		[OBJECT_U_FULL_CONTROL] = "AOU",
		[OBJECT_B_READ] = "ABO",
		[OBJECT_MISSING] = "A",
		[SERVICE] = "A",
	},
	[BY_OBJECT_READ_ACP] = {
		[PRIVATE] = "AO",
		[OBJECT_ALL_READ_ACP] = EVERYBODY,
		[OBJECT_U_FULL_CONTROL] = "AOU",
		[OBJECT_MISSING] = "A",
		[SERVICE] = "A",
	},
	[BY_OBJECT_WRITE_ACP] = {
		[PRIVATE] = "AO",
		[OBJECT_ALL_WRITE_ACP] = EVERYBODY,
		[OBJECT_U_FULL_CONTROL] = "AOU",
		[OBJECT_MISSING] = "A",
		[SERVICE] = "A",
	},
};

/* The actions that are not the bucket owner's alone. */
static const struct {
	const char *name;
	enum kind kind;
} special[] = {
	{ "s3:ListAllMyBuckets", BY_USERS },
	{ "s3:CreateBucket", BY_USERS },
	{ "s3:ListBucket", BY_BUCKET_READ },
	{ "s3:ListBucketVersions", BY_BUCKET_READ },
	{ "s3:ListBucketMultipartUploads", BY_BUCKET_READ },
	{ "s3:PutObject", BY_BUCKET_WRITE },
	{ "s3:DeleteObject", BY_BUCKET_WRITE },
	{ "s3:GetBucketAcl", BY_BUCKET_READ_ACP },
	{ "s3:PutBucketAcl", BY_BUCKET_WRITE_ACP },
	{ "s3:GetObject", BY_OBJECT_READ },
	{ "s3:GetObjectVersion", BY_OBJECT_READ },
	{ "s3:GetObjectAttributes", BY_OBJECT_READ },
	{ "s3:GetObjectVersionAttributes", BY_OBJECT_READ },
	{ "s3:GetObjectTorrent", BY_OBJECT_READ },
	{ "s3:GetObjectVersionTorrent", BY_OBJECT_READ },
	{ "s3:GetObjectAcl", BY_OBJECT_READ_ACP },
	{ "s3:GetObjectVersionAcl", BY_OBJECT_READ_ACP },
	{ "s3:PutObjectAcl", BY_OBJECT_WRITE_ACP },
	{ "s3:PutObjectVersionAcl", BY_OBJECT_WRITE_ACP },
};

/* Some that must be, and be the owner's alone: CORS, versioning, policy, lifecycle, DeleteBucket, versions for good. */
static const char *const owners_alone[] = { "s3:DeleteBucket", "s3:GetBucketCORS", "s3:PutBucketCORS",
	"s3:GetBucketVersioning", "s3:PutBucketVersioning", "s3:GetBucketPolicy", "s3:PutBucketPolicy",
	"s3:DeleteBucketPolicy", "s3:GetLifecycleConfiguration", "s3:PutLifecycleConfiguration",
	"s3:GetBucketLocation", "s3:DeleteObjectVersion" };

static enum kind
kind_of(const char *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(special); i++)
		if (strcmp(special[i].name, name) == 0)
			return special[i].kind;
	return BY_OWNER;
}

/* An owner's FULL_CONTROL, and the grant of the situation. */
static struct acl
make_acl(struct acl_grant grants[2], const char *owner, struct acl_grant other)
{
	struct acl acl = { slice_from(owner), grants, 1 };

	grants[0] = (struct acl_grant){ ACL_USER, acl.owner, ACL_FULL_CONTROL };
	if (other.permissions != 0)
		grants[acl.grant_count++] = other;
	return acl;
}

static void
check(enum action action, enum situation situation)
{
	struct acl_grant bucket_grants[2], object_grants[2];
	struct acl bucket = make_acl(bucket_grants, "bucket-owner", situations[situation].bucket);
	struct acl object = make_acl(object_grants, "object-owner", situations[situation].object);
	struct access_question question = { .action = action, .bucket_acl = &bucket, .object_acl = &object };
	enum kind kind = kind_of(action_name(action));
	const char *expected = who_may[kind][situation] != NULL ? who_may[kind][situation] : who_may[kind][PRIVATE];

	if (situation == OBJECT_NO_GRANTS)
		object.grant_count = 0;
	if (situation == SERVICE)
		question.bucket_acl = NULL;
	if (situation == SERVICE || situation == OBJECT_MISSING)
		question.object_acl = NULL;
	for (size_t i = 0; i < ARRAY_SIZE(identities); i++) {
		bool may = strchr(expected, identities[i].letter) != NULL;

		question.who = &identities[i].who;
		ck_assert_msg(access_allows(&question) == may, "%s, %s: %c %s", action_name(action),
		    situations[situation].name, identities[i].letter, may ? "may not" : "may");
	}
}

START_TEST(matrix)
{
	for (enum situation situation = 0; situation < SITUATIONS; situation++)
		check((enum action)_i, situation);
}
END_TEST

/* Who began a multipart upload may see its parts and abort it, as the bucket's owner may, and do nothing else. */
START_TEST(initiator)
{
	struct acl_grant grants[2];
	struct acl bucket = make_acl(grants, "bucket-owner", situations[PRIVATE].bucket);

	for (enum action action = ACTION_OPEN + 1; action < ACTION_COUNT; action++)
		for (size_t i = 0; i < ARRAY_SIZE(identities); i++) {
			const struct identity *who = &identities[i].who;
			struct access_question question = { .who = who, .action = action, .bucket_acl = &bucket };
			bool before = access_allows(&question), may = before;

			if (action == ACTION_AbortMultipartUpload || action == ACTION_ListMultipartUploadParts)
				may = identity_is_known(who);
			question.initiator = who->user_id;
			ck_assert_msg(
			    access_allows(&question) == may, "%s: %c", action_name(action), identities[i].letter);
			question.initiator = slice_from("somebody else");
			ck_assert(access_allows(&question) == before);
		}
}
END_TEST

/* Without ACLs, too; but a policy's explicit deny counts more. */
START_TEST(initiator_without_acls)
{
	struct acl_grant grants[2];
	struct acl bucket = make_acl(grants, "bucket-owner", situations[PRIVATE].bucket);
	const struct identity who = { slice_from("U"), false, false };
	struct access_question question = { .who = &who,
		.action = ACTION_AbortMultipartUpload,
		.bucket_acl = &bucket,
		.initiator = slice_from("U"),
		.ownership = OWNERSHIP_BUCKET_OWNER_ENFORCED };

	ck_assert(access_allows(&question));
	question.policy_denies = true;
	ck_assert(!access_allows(&question));
}
END_TEST

START_TEST(open_to_everybody)
{
	struct access_question question = { .action = ACTION_OPEN };

	for (size_t i = 0; i < ARRAY_SIZE(identities); i++) {
		question.who = &identities[i].who;
		ck_assert(access_allows(&question));
	}
	ck_assert_str_eq(action_name(ACTION_OPEN), "");
}
END_TEST

/* A flag on somebody who is not known makes no administrator. */
START_TEST(anonymous_administrator)
{
	const struct identity who = { { NULL, 0 }, true, true };
	struct access_question question = { .who = &who, .action = ACTION_ListAllMyBuckets };

	ck_assert(!access_allows(&question));
}
END_TEST

static bool
is_action(const char *name)
{
	for (enum action action = ACTION_OPEN + 1; action < ACTION_COUNT; action++)
		if (strcmp(action_name(action), name) == 0)
			return true;
	return false;
}

START_TEST(names)
{
	for (size_t i = 0; i < ARRAY_SIZE(special); i++)
		ck_assert_msg(is_action(special[i].name), "%s", special[i].name);
	for (size_t i = 0; i < ARRAY_SIZE(owners_alone); i++)
		ck_assert_msg(
		    is_action(owners_alone[i]) && kind_of(owners_alone[i]) == BY_OWNER, "%s", owners_alone[i]);
	for (enum action action = ACTION_OPEN + 1; action < ACTION_COUNT; action++)
		ck_assert(strncmp(action_name(action), "s3:", 3) == 0 && strlen(action_name(action)) > 3);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("access");
	TCase *tc = tcase_create("access");

	tcase_add_loop_test(tc, matrix, ACTION_OPEN + 1, ACTION_COUNT);
	tcase_add_test(tc, open_to_everybody);
	tcase_add_test(tc, initiator);
	tcase_add_test(tc, initiator_without_acls);
	tcase_add_test(tc, anonymous_administrator);
	tcase_add_test(tc, names);
	suite_add_tcase(suite, tc);
	return run_suite(suite);
}
