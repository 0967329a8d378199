/* CORSConfiguration documents compiled into rules, and written again as they were put. */
#include "cors/rules.h"

#include <assert.h>

/* Escaping makes of one byte at most six; each value has tags beside it that the document had too. */
#define WRITTEN_MAX (8 * CORS_DOCUMENT_MAX)

/* Copy into the block of strings, which the document's size bounds. */
static struct slice
keep_text(struct cors_rules *rules, struct slice text)
{
	char *copy = rules->text_end;

	assert(text.length <= (size_t)(rules->text + talloc_get_size(rules->text) - copy));
	if (text.length > 0)
		memcpy(copy, text.data, text.length);
	rules->text_end += text.length;
	return slice_make(copy, text.length);
}

static struct slice
keep_lower(struct cors_rules *rules, struct slice text)
{
	char *copy = rules->text_end;

	text = keep_text(rules, text);
	slice_copy_lower(copy, text);
	return text;
}

/* The texts of all elements of one kind, in order. */
static struct cors_texts
collect(struct cors_rules *rules, const struct xml_element *rule, enum cors_kind kind)
{
	struct cors_texts texts = { NULL, 0 };

	for (const struct xml_element *e = rule->first; e != NULL; e = e->next)
		texts.count += cors_kind_of(e) == kind;
	texts.items = talloc_array(rules, struct slice, texts.count);
	assert(texts.items != NULL);
	texts.count = 0;
	for (const struct xml_element *e = rule->first; e != NULL; e = e->next)
		if (cors_kind_of(e) == kind)
			texts.items[texts.count++] = keep_text(rules, e->text);
	return texts;
}

static struct cors_patterns
compile_patterns(struct cors_rules *rules, const struct cors_texts *texts, bool lower)
{
	struct cors_patterns patterns = { talloc_array(rules, struct cors_pattern, texts->count), texts->count };

	assert(patterns.items != NULL);
	for (size_t i = 0; i < texts->count; i++)
		patterns.items[i] = cors_pattern_make(lower ? keep_lower(rules, texts->items[i]) : texts->items[i]);
	return patterns;
}

/* Each method once, where it was put first. */
static void
compile_methods(struct cors_rules *rules, struct cors_rule *rule)
{
	struct slice distinct[CORS_METHOD_COUNT];
	size_t count = 0;

	for (size_t i = 0; i < rule->allowed_methods.count; i++) {
		struct slice method = rule->allowed_methods.items[i];
		unsigned bit = cors_method_bit(method);

		if ((rule->methods & bit) == 0)
			distinct[count++] = method;
		rule->methods |= bit;
	}
	rule->allow_methods = slice_join(rules, distinct, count, ", ");
}

static void
compile_max_age(struct cors_rules *rules, struct cors_rule *rule)
{
	uint64_t seconds;

	if (rule->has_max_age && cors_max_age_read(rule->max_age_text, &seconds)) {
		rule->max_age = slice_from(talloc_asprintf(rules, "%u", (unsigned)seconds));
		assert(rule->max_age.data != NULL);
	}
}

static void
compile_rule(struct cors_rules *rules, const struct xml_element *element, struct cors_rule *rule)
{
	const struct xml_element *id = xml_child(element, "ID");
	const struct xml_element *max_age = xml_child(element, "MaxAgeSeconds");

	rule->has_id = id != NULL;
	if (id != NULL)
		rule->id = keep_text(rules, id->text);
	rule->has_max_age = max_age != NULL;
	if (max_age != NULL)
		rule->max_age_text = keep_text(rules, max_age->text);
	rule->allowed_methods = collect(rules, element, CORS_ALLOWED_METHOD);
	rule->allowed_origins = collect(rules, element, CORS_ALLOWED_ORIGIN);
	rule->allowed_headers = collect(rules, element, CORS_ALLOWED_HEADER);
	rule->exposed_headers = collect(rules, element, CORS_EXPOSE_HEADER);

	rule->origins = compile_patterns(rules, &rule->allowed_origins, false);
	rule->headers = compile_patterns(rules, &rule->allowed_headers, true);
	for (size_t i = 0; i < rule->allowed_origins.count; i++)
		rule->any_origin |= slice_equal(rule->allowed_origins.items[i], SLICE("*"));
	compile_methods(rules, rule);
	compile_max_age(rules, rule);
	rule->expose_headers = slice_join(rules, rule->exposed_headers.items, rule->exposed_headers.count, ", ");
}

static bool
texts_equal(const struct cors_texts *a, const struct cors_texts *b)
{
	if (a->count != b->count)
		return false;
	for (size_t i = 0; i < a->count; i++)
		if (!slice_equal(a->items[i], b->items[i]))
			return false;
	return true;
}

bool
cors_rules_equal(const struct cors_rule *a, const struct cors_rule *b)
{
	return slice_equal(a->id, b->id) && slice_equal(a->max_age_text, b->max_age_text) &&
	       texts_equal(&a->allowed_methods, &b->allowed_methods) &&
	       texts_equal(&a->allowed_origins, &b->allowed_origins) &&
	       texts_equal(&a->allowed_headers, &b->allowed_headers) &&
	       texts_equal(&a->exposed_headers, &b->exposed_headers);
}

/* The earlier rule with the ID of `rule`; NULL when there is none, and for rules without an ID. */
static const struct cors_rule *
same_id(const struct cors_rules *rules, const struct cors_rule *rule)
{
	for (size_t i = 0; i < rules->count && rule->id.length > 0; i++)
		if (slice_equal(rules->items[i].id, rule->id))
			return &rules->items[i];
	return NULL;
}

static size_t
count_rules(const struct xml_element *root)
{
	size_t count = 0;

	for (const struct xml_element *rule = root->first; rule != NULL; rule = rule->next)
		count++;
	return count;
}

static struct cors_rules *
rules_new(TALLOC_CTX *mem, size_t document_length, size_t count)
{
	struct cors_rules *rules = talloc_zero(mem, struct cors_rules);

	assert(rules != NULL);
	rules->items = talloc_zero_array(rules, struct cors_rule, count);
	/* Text never gets longer by resolving references; AllowedHeaders are kept in two forms. */
	rules->text = talloc_array(rules, char, 2 * document_length);
	assert(rules->items != NULL && rules->text != NULL);
	rules->text_end = rules->text;
	return rules;
}

/* Compile a document that has been checked. The one fault left to find is an ID that two different rules have. */
static enum s3_err
compile(struct cors_rules *rules, const struct xml_element *root, TALLOC_CTX *scratch, struct s3_refusal *why,
    const struct xml_element **where)
{
	unsigned number = 1;

	for (const struct xml_element *e = root->first; e != NULL; e = e->next, number++) {
		struct cors_rule rule = { .number = number };
		const struct cors_rule *earlier;

		*where = e;
		compile_rule(rules, e, &rule);
		earlier = same_id(rules, &rule);
		if (earlier == NULL)
			rules->items[rules->count++] = rule;
		else if (!cors_rules_equal(earlier, &rule))
			return s3_refuse(why, S3_INVALID_REQUEST, "Two different CORS rules have the ID \"%s\".",
			    cors_shown(scratch, rule.id));
	}
	return S3_OK;
}

enum s3_err
cors_rules_compile(TALLOC_CTX *mem, const struct xml_element *root, size_t document_length, struct s3_refusal *why,
    const struct xml_element **where, struct cors_rules **out)
{
	TALLOC_CTX *scratch = talloc_new(mem);
	enum s3_err err = cors_document_check(scratch, root, why, where);
	struct cors_rules *rules;

	*out = NULL;
	if (err != S3_OK)
		goto out;
	assert(root != NULL);
	rules = rules_new(mem, document_length, count_rules(root));
	err = compile(rules, root, scratch, why, where);
	if (err == S3_OK)
		*out = rules;
	else
		talloc_free(rules);
out:
	talloc_free(scratch);
	return err;
}

enum s3_err
cors_rules_parse(TALLOC_CTX *mem, struct slice document, struct s3_refusal *why, struct cors_rules **out)
{
	static const struct xml_limits limits = { .depth = CORS_LEVELS };
	TALLOC_CTX *scratch = talloc_new(mem);
	const struct xml_element *root = NULL, *where;
	enum s3_err err;

	if (document.length <= CORS_DOCUMENT_MAX)
		root = xml_parse(scratch, document, limits);
	err = cors_rules_compile(mem, root, document.length, why, &where, out);
	talloc_free(scratch);
	return err;
}

static void
write_texts(struct xml_writer *w, const char *name, const struct cors_texts *texts)
{
	for (size_t i = 0; i < texts->count; i++)
		xml_text(w, name, texts->items[i]);
}

static void
write_rule(struct xml_writer *w, const struct cors_rule *rule)
{
	xml_start(w, "CORSRule");
	if (rule->has_id)
		xml_text(w, "ID", rule->id);
	write_texts(w, "AllowedMethod", &rule->allowed_methods);
	write_texts(w, "AllowedOrigin", &rule->allowed_origins);
	write_texts(w, "AllowedHeader", &rule->allowed_headers);
	if (rule->has_max_age)
		xml_text(w, "MaxAgeSeconds", rule->max_age_text);
	write_texts(w, "ExposeHeader", &rule->exposed_headers);
	xml_end(w);
}

struct slice
cors_rules_write(TALLOC_CTX *mem, const struct cors_rules *rules)
{
	struct xml_writer *w = xml_writer_new(mem, WRITTEN_MAX);

	xml_start_root(w, "CORSConfiguration");
	for (size_t i = 0; i < rules->count; i++)
		write_rule(w, &rules->items[i]);
	xml_end(w);
	return xml_finish(w);
}

size_t
cors_rules_count(const struct cors_rules *rules)
{
	return rules->count;
}
