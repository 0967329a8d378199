#include "gateway/route.h"

#include "gateway/operations/operations.h"
#include "gateway/req.h"

#define EFFECT_READS  false
#define EFFECT_WRITES true

static const struct operation table[] = {
#define OP(op_name, verb, target, needs, takes, permission, object, effect, handler, data, before) \
	{                                                                                          \
		.name = #op_name,                                                                  \
		.method = #verb,                                                                   \
		.scope = SCOPE_##target,                                                           \
		.selector = (needs),                                                               \
		.body = BODY_##takes,                                                              \
		.action = ACTION_##permission,                                                     \
		.operand = OPERAND_##object,                                                       \
		.run = (handler),                                                                  \
		.argument = (data),                                                                \
		.prepare = (before),                                                               \
		.writes = EFFECT_##effect,                                                         \
	},
#include "gateway/operations.def"
#undef OP
};

const struct operation *
operations(size_t *count)
{
	*count = ARRAY_SIZE(table);
	return table;
}

/* In a presigned URL, an x-amz- parameter stands for the header of that name. */
static const struct field *
find_header(const struct req *r, const char *name)
{
	const struct field *header = fields_find_nocase(&r->headers, name);

	if (header == NULL && (req_has_parameter(r, "X-Amz-Signature") || req_has_parameter(r, "Signature")))
		header = fields_find_nocase(&r->target.parameters, name);
	return header;
}

/* "?name", "?name=value", "@name" or "@name=beginning of the value": does the request have it? */
static bool
term_holds(const struct req *r, struct slice term)
{
	bool parameter = term.data[0] == '?';
	struct slice wanted = slice_skip(term, 1), name;
	const struct field *field;
	char *text;

	if (!slice_next(&wanted, '=', &name))
		return false;
	text = slice_dup(NULL, name);
	field = parameter ? fields_find(&r->target.parameters, text) : find_header(r, text);
	talloc_free(text);
	return field && (wanted.length == 0 || slice_starts_with(field->value, wanted));
}

static bool
selected(const struct req *r, const struct operation *op)
{
	struct slice rest = slice_from(op->selector), term;

	while (slice_next(&rest, ' ', &term))
		if (!term_holds(r, term))
			return false;
	return true;
}

/* Whether the query names a subresource of this scope: then an operation on the whole must not answer. */
static bool
names_subresource(const struct req *r, enum scope scope)
{
	for (size_t i = 0; i < ARRAY_SIZE(table); i++) {
		struct slice rest = slice_from(table[i].selector), term;

		if (table[i].scope != scope || !slice_next(&rest, ' ', &term) || term.data[0] != '?')
			continue;
		if (!memchr(term.data, '=', term.length) && term_holds(r, term))
			return true;
	}
	return false;
}

static enum s3_err
no_such_method(struct req *r, enum scope scope)
{
	static const char *const types[] = { "SERVICE", "BUCKET", "OBJECT" };

	s3_refusal_detail(&r->refusal, "Method", r->method);
	s3_refusal_detail(&r->refusal, "ResourceType", slice_from(types[scope]));
	return req_refuse(r, S3_METHOD_NOT_ALLOWED, NULL);
}

enum s3_err
route(struct req *r)
{
	enum scope scope = r->target.bucket.length == 0 ? SCOPE_SERVICE
			   : r->target.key.length == 0  ? SCOPE_BUCKET
							: SCOPE_OBJECT;

	for (size_t i = 0; i < ARRAY_SIZE(table); i++) {
		const struct operation *op = &table[i];

		if (!slice_equal(r->method, slice_from(op->method)))
			continue;
		if ((op->scope != scope && op->scope != SCOPE_ANY) || !selected(r, op))
			continue;
		if (strchr(op->selector, '?') == NULL && op->scope != SCOPE_ANY && names_subresource(r, scope))
			continue;
		r->operation = op;
		return S3_OK;
	}
	return no_such_method(r, scope);
}
