/* `crossgate serve`: start, wait for signals, stop. */
#include <argp.h>
#include <pthread.h>
#include <signal.h>
#include <sys/resource.h>

#include "common/clock.h"
#include "common/digest.h"
#include "common/encode.h"
#include "common/log.h"
#include "common/terminal.h"
#include "gateway/command.h"
#include "gateway/janitor.h"
#include "gateway/server.h"

#define STOP_PATIENCE_US (60 * INT64_C(1000000))
#define ROOT_NAME        "root"
#define FLAGS_MAX        256
#define FLAG_FIRST       1000
#define FLAG_CONFIG      999

/* The command line. */

struct arguments {
	const char *config_file;
	struct config_flag flags[FLAGS_MAX + 1];
	size_t flag_count;
};

static error_t
parse_argument(int key, char *value, struct argp_state *state)
{
	struct arguments *arguments = state->input;
	const struct config_option *options;
	size_t count;

	options = config_options(&count);
	if (key == FLAG_CONFIG)
		arguments->config_file = value;
	else if (key >= FLAG_FIRST && (size_t)(key - FLAG_FIRST) < count) {
		if (arguments->flag_count == FLAGS_MAX)
			argp_error(state, "too many flags");
		arguments->flags[arguments->flag_count++] =
		    (struct config_flag){ options[key - FLAG_FIRST].flag, value };
	} else if (key == ARGP_KEY_ARG)
		argp_error(state, "what is '%s'?", value);
	else
		return ARGP_ERR_UNKNOWN;
	return 0;
}

static void
parse_arguments(TALLOC_CTX *mem, int argc, char **argv, struct arguments *out)
{
	const struct config_option *options;
	struct argp_option *described;
	struct argp argp = { .parser = parse_argument,
		.doc =
		    "Serve S3 from a store.\v"
		    "Every setting is also a key of the configuration file's [crossgate] section and an environment "
		    "variable (CROSSGATE_LOG_LEVEL for --log-level). CROSSGATE_ROOT_ACCESS_KEY and "
		    "CROSSGATE_ROOT_SECRET_KEY name an administrator that is made sure to exist.\n\n"
		    "The file's sections [cors] and [cors.NAME] hold the cross-origin rules of whatever has no rules of its own: "
		    "buckets without a CORS configuration, buckets that do not exist, the list of buckets. Their options are "
		    "allowed_origin, allow_credentials, expose_headers, max_age, allow_methods and allow_headers, as "
		    "oslo.middleware has them; a PasteDeploy file with its filter is taken as well. SIGHUP reads the file "
		    "again." };
	size_t count;

	options = config_options(&count);
	described = talloc_zero_array(mem, struct argp_option, count + 2);
	described[0] =
	    (struct argp_option){ "config", FLAG_CONFIG, "FILE", 0, "Read settings from this ini file", 0 };
	for (size_t i = 0; i < count; i++) {
		const char *help = *options[i].initial
				       ? talloc_asprintf(mem, "%s [%s]", options[i].help, options[i].initial)
				       : options[i].help;

		described[i + 1] =
		    (struct argp_option){ options[i].flag, FLAG_FIRST + (int)i, options[i].argument, 0, help, 0 };
	}
	argp.options = described;
	argp_err_exit_status = EXIT_USAGE;
	argv[0] = talloc_strdup(mem, "crossgate serve");
	argp_parse(&argp, argc, argv, 0, NULL, out);
}

/* The first administrator. */

static enum store_err
add_root(struct catalog *catalog, TALLOC_CTX *mem, const struct access_key *key)
{
	unsigned char id[32];
	struct user root = {
		.name = talloc_strdup(mem, ROOT_NAME),
		.display_name = talloc_strdup(mem, ROOT_NAME),
		.email = talloc_strdup(mem, ""),
		.enabled = true,
		.administrator = true,
		.created_us = clock_wall_us(),
	};
	struct access_key owned = *key;

	random_bytes(id, sizeof(id));
	root.id = hex_encode(mem, slice_make(id, sizeof(id)));
	owned.user_id = root.id;
	return catalog_user_add(catalog, &root, &owned);
}

/* The administrator whose keys are in the environment: made, or given these keys. */
static enum store_err
ensure_root(struct catalog *catalog, TALLOC_CTX *mem, const struct config *config)
{
	struct access_key key = {
		.id = config->root_access_key, .secret = config->root_secret_key, .created_us = clock_wall_us()
	};
	struct access_key *known;
	struct user *user;
	enum store_err err = catalog_user_by_key(catalog, mem, slice_from(key.id), &known, &user);

	if (err == STORE_OK && user->administrator &&
	    equal_secret(slice_from(known->secret), slice_from(key.secret)))
		return STORE_OK;
	if (err == STORE_OK) {
		if (strcmp(user->name, ROOT_NAME) != 0)
			return STORE_EXISTS;
		err = catalog_key_remove(catalog, slice_from(user->id), slice_from(key.id));
	}
	if (err != STORE_OK && err != STORE_NOT_FOUND)
		return err;
	err = catalog_user_by_name(catalog, mem, SLICE(ROOT_NAME), &user);
	if (err == STORE_NOT_FOUND)
		return add_root(catalog, mem, &key);
	if (err != STORE_OK)
		return err;
	key.user_id = user->id;
	return catalog_key_add(catalog, &key);
}

static enum store_err
ensure_somebody(struct catalog *catalog, TALLOC_CTX *mem)
{
	struct access_key *key = command_new_key(mem, "");
	struct user **users;
	size_t count;
	enum store_err err = catalog_users(catalog, mem, &users, &count);

	if (err != STORE_OK || count > 0)
		return err;
	err = add_root(catalog, mem, key);
	if (err == STORE_OK)
		fprintf(stderr,
		    "crossgate: made the administrator '" ROOT_NAME "'; these keys are shown this once\n"
		    "  access key: %s\n  secret key: %s\n",
		    key->id, key->secret);
	return err;
}

static bool
ensure_administrator(struct catalog *catalog, TALLOC_CTX *mem, const struct config *config)
{
	enum store_err err =
	    *config->root_access_key ? ensure_root(catalog, mem, config) : ensure_somebody(catalog, mem);

	if (err == STORE_EXISTS)
		command_fail(EXIT_FAILED, "CROSSGATE_ROOT_ACCESS_KEY is the access key of another user");
	else if (err != STORE_OK)
		command_fail(EXIT_FAILED, "cannot make the administrator: %s", store_err_name(err));
	return err == STORE_OK;
}

/* Serving. */

static void
log_notices(const struct config *config)
{
	for (size_t i = 0; i < config->notices.count; i++) {
		const struct cors_notice *notice = &config->notices.items[i];

		if (notice->warning)
			LOG(WARN, "configuration", LOG_STRING("warning", notice->text));
		else
			LOG(INFO, "configuration", LOG_STRING("notice", notice->text));
	}
}

/* A faulty file leaves the settings as they are. Listener, store and threads stay what they were at the start. */
static void
reload(struct gateway *gateway, const struct arguments *arguments)
{
	struct config *config;
	char *message = NULL;

	if (!config_read(gateway, arguments->config_file, arguments->flags, &config, &message)) {
		LOG(ERROR, "settings not read again", LOG_STRING("why", message));
		talloc_free(config);
		return;
	}
	log_set_level(config->log_level);
	log_notices(config);
	config_replace(&gateway->config, gateway, config);
	LOG(INFO, "settings read again");
}

static void
await_signals(struct gateway *gateway, const struct arguments *arguments, const sigset_t *signals)
{
	int number;

	while (sigwait(signals, &number) == 0 && number == SIGHUP)
		reload(gateway, arguments);
	LOG(INFO, "stopping", LOG_STRING("signal", strsignal(number)));
}

static void
allow_many_files(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) == 0) {
		limit.rlim_cur = limit.rlim_max;
		setrlimit(RLIMIT_NOFILE, &limit);
	}
}

static int
serve(struct gateway *gateway, const struct config *config, const struct arguments *arguments,
    const sigset_t *signals)
{
	char *address, *message = NULL;
	enum store_err settled = catalog_settle(gateway->catalog);
	struct janitor *janitor = janitor_start(gateway->catalog);
	struct server *server;

	if (settled != STORE_OK)
		LOG(ERROR, "settle", LOG_STRING("error", store_err_name(settled)));
	if (!janitor)
		return command_fail(EXIT_FAILED, "cannot start the threads");
	server = server_start(gateway, config, gateway, &address, &message);
	if (server) {
		printf("crossgate listening on http://%s\n", address);
		fflush(stdout);
		LOG(INFO, "listening", LOG_STRING("address", address), LOG_STRING("store", config->store));
		await_signals(gateway, arguments, signals);
		server_stop(server, STOP_PATIENCE_US);
	}
	janitor_stop(janitor);
	return server ? EXIT_OK : command_fail(EXIT_FAILED, "%s", message);
}

int
command_serve(int argc, char **argv)
{
	TALLOC_CTX *mem = talloc_new(NULL);
	struct gateway *gateway = talloc_zero(mem, struct gateway);
	struct store_options options = { .create = true, .serve = true };
	struct catalog_options catalog_options;
	struct arguments arguments = { 0 };
	unsigned char host_id[24];
	struct config *config;
	struct store *store;
	char *message = NULL;
	sigset_t signals;
	int status = EXIT_FAILED;

	parse_arguments(mem, argc, argv, &arguments);
	if (!config_read(gateway, arguments.config_file, arguments.flags, &config, &message)) {
		status = command_fail(EXIT_USAGE, "%s", terminal_line(mem, slice_from(message)));
		goto out;
	}
	if (*config->store == '\0') {
		status = command_fail(EXIT_USAGE, "no store: give --data DIR or --store URL");
		goto out;
	}
	sigemptyset(&signals);
	sigaddset(&signals, SIGTERM);
	sigaddset(&signals, SIGINT);
	sigaddset(&signals, SIGHUP);
	pthread_sigmask(SIG_BLOCK, &signals, NULL); /* every thread inherits it: sigwait alone gets them */
	signal(SIGPIPE, SIG_IGN);
	allow_many_files();
	log_set_level(config->log_level);
	log_notices(config);
	random_bytes(host_id, sizeof(host_id));
	gateway->host_id = base64_encode(gateway, slice_make(host_id, sizeof(host_id)));
	config_replace(&gateway->config, gateway, config);

	if (store_open(config->store, &options, mem, &store, &message) != STORE_OK) {
		command_fail(EXIT_FAILED, "%s", message);
		goto out;
	}
	if (!command_may_use(store, config->store)) {
		store_close(store);
		goto out;
	}
	catalog_options.garbage_grace_us = (int64_t)config->garbage_grace * 1000000;
	gateway->catalog = catalog_new(store, &catalog_options);
	if (ensure_administrator(gateway->catalog, mem, config))
		status = serve(gateway, config, &arguments, &signals);
	catalog_free(gateway->catalog);
	store_close(store);
out:
	talloc_free(mem);
	return status;
}
