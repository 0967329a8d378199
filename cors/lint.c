/* The refusals, and the warnings about a rule as a whole. */
#include "cors/lint_private.h"

#include <assert.h>
#include <stdarg.h>

#define CHROMIUM_MAX_AGE 7200
#define FIREFOX_MAX_AGE  86400

/* Findings. */

static struct cors_finding *
add(struct lint *l)
{
	struct cors_findings *out = l->out;

	out->items = talloc_realloc(l->mem, out->items, struct cors_finding, out->count + 1);
	assert(out->items != NULL);
	out->items[out->count] = (struct cors_finding){ .rule = l->number };
	if (l->number > 0 && xml_child(l->element, "ID") != NULL)
		out->items[out->count].id = xml_child(l->element, "ID")->text;
	return &out->items[out->count++];
}

void
lint_warn(
    struct lint *l, const struct xml_element *where, const char *code, const char *advice, const char *format, ...)
{
	struct cors_finding *finding = add(l);
	va_list arguments;

	va_start(arguments, format);
	finding->text = talloc_vasprintf(l->mem, format, arguments);
	va_end(arguments);
	assert(finding->text != NULL);
	finding->code = code;
	finding->advice = advice;
	finding->line = where->line;
}

static void
refuse(struct lint *l, unsigned line, enum s3_err err, const char *message, const char *advice)
{
	struct cors_finding *finding = add(l);

	finding->refused = true;
	finding->code = s3_err_code(err);
	finding->text = message != NULL ? message : s3_err_message(err);
	finding->line = line;
	finding->advice = advice;
}

/* The elements of a rule. */

bool
lint_has_method(const struct cors_rule *rule, const char *methods)
{
	struct slice rest = slice_from(methods), method;

	while (slice_next(&rest, ',', &method))
		if ((rule->methods & cors_method_bit(method)) != 0)
			return true;
	return false;
}

const struct xml_element *
lint_next(const struct lint *l, const struct xml_element *after, enum cors_kind kind)
{
	const struct xml_element *e = after != NULL ? after->next : l->element->first;

	while (e != NULL && cors_kind_of(e) != kind)
		e = e->next;
	return e;
}

/* Warnings about a rule. */

static void
check_exposed(struct lint *l)
{
	for (size_t i = 0; i < l->rule->exposed_headers.count; i++)
		if (slice_equal_nocase(l->rule->exposed_headers.items[i], SLICE("ETag")))
			return;
	if (lint_has_method(l->rule, "PUT,POST"))
		lint_warn(l, l->element, "etag-not-exposed", "Add <ExposeHeader>ETag</ExposeHeader>.",
		    "it allows uploads and does not expose ETag: a page cannot read it, and a multipart upload from a "
		    "page fails");
}

static void
check_max_age(struct lint *l)
{
	const struct xml_element *element = xml_child(l->element, "MaxAgeSeconds");
	uint64_t seconds;

	if (element == NULL) {
		lint_warn(l, l->element, "no-max-age",
		    "Add <MaxAgeSeconds>3600</MaxAgeSeconds>, or what suits you.",
		    "it has no MaxAgeSeconds: browsers keep the answer to a preflight for 5 seconds, and then ask again");
	} else if (cors_max_age_read(element->text, &seconds) && seconds > FIREFOX_MAX_AGE) {
		lint_warn(l, element, "max-age-beyond-browsers", "Write 86400, or 7200, which all browsers keep.",
		    "MaxAgeSeconds %u is more than any browser keeps: Chromium 7200 (2 hours), Firefox 86400 (24 hours)",
		    (unsigned)seconds);
	} else if (cors_max_age_read(element->text, &seconds) && seconds > CHROMIUM_MAX_AGE) {
		lint_warn(l, element, "max-age-beyond-chromium", "Write 7200, or count on it in Firefox alone.",
		    "MaxAgeSeconds %u is more than the 7200 (2 hours) that Chromium keeps", (unsigned)seconds);
	}
}

static void
check_headers(struct lint *l)
{
	if (l->rule->allowed_headers.count == 0 && lint_has_method(l->rule, "PUT"))
		lint_warn(l, l->element, "no-allowed-header",
		    "Add <AllowedHeader>*</AllowedHeader>, or one for each of authorization, content-type and x-amz-*.",
		    "it allows PUT and no header: a PUT with a Content-Type is refused, and so is every upload by an SDK, "
		    "which sends authorization, content-type and x-amz-* headers");
}

static void
check_head(struct lint *l)
{
	if (lint_has_method(l->rule, "GET") && !lint_has_method(l->rule, "HEAD"))
		lint_warn(l, l->element, "head-missing", "Add <AllowedMethod>HEAD</AllowedMethod>.",
		    "it allows GET and not HEAD, which GET does not include: an SDK's HeadObject is refused");
}

static bool
texts_repeat(enum cors_kind kind, struct slice a, struct slice b)
{
	if (kind == CORS_ALLOWED_HEADER || kind == CORS_EXPOSE_HEADER)
		return slice_equal_nocase(a, b);
	return slice_equal(a, b);
}

static void
check_repeated(struct lint *l)
{
	for (const struct xml_element *e = l->element->first; e != NULL; e = e->next) {
		const struct xml_element *earlier = l->element->first;

		while (earlier != e && (cors_kind_of(earlier) != cors_kind_of(e) ||
					   !texts_repeat(cors_kind_of(e), earlier->text, e->text)))
			earlier = earlier->next;
		if (earlier != e)
			lint_warn(l, e, "repeated-element", "Drop one of them.", "%s \"%s\" is there twice",
			    slice_dup(l->mem, e->name), cors_shown(l->mem, e->text));
	}
}

typedef void rule_check_fn(struct lint *l);

static rule_check_fn *const rule_checks[] = {
	lint_origins,
	check_headers,
	check_exposed,
	check_head,
	check_max_age,
	check_repeated,
	lint_shadowed,
};

/* The compiled rule; NULL for an exact repeat of an earlier one, which is not kept. */
static const struct cors_rule *
find_compiled(const struct cors_rules *rules, unsigned number)
{
	for (size_t i = 0; i < rules->count; i++)
		if (rules->items[i].number == number)
			return &rules->items[i];
	return NULL;
}

static void
warn(struct lint *l, const struct xml_element *root)
{
	for (l->element = root->first; l->element != NULL; l->element = l->element->next) {
		l->number++;
		l->rule = find_compiled(l->rules, l->number);
		if (l->rule == NULL) {
			lint_warn(l, l->element, "repeated-rule", "Drop it.",
			    "it is an earlier rule once more, with the same ID: it is kept once");
			continue;
		}
		for (size_t i = 0; i < ARRAY_SIZE(rule_checks); i++)
			rule_checks[i](l);
	}
}

/* Refusals. */

static bool
is_within(const struct xml_element *rule, const struct xml_element *where)
{
	const struct xml_element *e = rule->first;

	while (e != NULL && e != where)
		e = e->next;
	return rule == where || e != NULL;
}

/* Make the rule of `where`, an element of the document, the one that is looked at; none where it is in none. */
static void
look_at(struct lint *l, const struct xml_element *root, const struct xml_element *where)
{
	unsigned number = 0;

	for (const struct xml_element *rule = root->first; rule != NULL && l->number == 0; rule = rule->next) {
		number++;
		if (!is_within(rule, where))
			continue;
		l->element = rule;
		l->number = number;
	}
}

/* What S3 would refuse further rules for, each as if it were the only one. */
static void
refuse_others(struct lint *l, const struct xml_element *root, unsigned refused)
{
	unsigned number = 0;

	for (const struct xml_element *rule = root->first; rule != NULL; rule = rule->next) {
		struct xml_element alone = *rule, around = *root;
		struct s3_refusal why = { .mem = l->mem };
		const struct xml_element *where;

		if (++number == refused)
			continue;
		alone.next = NULL;
		around.first = &alone;
		if (cors_document_check(l->mem, &around, &why, &where) == S3_OK)
			continue;
		l->element = rule;
		l->number = number;
		refuse(l, where->line, why.err, why.message, NULL);
	}
}

static void
refuse_document(
    struct lint *l, const struct xml_element *root, const struct xml_element *where, const struct s3_refusal *why)
{
	unsigned refused;

	look_at(l, root, where);
	refused = l->number;
	refuse(l, where->line, why->err, why->message, NULL);
	if (refused > 0)
		refuse_others(l, root, refused);
}

static bool
is_json(struct slice document)
{
	struct slice text = slice_trim_of(document, " \t\r\n");

	return slice_starts_with(text, SLICE("{")) || slice_starts_with(text, SLICE("["));
}

static const struct xml_element *
parse(struct lint *l, struct slice document)
{
	static const struct xml_limits limits = { .depth = CORS_LEVELS };
	const struct xml_element *root = NULL;
	struct xml_fault fault;

	if (document.length == 0) {
		refuse(l, 0, S3_MISSING_REQUEST_BODY, NULL, NULL);
	} else if (document.length > CORS_DOCUMENT_MAX) {
		refuse(l, 0, S3_MALFORMED_XML, NULL,
		    talloc_asprintf(l->mem, "It is longer than %d bytes: make it shorter.", CORS_DOCUMENT_MAX));
	} else if ((root = xml_parse_or_say(l->mem, document, limits, &fault)) == NULL) {
		refuse(l, fault.line, S3_MALFORMED_XML, NULL,
		    is_json(document)
			? "This is JSON: S3 takes rules as XML, of which tools that take JSON make it."
			: talloc_asprintf(l->mem, "Line %u: %s.", fault.line, fault.text));
	}
	return root;
}

void
cors_lint(TALLOC_CTX *mem, struct slice document, struct cors_findings *out)
{
	struct lint l = { .mem = mem, .out = out };
	struct s3_refusal why = { .mem = mem };
	const struct xml_element *root, *where;
	struct cors_rules *rules;

	*out = (struct cors_findings){ NULL, 0 };
	root = parse(&l, document);
	if (root == NULL)
		return;
	if (cors_rules_compile(mem, root, document.length, &why, &where, &rules) != S3_OK) {
		refuse_document(&l, root, where, &why);
		return;
	}
	l.rules = rules;
	warn(&l, root);
}
