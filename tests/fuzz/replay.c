/* Runs a fuzz target over every file of the folders that are its arguments: what once was found stays found. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/slice.h"
#include "tests/fuzz/fuzz.h"

static void
give_up(const char *path, const char *reason)
{
	fprintf(stderr, "fuzz corpus: %s: %s\n", path, reason);
	exit(1);
}

/* The bytes on memory of exactly their size, so that a sanitizer sees a look beyond the end. */
static void
replay_file(int folder, const char *name)
{
	int file = openat(folder, name, O_RDONLY | O_CLOEXEC);
	struct stat status;
	uint8_t *data;

	if (file < 0 || fstat(file, &status) != 0)
		give_up(name, strerror(errno));
	data = malloc((size_t)status.st_size);
	if (status.st_size > 0 && data == NULL)
		abort();
	if (read(file, data, (size_t)status.st_size) != status.st_size)
		give_up(name, "cannot be read whole");
	close(file);
	LLVMFuzzerTestOneInput(data, (size_t)status.st_size);
	free(data);
}

static int
is_visible(const struct dirent *entry)
{
	return entry->d_name[0] != '.';
}

static void
replay_folder(char *path)
{
	struct dirent **entries;
	int folder = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int count = folder >= 0 ? scandirat(folder, ".", &entries, is_visible, alphasort) : -1;

	if (count < 0)
		give_up(path, strerror(errno));
	if (count == 0)
		give_up(path, "holds no input");
	for (int i = 0; i < count; i++) {
		replay_file(folder, entries[i]->d_name);
		free(entries[i]);
	}
	free(entries);
	close(folder);
	printf("fuzz corpus %s: %d inputs\n", basename(path), count);
}

int
main(int argc, char **argv)
{
	if (argc < 2)
		give_up("usage", "name the folders");
	for (int i = 1; i < argc; i++)
		replay_folder(argv[i]);
	return 0;
}
