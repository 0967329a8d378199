/* What may stand in a CORSConfiguration: the structure of the whole document first, then the values, rule by rule. */
#include "cors/rules.h"

#include "common/encode.h"

static const struct {
	const char *name;
	size_t least;
	size_t most;
} kinds[CORS_KINDS] = {
	[CORS_ID] = { "ID", 0, 1 },
	[CORS_ALLOWED_METHOD] = { "AllowedMethod", 1, SIZE_MAX },
	[CORS_ALLOWED_ORIGIN] = { "AllowedOrigin", 1, SIZE_MAX },
	[CORS_ALLOWED_HEADER] = { "AllowedHeader", 0, SIZE_MAX },
	[CORS_MAX_AGE_SECONDS] = { "MaxAgeSeconds", 0, 1 },
	[CORS_EXPOSE_HEADER] = { "ExposeHeader", 0, SIZE_MAX },
};

bool
cors_max_age_read(struct slice text, uint64_t *seconds)
{
	return slice_to_number(slice_trim_of(text, " \t\n\r"), CORS_MAX_AGE_MAX, seconds);
}

static bool
value_well_formed(enum cors_kind kind, struct slice text)
{
	uint64_t seconds;

	if (kind == CORS_ID)
		return utf8_length(text) <= CORS_RULE_ID_MAX;
	return kind != CORS_MAX_AGE_SECONDS || cors_max_age_read(text, &seconds);
}

enum cors_kind
cors_kind_of(const struct xml_element *element)
{
	enum cors_kind kind = 0;

	while (kind < CORS_KINDS && !xml_is(element, kinds[kind].name))
		kind++;
	return kind;
}

/* What is wrong with the structure of a rule, and *where; NULL when nothing is. */
static const char *
rule_fault(TALLOC_CTX *mem, const struct xml_element *rule, const struct xml_element **where)
{
	size_t counts[CORS_KINDS] = { 0 };

	*where = rule;
	if (!xml_is(rule, "CORSRule"))
		return "CORSConfiguration holds an element other than CORSRule";
	for (const struct xml_element *e = rule->first; e != NULL; e = e->next) {
		enum cors_kind kind = cors_kind_of(e);

		*where = e;
		if (kind == CORS_KINDS)
			return "CORSRule holds an unknown element";
		counts[kind]++;
		if (!value_well_formed(kind, e->text))
			return talloc_asprintf(mem, "invalid %s", kinds[kind].name);
	}
	*where = rule;
	for (size_t kind = 0; kind < CORS_KINDS; kind++)
		if (counts[kind] < kinds[kind].least || counts[kind] > kinds[kind].most)
			return talloc_asprintf(
			    mem, "CORSRule has %s %s", counts[kind] > 0 ? "more than one" : "no", kinds[kind].name);
	return NULL;
}

static const char *
document_fault(TALLOC_CTX *mem, const struct xml_element *root, const struct xml_element **where)
{
	const char *fault = NULL;

	*where = root;
	if (root == NULL)
		return "not the XML of a CORSConfiguration";
	if (!xml_is(root, "CORSConfiguration"))
		return "the root element is not CORSConfiguration";
	if (root->first == NULL)
		return "CORSConfiguration has no CORSRule";
	for (const struct xml_element *rule = root->first; rule != NULL && fault == NULL; rule = rule->next)
		fault = rule_fault(mem, rule, where);
	return fault;
}

static size_t
count_stars(struct slice s)
{
	size_t stars = 0;

	for (size_t i = 0; i < s.length; i++)
		stars += s.data[i] == '*';
	return stars;
}

static bool
has_controls(struct slice s)
{
	for (size_t i = 0; i < s.length; i++)
		if ((unsigned char)s.data[i] < 0x20 || s.data[i] == 0x7f)
			return true;
	return false;
}

/* What the value checks need: why a value is refused, and memory for saying so. */
struct check {
	TALLOC_CTX *scratch;
	struct s3_refusal *why;
};

static enum s3_err
check_method(const struct check *c, struct slice text)
{
	if (cors_method_bit(text) != 0)
		return S3_OK;
	return s3_refuse(c->why, S3_INVALID_REQUEST,
	    "Found unsupported HTTP method in CORS config. Unsupported method is %s", cors_shown(c->scratch, text));
}

static enum s3_err
check_one_star(const struct check *c, struct slice text, const char *element)
{
	if (count_stars(text) <= 1)
		return S3_OK;
	return s3_refuse(c->why, S3_INVALID_REQUEST, "%s \"%s\" can not have more than one wildcard.", element,
	    cors_shown(c->scratch, text));
}

static enum s3_err
refuse_characters(const struct check *c, struct slice text, const char *element)
{
	return s3_refuse(c->why, S3_INVALID_REQUEST, "%s \"%s\" contains invalid character.", element,
	    cors_shown(c->scratch, text));
}

static enum s3_err
check_origin(const struct check *c, struct slice text)
{
	enum s3_err err = check_one_star(c, text, "AllowedOrigin");

	if (err == S3_OK && has_controls(text))
		err = refuse_characters(c, text, "AllowedOrigin");
	return err;
}

static enum s3_err
check_header(const struct check *c, struct slice text)
{
	enum s3_err err = check_one_star(c, text, "AllowedHeader");

	if (err == S3_OK && !cors_is_token(text))
		err = refuse_characters(c, text, "AllowedHeader");
	return err;
}

static enum s3_err
check_exposed(const struct check *c, struct slice text)
{
	if (count_stars(text) > 0)
		return s3_refuse(c->why, S3_INVALID_REQUEST,
		    "ExposeHeader \"%s\" contains wildcard. We currently do not support wildcard for ExposeHeader.",
		    cors_shown(c->scratch, text));
	return cors_is_token(text) ? S3_OK : refuse_characters(c, text, "ExposeHeader");
}

typedef enum s3_err check_fn(const struct check *c, struct slice text);

/* The order in which the kinds of a rule are looked at. */
static const struct {
	enum cors_kind kind;
	check_fn *check;
} value_checks[] = {
	{ CORS_ALLOWED_METHOD, check_method },
	{ CORS_ALLOWED_ORIGIN, check_origin },
	{ CORS_ALLOWED_HEADER, check_header },
	{ CORS_EXPOSE_HEADER, check_exposed },
};

static enum s3_err
check_rule(const struct check *c, const struct xml_element *rule, const struct xml_element **where)
{
	enum s3_err err = S3_OK;

	for (size_t i = 0; i < ARRAY_SIZE(value_checks) && err == S3_OK; i++)
		for (const struct xml_element *e = rule->first; e != NULL && err == S3_OK; e = e->next)
			if (cors_kind_of(e) == value_checks[i].kind) {
				*where = e;
				err = value_checks[i].check(c, e->text);
			}
	return err;
}

enum s3_err
cors_document_check(
    TALLOC_CTX *scratch, const struct xml_element *root, struct s3_refusal *why, const struct xml_element **where)
{
	const struct check check = { scratch, why };
	const char *fault = document_fault(scratch, root, where);
	enum s3_err err = S3_OK;
	size_t count = 0;

	if (fault != NULL)
		return s3_refuse(why, S3_MALFORMED_XML, "%s: %s", s3_err_message(S3_MALFORMED_XML), fault);
	for (const struct xml_element *rule = root->first; rule != NULL; rule = rule->next)
		count++;
	*where = root;
	if (count > CORS_RULES_MAX)
		return s3_refuse(why, S3_INVALID_REQUEST,
		    "The number of CORS rules should not exceed allowed limit of %d rules.", CORS_RULES_MAX);
	for (const struct xml_element *rule = root->first; rule != NULL && err == S3_OK; rule = rule->next)
		err = check_rule(&check, rule, where);
	return err;
}
