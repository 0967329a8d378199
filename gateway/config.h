/*
 * The settings of the program: from the command line, the environment and the ini file, in this order of precedence.
 * A configuration never changes once it has been read; a reload makes a new one.
 */
#ifndef GATEWAY_CONFIG_H
#define GATEWAY_CONFIG_H

#include "common/log.h"
#include "common/slice.h"
#include "cors/service.h"

#define CONFIG_DOMAINS_MAX 64

struct config {
	char *listen;                                /* "ADDR:PORT"; an IPv6 address in brackets */
	char *store;                                 /* URL */
	const char *domains[CONFIG_DOMAINS_MAX + 1]; /* lower case; NULL ends them */
	char *region;
	enum log_level log_level;
	uint64_t event_loops;
	uint64_t workers;
	uint64_t max_connections;
	uint64_t idle_timeout;
	uint64_t header_timeout;
	uint64_t body_timeout;
	uint64_t body_rate;
	uint64_t garbage_grace;
	const struct cors_service *cors_service; /* from the file alone; NULL: none */
	struct cors_notices notices;             /* to be logged */
	char *root_access_key;                   /* from the environment alone: secrets stay out of process lists */
	char *root_secret_key;
};

/* One setting given on the command line; the last name is NULL. */
struct config_flag {
	const char *name; /* as in options.def */
	const char *value;
};

/*
 * Read everything anew: the file (NULL: none), the environment and the flags. False, with a line for a person in
 * *message, when something is wrong: file, line or flag, and value are named in it. Either way *out is on `mem`, and
 * all else on *out.
 */
MUST_USE bool config_read(
    TALLOC_CTX *mem, const char *file, const struct config_flag *flags, struct config **out, char **message);

/* What `--help` and the manual say of each setting. */
struct config_option {
	const char *name; /* with underscores */
	const char *flag; /* with hyphens */
	const char *argument;
	const char *help;
	const char *initial;
};

/* All settings, in the order of options.def. */
const struct config_option *config_options(size_t *count);

#endif
