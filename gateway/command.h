/* The commands of the program: each takes its own arguments, argv[0] being its name, and returns the exit status. */
#ifndef GATEWAY_COMMAND_H
#define GATEWAY_COMMAND_H

#include "common/slice.h"
#include "gateway/config.h"
#include "storage/catalog.h"

enum {
	EXIT_OK = 0,
	EXIT_FAILED = 1,
	EXIT_USAGE = 2
};

int command_serve(int argc, char **argv);
int command_user(int argc, char **argv);
int command_key(int argc, char **argv);
int command_cors(int argc, char **argv);
int command_verify(int argc, char **argv);
int command_stats(int argc, char **argv);
int command_migrate(int argc, char **argv);

/* A store opened for a command other than serve. */
struct opened {
	struct store *store;
	struct catalog *catalog;
};

/* The URL that CROSSGATE_DATA or CROSSGATE_STORE gives; NULL: none. */
const char *command_store_of_environment(TALLOC_CTX *mem);

/* Whether a store may be used: it is not one that is still being filled by a migration. Otherwise says so. */
MUST_USE bool command_may_use(struct store *store, const char *store_url);

/* Open a store that may be used; says on standard error why it cannot. */
MUST_USE bool command_open(TALLOC_CTX *mem, const char *store_url, bool create, struct opened *out);
void command_close(struct opened *opened);

/* A new random pair of keys for that user, on `mem`. */
struct access_key *command_new_key(TALLOC_CTX *mem, const char *user_id);

/* One line on standard error: "crossgate: …". Returns `status`. */
int command_fail(int status, const char *format, ...) __attribute__((format(printf, 2, 3)));

#endif
