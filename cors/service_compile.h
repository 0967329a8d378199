/* How sections become rules: what service.c (sections) and service_options.c (values) share. Private to these two. */
#ifndef CORS_SERVICE_COMPILE_H
#define CORS_SERVICE_COMPILE_H

#include "cors/service_rules.h"

struct cors_compiler {
	TALLOC_CTX *mem;
	const struct cors_section *sections;
	size_t count;
	bool *done; /* of each section */
	struct cors_notices *notices;
	struct cors_notice *notice_items;
	const char **fault;
	struct cors_service *service;
	void *named; /* every origin so far, a tree of tsearch: there may be tens of thousands */
};

/* A section's value of an option, and where it stands: in the section, in the one it inherits from, or nowhere. */
struct cors_setting {
	const struct cors_section *section;
	const struct cors_option *option; /* with the section's place when it stands nowhere */
	bool own;                         /* the section itself gives it */
	struct slice value;
};

/* Add "FILE:LINE: text". */
void cors_compiler_notice(struct cors_compiler *c, bool warning, const char *file, unsigned line,
    const char *format, ...) __attribute__((format(printf, 5, 6)));

/* Enter "FILE:LINE: [SECTION] option: 'value' why" as what stops the start; false, for `return …`. */
bool cors_compiler_fail(
    struct cors_compiler *c, const struct cors_setting *setting, struct slice value, const char *why);

/* Read a value into the section. False: it stops the start. */
typedef bool cors_option_read_fn(
    struct cors_compiler *c, const struct cors_setting *setting, struct cors_service_section *out);

struct cors_option_kind {
	const char *name;
	const char *standard; /* the value where no section gives one */
	bool inherited;
	cors_option_read_fn *read;
};

#define CORS_OPTION_KINDS 6
extern const struct cors_option_kind cors_option_kinds[CORS_OPTION_KINDS];

#endif
