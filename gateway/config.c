#include "gateway/config.h"

#include <ctype.h>

#include "gateway/ini.h"
#include "gateway/service_rules.h"

enum option_kind {
	OPTION_ADDRESS,
	OPTION_STORE,
	OPTION_DATA,
	OPTION_DOMAIN,
	OPTION_REGION,
	OPTION_LEVEL,
	OPTION_COUNT,
	OPTION_SECONDS
};

static const struct config_option options[] = {
#define OPTION(option_name, kind, default_value, argument_name, text) \
	{ .name = #option_name, .argument = (argument_name), .help = (text), .initial = (default_value) },
#include "gateway/options.def"
#undef OPTION
};

static const enum option_kind kinds[] = {
#define OPTION(option_name, kind, default_value, argument_name, text) OPTION_##kind,
#include "gateway/options.def"
#undef OPTION
};

#define COUNT_MAX   1000000
#define SECONDS_MAX (30 * 24 * 3600)
#define SECTION     "crossgate"

const struct config_option *
config_options(size_t *count)
{
	static char flags[ARRAY_SIZE(options)][32];
	static struct config_option full[ARRAY_SIZE(options)];

	for (size_t i = 0; i < ARRAY_SIZE(options); i++) {
		for (size_t j = 0; options[i].name[j]; j++)
			flags[i][j] = options[i].name[j] == '_' ? '-' : options[i].name[j];
		full[i] = options[i];
		full[i].flag = flags[i];
	}
	*count = ARRAY_SIZE(options);
	return full;
}

/* The index of a setting; hyphens and underscores are alike. */
static int
option_find(const char *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(options); i++) {
		const char *a = options[i].name, *b = name;

		while (*a && (*a == *b || (*a == '_' && *b == '-')))
			a++, b++;
		if (*a == '\0' && *b == '\0')
			return (int)i;
	}
	return -1;
}

/* A setting's number lives under its own name; the table keeps the members of struct config in step. */
static uint64_t *
number_member(struct config *c, const char *name)
{
	const struct {
		const char *name;
		uint64_t *member;
	} members[] = {
		{ "event_loops", &c->event_loops },
		{ "workers", &c->workers },
		{ "max_connections", &c->max_connections },
		{ "idle_timeout", &c->idle_timeout },
		{ "header_timeout", &c->header_timeout },
		{ "body_timeout", &c->body_timeout },
		{ "body_rate", &c->body_rate },
		{ "garbage_grace", &c->garbage_grace },
	};

	for (size_t i = 0; i < ARRAY_SIZE(members); i++)
		if (strcmp(members[i].name, name) == 0)
			return members[i].member;
	abort();
}

static bool
set_domain(struct config *c, const char *value)
{
	size_t n = 0;
	char *domain;

	if (*value == '\0')
		return true;
	while (c->domains[n])
		n++;
	if (n == CONFIG_DOMAINS_MAX)
		return false;
	domain = talloc_strdup(c, value);
	for (char *p = domain; *p; p++)
		*p = (char)tolower((unsigned char)*p);
	c->domains[n] = domain;
	return true;
}

/* It is sent in a header, and compared with what a signature names. */
static bool
set_region(struct config *c, const char *value)
{
	c->region = talloc_strdup(c, value);
	for (const char *p = value; *p; p++)
		if (!isalnum((unsigned char)*p) && strchr("-_.", *p) == NULL)
			return false;
	return true;
}

/* Give a setting its value; false when the value is none for it. */
static bool
set(struct config *c, int option, const char *value)
{
	const char *name = options[option].name;

	switch (kinds[option]) {
	case OPTION_ADDRESS:
		c->listen = talloc_strdup(c, value);
		return strrchr(value, ':') != NULL;
	case OPTION_STORE:
		c->store = talloc_strdup(c, value);
		return *value == '\0' || strchr(value, ':') != NULL;
	case OPTION_DATA:
		if (*value)
			c->store = talloc_asprintf(c, "local:%s", value);
		return true;
	case OPTION_DOMAIN:
		return set_domain(c, value);
	case OPTION_REGION:
		return set_region(c, value);
	case OPTION_LEVEL:
		return log_level_parse(slice_from(value), &c->log_level);
	case OPTION_COUNT:
		return slice_to_number(slice_from(value), COUNT_MAX, number_member(c, name));
	case OPTION_SECONDS:
		return slice_to_number(slice_from(value), SECONDS_MAX, number_member(c, name));
	}
	return false;
}

/* A value on several lines is as many values; the last counts, unless the setting may come more than once. */
static bool
read_option(struct config *c, const char *path, const struct ini_option *o, char **message)
{
	struct slice rest = slice_from(o->value), value;
	int option = option_find(o->name);

	if (option < 0) {
		*message = talloc_asprintf(c, "%s:%u: [" SECTION "] %s: no such setting", path, o->line, o->name);
		return false;
	}
	do {
		(void)slice_next(&rest, '\n', &value);
		if (!set(c, option, slice_dup(c, value))) {
			*message = talloc_asprintf(
			    c, "%s:%u: %s: '%.*s' is no value for it", path, o->line, o->name, SLICE_ARG(value));
			return false;
		}
	} while (rest.length > 0);
	return true;
}

static bool
read_settings(struct config *c, const struct ini_file *ini, char **message)
{
	for (size_t i = 0; i < ini->count; i++) {
		const struct ini_section *section = &ini->sections[i];
		bool own = strcmp(section->name, SECTION) == 0;

		for (size_t j = 0; own && j < section->count; j++)
			if (!read_option(c, ini->path, &section->options[j], message))
				return false;
	}
	return true;
}

static bool
read_file(struct config *c, const char *path, char **message)
{
	const struct ini_file *ini;
	bool taken;

	if (!ini_read(c, path, &ini, message))
		return false;
	taken = read_settings(c, ini, message) &&
		service_rules_read(c, ini, SECTION, &c->notices, &c->cors_service, message);
	talloc_free((void *)ini);
	return taken;
}

static bool
read_environment(struct config *c, char **message)
{
	for (size_t i = 0; i < ARRAY_SIZE(options); i++) {
		char variable[64] = "CROSSGATE_";
		size_t length = strlen(variable);
		const char *value;

		for (const char *p = options[i].name; *p; p++)
			variable[length++] = (char)toupper((unsigned char)*p);
		variable[length] = '\0';
		value = getenv(variable);
		if (value && !set(c, (int)i, value)) {
			*message = talloc_asprintf(c, "%s: '%s' is no value for it", variable, value);
			return false;
		}
	}
	c->root_access_key = talloc_strdup(c, getenv("CROSSGATE_ROOT_ACCESS_KEY") ?: "");
	c->root_secret_key = talloc_strdup(c, getenv("CROSSGATE_ROOT_SECRET_KEY") ?: "");
	if ((*c->root_access_key == '\0') != (*c->root_secret_key == '\0')) {
		*message = talloc_strdup(
		    c, "CROSSGATE_ROOT_ACCESS_KEY and CROSSGATE_ROOT_SECRET_KEY are only of use together");
		return false;
	}
	return true;
}

static bool
read_flags(struct config *c, const struct config_flag *flags, char **message)
{
	for (; flags->name; flags++) {
		if (set(c, option_find(flags->name), flags->value))
			continue;
		*message = talloc_asprintf(c, "--%s: '%s' is no value for it", flags->name, flags->value);
		return false;
	}
	return true;
}

bool
config_read(TALLOC_CTX *mem, const char *file, const struct config_flag *flags, struct config **out, char **message)
{
	struct config *c = talloc_zero(mem, struct config);

	for (size_t i = 0; i < ARRAY_SIZE(options); i++)
		if (!set(c, (int)i, options[i].initial))
			abort();
	*out = c;
	return (!file || read_file(c, file, message)) && read_environment(c, message) &&
	       read_flags(c, flags, message);
}
