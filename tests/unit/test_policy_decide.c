/* Decisions: who, which action, which resource, several statements, and questions that are made to cost much. */
#include "auth/policy.h"

#include "common/buf.h"
#include "tests/unit/policy_request.h"
#include "tests/unit/suite.h"

#define STATEMENT(effect, rest) "{\"Effect\":\"" effect "\"," rest "}"
#define ALL                     "\"Principal\":\"*\""
#define ANY                     "\"Action\":\"s3:*\",\"Resource\":[\"arn:aws:s3:::bucket\",\"arn:aws:s3:::bucket/*\"]"
#define ALLOW(rest)             STATEMENT("Allow", rest)
#define DENY(rest)              STATEMENT("Deny", rest)
#define TO(principal)           ALLOW("\"Principal\":" principal "," ANY)
#define AGAINST(principal)      DENY("\"Principal\":" principal "," ANY)
#define AGAINST_ALL_BUT(p)      DENY("\"NotPrincipal\":" p "," ANY)
#define ACTION(action) \
	ALLOW(ALL ",\"Action\":" action ",\"Resource\":[\"arn:aws:s3:::bucket\",\"arn:aws:s3:::bucket/*\"]")
#define NOT_ACTION(action) \
	ALLOW(ALL ",\"NotAction\":" action ",\"Resource\":[\"arn:aws:s3:::bucket\",\"arn:aws:s3:::bucket/*\"]")
#define ON(resource)     ALLOW(ALL ",\"Action\":\"s3:*\",\"Resource\":" resource)
#define NOT_ON(resource) ALLOW(ALL ",\"Action\":\"s3:*\",\"NotResource\":" resource)
#define SECURE           ",\"Condition\":{\"Bool\":{\"aws:SecureTransport\":false}}"

/* Alice, whose name is Alice; Bob; the administrator root; and nobody. */
static const struct {
	char letter;
	struct identity who;
	const char *name;
} identities[] = {
	{ 'A', { { "alice", 5 }, false, false }, "Alice" },
	{ 'B', { { "bob", 3 }, false, false }, "Bob" },
	{ 'R', { { "root", 4 }, false, true }, "root" },
	{ '0', { { NULL, 0 }, true, false }, "" },
};
#define EVERYBODY "ABR0"

static const struct {
	const char *name;
	const char *statements;
	enum action action;
	const char *key; /* NULL: the bucket */
	const char *allowed;
	const char *denied;
} vectors[] = {
	/* Whom. */
	{ "everybody", TO("\"*\""), ACTION_GetObject, "a", EVERYBODY, "" },
	{ "everybody of AWS", TO("{\"AWS\":\"*\"}"), ACTION_GetObject, "a", EVERYBODY, "" },
	{ "an ID", TO("{\"AWS\":\"alice\"}"), ACTION_GetObject, "a", "A", "" },
	{ "an account", TO("{\"AWS\":\"arn:aws:iam::alice:root\"}"), ACTION_GetObject, "a", "A", "" },
	{ "a user", TO("{\"AWS\":\"arn:aws:iam::alice:user/Alice\"}"), ACTION_GetObject, "a", "A", "" },
	{ "a user of that ID and another name", TO("{\"AWS\":\"arn:aws:iam::alice:user/Bob\"}"), ACTION_GetObject,
	    "a", "", "" },
	{ "a canonical ID", TO("{\"CanonicalUser\":\"bob\"}"), ACTION_GetObject, "a", "B", "" },
	{ "two", TO("{\"AWS\":[\"alice\"],\"CanonicalUser\":[\"bob\"]}"), ACTION_GetObject, "a", "AB", "" },
	{ "an ID with case", TO("{\"AWS\":\"ALICE\"}"), ACTION_GetObject, "a", "", "" },
	{ "no beginning of an ID", TO("{\"AWS\":\"ali\"}"), ACTION_GetObject, "a", "", "" },
	{ "no pattern", TO("{\"AWS\":\"ali*\"}"), ACTION_GetObject, "a", "", "" },
	{ "a canonical ID is no pattern", TO("{\"CanonicalUser\":\"*\"}"), ACTION_GetObject, "a", "", "" },
	{ "a service", TO("{\"Service\":\"*\"}"), ACTION_GetObject, "a", "", "" },
	{ "a provider", TO("{\"Federated\":\"alice\"}"), ACTION_GetObject, "a", "", "" },
	{ "somebody else", TO("{\"AWS\":\"carol\"}"), ACTION_GetObject, "a", "", "" },
	{ "nobody by the name of nobody", TO("{\"AWS\":\"anonymous\"}"), ACTION_GetObject, "a", "", "" },
	{ "denied to one", AGAINST("{\"AWS\":\"alice\"}"), ACTION_GetObject, "a", "", "A" },
	{ "denied to all but one", AGAINST_ALL_BUT("{\"AWS\":\"alice\"}"), ACTION_GetObject, "a", "", "BR0" },
	{ "denied to all but two", AGAINST_ALL_BUT("{\"AWS\":[\"alice\",\"arn:aws:iam::bob:root\"]}"),
	    ACTION_GetObject, "a", "", "R0" },
	{ "denied to all but everybody", AGAINST_ALL_BUT("\"*\""), ACTION_GetObject, "a", "", "" },
	{ "denied to all but a service", AGAINST_ALL_BUT("{\"Service\":\"a\"}"), ACTION_GetObject, "a", "",
	    EVERYBODY },

	/* Several statements. */
	{ "deny after allow", TO("\"*\"") "," AGAINST("{\"AWS\":\"bob\"}"), ACTION_GetObject, "a", "AR0", "B" },
	{ "deny before allow", AGAINST("{\"AWS\":\"bob\"}") "," TO("\"*\""), ACTION_GetObject, "a", "AR0", "B" },
	{ "deny between allows",
	    TO("{\"AWS\":\"bob\"}") "," AGAINST("{\"AWS\":\"bob\"}") "," TO("{\"AWS\":\"bob\"}"), ACTION_GetObject,
	    "a", "", "B" },
	{ "two allows", TO("{\"AWS\":\"alice\"}") "," TO("{\"AWS\":\"bob\"}"), ACTION_GetObject, "a", "AB", "" },
	{ "deny of another action",
	    TO("\"*\"") "," DENY(ALL ",\"Action\":\"s3:PutObject\",\"Resource\":\"arn:aws:s3:::bucket/*\""),
	    ACTION_GetObject, "a", EVERYBODY, "" },
	{ "deny of another key",
	    TO("\"*\"") "," DENY(ALL ",\"Action\":\"s3:*\",\"Resource\":\"arn:aws:s3:::bucket/b\""),
	    ACTION_GetObject, "a", EVERYBODY, "" },
	{ "deny without TLS", TO("\"*\"") "," DENY(ALL "," ANY SECURE), ACTION_GetObject, "a", "", EVERYBODY },

	/* Which action. */
	{ "that action", ACTION("\"s3:GetObject\""), ACTION_GetObject, "a", EVERYBODY, "" },
	{ "another action", ACTION("\"s3:GetObject\""), ACTION_PutObject, "a", "", "" },
	{ "no beginning of an action", ACTION("\"s3:GetObject\""), ACTION_GetObjectVersion, "a", "", "" },
	{ "a pattern", ACTION("\"s3:GetObject*\""), ACTION_GetObjectVersion, "a", EVERYBODY, "" },
	{ "a pattern that is another", ACTION("\"s3:GetObject*\""), ACTION_PutObject, "a", "", "" },
	{ "a pattern of one character", ACTION("\"s3:?etObject\""), ACTION_GetObject, "a", EVERYBODY, "" },
	{ "without case", ACTION("\"S3:PUTOBJECT\""), ACTION_PutObject, "a", EVERYBODY, "" },
	{ "everything", ACTION("\"*\""), ACTION_DeleteBucket, NULL, EVERYBODY, "" },
	{ "one of two", ACTION("[\"s3:GetObject\",\"s3:PutObject\"]"), ACTION_PutObject, "a", EVERYBODY, "" },
	{ "all but another", NOT_ACTION("\"s3:PutObject\""), ACTION_GetObject, "a", EVERYBODY, "" },
	{ "all but that", NOT_ACTION("\"s3:Get*\""), ACTION_GetObject, "a", "", "" },
	{ "all but two", NOT_ACTION("[\"s3:Get*\",\"s3:PutObject\"]"), ACTION_PutObject, "a", "", "" },
	{ "what is open is no policy's", ACTION("\"*\""), ACTION_OPEN, NULL, "", "" },
	{ "what is open is no policy's, inverted", NOT_ACTION("\"s3:PutObject\""), ACTION_OPEN, NULL, "", "" },

	/* Which resource. */
	{ "the bucket", ON("\"arn:aws:s3:::bucket\""), ACTION_ListBucket, NULL, EVERYBODY, "" },
	{ "the bucket is no object", ON("\"arn:aws:s3:::bucket\""), ACTION_GetObject, "a", "", "" },
	{ "objects are no bucket", ON("\"arn:aws:s3:::bucket/*\""), ACTION_ListBucket, NULL, "", "" },
	{ "the bucket's action with a key at hand", ON("\"arn:aws:s3:::bucket\""), ACTION_ListBucket, "a",
	    EVERYBODY, "" },
	{ "the bucket's action with a key at hand, of objects", ON("\"arn:aws:s3:::bucket/*\""), ACTION_ListBucket,
	    "a", "", "" },
	{ "a key", ON("\"arn:aws:s3:::bucket/a/b\""), ACTION_GetObject, "a/b", EVERYBODY, "" },
	{ "another key", ON("\"arn:aws:s3:::bucket/a/b\""), ACTION_GetObject, "a/bc", "", "" },
	{ "a key with case", ON("\"arn:aws:s3:::bucket/A\""), ACTION_GetObject, "a", "", "" },
	{ "all objects", ON("\"arn:aws:s3:::bucket/*\""), ACTION_GetObject, "/a//b/", EVERYBODY, "" },
	{ "across slashes", ON("\"arn:aws:s3:::bucket/*.jpg\""), ACTION_GetObject, "a/b.jpg", EVERYBODY, "" },
	{ "a slash is a character", ON("\"arn:aws:s3:::bucket/a?b\""), ACTION_GetObject, "a/b", EVERYBODY, "" },
	{ "no dots are resolved", ON("\"arn:aws:s3:::bucket/public/*\""), ACTION_GetObject, "public/../private/a",
	    EVERYBODY, "" },
	{ "no dots are resolved, the other way", ON("\"arn:aws:s3:::bucket/private/*\""), ACTION_GetObject,
	    "public/../private/a", "", "" },
	{ "nothing is decoded", ON("\"arn:aws:s3:::bucket/a%2Fb\""), ACTION_GetObject, "a/b", "", "" },
	{ "nothing is decoded, the other way", ON("\"arn:aws:s3:::bucket/a/b\""), ACTION_GetObject, "a%2Fb", "",
	    "" },
	{ "what is like a key is it", ON("\"arn:aws:s3:::bucket/a%2Fb\""), ACTION_GetObject, "a%2Fb", EVERYBODY,
	    "" },
	{ "a plus is a plus", ON("\"arn:aws:s3:::bucket/a b\""), ACTION_GetObject, "a+b", "", "" },
	{ "beyond ASCII", ON("\"arn:aws:s3:::bucket/\\u00e9/*\""), ACTION_GetObject, "\xc3\xa9/a", EVERYBODY, "" },
	{ "composed otherwise", ON("\"arn:aws:s3:::bucket/\\u00e9\""), ACTION_GetObject, "e\xcc\x81", "", "" },
	{ "no UTF-8", ON("\"arn:aws:s3:::bucket/?\""), ACTION_GetObject, "\xff", EVERYBODY, "" },
	{ "a line break", ON("\"arn:aws:s3:::bucket/a\\n*\""), ACTION_GetObject, "a\nb", EVERYBODY, "" },
	{ "bucket*", ON("\"arn:aws:s3:::bucket*\""), ACTION_GetObject, "a", EVERYBODY, "" },
	{ "bucket* and the bucket", ON("\"arn:aws:s3:::bucket*\""), ACTION_ListBucket, NULL, EVERYBODY, "" },
	{ "bucket*a", ON("\"arn:aws:s3:::bucket*a\""), ACTION_GetObject, "b", "", "" },
	{ "one of two resources", ON("[\"arn:aws:s3:::bucket/a\",\"arn:aws:s3:::bucket/b\"]"), ACTION_GetObject,
	    "b", EVERYBODY, "" },
	{ "all but another resource", NOT_ON("\"arn:aws:s3:::bucket/a\""), ACTION_GetObject, "b", EVERYBODY, "" },
	{ "all but that resource", NOT_ON("\"arn:aws:s3:::bucket/a\""), ACTION_GetObject, "a", "", "" },
	{ "all but two resources", NOT_ON("[\"arn:aws:s3:::bucket/a\",\"arn:aws:s3:::bucket/b\"]"),
	    ACTION_GetObject, "b", "", "" },
	{ "all but objects", NOT_ON("\"arn:aws:s3:::bucket/*\""), ACTION_ListBucket, NULL, EVERYBODY, "" },
	{ "one's own folder", ON("\"arn:aws:s3:::bucket/home/${aws:username}/*\""), ACTION_GetObject,
	    "home/Alice/a", "A", "" },
	{ "a folder by ID", ON("\"arn:aws:s3:::bucket/${aws:userid}/*\""), ACTION_GetObject, "bob/a", "B", "" },
	{ "an asterisk", ON("\"arn:aws:s3:::bucket/${*}\""), ACTION_GetObject, "*", EVERYBODY, "" },
	{ "an asterisk is none", ON("\"arn:aws:s3:::bucket/${*}\""), ACTION_GetObject, "a", "", "" },
	{ "without a value", ON("\"arn:aws:s3:::bucket/*${aws:Referer}*\""), ACTION_GetObject, "a", "", "" },
	{ "without a value, inverted", NOT_ON("\"arn:aws:s3:::bucket/*${aws:Referer}*\""), ACTION_GetObject, "a",
	    EVERYBODY, "" },
};

static struct policy *
read_policy(TALLOC_CTX *mem, const char *statements)
{
	const char *document = talloc_asprintf(mem, "{\"Version\":\"2012-10-17\",\"Statement\":[%s]}", statements);
	struct s3_refusal why = { .mem = mem };
	struct policy *policy;

	ck_assert_msg(policy_parse(mem, slice_from(document), SLICE("bucket"), NULL, &why, &policy) == S3_OK,
	    "%s: %s", statements, why.message);
	return policy;
}

START_TEST(decide)
{
	TALLOC_CTX *mem = talloc_new(NULL);
	struct policy *policy = read_policy(mem, vectors[_i].statements);

	for (size_t i = 0; i < ARRAY_SIZE(identities); i++) {
		char letter = identities[i].letter;
		const struct policy_question question = { .who = &identities[i].who,
			.user_name = slice_from(identities[i].name),
			.action = vectors[_i].action,
			.bucket = SLICE("bucket"),
			.key = slice_from(vectors[_i].key),
			.values = request_values,
			.context = talloc_strdup(mem, "aws:SecureTransport=false") };
		enum policy_effect expected = strchr(vectors[_i].denied, letter) != NULL    ? POLICY_DENY
					      : strchr(vectors[_i].allowed, letter) != NULL ? POLICY_ALLOW
											    : POLICY_NONE;
		enum policy_effect effect = policy_decide(mem, policy, &question);

		ck_assert_msg(effect == expected, "%s: %c: %d", vectors[_i].name, letter, (int)effect);
	}
	talloc_free(mem);
}
END_TEST

/* "*" means each action that there is, and "s3:" with its name that action alone. */
START_TEST(every_action)
{
	TALLOC_CTX *mem = talloc_new(NULL);
	struct policy *all = read_policy(mem, TO("\"*\""));
	const char *statement = talloc_asprintf(mem,
	    "{\"Effect\":\"Deny\",\"Principal\":\"*\",\"Action\":\"%s\",\"NotResource\":\"arn:aws:s3:::bucket/b\"}",
	    action_name((enum action)_i));
	struct s3_refusal why = { .mem = mem };
	struct policy *one;
	struct policy_question question = {
		.who = &identities[0].who, .bucket = SLICE("bucket"), .key = SLICE("a")
	};
	const char *document = talloc_asprintf(mem, "{\"Statement\":[%s]}", statement);

	question.action = (enum action)_i;
	if (policy_parse(mem, slice_from(document), SLICE("bucket"), NULL, &why, &one) == S3_OK) {
		ck_assert_int_eq(policy_decide(mem, all, &question), POLICY_ALLOW);
		for (unsigned i = ACTION_OPEN; i < ACTION_COUNT; i++) {
			question.action = (enum action)i;
			ck_assert_int_eq(
			    policy_decide(mem, one, &question), (int)i == _i ? POLICY_DENY : POLICY_NONE);
		}
	} else {
		ck_assert_msg(_i == ACTION_ListAllMyBuckets || _i == ACTION_CreateBucket, "%s: %s",
		    action_name((enum action)_i), why.message);
	}
	talloc_free(mem);
}
END_TEST

/* Only what is asked for is asked, with the tag's key as the policy has it; nothing when no statement needs it. */
static bool
count_calls(void *context, TALLOC_CTX *mem, enum policy_key key, struct slice member, const struct slice **values,
    size_t *count)
{
	(void)mem;
	(void)values;
	*count = 0;
	ck_assert(key == POLICY_KEY_EXISTING_OBJECT_TAG && slice_equal(member, SLICE("A b")));
	++*(int *)context;
	return false;
}

START_TEST(asks_little)
{
	TALLOC_CTX *mem = talloc_new(NULL);
	int calls = 0;
	struct policy *policy = read_policy(mem,
	    DENY("\"Principal\":{\"AWS\":\"alice\"}," ANY
		 ",\"Condition\":{\"StringEquals\":{\"S3:existingobjecttag/A b\":\"x\",\"aws:SourceVpc\":\"y\"}}"));
	struct policy_question question = { .who = &identities[1].who,
		.action = ACTION_GetObject,
		.bucket = SLICE("bucket"),
		.key = SLICE("a"),
		.values = count_calls,
		.context = &calls };

	ck_assert_int_eq(policy_decide(mem, policy, &question), POLICY_NONE);
	ck_assert_int_eq(calls, 0);
	question.who = &identities[0].who;
	ck_assert_int_eq(policy_decide(mem, policy, &question), POLICY_NONE);
	ck_assert_int_eq(calls, 1);
	talloc_free(mem);
}
END_TEST

/* A policy of as many of these values as it holds, and a request with a header that is so long. */
static enum policy_effect
attack(const char *condition, const char *value, const char *unit, size_t header)
{
	TALLOC_CTX *mem = talloc_new(NULL);
	struct buf *statement = buf_new(mem, 65536), *request = buf_new(mem, 65536);
	struct policy_question question = { .who = &identities[0].who,
		.action = ACTION_GetObject,
		.bucket = SLICE("bucket"),
		.key = SLICE("a"),
		.values = request_values };
	struct policy *policy;
	enum policy_effect effect;

	buf_printf(
	    statement, "{\"Effect\":\"Allow\"," ALL "," ANY ",\"Condition\":{\"%s\":{\"aws:Referer\":[", condition);
	while (buf_slice(statement).length + strlen(value) < POLICY_NORMALIZED_MAX - 200)
		buf_printf(statement, "\"%s\",", value);
	buf_append_string(statement, "\"\"]}}}");
	buf_append_string(request, "aws:Referer=");
	while (buf_slice(request).length < header)
		buf_append_string(request, unit);
	question.context = talloc_strdup(mem, buf_slice(request).data);
	policy = read_policy(mem, buf_slice(statement).data);
	effect = policy_decide(mem, policy, &question);
	talloc_free(mem);
	return effect;
}

/*
 * Texts that cost a matcher much, or grow by variables: the answer comes soon, and where it would not, it is no. What is
 * no longer than a key is always looked at, whatever the policy.
 */
static const struct {
	const char *condition;
	const char *value;
	const char *unit;
	size_t header;
	enum policy_effect effect;
} questions[] = {
	{ "StringLike", "*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*ab*", "a", 1024, POLICY_NONE },
	{ "StringLike", "*?a?a?a?a?a?a?a?a?a?a?a?a?a?a?a?a?a?a?a?a?a?a?a?a?a?ab*", "a", 1024, POLICY_NONE },
	{ "StringLike", "*b*", "a", 1024, POLICY_NONE },
	{ "StringLike", "*?b*", "a", 1024, POLICY_NONE },
	{ "StringNotLike", "*b*", "a", 1024, POLICY_ALLOW },
	{ "StringLike", "*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*ab*", "a", 32768, POLICY_NONE },
	{ "StringLike", "*?a?a?a?a?a?a?a?a?a?a?a?a?a?a?a?a?a?a?a?a?a?a?a?a?a?ab*", "a", 32768, POLICY_DENY },
	{ "StringLike", "*b", "a", 32768, POLICY_NONE },
	{ "StringLike", "*b*", "a", 32768, POLICY_DENY },
	{ "StringNotLike", "*?b*", "a", 32768, POLICY_DENY },
	{ "StringLike", "*${aws:Referer}?b*", "a", 32768, POLICY_DENY },
	{ "StringLike", "*${aws:Referer}?b*", "a", 4096, POLICY_DENY },
	{ "StringEquals", "${aws:Referer}${aws:Referer}", "a", 32768, POLICY_DENY },
	{ "StringEquals", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", "a", 32768, POLICY_NONE },
	{ "ArnLike", "*:*:*:*:*:*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*ab*", ":aaaa", 32768, POLICY_NONE },
};

START_TEST(costly)
{
	enum policy_effect effect =
	    attack(questions[_i].condition, questions[_i].value, questions[_i].unit, questions[_i].header);

	ck_assert_msg(effect == questions[_i].effect, "%s: %d", questions[_i].value, (int)effect);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("policy_decide");
	TCase *tc = tcase_create("policy_decide");

	tcase_add_loop_test(tc, decide, 0, ARRAY_SIZE(vectors));
	tcase_add_loop_test(tc, every_action, ACTION_OPEN + 1, ACTION_COUNT);
	tcase_add_test(tc, asks_little);
	tcase_add_loop_test(tc, costly, 0, ARRAY_SIZE(questions));
	suite_add_tcase(suite, tc);
	return run_suite(suite);
}
