/* What is peculiar to the embedded engine as a folder: making and opening it, several processes, crashes. */
#include "storage/local/local.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "tests/unit/storage/scratch.h"
#include "tests/unit/suite.h"

static TALLOC_CTX *mem;
static char *folder;

static void
make_folder(void)
{
	mem = talloc_new(NULL);
	folder = scratch_make(mem);
}

static void
remove_folder(void)
{
	scratch_remove(folder);
	talloc_free(mem);
}

static char *
inside(const char *name)
{
	return talloc_asprintf(mem, "%s/%s", folder, name);
}

static void
write_file(const char *path, struct slice bytes)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);

	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(write(fd, bytes.data, bytes.length), (int)bytes.length);
	close(fd);
}

/* Open it as the command line does, without serving; NULL: it cannot be opened. Not a check, for use in a child. */
static struct store *
open_beside(const char *place)
{
	TALLOC_CTX *own = talloc_new(NULL);
	struct store *s;
	char *message;
	enum store_err err = scratch_try(place, true, false, own, &s, &message);

	talloc_free(own);
	return err ? NULL : s;
}

/* Other processes. */

/* Run this program again, as `child MODE FOLDER`, with its standard output into a pipe. */
static pid_t
start_child(const char *mode, int *output)
{
	int pipe_ends[2];
	pid_t pid;

	ck_assert_int_eq(pipe2(pipe_ends, O_CLOEXEC), 0);
	pid = fork();
	ck_assert_int_ge(pid, 0);
	if (pid == 0) {
		dup2(pipe_ends[1], STDOUT_FILENO);
		execl("/proc/self/exe", "test_local", "child", mode, folder, NULL);
		_exit(127);
	}
	close(pipe_ends[1]);
	*output = pipe_ends[0];
	return pid;
}

static int
end_of_child(pid_t pid)
{
	int status = 0;

	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	return status;
}

static int
run_child(const char *mode)
{
	int output;
	pid_t pid = start_child(mode, &output);

	close(output);
	return end_of_child(pid);
}

/* Commit one number after another, and tell of each that is committed. */
static int
child_count(struct store *s)
{
	for (unsigned i = 0;; i++) {
		char text[16];
		int length = snprintf(text, sizeof(text), "%07u\n", i);

		if (put_one(s, PARTITION, slice_make(text, 7), slice_make(text, 7)) != STORE_OK)
			return 1;
		if (write(STDOUT_FILENO, text, (size_t)length) != length)
			return 1;
	}
}

/* That another process serves is the good end. */
static int
child_serve(const char *place)
{
	struct store *s;
	char *message;
	TALLOC_CTX *own = talloc_new(NULL);
	bool refused = scratch_try(place, false, true, own, &s, &message) == STORE_INVALID &&
		       strstr(message, "serves it already");

	talloc_free(own);
	return refused ? 0 : 1;
}

/* Far less than the map that is asked for first. */
static int
child_limited(const char *place)
{
	struct rlimit limit = { UINT64_C(3) << 30, UINT64_C(3) << 30 };
	unsigned long pages;
	char line[128] = "";
	FILE *statm = fopen("/proc/self/statm", "r");
	struct store *s;

	if (!statm || !fgets(line, sizeof(line), statm) || fclose(statm) != 0)
		return 1;
	pages = strtoul(line, NULL, 10);
	if (pages > limit.rlim_max / 8192) {
		fprintf(
		    stderr, "test_local: little address space is not tested: a sanitizer has taken much already\n");
		return 0;
	}
	if (setrlimit(RLIMIT_AS, &limit) < 0)
		return 1;
	s = open_beside(place);
	if (!s || put_one(s, PARTITION, SLICE("key"), SLICE("value")) != STORE_OK)
		return 1;
	store_close(s);
	return 0;
}

static int
child_main(const char *mode, const char *place)
{
	struct store *s;
	MDB_txn *txn;

	if (strcmp(mode, "serve") == 0)
		return child_serve(place);
	if (strcmp(mode, "limited") == 0)
		return child_limited(place);
	s = open_beside(place);
	if (!s)
		return 1;
	if (strcmp(mode, "count") == 0)
		return child_count(s);
	if (strcmp(mode, "read and die") == 0 && mdb_txn_begin(local_of(s)->env, NULL, MDB_RDONLY, &txn) == 0)
		raise(SIGKILL);
	if (strcmp(mode, "put") == 0 && put_one(s, PARTITION, SLICE("child"), SLICE("was here")) == STORE_OK &&
	    holds(s, PARTITION, SLICE("parent"), SLICE("was here"))) {
		store_close(s);
		return 0;
	}
	return 1;
}

START_TEST(another_process_commits)
{
	struct store *s = scratch_open(folder);

	ck_assert_store(put_one(s, PARTITION, SLICE("parent"), SLICE("was here")), STORE_OK);
	ck_assert_int_eq(run_child("put"), 0);
	ck_assert(holds(s, PARTITION, SLICE("child"), SLICE("was here")));
	ck_assert_store(put_one(s, PARTITION, SLICE("parent"), SLICE("goes on")), STORE_OK);
	store_close(s);
	s = scratch_open(folder);
	ck_assert(holds(s, PARTITION, SLICE("child"), SLICE("was here")));
	ck_assert(holds(s, PARTITION, SLICE("parent"), SLICE("goes on")));
	store_close(s);
}
END_TEST

START_TEST(one_process_serves)
{
	struct store *s = scratch_open(folder);

	ck_assert_int_eq(run_child("serve"), 0);
	store_close(s);
	ck_assert_int_ne(run_child("serve"), 0);
}
END_TEST

/* The child is killed in the middle of its work: what it said was committed is there. */
START_TEST(killed_while_committing)
{
	struct store *s = scratch_open(folder);
	char text[16];
	unsigned told = 0;
	int output;
	pid_t pid;

	store_close(s);
	pid = start_child("count", &output);
	while (told < 200 && read(output, text, 8) == 8)
		told++;
	kill(pid, SIGKILL);
	while (read(output, text, 8) == 8)
		told++;
	close(output);
	ck_assert(WIFSIGNALED(end_of_child(pid)));
	ck_assert_uint_ge(told, 200);
	s = scratch_open(folder);
	for (unsigned i = 0; i < told; i++) {
		snprintf(text, sizeof(text), "%07u", i);
		ck_assert(holds(s, PARTITION, slice_make(text, 7), slice_make(text, 7)));
	}
	store_close(s);
}
END_TEST

static int
count_reader(const char *line, void *context)
{
	unsigned *readers = context;

	/* A line for each, of process, thread and transaction ("-" for none), under a line of titles. */
	if (!strstr(line, "pid") && !strstr(line, "no active") && !strstr(line, " -\n"))
		++*readers;
	return 0;
}

START_TEST(dead_readers_are_cleared)
{
	struct store *s = scratch_open(folder);
	unsigned readers = 0;

	ck_assert_store(put_one(s, PARTITION, SLICE("parent"), SLICE("was here")), STORE_OK);
	ck_assert(WIFSIGNALED(run_child("read and die")));
	ck_assert_int_ge(mdb_reader_list(local_of(s)->env, count_reader, &readers), 0);
	ck_assert_uint_eq(readers, 1);
	/* Whoever opens the store next. */
	ck_assert_int_eq(run_child("put"), 0);
	readers = 0;
	ck_assert_int_ge(mdb_reader_list(local_of(s)->env, count_reader, &readers), 0);
	ck_assert_uint_eq(readers, 0);
	store_close(s);
}
END_TEST

static enum scan_step
stop(void *context, struct slice key, struct slice value, struct slice *seek)
{
	(void)context;
	(void)key;
	(void)value;
	(void)seek;
	return SCAN_STOP;
}

START_TEST(no_reader_outlives_its_call)
{
	struct store *s = scratch_open(folder);
	unsigned readers = 0;

	ck_assert_store(put_one(s, PARTITION, SLICE("key"), SLICE("value")), STORE_OK);
	ck_assert(holds(s, PARTITION, SLICE("key"), SLICE("value")));
	ck_assert(holds(s, PARTITION, SLICE("no key"), SLICE("")));
	ck_assert_store(store_scan(s, PARTITION, SLICE(""), stop, NULL), STORE_OK);
	ck_assert_int_ge(mdb_reader_list(local_of(s)->env, count_reader, &readers), 0);
	ck_assert_uint_eq(readers, 0);
	store_close(s);
}
END_TEST

/* Opening. */

START_TEST(reopened)
{
	static char large[100000];
	struct blob_id id = make_id(7);
	struct store *s = scratch_open(folder);
	char bytes[10];

	memset(large, 'l', sizeof(large));
	ck_assert_store(put_one(s, PARTITION, SLICE("small"), SLICE("value")), STORE_OK);
	ck_assert_store(put_one(s, PARTITION, SLICE("large"), slice_make(large, sizeof(large))), STORE_OK);
	ck_assert_store(put_one(s, PARTITION, slice_make(large, STORE_KEY_MAX), SLICE("long")), STORE_OK);
	ck_assert_store(write_blob(s, id, SLICE("0123456789"), 3), STORE_OK);
	store_close(s);
	s = scratch_open(folder);
	ck_assert(holds(s, PARTITION, SLICE("small"), SLICE("value")));
	ck_assert(holds(s, PARTITION, SLICE("large"), slice_make(large, sizeof(large))));
	ck_assert(holds(s, PARTITION, slice_make(large, STORE_KEY_MAX), SLICE("long")));
	ck_assert_store(read_blob(s, id, 10, 0, bytes, 10), STORE_OK);
	ck_assert_mem_eq(bytes, "0123456789", 10);
	store_close(s);
}
END_TEST

START_TEST(opened_twice)
{
	struct store *s = scratch_open(folder);
	struct store *second;
	char *message;

	ck_assert_store(scratch_try(folder, true, true, mem, &second, &message), STORE_INVALID);
	ck_assert_msg(strstr(message, "serves it already") != NULL, "%s", message);
	ck_assert_store(scratch_try(folder, true, false, mem, &second, &message), STORE_INVALID);
	ck_assert_msg(strstr(message, "this process has it open already") != NULL, "%s", message);
	ck_assert_store(put_one(s, PARTITION, SLICE("key"), SLICE("value")), STORE_OK);
	store_close(s);
	ck_assert_store(scratch_try(folder, false, false, mem, &second, &message), STORE_OK);
	ck_assert(holds(second, PARTITION, SLICE("key"), SLICE("value")));
	store_close(second);
}
END_TEST

START_TEST(sessions)
{
	struct store *s = scratch_open(folder);
	uint64_t first = store_session(s);
	char *message;

	ck_assert(store_session_alive(s, first));
	ck_assert(!store_session_alive(s, first + 1));
	store_close(s);
	s = scratch_open(folder);
	ck_assert_uint_ne(store_session(s), first);
	ck_assert(!store_session_alive(s, first));
	store_close(s);
	/* One that does not serve cannot tell whose work is under way. */
	ck_assert_store(scratch_try(folder, false, false, mem, &s, &message), STORE_OK);
	ck_assert(store_session_alive(s, first));
	store_close(s);
}
END_TEST

static int
check_mode(const char *path, const struct stat *sb, int type, struct FTW *ftw)
{
	(void)path;
	(void)ftw;
	return (sb->st_mode & 0777) != (type == FTW_D ? 0700u : 0600u);
}

START_TEST(nobody_else_may_read)
{
	char *place = inside("store");
	struct store *s;

	umask(0);
	s = scratch_open(place);
	ck_assert_store(put_one(s, PARTITION, SLICE("key"), SLICE("value")), STORE_OK);
	ck_assert_store(write_blob(s, make_id(1), SLICE("bytes"), 5), STORE_OK);
	store_close(s);
	ck_assert_int_eq(nftw(place, check_mode, 16, FTW_PHYS), 0);
}
END_TEST

/* What may be found in the place of a store. */
static const struct {
	const char *name;
	const char *file; /* that is there, with this content; NULL: none */
	struct slice content;
	bool create;
	enum store_err err;
	const char *message; /* part of it */
} places[] = {
	{ "an empty folder", NULL, { NULL, 0 }, false, STORE_NOT_FOUND, "there is no store in this folder" },
	{ "an empty folder, to create", NULL, { NULL, 0 }, true, STORE_OK, NULL },
	{ "a fresh file system", "lost+found", { NULL, 0 }, true, STORE_OK, NULL },
	{ "half a store", "format.new", { "crossgate", 9 }, false, STORE_NOT_FOUND, "there is no store" },
	{ "half a store, to create", "format.new", { "crossgate", 9 }, true, STORE_OK, NULL },
	{ "a stranger", "thesis.tex", { "x", 1 }, true, STORE_DAMAGED, "there is \"thesis.tex\"" },
	{ "a later format", "format", { "crossgate local store, format 2\n", 32 }, true, STORE_DAMAGED,
	    "a store of format 2; this program reads format 1" },
	{ "something else's format", "format", { "PG_VERSION\n", 11 }, true, STORE_DAMAGED,
	    "its format file is not a Crossgate store's" },
	{ "a format file that is empty", "format", { "", 0 }, true, STORE_DAMAGED, "is not a Crossgate store's" },
};

START_TEST(found_in_place)
{
	struct store *s;
	char *message;
	enum store_err err;

	if (places[_i].file)
		write_file(inside(places[_i].file), places[_i].content);
	err = scratch_try(folder, places[_i].create, true, mem, &s, &message);
	ck_assert_msg(err == places[_i].err, "%s: %s", places[_i].name, store_err_name(err));
	if (err) {
		ck_assert_msg(strstr(message, places[_i].message) != NULL, "%s: %s", places[_i].name, message);
		ck_assert_msg(strstr(message, folder) != NULL, "%s: %s", places[_i].name, message);
		return;
	}
	ck_assert_store(put_one(s, PARTITION, SLICE("key"), SLICE("value")), STORE_OK);
	store_close(s);
}
END_TEST

START_TEST(no_such_place)
{
	struct store *s;
	char *message;

	ck_assert_store(scratch_try(inside("none"), false, false, mem, &s, &message), STORE_NOT_FOUND);
	ck_assert_ptr_nonnull(strstr(message, "cannot open this folder"));
	ck_assert_store(scratch_try(inside("none/store"), true, false, mem, &s, &message), STORE_NOT_FOUND);
	ck_assert_ptr_nonnull(strstr(message, "cannot make this folder"));
	write_file(inside("file"), SLICE("x"));
	ck_assert_store(scratch_try(inside("file"), true, false, mem, &s, &message), STORE_INVALID);
	ck_assert_ptr_nonnull(strstr(message, "Not a directory"));
}
END_TEST

START_TEST(keys_are_no_keys)
{
	struct store *s = scratch_open(folder);
	char *message;
	static char junk[16384];

	store_close(s);
	memset(junk, 'j', sizeof(junk));
	write_file(inside("meta/data.mdb"), slice_make(junk, sizeof(junk)));
	ck_assert_store(scratch_try(folder, true, true, mem, &s, &message), STORE_DAMAGED);
	ck_assert_msg(strstr(message, "cannot open its keys") != NULL, "%s", message);
	/* What an opening that failed has taken is given back. */
	ck_assert_store(scratch_try(folder, true, true, mem, &s, &message), STORE_DAMAGED);
}
END_TEST

static bool
count_blob(void *context, const struct blob_id *id)
{
	(void)id;
	++*(unsigned *)context;
	return true;
}

/* Some ways to copy a folder leave out empty ones. */
START_TEST(blob_folders_lost)
{
	struct store *s = scratch_open(folder);
	unsigned blobs = 0;
	char byte;

	for (unsigned i = 0; i < LOCAL_BLOB_FOLDERS; i++)
		ck_assert_int_eq(rmdir(talloc_asprintf(mem, "%s/blobs/%02x", folder, i)), 0);
	ck_assert_store(blob_list(s, count_blob, &blobs), STORE_OK);
	ck_assert_uint_eq(blobs, 0);
	for (unsigned i = 0; i < 3; i++) {
		ck_assert_store(write_blob(s, make_id(i), SLICE("x"), 1), STORE_OK);
		ck_assert_store(read_blob(s, make_id(i), 1, 0, &byte, 1), STORE_OK);
	}
	write_file(talloc_asprintf(mem, "%s/blobs/00/notes.txt", folder), SLICE("x"));
	ck_assert_store(blob_list(s, count_blob, &blobs), STORE_OK);
	ck_assert_uint_eq(blobs, 3);
	store_close(s);
}
END_TEST

START_TEST(little_address_space)
{
	ck_assert_int_eq(run_child("limited"), 0);
}
END_TEST

int
main(int argc, char **argv)
{
	Suite *suite;
	TCase *tc;

	if (argc == 4 && strcmp(argv[1], "child") == 0)
		return child_main(argv[2], argv[3]);
	suite = suite_create("local");
	tc = tcase_create("folder");
	tcase_add_checked_fixture(tc, make_folder, remove_folder);
	tcase_add_test(tc, another_process_commits);
	tcase_add_test(tc, one_process_serves);
	tcase_add_test(tc, killed_while_committing);
	tcase_add_test(tc, dead_readers_are_cleared);
	tcase_add_test(tc, no_reader_outlives_its_call);
	tcase_add_test(tc, reopened);
	tcase_add_test(tc, opened_twice);
	tcase_add_test(tc, sessions);
	tcase_add_test(tc, nobody_else_may_read);
	tcase_add_loop_test(tc, found_in_place, 0, ARRAY_SIZE(places));
	tcase_add_test(tc, no_such_place);
	tcase_add_test(tc, keys_are_no_keys);
	tcase_add_test(tc, blob_folders_lost);
	tcase_add_test(tc, little_address_space);
	suite_add_tcase(suite, tc);
	return run_suite(suite);
}
