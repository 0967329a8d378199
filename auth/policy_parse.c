/* A policy document: its statements and their elements (IAM: "Grammar of the IAM JSON policy language"). */
#include "auth/policy_private.h"

#include <assert.h>

#include "common/buf.h"

#define DEPTH_MAX   8 /* of the grammar's 7: policy, statements, statement, Condition, operator, key, values */
#define MESSAGE_MAX 2048
#define SHOWN_MAX   256 /* of a value in a message */

/* Saying what is wrong. */

static void
write_place(struct buf *out, const struct policy_place *at)
{
	const struct policy_place *levels[DEPTH_MAX];
	size_t depth = 0;

	for (; at != NULL && depth < ARRAY_SIZE(levels); at = at->in)
		levels[depth++] = at;
	for (bool first = true; depth-- > 0; first = false) {
		if (levels[depth]->name.data == NULL)
			buf_printf(out, "[%zu]", levels[depth]->index);
		else
			buf_printf(
			    out, "%s%.*s", first ? "" : ".", SLICE_ARG(slice_head(levels[depth]->name, SHOWN_MAX)));
	}
}

enum s3_err
policy_refuse(const struct policy_reader *r, const struct policy_place *at, struct slice value, const char *text)
{
	struct buf *message = buf_new(r->mem, MESSAGE_MAX);
	struct slice shown = slice_head(value, SHOWN_MAX);

	if (at != NULL) {
		buf_append_string(message, ": ");
		write_place(message, at);
	}
	if (shown.length > 0) {
		buf_printf(message, ": \"%.*s\"", SLICE_ARG(shown));
		s3_refusal_detail(r->why, "Detail", shown);
	}
	return s3_refuse(r->why, S3_MALFORMED_POLICY, "%s%.*s", text, SLICE_ARG(buf_slice(message)));
}

/* Elements that may be one or several. */

static bool
is_scalar(const struct json *value, bool scalars)
{
	return value->kind == JSON_TEXT || (scalars && (value->kind == JSON_NUMBER || value->kind == JSON_BOOLEAN));
}

enum s3_err
policy_items(const struct policy_reader *r, const struct json *element, bool scalars, const struct policy_place *at,
    const char *text, const struct json **items, size_t *count)
{
	bool list = element->kind == JSON_LIST;

	*items = list ? element->items : element;
	*count = list ? element->count : 1;
	if (*count == 0)
		return policy_refuse(r, at, slice_make(NULL, 0), text);
	for (size_t i = 0; i < *count; i++) {
		const struct policy_place item = policy_item_place(element, at, i);

		if (!is_scalar(&(*items)[i], scalars))
			return policy_refuse(r, &item, (*items)[i].text, POLICY_SYNTAX);
	}
	return S3_OK;
}

struct policy_place
policy_item_place(const struct json *element, const struct policy_place *at, size_t i)
{
	return element->kind == JSON_LIST ? (struct policy_place){ .in = at, .index = i } : *at;
}

/* Statements. */

/* An element that may be there as "Name" or as "NotName". */
struct element {
	const char *name;
	const char *inverse;
	const char *missing;
	const struct json *value;
	struct policy_place at;
	bool inverted;
};

static enum s3_err
find_element(
    const struct policy_reader *r, const struct json *statement, const struct policy_place *at, struct element *e)
{
	const struct json *straight = json_member(statement, e->name);
	const struct json *inverse = json_member(statement, e->inverse);

	e->inverted = inverse != NULL;
	e->value = e->inverted ? inverse : straight;
	e->at = (struct policy_place){ .in = at, .name = slice_from(e->inverted ? e->inverse : e->name) };
	if (straight != NULL && inverse != NULL)
		return policy_refuse(r, &e->at, slice_from(e->name), POLICY_SYNTAX ", there must be one alone");
	if (e->value == NULL)
		return policy_refuse(r, at, slice_make(NULL, 0), e->missing);
	return S3_OK;
}

/* That all members are of these names, and those of Id, Sid and the like are strings. */
static enum s3_err
check_names(const struct policy_reader *r, const struct json *object, const struct policy_place *in,
    const char *const *names, size_t count, const char *string)
{
	for (size_t i = 0; i < object->count; i++) {
		const struct json *member = &object->items[i];
		const struct policy_place at = { .in = in, .name = member->name };
		bool known = false;

		for (size_t n = 0; n < count && !known; n++)
			known = slice_equal(member->name, slice_from(names[n]));
		if (!known)
			return policy_refuse(r, &at, slice_make(NULL, 0), "Unknown field");
		if (slice_equal(member->name, slice_from(string)) && member->kind != JSON_TEXT)
			return policy_refuse(r, &at, member->text, POLICY_SYNTAX);
	}
	return S3_OK;
}

static enum s3_err
read_effect(const struct policy_reader *r, const struct json *statement, const struct policy_place *in,
    struct policy_statement *out)
{
	const struct json *effect = json_member(statement, "Effect");
	const struct policy_place at = { .in = in, .name = SLICE("Effect") };

	if (effect == NULL)
		return policy_refuse(r, in, slice_make(NULL, 0), "Missing required field Effect");
	out->allow = slice_equal(effect->text, SLICE("Allow"));
	if (effect->kind != JSON_TEXT || (!out->allow && !slice_equal(effect->text, SLICE("Deny"))))
		return policy_refuse(r, &at, effect->text, "Invalid effect");
	return S3_OK;
}

enum {
	PRINCIPAL,
	ACTION,
	RESOURCE,
	ELEMENTS
};

static enum s3_err
read_elements(const struct policy_reader *r, const struct json *condition, const struct policy_place *at,
    struct element e[ELEMENTS], struct policy_statement *out)
{
	const struct policy_place condition_at = { .in = at, .name = SLICE("Condition") };
	enum s3_err err = policy_principals_read(
	    r, e[PRINCIPAL].value, e[PRINCIPAL].inverted, &e[PRINCIPAL].at, &out->principals);

	if (err == S3_OK && out->allow && e[PRINCIPAL].inverted)
		err = policy_refuse(
		    r, &e[PRINCIPAL].at, slice_make(NULL, 0), "Allow with NotPrincipal is not allowed");
	if (err == S3_OK)
		err = policy_actions_read(r, e[ACTION].value, e[ACTION].inverted, &e[ACTION].at, out->actions);
	out->not_resources = e[RESOURCE].inverted;
	if (err == S3_OK)
		err = policy_resources_read(r, e[RESOURCE].value, &e[RESOURCE].at, out);
	if (err == S3_OK && condition != NULL)
		err = policy_conditions_read(r, condition, &condition_at, out);
	if (err == S3_OK && !e[ACTION].inverted)
		err = policy_actions_check(r, e[ACTION].value, &e[ACTION].at, out);
	return err;
}

static enum s3_err
read_statement(const struct policy_reader *r, const struct json *statement, const struct policy_place *at,
    struct policy_statement *out)
{
	static const char *const names[] = { "Sid", "Effect", "Principal", "NotPrincipal", "Action", "NotAction",
		"Resource", "NotResource", "Condition" };
	struct element elements[ELEMENTS] = {
		[PRINCIPAL] = { .name = "Principal",
		    .inverse = "NotPrincipal",
		    .missing = "Missing required field Principal" },
		[ACTION] = { .name = "Action", .inverse = "NotAction", .missing = "Missing required field Action" },
		[RESOURCE] = { .name = "Resource",
		    .inverse = "NotResource",
		    .missing = "Missing required field Resource" },
	};
	enum s3_err err;

	if (statement->kind != JSON_MEMBERS)
		return policy_refuse(r, at, statement->text, POLICY_SYNTAX);
	err = check_names(r, statement, at, names, ARRAY_SIZE(names), "Sid");
	if (err == S3_OK)
		err = read_effect(r, statement, at, out);
	for (size_t i = 0; i < ELEMENTS && err == S3_OK; i++)
		err = find_element(r, statement, at, &elements[i]);
	if (err == S3_OK)
		err = read_elements(r, json_member(statement, "Condition"), at, elements, out);
	return err;
}

/* The document. */

static enum s3_err
read_version(struct policy_reader *r, const struct json *policy)
{
	const struct json *version = json_member(policy, "Version");
	const struct policy_place at = { .name = SLICE("Version") };

	r->variables = version != NULL && slice_equal(version->text, SLICE("2012-10-17"));
	if (version == NULL || r->variables ||
	    (version->kind == JSON_TEXT && slice_equal(version->text, SLICE("2008-10-17"))))
		return S3_OK;
	return policy_refuse(r, &at, version->text, "The policy must contain a valid version string");
}

static enum s3_err
read_statements(const struct policy_reader *r, const struct json *policy, struct policy *out)
{
	const struct policy_place at = { .name = SLICE("Statement") };
	const struct json *statements = json_member(policy, "Statement"), *items;
	enum s3_err err = S3_OK;

	if (statements == NULL)
		return policy_refuse(r, NULL, slice_make(NULL, 0), "Missing required field Statement");
	if (statements->kind == JSON_LIST && statements->count == 0)
		return policy_refuse(
		    r, &at, slice_make(NULL, 0), "Could not parse the policy: Statement is empty!");
	items = statements->kind == JSON_LIST ? statements->items : statements;
	out->count = statements->kind == JSON_LIST ? statements->count : 1;
	out->statements = talloc_zero_array(out, struct policy_statement, out->count);
	assert(out->statements != NULL);
	for (size_t i = 0; i < out->count && err == S3_OK; i++) {
		const struct policy_place item = policy_item_place(statements, &at, i);

		err = read_statement(r, &items[i], &item, &out->statements[i]);
	}
	return err;
}

static enum s3_err
read_policy(struct policy_reader *r, const struct json *tree, struct policy *out)
{
	static const char *const names[] = { "Version", "Id", "Statement" };
	enum s3_err err = check_names(r, tree, NULL, names, ARRAY_SIZE(names), "Id");

	if (err == S3_OK)
		err = read_version(r, tree);
	if (err == S3_OK)
		err = read_statements(r, tree, out);
	return err;
}

/* The JSON alone; NULL: refused. */
static const struct json *
read_document(TALLOC_CTX *mem, struct slice document, struct s3_refusal *why)
{
	const struct json *tree = NULL;
	const char *problem;

	if (document.length > POLICY_DOCUMENT_MAX)
		(void)s3_refuse(why, S3_MALFORMED_POLICY,
		    "Policy document exceeds the maximum allowed size of %d bytes", POLICY_DOCUMENT_MAX);
	else if (!slice_starts_with(document, SLICE("{")))
		(void)s3_refuse(why, S3_MALFORMED_POLICY, NULL);
	else if (json_length_normalized(document) > POLICY_NORMALIZED_MAX)
		(void)s3_refuse(why, S3_MALFORMED_POLICY,
		    "Normalized policy document exceeds the maximum allowed size of %d bytes",
		    POLICY_NORMALIZED_MAX);
	else if (!json_read(mem, document, DEPTH_MAX, &tree, &problem))
		(void)s3_refuse(why, S3_MALFORMED_POLICY, "This policy contains invalid Json: %s", problem);
	return tree;
}

enum s3_err
policy_parse(TALLOC_CTX *mem, struct slice document, struct slice bucket, const struct policy_users *users,
    struct s3_refusal *why, struct policy **out)
{
	struct policy *policy = talloc_zero(mem, struct policy);
	TALLOC_CTX *scratch = talloc_new(mem);
	struct policy_room room = { talloc_array(policy, char, document.length + 1), document.length };
	struct policy_reader r = { .mem = policy, .room = &room, .bucket = bucket, .users = users, .why = why };
	const struct json *tree;
	enum s3_err err = S3_MALFORMED_POLICY;

	assert(policy != NULL && scratch != NULL && room.free != NULL);
	*out = NULL;
	tree = read_document(scratch, document, why);
	if (tree != NULL)
		err = read_policy(&r, tree, policy);
	talloc_free(scratch);
	if (err == S3_OK)
		*out = policy;
	else
		talloc_free(policy);
	return err;
}
