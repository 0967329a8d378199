/* Sections of service rules while they are collected from ini files: what service_rules.c and paste.c share. */
#ifndef GATEWAY_SERVICE_RULES_PRIVATE_H
#define GATEWAY_SERVICE_RULES_PRIVATE_H

#include "gateway/service_rules.h"

#define BASE "cors" /* the section that others inherit from */

struct collection {
	TALLOC_CTX *mem; /* for all that is collected */
	struct cors_section *sections;
	size_t count;
	struct cors_notice *notices;
	size_t notice_count;
	char *fault; /* NULL: none */
};

/* Options of one section: of several with one name the last counts. */
struct option_list {
	struct cors_option *items;
	size_t count;
};

/* Add a notice, or say what is wrong: "FILE:LINE: [SECTION]" and then what is given. The second returns false. */
void collection_notice(struct collection *c, bool warning, const struct ini_section *section, const char *format,
    ...) __attribute__((format(printf, 4, 5)));
bool collection_fail(struct collection *c, const struct ini_section *section, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/*
 * Add the options of a section that are wanted (NULL: all); the lines of a value become members of a list. One that is
 * given twice is warned of.
 */
void option_list_take(struct collection *c, struct option_list *list, const struct ini_section *section,
    bool (*wanted)(const char *name));

/* Add a section, with options that it owns from now on. */
void collection_add(struct collection *c, const char *name, bool inherits, const char *file, unsigned line,
    struct option_list options);

/* Whether this is the first section of its name in the file; otherwise the fault is set. */
bool collection_is_first(struct collection *c, const struct ini_file *ini, const struct ini_section *section);

/* The first section of that name; NULL: none. */
const struct ini_section *section_find(const struct ini_file *ini, const char *name);

/* Collect [cors.NAME], and the filters of PasteDeploy. False: c->fault is set. */
bool collect_named(struct collection *c, const struct ini_file *ini);
bool collect_filters(struct collection *c, const struct ini_file *ini);

/* Whether a section is of a kind that PasteDeploy has. */
bool is_paste_section(const char *name);

#endif
