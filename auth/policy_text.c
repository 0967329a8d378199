/* Texts of a policy: wildcards and variables, read once, and put against a request's bytes (IAM: "Variables and tags"). */
#include "auth/policy_private.h"

#include <assert.h>

#include "common/buf.h"

#define EXPANDED_MAX (8 * 1024)         /* bytes of a text with its variables' values */
#define COST_MAX     (32 * 1024 * 1024) /* steps of a decision: a hundredth of a second or two */

#define INVALID_VARIABLE "Policy has an invalid policy variable"

/* Reading. */

/* The name in "${name}" and "${name, 'default'}". */
static bool
read_variable(struct slice inside, struct policy_part *part)
{
	struct slice name, rest = inside;

	part->kind = POLICY_VARIABLE;
	(void)slice_next(&rest, ',', &name);
	if (name.length < inside.length) {
		rest = slice_trim(rest);
		if (rest.length < 2 || rest.data[0] != '\'' || rest.data[rest.length - 1] != '\'')
			return false;
		part->has_default = true;
		part->bytes = slice_head(slice_skip(rest, 1), rest.length - 2);
	}
	return policy_key_find(slice_trim(name), &part->key, &part->member) && !policy_key_is_many(part->key);
}

/* What "${" begins; *length is how long it is. "${*}", "${?}" and "${$}" stand for the character. */
static bool
read_braces(struct slice written, struct policy_part *part, size_t *length)
{
	struct slice inside, rest = slice_skip(written, 2);
	size_t end;

	if (!slice_find(rest, SLICE("}"), &end))
		return false;
	*length = 2 + end + 1;
	inside = slice_head(rest, end);
	if (inside.length == 1 && memchr("*?$", inside.data[0], 3) != NULL) {
		*part = (struct policy_part){ .kind = POLICY_BYTES, .bytes = inside };
		return true;
	}
	return read_variable(inside, part);
}

/* The next part of a text that is not empty; *length is how long it is. */
static bool
read_part(struct slice written, bool wild, bool variables, struct policy_part *part, size_t *length)
{
	*part = (struct policy_part){ .kind = POLICY_BYTES };
	*length = 1;
	if (variables && slice_starts_with(written, SLICE("${")))
		return read_braces(written, part, length);
	if (wild && (written.data[0] == '*' || written.data[0] == '?')) {
		part->kind = written.data[0] == '*' ? POLICY_RUN : POLICY_ONE;
		return true;
	}
	while (*length < written.length && written.data[*length] != '$' &&
	       !(wild && (written.data[*length] == '*' || written.data[*length] == '?')))
		(*length)++;
	part->bytes = slice_head(written, *length);
	return true;
}

static struct wildcard *
pattern_of(TALLOC_CTX *mem, const struct policy_part *parts, size_t count)
{
	struct wildcard *pattern;
	size_t room = 0;

	for (size_t i = 0; i < count; i++)
		room += parts[i].kind == POLICY_ONE ? 1 : parts[i].bytes.length;
	pattern = wildcard_new(mem, room);
	for (size_t i = 0; i < count; i++) {
		if (parts[i].kind == POLICY_ONE)
			wildcard_add_one(pattern);
		else if (parts[i].kind == POLICY_RUN)
			wildcard_add_run(pattern);
		else
			wildcard_add_bytes(pattern, parts[i].bytes);
	}
	return pattern;
}

static struct slice
bytes_of(TALLOC_CTX *mem, const struct policy_part *parts, size_t count)
{
	struct buf *bytes;

	if (count == 1)
		return parts[0].bytes;
	bytes = buf_new(mem, POLICY_DOCUMENT_MAX);
	for (size_t i = 0; i < count; i++)
		buf_append(bytes, parts[i].bytes);
	assert(!buf_overflowed(bytes));
	return buf_slice(bytes);
}

/* Make the text ready for requests, as far as it is the same for each. */
static void
finish(TALLOC_CTX *mem, struct policy_text *text)
{
	bool variable = false;

	text->fixed = true;
	for (size_t i = 0; i < text->count; i++) {
		variable = variable || text->parts[i].kind == POLICY_VARIABLE;
		text->fixed = text->fixed && text->parts[i].kind == POLICY_BYTES;
	}
	if (text->fixed)
		text->bytes = bytes_of(mem, text->parts, text->count);
	else if (!variable)
		text->pattern = pattern_of(mem, text->parts, text->count);
}

enum s3_err
policy_text_read(const struct policy_reader *r, struct slice written, bool wild, const struct policy_place *at,
    struct policy_text *out)
{
	struct slice rest = slice_make(slice_dup(r->mem, written), written.length);
	struct policy_part *parts = talloc_array(r->mem, struct policy_part, written.length + 1);
	size_t length;

	assert(parts != NULL);
	*out = (struct policy_text){ .parts = parts, .wild = wild };
	for (; rest.length > 0; rest = slice_skip(rest, length))
		if (!read_part(rest, wild, r->variables, &parts[out->count++], &length))
			return policy_refuse(r, at, written, INVALID_VARIABLE);
	out->parts = parts = talloc_realloc(r->mem, parts, struct policy_part, out->count + 1);
	assert(parts != NULL);
	finish(r->mem, out);
	return S3_OK;
}

/* Take what comes before the next colon; those in variables are no separators. */
static struct slice
take_arn_part(struct slice *rest, bool variables)
{
	struct slice part = *rest;
	bool inside = false;

	for (size_t i = 0; i < rest->length; i++) {
		char c = rest->data[i];

		if (variables && slice_starts_with(slice_skip(*rest, i), SLICE("${")))
			inside = true;
		else if (c == '}')
			inside = false;
		if (c == ':' && !inside) {
			part = slice_head(*rest, i);
			break;
		}
	}
	*rest = slice_skip(*rest, part.length);
	return part;
}

enum s3_err
policy_arn_read(const struct policy_reader *r, struct slice written, const struct policy_place *at,
    struct policy_text out[POLICY_ARN_PARTS], size_t *count)
{
	struct slice rest = written;
	enum s3_err err;

	for (*count = 0; *count < POLICY_ARN_PARTS; rest = slice_skip(rest, 1)) {
		struct slice part = *count < POLICY_ARN_PARTS - 1 ? take_arn_part(&rest, r->variables) : rest;

		err = policy_text_read(r, part, true, at, &out[(*count)++]);
		if (err != S3_OK || rest.length == 0)
			return err;
	}
	return S3_OK;
}

/* Deciding. */

/* Whether there is room for that much more. */
static bool
pay(struct policy_scope *scope, size_t cost)
{
	if (scope->exceeded || cost > COST_MAX - scope->cost)
		scope->exceeded = true;
	else
		scope->cost += cost;
	return !scope->exceeded;
}

/* The text's parts with the request's values in place of its variables; NULL when one has none. */
static struct policy_part *
expand(struct policy_scope *scope, const struct policy_text *text)
{
	struct policy_part *parts = talloc_array(scope->mem, struct policy_part, text->count);
	size_t length = 0;

	assert(parts != NULL);
	for (size_t i = 0; i < text->count; i++) {
		const struct policy_part *part = &text->parts[i];
		const struct slice *values;
		size_t count;

		parts[i] = *part;
		if (part->kind == POLICY_VARIABLE) {
			parts[i].kind = POLICY_BYTES;
			count = policy_key_values(scope, part->key, part->member, &values);
			if (count == 1)
				parts[i].bytes = values[0];
			else if (!part->has_default)
				return NULL;
		}
		length += parts[i].bytes.length;
	}
	if (length > EXPANDED_MAX)
		scope->exceeded = true;
	return pay(scope, length) ? parts : NULL;
}

bool
policy_text_fits(struct policy_scope *scope, const struct policy_text *text, struct slice bytes, bool nocase)
{
	const struct wildcard *pattern = text->pattern;
	struct slice expected = text->bytes;

	if (!text->fixed && pattern == NULL) {
		const struct policy_part *parts = expand(scope, text);

		if (parts == NULL)
			return false;
		if (text->wild)
			pattern = pattern_of(scope->mem, parts, text->count);
		else
			expected = bytes_of(scope->mem, parts, text->count);
	}
	if (pattern != NULL)
		return pay(scope, wildcard_cost(pattern, bytes)) && wildcard_matches(pattern, bytes);
	return nocase ? slice_equal_nocase(expected, bytes) : slice_equal(expected, bytes);
}
