/* `crossgate verify` and `crossgate stats`: what is in a store, and whether it is whole. */
#include <argp.h>
#include <inttypes.h>

#include "gateway/command.h"

enum {
	FLAG_STORE = 1000,
	FLAG_DATA
};

static const struct argp_option flags[] = {
	{ "data", FLAG_DATA, "DIR", 0, "The folder that the gateway serves from", 0 },
	{ "store", FLAG_STORE, "URL", 0, "The store that the gateway serves from", 0 },
	{ 0 },
};

struct arguments {
	TALLOC_CTX *mem;
	const char *store;
};

static error_t
parse_argument(int key, char *value, struct argp_state *state)
{
	struct arguments *a = state->input;

	if (key == FLAG_DATA)
		a->store = talloc_asprintf(a->mem, "local:%s", value);
	else if (key == FLAG_STORE)
		a->store = value;
	else if (key == ARGP_KEY_ARG)
		argp_error(state, "what is '%s'?", value);
	else
		return ARGP_ERR_UNKNOWN;
	return 0;
}

static void
print_fault(void *context, const char *line)
{
	(void)context;
	puts(line);
}

static int
verify(struct catalog *c)
{
	struct verify_result result;
	enum store_err err = catalog_verify(c, print_fault, NULL, &result);

	printf("buckets: %" PRIu64 "\nobjects: %" PRIu64 "\nversions: %" PRIu64 "\nblobs: %" PRIu64
	       "\nbytes: %" PRIu64 "\ndamaged: %" PRIu64 "\nmissing: %" PRIu64 "\norphans: %" PRIu64 "\n",
	    result.buckets, result.objects, result.versions, result.blobs, result.bytes, result.damaged,
	    result.missing, result.orphans);
	if (err != STORE_OK)
		return command_fail(EXIT_FAILED, "could not read everything: %s", store_err_name(err));
	if (result.damaged || result.missing || result.orphans)
		return command_fail(EXIT_FAILED, "the store is not whole");
	return EXIT_OK;
}

static int
stats(struct catalog *c)
{
	struct catalog_stats result;
	enum store_err err = catalog_stats(c, &result);

	if (err != STORE_OK)
		return command_fail(EXIT_FAILED, "could not count everything: %s", store_err_name(err));
	printf("users: %" PRIu64 "\nbuckets: %" PRIu64 "\nobjects: %" PRIu64 "\nbytes: %" PRIu64 "\nblobs: %" PRIu64
	       "\ngarbage: %" PRIu64 "\n",
	    result.users, result.buckets, result.objects, result.bytes, result.blobs, result.garbage);
	return EXIT_OK;
}

static int
inspect(int argc, char **argv, const char *name, const char *doc, int (*run)(struct catalog *c))
{
	struct argp argp = { .options = flags, .parser = parse_argument, .doc = doc };
	TALLOC_CTX *mem = talloc_new(NULL);
	struct arguments a = { mem, command_store_of_environment(mem) };
	struct opened opened;
	int status = EXIT_FAILED;

	argp_err_exit_status = EXIT_USAGE;
	argv[0] = talloc_strdup(mem, name);
	argp_parse(&argp, argc, argv, 0, NULL, &a);
	if (!a.store)
		status = command_fail(EXIT_USAGE, "no store: give --data DIR or --store URL");
	else if (command_open(mem, a.store, false, &opened)) {
		status = run(opened.catalog);
		command_close(&opened);
	}
	talloc_free(mem);
	return status;
}

int
command_verify(int argc, char **argv)
{
	return inspect(argc, argv, "crossgate verify",
	    "Read every record and every byte of a store, and report what does not match its checksum.", verify);
}

int
command_stats(int argc, char **argv)
{
	return inspect(argc, argv, "crossgate stats", "Count what a store holds.", stats);
}
