/* What the parts of `crossgate cors check` share. */
#ifndef GATEWAY_CORS_CHECK_PRIVATE_H
#define GATEWAY_CORS_CHECK_PRIVATE_H

#include "cors/explain.h"
#include "gateway/cors_command.h"

/* What is asked, and of what. */
struct check {
	TALLOC_CTX *mem;
	const struct cors_arguments *arguments;
	const struct config *config; /* NULL: no file was given */
	struct cors_page page;
	struct cors_resource resource;
	struct cors_explanation answer;
};

/* The answer on standard output: for a person, or for a program. */
void cors_check_print(const struct check *c);
void cors_check_print_json(const struct check *c);

#endif
