/* Texts of a policy: wildcards and variables, read once, and put against a request's bytes (IAM: "Variables and tags"). */
#include "auth/policy_private.h"

#include <assert.h>

#include "common/buf.h"

#define EXPANDED_MAX (8 * 1024)         /* bytes of a text with its variables' values */
#define COST_MAX     (32 * 1024 * 1024) /* steps of a decision: a hundredth of a second or two */

#define READ_COST 2048 /* of reading a text again, beside its length */

#define INVALID_VARIABLE "Policy has an invalid policy variable"

/* Parts: what a text is made of. */

enum part_kind {
	BYTES,
	ONE,     /* "?" */
	RUN,     /* "*" */
	VARIABLE /* "${aws:username}" */
};

struct part {
	enum part_kind kind;
	struct slice bytes; /* of BYTES; the default of a variable, if it has one */
	bool has_default;
	enum policy_key key;
	struct slice member; /* of the key */
};

/* The name in "${name}" and "${name, 'default'}". */
static bool
read_variable(struct slice inside, struct part *part)
{
	struct slice name, rest = inside;

	part->kind = VARIABLE;
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
read_braces(struct slice written, struct part *part, size_t *length)
{
	struct slice inside, rest = slice_skip(written, 2);
	size_t end;

	if (!slice_find(rest, SLICE("}"), &end))
		return false;
	*length = 2 + end + 1;
	inside = slice_head(rest, end);
	if (inside.length == 1 && memchr("*?$", inside.data[0], 3) != NULL) {
		*part = (struct part){ .kind = BYTES, .bytes = inside };
		return true;
	}
	return read_variable(inside, part);
}

/* The next part of a text that is not empty; *length is how long it is. */
static bool
read_part(struct slice written, bool wild, bool variables, struct part *part, size_t *length)
{
	*part = (struct part){ .kind = BYTES };
	*length = 1;
	if (variables && slice_starts_with(written, SLICE("${")))
		return read_braces(written, part, length);
	if (wild && (written.data[0] == '*' || written.data[0] == '?')) {
		part->kind = written.data[0] == '*' ? RUN : ONE;
		return true;
	}
	while (*length < written.length && written.data[*length] != '$' &&
	       !(wild && (written.data[*length] == '*' || written.data[*length] == '?')))
		(*length)++;
	part->bytes = slice_head(written, *length);
	return true;
}

/* The parts of a text that policy_text_read has taken, or else false. There is room for one a byte. */
static bool
read_parts(const struct policy_text *text, struct part *parts, size_t *count)
{
	size_t length;

	*count = 0;
	for (struct slice rest = text->written; rest.length > 0; rest = slice_skip(rest, length))
		if (!read_part(rest, text->wild, text->variable, &parts[(*count)++], &length))
			return false;
	return true;
}

static struct part *
parts_new(TALLOC_CTX *mem, const struct policy_text *text)
{
	struct part *parts = talloc_array(mem, struct part, text->written.length + 1);

	assert(parts != NULL);
	return parts;
}

static struct wildcard *
pattern_of(TALLOC_CTX *mem, const struct part *parts, size_t count)
{
	struct wildcard *pattern;
	size_t room = 0;

	for (size_t i = 0; i < count; i++)
		room += parts[i].kind == ONE ? 1 : parts[i].bytes.length;
	pattern = wildcard_new(mem, room);
	for (size_t i = 0; i < count; i++) {
		if (parts[i].kind == ONE)
			wildcard_add_one(pattern);
		else if (parts[i].kind == RUN)
			wildcard_add_run(pattern);
		else
			wildcard_add_bytes(pattern, parts[i].bytes);
	}
	return pattern;
}

static struct slice
bytes_of(TALLOC_CTX *mem, const struct part *parts, size_t count)
{
	struct buf *bytes = buf_new(mem, POLICY_DOCUMENT_MAX);

	for (size_t i = 0; i < count; i++)
		buf_append(bytes, parts[i].bytes);
	assert(!buf_overflowed(bytes));
	return buf_slice(bytes);
}

/* Reading. */

struct slice
policy_keep(const struct policy_reader *r, struct slice s)
{
	char *copy = r->room->free;

	if (s.length > r->room->left) /* a number's digits may be more than it is written with */
		return slice_copy(r->mem, s);
	if (s.length > 0)
		memcpy(copy, s.data, s.length);
	r->room->free += s.length;
	r->room->left -= s.length;
	return slice_make(copy, s.length);
}

bool
policy_text_is_fixed(const struct policy_text *text)
{
	return !text->wild && !text->variable;
}

/* Find out what the text has of wildcards and variables. */
static void
classify(const struct part *parts, size_t count, struct policy_text *text)
{
	size_t at = 0, runs = 0, ones = 0, variables = 0;

	for (size_t i = 0; i < count; i++) {
		if (parts[i].kind == RUN && runs++ == 0)
			text->run = (unsigned)at;
		ones += parts[i].kind == ONE;
		variables += parts[i].kind == VARIABLE;
		at += parts[i].kind == BYTES ? parts[i].bytes.length : 1;
	}
	text->wild = text->wild && runs + ones > 0;
	text->variable = variables > 0 || (text->wild && text->variable);
	text->one_run = !text->variable && runs == 1 && ones == 0;
}

enum s3_err
policy_text_read(const struct policy_reader *r, struct slice written, bool wild, const struct policy_place *at,
    struct policy_text *out)
{
	size_t dollar, count;
	bool variable = r->variables && slice_find(written, SLICE("${"), &dollar);
	TALLOC_CTX *scratch = talloc_new(r->mem);
	struct part *parts;
	enum s3_err err = S3_OK;

	*out = (struct policy_text){ .written = written, .wild = wild, .variable = variable };
	parts = parts_new(scratch, out);
	if (read_parts(out, parts, &count)) {
		classify(parts, count, out);
		out->written =
		    policy_keep(r, policy_text_is_fixed(out) ? bytes_of(scratch, parts, count) : written);
	} else {
		err = policy_refuse(r, at, written, INVALID_VARIABLE);
	}
	talloc_free(scratch);
	return err;
}

/* Take what comes before the next colon; those in variables are no separators. */
static struct slice
take_arn_part(struct slice *rest, bool variable)
{
	struct slice part = *rest;
	bool inside = false;

	for (size_t i = 0; i < rest->length; i++) {
		char c = rest->data[i];

		if (variable && slice_starts_with(slice_skip(*rest, i), SLICE("${")))
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

bool
policy_arn_split(const struct policy_text *whole, struct policy_text parts[POLICY_ARN_PARTS])
{
	struct slice rest = whole->written;

	for (size_t i = 0; i < POLICY_ARN_PARTS; i++) {
		bool last = i == POLICY_ARN_PARTS - 1;
		struct slice part = last ? rest : take_arn_part(&rest, whole->variable);
		size_t dollar;

		parts[i] = (struct policy_text){ .written = part,
			.wild = whole->wild && wildcard_is_wild(part),
			.variable = whole->variable && slice_find(part, SLICE("${"), &dollar) };
		if (!last && rest.length == 0)
			return false;
		rest = slice_skip(rest, 1);
	}
	return true;
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

/* Put the request's values in place of the variables; false when one has none. */
static bool
expand(struct policy_scope *scope, struct part *parts, size_t count)
{
	size_t length = 0;

	for (size_t i = 0; i < count; i++) {
		if (parts[i].kind == VARIABLE) {
			const struct slice *values;
			size_t found = policy_key_values(scope, parts[i].key, parts[i].member, &values);

			if (found == 1)
				parts[i].bytes = values[0];
			else if (!parts[i].has_default)
				return false;
		}
		length += parts[i].bytes.length;
	}
	if (length > EXPANDED_MAX)
		scope->exceeded = true;
	return pay(scope, length);
}

static bool
read_fits(
    struct policy_scope *scope, TALLOC_CTX *mem, const struct policy_text *text, struct slice bytes, bool nocase)
{
	struct part *parts = parts_new(mem, text);
	struct wildcard *pattern;
	struct slice expected;
	size_t count;

	if (!read_parts(text, parts, &count) || (text->variable && !expand(scope, parts, count)))
		return false;
	if (text->wild) {
		pattern = pattern_of(mem, parts, count);
		return pay(scope, wildcard_cost(pattern, bytes)) && wildcard_matches(pattern, bytes);
	}
	expected = bytes_of(mem, parts, count);
	return nocase ? slice_equal_nocase(expected, bytes) : slice_equal(expected, bytes);
}

/* Most patterns have one "*": what is before and behind it decides. */
static bool
one_run_fits(const struct policy_text *text, struct slice bytes)
{
	struct slice before = slice_head(text->written, text->run);
	struct slice behind = slice_skip(text->written, text->run + 1);

	return bytes.length >= before.length + behind.length && slice_starts_with(bytes, before) &&
	       slice_equal(slice_skip(bytes, bytes.length - behind.length), behind);
}

bool
policy_text_fits(struct policy_scope *scope, const struct policy_text *text, struct slice bytes, bool nocase)
{
	TALLOC_CTX *scratch;
	bool fits;

	if (policy_text_is_fixed(text))
		return nocase ? slice_equal_nocase(text->written, bytes) : slice_equal(text->written, bytes);
	if (text->one_run)
		return one_run_fits(text, bytes);
	if (!pay(scope, READ_COST + text->written.length))
		return false;
	scratch = talloc_new(scope->mem);
	fits = read_fits(scope, scratch, text, bytes, nocase);
	talloc_free(scratch);
	return fits;
}
