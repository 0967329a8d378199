#include "auth/post_policy.h"

#include <assert.h>

#include "common/buf.h"
#include "common/clock.h"
#include "common/encode.h"
#include "common/json.h"

#define DEPTH_MAX      8
#define SHOWN_MAX      1024 /* bytes of a condition in a message */
#define CONDITION_ARGS 3

struct condition {
	enum {
		EQUALS,
		STARTS_WITH,
		LENGTH_RANGE
	} test;
	struct slice operands[2]; /* "$key" and its value; the least and the greatest length */
	uint64_t min, max;        /* of a range */
	bool is_range;            /* the two are numbers */
};

struct post_policy {
	int64_t expires; /* seconds since 1970 */
	struct condition *conditions;
	size_t count;
};

static const char *const tests[] = {
	[EQUALS] = "eq",
	[STARTS_WITH] = "starts-with",
	[LENGTH_RANGE] = "content-length-range",
};

#define INVALID(why, ...) s3_refuse((why), S3_INVALID_POLICY_DOCUMENT, "Invalid Policy: " __VA_ARGS__)

/* Reading. */

/* JSON knows neither \$ nor \v, which S3's documentation lists ("Character Escaping"). */
static struct slice
without_own_escapes(TALLOC_CTX *mem, struct slice document)
{
	struct buf *out = buf_new(mem, 6 * POST_POLICY_MAX);

	for (size_t i = 0; i < document.length; i++) {
		bool escape = document.data[i] == '\\' && i + 1 < document.length;

		if (escape && document.data[i + 1] == 'v') {
			buf_append_string(out, "\\u000b");
			i++;
		} else if (escape && document.data[i + 1] == '$') {
			buf_append_byte(out, '$');
			i++;
		} else {
			buf_append_byte(out, document.data[i]);
			if (escape)
				buf_append_byte(out, document.data[++i]);
		}
	}
	return buf_slice(out);
}

/* The document, an object; NULL when it was refused. */
static const struct json *
read_json(TALLOC_CTX *mem, struct slice encoded, struct s3_refusal *why)
{
	unsigned char *bytes = talloc_size(mem, encoded.length + 1);
	const struct json *document = NULL;
	const char *problem;
	size_t length;

	if (encoded.length > POST_POLICY_MAX)
		INVALID(why, "It is longer than %d bytes.", POST_POLICY_MAX);
	else if (!base64_decode(encoded, bytes, encoded.length, &length))
		INVALID(why, "invalid Base64 encoding.");
	else if (!json_read(
		     mem, without_own_escapes(mem, slice_make(bytes, length)), DEPTH_MAX, &document, &problem))
		INVALID(why, "Invalid JSON: %s.", problem);
	else if (document->kind != JSON_MEMBERS)
		INVALID(why, "Invalid JSON: it is no object.");
	else
		return document;
	return NULL;
}

/* In Greenwich time alone, as S3 has it. */
static enum s3_err
read_expiration(const struct json *value, struct s3_refusal *why, int64_t *expires)
{
	struct slice text = value->text;

	if (value->kind == JSON_TEXT && text.length > 0 && text.data[text.length - 1] == 'Z' &&
	    clock_parse_iso8601(text, expires))
		return S3_OK;
	return INVALID(why, "Invalid 'expiration' value: '%.*s'", SLICE_ARG(slice_head(text, SHOWN_MAX)));
}

/* {"key": "value"} */
static enum s3_err
read_simple(TALLOC_CTX *mem, const struct json *item, struct s3_refusal *why, struct condition *out)
{
	if (item->count != 1)
		return INVALID(
		    why, "Invalid Simple-Condition: Simple-Conditions must have exactly one property specified.");
	if (item->items[0].kind != JSON_TEXT)
		return INVALID(why, "Invalid Simple-Condition: value must be a string.");
	out->test = EQUALS;
	out->operands[0] = slice_from(talloc_asprintf(mem, "$%.*s", SLICE_ARG(item->items[0].name)));
	out->operands[1] = item->items[0].text;
	return S3_OK;
}

static bool
find_test(struct slice name, struct condition *out)
{
	for (unsigned i = 0; i < ARRAY_SIZE(tests); i++)
		if (slice_equal_nocase(name, slice_from(tests[i]))) {
			out->test = i;
			return true;
		}
	return false;
}

/* A bound: a number, or a number's digits as text. A text that is none makes a condition that does not hold. */
static enum s3_err
read_bound(const struct json *item, struct s3_refusal *why, struct condition *range, uint64_t *out)
{
	bool is_number = slice_to_number(item->text, INT64_MAX, out);

	if (item->kind == JSON_NUMBER && !is_number)
		return INVALID(why, "Invalid content-length-range: '%.*s' is no length.", SLICE_ARG(item->text));
	range->is_range = range->is_range && is_number;
	return S3_OK;
}

/* ["eq", "$key", "value"], ["starts-with", …], ["content-length-range", 0, 10] */
static enum s3_err
read_list(const struct json *list, struct s3_refusal *why, struct condition *out)
{
	const struct json *items = list->items;
	enum s3_err err;

	if (list->count == 0 || items[0].kind != JSON_TEXT)
		return INVALID(why, "Invalid Condition: missing operation identifier.");
	if (!find_test(items[0].text, out))
		return INVALID(why, "Invalid Condition: unknown operation '%.*s'.",
		    SLICE_ARG(slice_head(items[0].text, SHOWN_MAX)));
	if (list->count != CONDITION_ARGS)
		return INVALID(why, "Invalid %s: wrong number of arguments.", tests[out->test]);
	for (size_t i = 1; i < CONDITION_ARGS; i++) {
		if (items[i].kind != JSON_TEXT && (out->test != LENGTH_RANGE || items[i].kind != JSON_NUMBER))
			return INVALID(why, "Invalid %s: value must be a string.", tests[out->test]);
		out->operands[i - 1] = items[i].text;
	}
	out->is_range = out->test == LENGTH_RANGE;
	if (!out->is_range)
		return S3_OK;
	err = read_bound(&items[1], why, out, &out->min);
	return err ? err : read_bound(&items[2], why, out, &out->max);
}

static enum s3_err
read_conditions(struct post_policy *policy, const struct json *list, struct s3_refusal *why)
{
	enum s3_err err = S3_OK;

	if (list->kind != JSON_LIST)
		return INVALID(why, "Invalid 'conditions' value: must be a List.");
	policy->conditions = talloc_zero_array(policy, struct condition, list->count);
	assert(policy->conditions != NULL);
	for (size_t i = 0; !err && i < list->count; i++) {
		struct condition *condition = &policy->conditions[policy->count++];

		if (list->items[i].kind == JSON_MEMBERS)
			err = read_simple(policy, &list->items[i], why, condition);
		else if (list->items[i].kind == JSON_LIST)
			err = read_list(&list->items[i], why, condition);
		else
			err = INVALID(why, "Invalid condition test: must be a List or Object.");
	}
	return err;
}

/* What it does not know, S3 refuses before it misses anything. */
static enum s3_err
check_members(const struct json *document, struct s3_refusal *why)
{
	for (size_t i = 0; i < document->count; i++) {
		struct slice name = document->items[i].name;

		if (!slice_equal(name, SLICE("expiration")) && !slice_equal(name, SLICE("conditions")))
			return INVALID(why, "Unexpected: '%.*s'", SLICE_ARG(slice_head(name, SHOWN_MAX)));
	}
	if (json_member(document, "expiration") == NULL)
		return INVALID(why, "Policy missing expiration.");
	if (json_member(document, "conditions") == NULL)
		return INVALID(why, "Policy missing conditions.");
	return S3_OK;
}

enum s3_err
post_policy_read(TALLOC_CTX *mem, struct slice encoded, struct s3_refusal *why, struct post_policy **out)
{
	struct post_policy *policy = talloc_zero(mem, struct post_policy);
	const struct json *document;
	enum s3_err err;

	*out = NULL;
	assert(policy != NULL);
	document = read_json(policy, encoded, why);
	err = document != NULL ? check_members(document, why) : S3_INVALID_POLICY_DOCUMENT;
	if (!err)
		err = read_expiration(json_member(document, "expiration"), why, &policy->expires);
	if (!err)
		err = read_conditions(policy, json_member(document, "conditions"), why);
	if (err)
		talloc_free(policy);
	else
		*out = policy;
	return err;
}

/* Checking. */

static void
show(struct buf *out, struct slice text)
{
	buf_append_byte(out, '"');
	for (size_t i = 0; i < text.length; i++) {
		if (text.data[i] == '"' || text.data[i] == '\\')
			buf_append_byte(out, '\\');
		buf_append_byte(out, text.data[i]);
	}
	buf_append_byte(out, '"');
}

static enum s3_err
failed(const struct condition *condition, struct s3_refusal *why)
{
	struct buf *shown = buf_new(NULL, SHOWN_MAX);
	enum s3_err err;

	buf_printf(shown, "[\"%s\", ", tests[condition->test]);
	show(shown, condition->operands[0]);
	buf_append_string(shown, ", ");
	show(shown, condition->operands[1]);
	buf_append_byte(shown, ']');
	err = s3_refuse(why, S3_ACCESS_DENIED, "Invalid according to Policy: Policy Condition failed: %.*s",
	    SLICE_ARG(buf_slice(shown)));
	talloc_free(shown);
	return err;
}

static const struct field *
find_field(const struct fields *form, struct slice name)
{
	for (size_t i = 0; i < form->count; i++)
		if (slice_equal_nocase(form->items[i].name, name))
			return &form->items[i];
	return NULL;
}

/* Content-Type alone can be a list, of which each member must fit ("Condition Matching"). */
static bool
starts_with(struct slice name, struct slice value, struct slice prefix)
{
	struct slice member;

	if (!slice_equal_nocase(name, SLICE("Content-Type")) || value.length == 0)
		return slice_starts_with(value, prefix);
	while (slice_next(&value, ',', &member))
		if (!slice_starts_with(slice_trim(member), prefix))
			return false;
	return true;
}

static bool
holds(const struct condition *condition, struct slice name, struct slice value)
{
	if (condition->test == EQUALS)
		return slice_equal(value, condition->operands[1]);
	return starts_with(name, value, condition->operands[1]);
}

/* What a condition is about, without its "$"; empty for one that is about no field. */
static struct slice
subject(const struct condition *condition)
{
	struct slice name = condition->operands[0];

	if (condition->test == LENGTH_RANGE || name.length == 0 || name.data[0] != '$')
		return SLICE("");
	return slice_skip(name, 1);
}

static enum s3_err
check_condition(
    const struct condition *condition, const struct fields *form, struct slice bucket, struct s3_refusal *why)
{
	struct slice name = subject(condition);
	const struct field *field;

	if (condition->test == LENGTH_RANGE)
		return condition->is_range ? S3_OK : failed(condition, why);
	if (slice_equal_nocase(name, SLICE("bucket")))
		return holds(condition, name, bucket) ? S3_OK : failed(condition, why);
	/* A field that is not there is not even empty. */
	field = name.length > 0 ? find_field(form, name) : NULL;
	return field != NULL && holds(condition, name, field->value) ? S3_OK : failed(condition, why);
}

static bool
may_go_unnamed(struct slice name)
{
	static const struct slice names[] = { SLICE("policy"), SLICE("x-amz-signature"), SLICE("signature"),
		SLICE("AWSAccessKeyId") };
	const struct slice ignored = SLICE("x-ignore-");

	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		if (slice_equal_nocase(name, names[i]))
			return true;
	return slice_equal_nocase(slice_head(name, ignored.length), ignored);
}

static enum s3_err
check_named(const struct post_policy *policy, struct slice name, struct s3_refusal *why)
{
	for (size_t i = 0; i < policy->count; i++)
		if (slice_equal_nocase(subject(&policy->conditions[i]), name))
			return S3_OK;
	return s3_refuse(why, S3_ACCESS_DENIED, "Invalid according to Policy: Extra input fields: %.*s",
	    SLICE_ARG(slice_head(name, SHOWN_MAX)));
}

enum s3_err
post_policy_check(const struct post_policy *policy, const struct fields *form, struct slice bucket, int64_t now,
    struct s3_refusal *why)
{
	enum s3_err err = S3_OK;

	if (now > policy->expires)
		return s3_refuse(why, S3_ACCESS_DENIED, "Invalid according to Policy: Policy expired.");
	for (size_t i = 0; !err && i < policy->count; i++)
		err = check_condition(&policy->conditions[i], form, bucket, why);
	for (size_t i = 0; !err && i < form->count; i++)
		if (!may_go_unnamed(form->items[i].name))
			err = check_named(policy, form->items[i].name, why);
	/* Every form has a bucket, in its address. */
	return err ? err : check_named(policy, SLICE("bucket"), why);
}

void
post_policy_size(const struct post_policy *policy, uint64_t *min, uint64_t *max)
{
	*min = 0;
	*max = UINT64_MAX;
	for (size_t i = 0; i < policy->count; i++) {
		const struct condition *condition = &policy->conditions[i];

		if (condition->test != LENGTH_RANGE)
			continue;
		*min = condition->min > *min ? condition->min : *min;
		*max = condition->max < *max ? condition->max : *max;
	}
}
