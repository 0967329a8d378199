/* The command line: which command it is. */
#include <malloc.h>
#include <sys/sysinfo.h>

#include "gateway/command.h"

static int
command_version(int argc, char **argv)
{
	(void)argc, (void)argv;
	puts("crossgate " CROSSGATE_VERSION);
	return EXIT_OK;
}

static const struct {
	const char *name;
	int (*run)(int argc, char **argv);
	const char *help;
} commands[] = {
	{ "serve", command_serve, "serve S3 from a store" },
	{ "user", command_user, "add, list, show, enable, disable, remove users" },
	{ "key", command_key, "add, list, remove a user's access keys" },
	{ "cors", command_cors, "get, set, delete, look over and explain cross-origin rules" },
	{ "verify", command_verify, "read everything and report what does not match its checksum" },
	{ "stats", command_stats, "count what the store holds" },
	{ "migrate", command_migrate, "move a store to another place while it is served" },
	{ "version", command_version, "print the version" },
};

static void
usage(FILE *out)
{
	fputs("usage: crossgate COMMAND [ARGUMENT…]\n\n", out);
	for (size_t i = 0; i < ARRAY_SIZE(commands); i++)
		fprintf(out, "  %-9s %s\n", commands[i].name, commands[i].help);
	fputs("\ncrossgate COMMAND --help tells more.\n", out);
}

/*
 * Upload buffers come and go with each request: keep their pages instead of asking the system each time. And an arena a
 * processor, not eight, for what a thread has given back stays with its arena.
 */
static void
allocate_sparingly(void)
{
	int processors = get_nprocs();

	mallopt(M_MMAP_THRESHOLD, 8 * 1024 * 1024);
	mallopt(M_TRIM_THRESHOLD, 64 * 1024 * 1024);
	mallopt(M_ARENA_MAX, processors < 2 ? 2 : processors);
}

int
main(int argc, char **argv)
{
	allocate_sparingly();
	if (argc > 1 && (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0)) {
		usage(stdout);
		return EXIT_OK;
	}
	for (size_t i = 0; argc > 1 && i < ARRAY_SIZE(commands); i++)
		if (strcmp(argv[1], commands[i].name) == 0)
			return commands[i].run(argc - 1, argv + 1);
	usage(stderr);
	return EXIT_USAGE;
}
