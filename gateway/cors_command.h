/* What the parts of `crossgate cors …` share. */
#ifndef GATEWAY_CORS_COMMAND_H
#define GATEWAY_CORS_COMMAND_H

#include "cors/cors.h"
#include "gateway/command.h"

#define CORS_HEADERS_MAX 100 /* of --header */

/* The command line: what is not given is NULL, or empty. */
struct cors_arguments {
	TALLOC_CTX *mem;
	const char *store; /* of a flag, or else of the environment */
	bool store_given;  /* by a flag */
	const char *config_file;
	const char *bucket;
	const char *key;
	const char *origin;
	const char *method;
	struct fields headers;
	bool json;
	bool strict;
	unsigned given;       /* which flags: bits that cors_command.c knows */
	const char *words[3]; /* the verb, then a bucket or a file, then a file */
	int word_count;
};

/* For argp's doc: what the verbs do, and behind the flags what they print for programs. */
extern const char cors_command_help[];

/* "crossgate: CODE: message" on standard error, and the status of failure. */
int cors_command_refused(TALLOC_CTX *mem, const struct s3_refusal *why);

/* `crossgate cors lint`: needs no store. */
int cors_command_lint(const struct cors_arguments *a);

/* `crossgate cors check`: opens the store itself, which --config may name. */
int cors_command_check(const struct cors_arguments *a);

/*
 * Read a file (NULL or "-": standard input) up to one byte more than a document may have. False, with a line on standard
 * error, when it cannot be read.
 */
MUST_USE bool cors_command_read(TALLOC_CTX *mem, const char *file, struct slice *out);

#endif
