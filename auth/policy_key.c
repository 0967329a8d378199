/* Condition keys: their names, and what is known of the request without asking for it. */
#include "auth/policy_private.h"

#include <assert.h>

#include "common/clock.h"

enum kind {
	SINGLE,
	MANY
};

enum source {
	WHO,
	ASKED,
	NEVER
};

enum actions {
	ALL,
	LISTS,
	ACLS,
	UPLOADS,
	VERSIONS
};

static const struct {
	const char *name;
	enum kind kind;
	enum source source;
	enum actions actions;
} keys[POLICY_KEY_COUNT] = {
#define KEY(id, name, kind, source, actions) [POLICY_KEY_##id] = { name, kind, source, actions },
#include "auth/policy_keys.def"
#undef KEY
};

bool
policy_key_find(struct slice name, enum policy_key *key, struct slice *member)
{
	for (size_t i = 0; i < ARRAY_SIZE(keys); i++) {
		struct slice known = slice_from(keys[i].name);
		bool open = known.data[known.length - 1] == '/';

		*key = (enum policy_key)i;
		*member = open ? slice_skip(name, known.length) : slice_make(NULL, 0);
		if (slice_equal_nocase(open ? slice_head(name, known.length) : name, known))
			return !open || member->length > 0;
	}
	return false;
}

bool
policy_key_is_many(enum policy_key key)
{
	return keys[key].kind == MANY;
}

static bool
is_one_of(const char *name, const char *const *names, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (strcmp(name, names[i]) == 0)
			return true;
	return false;
}

bool
policy_key_is_of(enum policy_key key, const char *action)
{
	static const char *const lists[] = { "ListBucket", "ListBucketVersions" };
	static const char *const acls[] = { "CreateBucket", "PutBucketAcl", "PutObject", "PutObjectAcl",
		"PutObjectVersionAcl" };
	static const char *const uploads[] = { "PutObject", "ReplicateObject" };

	switch (keys[key].actions) {
	case ALL:
		return true;
	case LISTS:
		return is_one_of(action, lists, ARRAY_SIZE(lists));
	case ACLS:
		return is_one_of(action, acls, ARRAY_SIZE(acls));
	case UPLOADS:
		return is_one_of(action, uploads, ARRAY_SIZE(uploads));
	case VERSIONS:
		return strstr(action, "ObjectVersion") != NULL;
	}
	return false;
}

/* What the question itself says; NULL: nothing. */
static const char *
known_value(TALLOC_CTX *mem, const struct policy_question *q, enum policy_key key)
{
	bool known = identity_is_known(q->who);
	char time[CLOCK_TEXT_MAX];

	switch (key) {
	case POLICY_KEY_CURRENT_TIME:
		clock_format_iso8601(q->wall_us, time);
		return talloc_asprintf(mem, "%.19sZ", time);
	case POLICY_KEY_EPOCH_TIME:
		return talloc_asprintf(mem, "%lld", (long long)(q->wall_us / 1000000));
	case POLICY_KEY_PRINCIPAL_TYPE:
		return known ? "User" : "Anonymous";
	case POLICY_KEY_USER_ID:
		return known ? slice_dup(mem, q->who->user_id) : "anonymous";
	case POLICY_KEY_PRINCIPAL_ACCOUNT:
		return known ? slice_dup(mem, q->who->user_id) : NULL;
	case POLICY_KEY_USER_NAME:
		return known ? slice_dup(mem, q->user_name) : NULL;
	case POLICY_KEY_PRINCIPAL_ARN:
		return known ? talloc_asprintf(mem, "arn:aws:iam::%.*s:user/%.*s", SLICE_ARG(q->who->user_id),
				   SLICE_ARG(q->user_name))
			     : NULL;
	case POLICY_KEY_PRINCIPAL_IS_AWS_SERVICE:
	case POLICY_KEY_VIA_AWS_SERVICE:
		return known ? "false" : NULL;
	default:
		return NULL;
	}
}

static size_t
known_values(struct policy_scope *scope, enum policy_key key, const struct slice **values)
{
	const char *value = known_value(scope->mem, scope->question, key);
	struct slice *copy;

	if (value == NULL)
		return 0;
	copy = talloc(scope->mem, struct slice);
	assert(copy != NULL);
	*copy = slice_from(value);
	*values = copy;
	return 1;
}

size_t
policy_key_values(struct policy_scope *scope, enum policy_key key, struct slice member, const struct slice **values)
{
	const struct policy_question *q = scope->question;
	size_t count = 0;

	*values = NULL;
	switch (keys[key].source) {
	case WHO:
		return known_values(scope, key, values);
	case ASKED:
		return q->values(q->context, scope->mem, key, member, values, &count) ? count : 0;
	case NEVER:
		return 0;
	}
	return 0;
}
