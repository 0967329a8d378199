/*
 * An ini file, read into sections and options, each with the line that it stands in. The syntax is what Python's
 * ConfigParser and oslo.config take: "name = value" or "name: value"; lines that are indented deeper than an option go on
 * with its value; # and ; start a remark, a ; with a space before it behind a value as well. Names are case-sensitive.
 */
#ifndef GATEWAY_INI_H
#define GATEWAY_INI_H

#include "common/slice.h"

#define INI_FILE_MAX     (1024 * 1024) /* bytes */
#define INI_LINE_MAX     (64 * 1024)
#define INI_SECTIONS_MAX 1000
#define INI_OPTIONS_MAX  1000 /* of one section */

struct ini_option {
	const char *name;
	const char *value; /* lines that go on with it stand behind '\n'; empty: none was given */
	unsigned line;
};

struct ini_section {
	const char *name; /* as written between the brackets; may come more than once */
	const char *path; /* of its file */
	unsigned line;
	struct ini_option *options; /* in order */
	size_t count;
};

struct ini_file {
	const char *path;
	struct ini_section *sections; /* in order */
	size_t count;
};

/*
 * Read a file, or a text as if it was the file of that path. Everything is on `mem`, nothing is borrowed. False, with
 * "PATH: …" or "PATH:LINE: …" in *fault, for a file that cannot be read, is larger than INI_FILE_MAX or no ini file.
 */
MUST_USE bool ini_read(TALLOC_CTX *mem, const char *path, const struct ini_file **out, char **fault);
MUST_USE bool ini_parse(
    TALLOC_CTX *mem, const char *path, struct slice text, const struct ini_file **out, char **fault);

/* The option of that name, the last of several; NULL: none. */
const struct ini_option *ini_find(const struct ini_section *section, const char *name);

#endif
