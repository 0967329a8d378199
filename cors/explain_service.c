/* Every section of the service's rules against what the browser sends: the first thing that does not match. */
#include <assert.h>

#include "cors/explain_misses.h"

static const struct manner of_service = {
	.in_list = true,
	.method_before = "",
	.method_after = " to allow_methods",
	.header_before = "",
	.header_after = " to allow_headers",
};

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
			explain_miss_method(e, reason, section->allow_methods, &of_service);
			reason->closeness = CLOSE_BUT_FOR_METHOD;
			if (match.any_origin)
				explain_own_rule(e, reason, &of_service);
		} else if (!explain_has_headers(e, &section->headers)) {
			explain_miss_headers(e, reason, &section->headers, &of_service);
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
	explain_miss_origin(e, reason, &origins, &of_service);
	if (reason->near != NULL && cors_service_has_method(section, e->preflight.requested_method) &&
	    explain_has_headers(e, &section->headers))
		reason->closeness += CLOSE_BUT_FOR_ORIGIN;
}

void
explain_service(struct explain *e, const struct cors_service *service)
{
	struct cors_service_match match = cors_service_match(service, &e->preflight);
	const struct cors_service_section **sections;
	size_t count = list_sections(e, service, &sections);

	explain_make_reasons(e, count);
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
