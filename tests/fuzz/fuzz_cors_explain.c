/*
 * A CORSConfiguration looked over, and a page's request explained by it. The first byte is the separator of three fields
 * and the document; the headers that the page sets are lines:
 *
 *	|origin|method|Name: value\nName\n|<CORSConfiguration>…
 *
 * What is looked over is refused exactly where PutBucketCors refuses it, in its words. An explanation grants what the
 * decision does, by the same rule, and says of each other rule why not. So does one of rules for the whole service. No line
 * that is shown has a control character.
 */
#include <assert.h>

#include "common/terminal.h"
#include "cors/explain.h"
#include "cors/lint.h"
#include "cors/rules.h"
#include "cors/service.h"
#include "tests/fuzz/fuzz.h"

#define FIELDS 3

static void
check_line(TALLOC_CTX *mem, const char *text)
{
	for (const char *line = terminal_line(mem, slice_from(text)); *line != '\0'; line++)
		assert((unsigned char)*line >= 0x20 && *line != 0x7f);
}

static const struct cors_rules *
look_over(TALLOC_CTX *mem, struct slice document)
{
	struct s3_refusal why = { .mem = mem };
	struct cors_rules *rules;
	struct cors_findings findings;
	enum s3_err err = cors_rules_parse(mem, document, &why, &rules);

	cors_lint(mem, document, &findings);
	assert((err != S3_OK) == (findings.count > 0 && findings.items[0].refused));
	if (err != S3_OK && document.length > 0)
		assert(strcmp(findings.items[0].code, s3_err_code(err)) == 0);
	if (err == S3_INVALID_REQUEST)
		assert(strcmp(findings.items[0].text, why.message) == 0);
	for (size_t i = 0; i < findings.count; i++) {
		assert(
		    findings.items[i].refused == (err != S3_OK) && findings.items[i].line <= document.length + 1);
		check_line(mem, findings.items[i].text);
		if (findings.items[i].advice != NULL)
			check_line(mem, findings.items[i].advice);
	}
	return rules;
}

static void
check_reasons(TALLOC_CTX *mem, const struct cors_explanation *x)
{
	for (size_t i = 0; i < x->count; i++) {
		const struct cors_reason *reason = &x->reasons[i];

		assert((reason->failed == NULL) == (reason->text == NULL));
		if (reason->text != NULL)
			check_line(mem, reason->text);
		if (reason->advice != NULL)
			check_line(mem, reason->advice);
	}
	for (size_t i = 0; i < x->note_count; i++)
		check_line(mem, x->notes[i]);
}

static void
ask(TALLOC_CTX *mem, const struct cors_resource *resource, const struct cors_page *page)
{
	struct cors_explanation x;
	const struct cors_reason *first = NULL;

	cors_explain(mem, resource, page, &x);
	check_reasons(mem, &x);
	assert(x.granted == (x.answering != NULL) && x.granted == (x.answering_actual != NULL));
	assert(!x.has_preflight || (x.err == S3_OK) == x.granted);
	assert(x.granted || x.advice != NULL || x.count > 0);
	for (size_t i = 0; i < x.count && first == NULL; i++)
		if (x.reasons[i].failed == NULL)
			first = &x.reasons[i];
	if (x.granted)
		assert(x.answering == first);
}

/* One section for a site, one for all others. */
static const struct cors_service *
make_service(TALLOC_CTX *mem)
{
	static const struct cors_option one[] = { { "allowed_origin", "https://www.example.com", "f", 2 },
		{ "allow_headers", "x-*", "f", 3 } },
					any[] = { { "allowed_origin", "*", "f", 5 },
						{ "allow_methods", "GET,PATCH", "f", 6 } };
	static const struct cors_section sections[] = { { "cors", false, "f", 1, one, ARRAY_SIZE(one) },
		{ "cors.any", true, "f", 4, any, ARRAY_SIZE(any) } };
	const struct cors_service *service;
	struct cors_notices notices;
	const char *fault;

	assert(cors_service_compile(mem, sections, ARRAY_SIZE(sections), &notices, &fault, &service));
	return service;
}

static void
read_headers(TALLOC_CTX *mem, struct slice lines, struct fields *headers)
{
	struct slice line, name;

	while (headers->count < 100 && slice_next(&lines, '\n', &line))
		if (slice_next(&line, ':', &name))
			fields_add(mem, headers, slice_trim(name), slice_trim(line));
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	TALLOC_CTX *mem = talloc_new(NULL);
	struct slice rest = slice_make(data, size), fields[FIELDS] = { { NULL, 0 } };
	struct cors_resource resource = { .bucket_exists = true };
	struct cors_page page = { .names_key = true };

	if (size > 0) {
		rest = slice_skip(rest, 1);
		for (size_t i = 0; i < FIELDS; i++)
			(void)slice_next(&rest, (char)data[0], &fields[i]);
	}
	page.origin = fields[0];
	page.method = fields[1];
	read_headers(mem, fields[2], &page.headers);
	resource.rules = look_over(mem, rest);
	ask(mem, &resource, &page);
	resource = (struct cors_resource){ .service = make_service(mem) };
	ask(mem, &resource, &page);
	talloc_free(mem);
	return 0;
}
