/*
 * Bucket policies. The first byte says what follows: 'W' a pattern, a line break and a text, which are matched in the plain
 * way too; anything else a line with the key, a line with the value that every condition key has, and the document.
 * Whatever is taken is decided the same each time, is taken again without its users, and allows nobody by a denial.
 */
#include <assert.h>

#include "auth/policy.h"
#include "auth/wildcard.h"
#include "tests/fuzz/fuzz.h"

#define BUCKET SLICE("bucket")

/* Pattern against text, byte by byte, going back to the last "*". */
static bool
matches_plainly(struct slice pattern, struct slice text)
{
	size_t p = 0, t = 0, star = SIZE_MAX, again = 0;

	while (t < text.length) {
		if (p < pattern.length && pattern.data[p] == '*') {
			star = p++;
			again = t;
		} else if (p < pattern.length && (pattern.data[p] == '?' || pattern.data[p] == text.data[t])) {
			p++;
			t++;
		} else if (star != SIZE_MAX) {
			p = star + 1;
			t = ++again;
		} else {
			return false;
		}
	}
	while (p < pattern.length && pattern.data[p] == '*')
		p++;
	return p == pattern.length;
}

static bool
is_ascii(struct slice s)
{
	for (size_t i = 0; i < s.length; i++)
		if ((unsigned char)s.data[i] >= 0x80)
			return false;
	return true;
}

static void
fuzz_wildcard(TALLOC_CTX *mem, struct slice input)
{
	struct slice pattern;
	bool matches;

	(void)slice_next(&input, '\n', &pattern);
	matches = wildcard_matches(wildcard_from(mem, pattern), input);
	if (is_ascii(pattern) && is_ascii(input))
		assert(matches == matches_plainly(pattern, input));
}

static bool
name_of(void *context, struct slice id, TALLOC_CTX *mem, struct slice *name)
{
	(void)context;
	(void)mem;
	assert(id.length > 0 && id.length <= 128);
	*name = slice_head(id, 1);
	return id.data[0] != '!';
}

static const struct policy_users users = { NULL, name_of };

/* Of the keys half have the one value; of the others some have two, some the empty set, some are not there. */
static bool
values_of(void *context, TALLOC_CTX *mem, enum policy_key key, struct slice member, const struct slice **values,
    size_t *count)
{
	const struct slice value = *(const struct slice *)context;
	struct slice *two = talloc_array(mem, struct slice, 2);

	assert(key < POLICY_KEY_COUNT && two != NULL);
	two[0] = value;
	two[1] = member;
	*values = two;
	*count = key % 2 == 0 ? 1 : key % 4 == 1 ? 2 : 0;
	return key % 8 != 7;
}

static void
ask(TALLOC_CTX *mem, const struct policy *policy, struct slice key, struct slice value, bool denies)
{
	static const struct identity identities[] = { { { "alice", 5 }, false, false }, { { "a", 1 }, false, true },
		{ { NULL, 0 }, true, false } };

	for (size_t i = 0; i < 3 * (size_t)ACTION_COUNT; i++) {
		const struct policy_question question = { .who = &identities[i % 3],
			.user_name = SLICE("a"),
			.wall_us = INT64_C(1714557600000000),
			.action = (enum action)(i / 3),
			.bucket = BUCKET,
			.key = key,
			.values = values_of,
			.context = &value };
		enum policy_effect effect = policy_decide(mem, policy, &question);

		assert(effect == policy_decide(mem, policy, &question));
		assert(question.action != ACTION_OPEN || effect == POLICY_NONE);
		assert(effect != POLICY_DENY || denies);
	}
}

static void
fuzz_document(TALLOC_CTX *mem, struct slice input)
{
	struct s3_refusal why = { .mem = mem };
	struct policy *policy, *again;
	struct slice key, value;
	enum s3_err err;
	size_t at;

	(void)slice_next(&input, '\n', &key);
	(void)slice_next(&input, '\n', &value);
	err = policy_parse(mem, input, BUCKET, &users, &why, &policy);
	assert(err == why.err && (err == S3_OK) == (policy != NULL));
	assert(err == S3_OK || err == S3_MALFORMED_POLICY);
	assert(why.message == NULL || strlen(why.message) < 4096);
	if (err != S3_OK)
		return;
	assert(policy_parse(mem, input, BUCKET, NULL, NULL, &again) == S3_OK);
	assert(policy_is_public(policy) == policy_is_public(again));
	ask(mem, policy, key, value, slice_find(input, SLICE("D"), &at) || slice_find(input, SLICE("\\u"), &at));
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	TALLOC_CTX *mem = talloc_new(NULL);
	struct slice input = slice_make(data, size);

	if (size > 0 && data[0] == 'W')
		fuzz_wildcard(mem, slice_skip(input, 1));
	else
		fuzz_document(mem, input);
	talloc_free(mem);
	return 0;
}
