/* Every rule of a bucket, or section of the service, against what the browser sends: the first thing that does not match. */
#include "cors/explain_private.h"

#include <assert.h>

#define LIST_MAX 500 /* bytes of a list in a sentence, after which it is cut */

/* How close a rule is: there is room between them for the steps to an origin, of which fewer are closer. */
#define STEPS_MOST 9
enum {
	CLOSE_NOT = 1,
	CLOSE_HALF = 20,
	CLOSE_BUT_FOR_METHOD = 30,
	CLOSE_BUT_FOR_ORIGIN = 40,
	CLOSE_BUT_FOR_HEADERS = 60
};

static struct slice
join(const struct explain *e, const struct slice *items, size_t count)
{
	struct buf *list = buf_new(e->mem, SIZE_MAX / 2);
	size_t shown = 0;

	for (; shown < count && (shown == 0 || buf_slice(list).length < LIST_MAX); shown++)
		buf_printf(list, "%s%s", shown > 0 ? ", " : "", cors_shown(e->mem, items[shown]));
	if (shown < count)
		buf_printf(list, " and %zu more", count - shown);
	return buf_slice(list);
}

static bool
has_headers(const struct explain *e, const struct cors_patterns *have)
{
	for (size_t i = 0; i < e->names.count; i++)
		if (!cors_any_matches(have, e->names.items[i]))
			return false;
	return true;
}

/* The names that none of the patterns takes. */
static size_t
find_missing(const struct explain *e, const struct cors_patterns *have, struct slice **out)
{
	size_t count = 0;

	*out = talloc_array(e->mem, struct slice, e->names.count);
	assert(*out != NULL);
	for (size_t i = 0; i < e->names.count; i++)
		if (!cors_any_matches(have, e->names.items[i]))
			(*out)[count++] = e->names.items[i];
	return count;
}

static bool
has_origin(const struct explain *e, const struct cors_rule *rule)
{
	struct slice origin = e->preflight.origin;

	return cors_echoes_safely(origin) && (rule->any_origin || cors_any_matches(&rule->origins, origin));
}

static bool
has_method(const struct explain *e, const struct cors_rule *rule)
{
	return (rule->methods & cors_method_bit(e->preflight.requested_method)) != 0;
}

/* How a rule, or a section, is changed. */
struct manner {
	bool in_list; /* of origins without wildcards */
	const char *method_before, *method_after;
	const char *header_before, *header_after;
};

static const struct manner of_bucket = {
	.method_before = "<AllowedMethod>",
	.method_after = "</AllowedMethod>",
	.header_before = "<AllowedHeader>",
	.header_after = "</AllowedHeader>",
};

static const struct manner of_service = {
	.in_list = true,
	.method_before = "",
	.method_after = " to allow_methods",
	.header_before = "",
	.header_after = " to allow_headers",
};

static void
miss_origin(const struct explain *e, struct cors_reason *reason, const struct cors_texts *texts,
    const struct manner *manner)
{
	struct near_miss miss = explain_origin(e, texts, manner->in_list);
	struct slice all = join(e, texts->items, texts->count);

	reason->failed = "origin";
	reason->near = miss.code;
	reason->text = miss.text;
	reason->advice = miss.advice;
	reason->closeness = miss.steps > 0 ? CLOSE_NOT + STEPS_MOST - miss.steps : 0;
	if (miss.steps == 0)
		reason->text =
		    explain_text(e, "its %s %.*s", texts->count == 1 ? "origin is" : "origins are", SLICE_ARG(all));
}

static void
miss_method(const struct explain *e, struct cors_reason *reason, struct slice have, const struct manner *manner)
{
	struct slice meant = explain_method_meant(e);
	const char *shown = cors_shown(e->mem, e->preflight.requested_method);

	reason->failed = "method";
	reason->text = explain_text(e, "it allows %.*s, and not %s", SLICE_ARG(have), shown);
	if (meant.length > 0) {
		reason->near = "method-case";
		reason->advice = explain_text(e, "Methods are in upper case: ask with %.*s.", SLICE_ARG(meant));
	} else if (manner->in_list || cors_method_bit(e->preflight.requested_method) != 0) {
		reason->advice = explain_text(e, "Add %s%s%s.", manner->method_before, shown, manner->method_after);
	}
}

/* There are many x-amz-* headers, and every release of an SDK has new ones. */
static struct slice
name_to_add(struct slice name)
{
	return slice_starts_with(name, SLICE("x-amz-")) ? SLICE("x-amz-*") : name;
}

static const char *
advise_headers(const struct explain *e, const struct slice *missing, size_t count, const struct manner *manner)
{
	struct buf *list = buf_new(e->mem, 2 * LIST_MAX);
	struct slice last = SLICE("");

	for (size_t i = 0; i < count; i++) {
		struct slice name = name_to_add(missing[i]);

		if (!slice_equal(name, last))
			buf_printf(list, "%s%s%s%s", i > 0 ? ", " : "", manner->header_before,
			    cors_shown(e->mem, name), manner->in_list ? "" : manner->header_after);
		last = name;
	}
	if (buf_overflowed(list))
		return explain_text(e, "Add %s*%s.", manner->header_before, manner->header_after);
	return explain_text(e, "Add %s%s.", buf_slice(list).data, manner->in_list ? manner->header_after : "");
}

static void
miss_headers(const struct explain *e, struct cors_reason *reason, const struct cors_patterns *have,
    const struct manner *manner)
{
	struct slice *missing, all;
	size_t count = find_missing(e, have, &missing);

	all = join(e, missing, count);
	reason->failed = "header";
	reason->text =
	    explain_text(e, "it does not allow the %s %.*s", count == 1 ? "header" : "headers", SLICE_ARG(all));
	reason->advice = advise_headers(e, missing, count, manner);
	reason->closeness = CLOSE_BUT_FOR_HEADERS;
}

/* A bucket's rules. */

/* To let every site write is never what is missing. */
static void
advise_own_rule(const struct explain *e, struct cors_reason *reason, const struct manner *manner)
{
	const char *method = cors_shown(e->mem, e->preflight.requested_method);
	const char *origin = cors_shown(e->mem, e->preflight.origin);

	if (reason->near != NULL || strcmp(method, "GET") == 0 || strcmp(method, "HEAD") == 0)
		return;
	reason->closeness = CLOSE_NOT;
	reason->advice =
	    manner->in_list
		? explain_text(e, "Name %s in a section that allows %s.", origin, method)
		: explain_text(e,
		      "Add a rule with <AllowedOrigin>%s</AllowedOrigin> and <AllowedMethod>%s</AllowedMethod>.",
		      origin, method);
}

static void
explain_rule(const struct explain *e, const struct cors_rule *rule, struct cors_reason *reason)
{
	bool headers = has_headers(e, &rule->headers);

	if (!has_origin(e, rule)) {
		miss_origin(e, reason, &rule->allowed_origins, &of_bucket);
		if (reason->near != NULL && has_method(e, rule) && headers)
			reason->closeness += CLOSE_BUT_FOR_ORIGIN;
	} else if (!has_method(e, rule)) {
		miss_method(e, reason, rule->allow_methods, &of_bucket);
		reason->closeness = headers ? CLOSE_BUT_FOR_METHOD : CLOSE_HALF;
		if (rule->any_origin)
			advise_own_rule(e, reason, &of_bucket);
	} else if (!headers) {
		miss_headers(e, reason, &rule->headers, &of_bucket);
	}
}

/* Where another rule has what this one lacks, parts of two rules are taken for one. */
static void
add_elsewhere(const struct explain *e, const struct cors_rules *rules, size_t of)
{
	struct cors_reason *reason = &e->out->reasons[of];
	bool is_method = reason->failed != NULL && strcmp(reason->failed, "method") == 0;
	bool is_header = reason->failed != NULL && strcmp(reason->failed, "header") == 0;

	for (size_t i = 0; i < rules->count; i++) {
		const struct cors_rule *other = &rules->items[i];

		if (i == of ||
		    (!(is_method && has_method(e, other)) && !(is_header && has_headers(e, &other->headers))))
			continue;
		reason->text = explain_text(
		    e, "%s; rule %u does, but a rule has to have all three", reason->text, (unsigned)(i + 1));
		return;
	}
}

static void
make_reasons(const struct explain *e, size_t count)
{
	e->out->reasons = talloc_zero_array(e->mem, struct cors_reason, count);
	assert(e->out->reasons != NULL);
	e->out->count = count;
}

void
explain_rules(struct explain *e, const struct cors_rules *rules)
{
	struct cors_explanation *out = e->out;

	make_reasons(e, rules->count);
	for (size_t i = 0; i < rules->count; i++) {
		const struct cors_rule *rule = &rules->items[i];
		struct cors_reason *reason = &out->reasons[i];

		reason->rule = (unsigned)(i + 1);
		reason->name = rule->id;
		explain_rule(e, rule, reason);
		if (out->answering == NULL && reason->failed == NULL)
			out->answering = reason;
		if (out->answering_actual == NULL && has_origin(e, rule) && has_method(e, rule))
			out->answering_actual = reason;
	}
	for (size_t i = 0; i < rules->count && !out->granted; i++)
		add_elsewhere(e, rules, i);
}

/* The service's rules. */

static bool
is_before(const struct cors_service_section *a, const struct cors_service_section *b)
{
	int order = strcmp(a->file, b->file);

	return order < 0 || (order == 0 && a->line < b->line);
}

/* Put a section in its place, unless it is there; returns how many there are then. */
static size_t
insert(const struct cors_service_section **sections, size_t count, const struct cors_service_section *section)
{
	size_t at = count;

	for (size_t i = 0; i < count; i++)
		if (sections[i] == section)
			return count;
	for (; at > 0 && is_before(section, sections[at - 1]); at--)
		sections[at] = sections[at - 1];
	sections[at] = section;
	return count + 1;
}

static size_t
list_sections(const struct explain *e, const struct cors_service *service, const struct cors_service_section ***out)
{
	size_t count = 0;

	*out = talloc_array(e->mem, const struct cors_service_section *, service->origin_count + 1);
	assert(*out != NULL);
	for (size_t i = 0; i < service->origin_count; i++)
		count = insert(*out, count, service->origins[i].section);
	return service->any_origin != NULL ? insert(*out, count, service->any_origin) : count;
}

static struct cors_texts
list_origins(
    const struct explain *e, const struct cors_service *service, const struct cors_service_section *section)
{
	struct cors_texts texts = { talloc_array(e->mem, struct slice, service->origin_count), 0 };

	assert(texts.items != NULL);
	for (size_t i = 0; i < service->origin_count; i++)
		if (service->origins[i].section == section)
			texts.items[texts.count++] = service->origins[i].text;
	return texts;
}

/* Methods count in a preflight alone. */
static void
explain_section(const struct explain *e, const struct cors_service *service,
    const struct cors_service_section *section, struct cors_reason *reason)
{
	struct cors_service_match match = cors_service_match(service, &e->preflight);
	struct cors_texts origins;

	if (section == match.section) {
		if (e->out->has_preflight && !cors_service_has_method(section, e->preflight.requested_method)) {
			miss_method(e, reason, section->allow_methods, &of_service);
			reason->closeness = CLOSE_BUT_FOR_METHOD;
			if (match.any_origin)
				advise_own_rule(e, reason, &of_service);
		} else if (!has_headers(e, &section->headers)) {
			miss_headers(e, reason, &section->headers, &of_service);
		}
		return;
	}
	if (section == service->any_origin) {
		reason->failed = "origin";
		reason->text =
		    match.section == NULL
			? "its * is for every origin, and the request has none"
			: explain_text(e, "its * is for origins that no section names, and [%s] names this one",
			      match.section->name);
		return;
	}
	origins = list_origins(e, service, section);
	miss_origin(e, reason, &origins, &of_service);
	if (reason->near != NULL && cors_service_has_method(section, e->preflight.requested_method) &&
	    has_headers(e, &section->headers))
		reason->closeness += CLOSE_BUT_FOR_ORIGIN;
}

void
explain_service(struct explain *e, const struct cors_service *service)
{
	struct cors_service_match match = cors_service_match(service, &e->preflight);
	const struct cors_service_section **sections;
	size_t count = list_sections(e, service, &sections);

	make_reasons(e, count);
	for (size_t i = 0; i < count; i++) {
		struct cors_reason *reason = &e->out->reasons[i];

		reason->name = slice_from(sections[i]->name);
		explain_section(e, service, sections[i], reason);
		if (reason->failed == NULL)
			e->out->answering = reason;
		if (sections[i] == match.section)
			e->out->answering_actual = reason;
	}
}
