/* `crossgate cors …`: a bucket's rules without a client, a document before it is put, and a request explained. */
#include "gateway/cors_command.h"

#include <argp.h>
#include <errno.h>

#include "common/terminal.h"
#include "gateway/operations/operations.h"

enum {
	FLAG_STORE = 1000,
	FLAG_DATA,
	FLAG_JSON,
	FLAG_STRICT,
	FLAG_CONFIG,
	FLAG_BUCKET,
	FLAG_KEY,
	FLAG_ORIGIN,
	FLAG_METHOD,
	FLAG_HEADER
};

#define BIT(flag)   (1u << ((flag)-FLAG_STORE))
#define STORE_FLAGS (BIT(FLAG_STORE) | BIT(FLAG_DATA))
#define CHECK_FLAGS                                                                                              \
	(STORE_FLAGS | BIT(FLAG_JSON) | BIT(FLAG_CONFIG) | BIT(FLAG_BUCKET) | BIT(FLAG_KEY) | BIT(FLAG_ORIGIN) | \
	    BIT(FLAG_METHOD) | BIT(FLAG_HEADER))

static const struct argp_option flags[] = {
	{ "data", FLAG_DATA, "DIR", 0, "The folder that the gateway serves from", 0 },
	{ "store", FLAG_STORE, "URL", 0, "The store that the gateway serves from", 0 },
	{ "json", FLAG_JSON, NULL, 0, "check, lint: answer in JSON", 0 },
	{ "strict", FLAG_STRICT, NULL, 0, "lint: exit with 1 on warnings too", 0 },
	{ "config", FLAG_CONFIG, "FILE", 0,
	    "check: the gateway's configuration, with its service rules and its store", 0 },
	{ "bucket", FLAG_BUCKET, "NAME", 0, "check: the bucket; with --config and without it, the list of buckets",
	    0 },
	{ "key", FLAG_KEY, "KEY", 0, "check: the object's key, which need not exist", 0 },
	{ "origin", FLAG_ORIGIN, "ORIGIN", 0, "check: of the page, as in https://www.example.com", 0 },
	{ "method", FLAG_METHOD, "METHOD", 0, "check: that the page uses", 0 },
	{ "header", FLAG_HEADER, "NAME[: VALUE]", 0, "check: a header that the page sets (repeatable)", 0 },
	{ 0 },
};

/* "NAME: VALUE", or names with "," between. */
static void
add_headers(struct cors_arguments *a, const char *text, const struct argp_state *state)
{
	struct slice rest = slice_from(text), name;
	size_t colon;

	if (slice_find(rest, SLICE(":"), &colon)) {
		name = slice_trim(slice_head(rest, colon));
		if (name.length == 0)
			argp_error(state, "--header '%s': a name comes before the colon",
			    terminal_line(a->mem, slice_from(text)));
		fields_add(a->mem, &a->headers, name, slice_trim(slice_skip(rest, colon + 1)));
		rest = SLICE("");
	}
	while (slice_next(&rest, ',', &name) && a->headers.count <= CORS_HEADERS_MAX)
		if (slice_trim(name).length > 0)
			fields_add(a->mem, &a->headers, slice_trim(name), SLICE(""));
	if (a->headers.count > CORS_HEADERS_MAX)
		argp_error(state, "more than %d headers", CORS_HEADERS_MAX);
}

/* Where the text of a flag belongs; NULL for one that needs more than keeping. */
static const char **
place_of(struct cors_arguments *a, int flag)
{
	switch (flag) {
	case FLAG_CONFIG:
		return &a->config_file;
	case FLAG_BUCKET:
		return &a->bucket;
	case FLAG_KEY:
		return &a->key;
	case FLAG_ORIGIN:
		return &a->origin;
	case FLAG_METHOD:
		return &a->method;
	default:
		return NULL;
	}
}

static void
take_word(struct cors_arguments *a, const char *word, const struct argp_state *state)
{
	if (a->word_count == (int)ARRAY_SIZE(a->words))
		argp_error(state, "what is '%s'?", terminal_line(a->mem, slice_from(word)));
	a->words[a->word_count++] = word;
}

static void
take_flag(struct cors_arguments *a, int flag, const char *value, const struct argp_state *state)
{
	const char **place = place_of(a, flag);

	a->given |= BIT(flag);
	a->json |= flag == FLAG_JSON;
	a->strict |= flag == FLAG_STRICT;
	a->store_given |= flag == FLAG_STORE || flag == FLAG_DATA;
	if (place)
		*place = value;
	else if (flag == FLAG_DATA)
		a->store = talloc_asprintf(a->mem, "local:%s", value);
	else if (flag == FLAG_STORE)
		a->store = value;
	else if (flag == FLAG_HEADER)
		add_headers(a, value, state);
}

static error_t
parse_argument(int key, char *value, struct argp_state *state)
{
	if (key == ARGP_KEY_ARG)
		take_word(state->input, value, state);
	else if (key >= FLAG_STORE && key <= FLAG_HEADER)
		take_flag(state->input, key, value, state);
	else
		return ARGP_ERR_UNKNOWN;
	return 0;
}

/* What the verbs share. */

int
cors_command_refused(TALLOC_CTX *mem, const struct s3_refusal *why)
{
	const char *message = why->message ?: s3_err_message(why->err);

	return command_fail(EXIT_FAILED, "%s: %s%s", s3_err_code(why->err), terminal_line(mem, slice_from(message)),
	    why->err == S3_MALFORMED_XML ? " ('crossgate cors lint FILE' says where)" : "");
}

static int
refused(TALLOC_CTX *mem, enum s3_err err)
{
	const struct s3_refusal why = { .err = err };

	return cors_command_refused(mem, &why);
}

bool
cors_command_read(TALLOC_CTX *mem, const char *file, struct slice *out)
{
	bool is_input = !file || strcmp(file, "-") == 0;
	FILE *in = is_input ? stdin : fopen(file, "re");
	char *bytes = talloc_size(mem, CORS_DOCUMENT_MAX + 1);
	size_t length = in ? fread(bytes, 1, CORS_DOCUMENT_MAX + 1, in) : 0;
	bool failed = !in || ferror(in);

	if (failed)
		command_fail(EXIT_FAILED, "%s: %s",
		    is_input ? "standard input" : terminal_line(mem, slice_from(file)), strerror(errno));
	if (in && !is_input)
		fclose(in);
	*out = slice_make(bytes, length);
	return !failed;
}

static int
store_failed(TALLOC_CTX *mem, enum store_err err, const char *bucket)
{
	const char *shown = terminal_line(mem, slice_from(bucket));

	if (err == STORE_NOT_FOUND)
		return command_fail(EXIT_FAILED, "%s: %s: '%s'%s", s3_err_code(S3_NO_SUCH_BUCKET),
		    s3_err_message(S3_NO_SUCH_BUCKET), shown,
		    strchr(bucket, '/') ? " (a bucket's name stands alone, without s3:// and key)" : "");
	return command_fail(EXIT_FAILED, "bucket '%s': %s", shown, store_err_name(err));
}

/* The verbs on a bucket. */

static int
cors_get(struct catalog *c, const struct bucket *bucket, const struct cors_arguments *a)
{
	struct slice stored, canonical;
	enum store_err err = catalog_document(c, a->mem, bucket, document_cors.number, &stored);

	if (err == STORE_NOT_FOUND)
		return refused(a->mem, document_cors.absent);
	if (err != STORE_OK)
		return store_failed(a->mem, err, bucket->name);
	if (document_cors.check(a->mem, stored, NULL, &canonical) != S3_OK)
		return command_fail(
		    EXIT_FAILED, "bucket '%s': the stored %s is damaged", bucket->name, document_cors.root);
	puts(terminal_xml(a->mem, canonical));
	return EXIT_OK;
}

static int
cors_set(struct catalog *c, const struct bucket *bucket, const struct cors_arguments *a)
{
	struct s3_refusal why = { .mem = a->mem };
	struct slice document;
	enum store_err err;

	if (!cors_command_read(a->mem, a->words[2], &document))
		return EXIT_FAILED;
	if (document.length == 0)
		return refused(a->mem, S3_MISSING_REQUEST_BODY);
	if (document.length > CORS_DOCUMENT_MAX)
		return refused(a->mem, S3_MALFORMED_XML);
	if (document_cors.check(a->mem, document, &why, NULL) != S3_OK)
		return cors_command_refused(a->mem, &why);
	err = catalog_document_put(c, bucket, document_cors.number, document);
	return err == STORE_OK ? EXIT_OK : store_failed(a->mem, err, bucket->name);
}

static int
cors_delete(struct catalog *c, const struct bucket *bucket, const struct cors_arguments *a)
{
	enum store_err err = catalog_document_delete(c, bucket, document_cors.number);

	return err == STORE_OK ? EXIT_OK : store_failed(a->mem, err, bucket->name);
}

/* Which of them. */

static const struct verb {
	const char *name;
	const char *wants;
	int words_min, words_max;                   /* the verb counts */
	unsigned flags;                             /* that it takes */
	int (*run)(const struct cors_arguments *a); /* without a store */
	int (*run_on)(
	    struct catalog *c, const struct bucket *bucket, const struct cors_arguments *a); /* or with one */
} verbs[] = {
	{ "get", "BUCKET", 2, 2, STORE_FLAGS, NULL, cors_get },
	{ "set", "BUCKET [FILE]", 2, 3, STORE_FLAGS, NULL, cors_set },
	{ "delete", "BUCKET", 2, 2, STORE_FLAGS, NULL, cors_delete },
	{ "check", "--bucket NAME --origin ORIGIN --method METHOD", 1, 1, CHECK_FLAGS, cors_command_check, NULL },
	{ "lint", "FILE", 2, 2, BIT(FLAG_JSON) | BIT(FLAG_STRICT), cors_command_lint, NULL },
};

#define VERBS "get, set, delete, check and lint"

static const struct verb *
find_verb(const struct cors_arguments *a)
{
	for (size_t i = 0; a->word_count > 0 && i < ARRAY_SIZE(verbs); i++)
		if (strcmp(verbs[i].name, a->words[0]) == 0)
			return &verbs[i];
	return NULL;
}

/* What is wrong with the words and flags; NULL: nothing. */
static const char *
find_fault(const struct cors_arguments *a, const struct verb *verb)
{
	if (a->word_count == 0)
		return "one of " VERBS " is missing";
	if (!verb)
		return talloc_asprintf(
		    a->mem, "'%s' is none of " VERBS, terminal_line(a->mem, slice_from(a->words[0])));
	if (a->word_count < verb->words_min || a->word_count > verb->words_max)
		return talloc_asprintf(a->mem, "it is 'crossgate cors %s %s'", verb->name, verb->wants);
	for (const struct argp_option *flag = flags; flag->name; flag++)
		if ((a->given & BIT(flag->key) & ~verb->flags) != 0)
			return talloc_asprintf(a->mem, "'crossgate cors %s' takes no --%s", verb->name, flag->name);
	return NULL;
}

static int
run_on_bucket(const struct verb *verb, const struct cors_arguments *a)
{
	struct bucket *bucket;
	struct opened opened;
	enum store_err err;
	int status;

	if (!a->store)
		return command_fail(EXIT_USAGE, "no store: give --data DIR or --store URL");
	if (!command_open(a->mem, a->store, false, &opened))
		return EXIT_FAILED;
	err = catalog_bucket(opened.catalog, a->mem, slice_from(a->words[1]), &bucket);
	status = err == STORE_OK ? verb->run_on(opened.catalog, bucket, a) : store_failed(a->mem, err, a->words[1]);
	command_close(&opened);
	return status;
}

int
command_cors(int argc, char **argv)
{
	struct argp argp = { .options = flags,
		.parser = parse_argument,
		.args_doc = "get BUCKET\nset BUCKET [FILE]\ndelete BUCKET\nlint FILE\n"
			    "check --bucket NAME --origin ORIGIN --method METHOD",
		.doc = cors_command_help };
	TALLOC_CTX *mem = talloc_new(NULL);
	struct cors_arguments a = { .mem = mem, .store = command_store_of_environment(mem) };
	const struct verb *verb;
	const char *fault;
	int status;

	argp_err_exit_status = EXIT_USAGE;
	argv[0] = talloc_strdup(mem, "crossgate cors");
	argp_parse(&argp, argc, argv, 0, NULL, &a);
	verb = find_verb(&a);
	fault = find_fault(&a, verb);
	if (fault)
		status = command_fail(EXIT_USAGE, "%s: see 'crossgate cors --help'", fault);
	else
		status = verb->run ? verb->run(&a) : run_on_bucket(verb, &a);
	if (status == EXIT_OK && fflush(stdout) != 0)
		status = command_fail(EXIT_FAILED, "standard output: %s", strerror(errno));
	talloc_free(mem);
	return status;
}
