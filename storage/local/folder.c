#include "storage/local/local.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#define FORMAT_NAME   "format"
#define FORMAT_FAMILY "crossgate local store, format "
#define FORMAT_LINE   FORMAT_FAMILY "1\n"

/* What a folder may hold and still become a store: what a store is made of, and what a file system begins with. */
static const char *const own_names[] = { ".", "..", "meta", "blobs", "lock", "format.new", "lost+found" };

static bool
is_own_name(const char *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(own_names); i++)
		if (strcmp(name, own_names[i]) == 0)
			return true;
	return false;
}

static enum store_err
failed(struct local_store *s, const char *what, TALLOC_CTX *mem, char **message)
{
	int code = errno;

	*message = talloc_asprintf(mem, "%s: %s: %s", s->place, what, strerror(code));
	return local_err(code);
}

/* STORE_NOT_FOUND: there is no format file. */
static enum store_err
format_check(struct local_store *s, TALLOC_CTX *mem, char **message)
{
	char line[sizeof(FORMAT_LINE) + 32];
	struct slice text, first;
	ssize_t length;
	int fd = openat(s->folder, FORMAT_NAME, O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		return errno == ENOENT ? STORE_NOT_FOUND : failed(s, "cannot open its format file", mem, message);
	length = read(fd, line, sizeof(line));
	close(fd);
	if (length < 0)
		return failed(s, "cannot read its format file", mem, message);
	text = slice_make(line, (size_t)length);
	if (slice_equal(text, SLICE(FORMAT_LINE)))
		return STORE_OK;
	if (slice_next(&text, '\n', &first) && slice_starts_with(first, SLICE(FORMAT_FAMILY)))
		*message = talloc_asprintf(mem, "%s: a store of format %.*s; this program reads format 1", s->place,
		    SLICE_ARG(slice_skip(first, strlen(FORMAT_FAMILY))));
	else
		*message = talloc_asprintf(mem, "%s: its format file is not a Crossgate store's", s->place);
	return STORE_DAMAGED;
}

/* Whether someone else's files are in the folder. */
static enum store_err
strangers_check(struct local_store *s, TALLOC_CTX *mem, char **message)
{
	int fd = openat(s->folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *folder = fd < 0 ? NULL : fdopendir(fd);
	enum store_err err = STORE_OK;
	const struct dirent *entry;

	if (!folder) {
		err = failed(s, "cannot list it", mem, message);
		if (fd >= 0)
			close(fd);
		return err;
	}
	while (err == STORE_OK && (entry = readdir(folder)))
		if (!is_own_name(entry->d_name)) {
			*message = talloc_asprintf(mem, "%s: not a Crossgate store, and not empty: there is \"%s\"",
			    s->place, entry->d_name);
			err = STORE_DAMAGED;
		}
	closedir(folder);
	return err;
}

static bool
make_folder(int at, const char *name)
{
	return mkdirat(at, name, 0700) == 0 || errno == EEXIST;
}

static bool
make_blob_folders(int folder)
{
	int blobs = openat(folder, "blobs", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	bool made = blobs >= 0;

	for (unsigned i = 0; made && i < LOCAL_BLOB_FOLDERS; i++) {
		char name[3];

		snprintf(name, sizeof(name), "%02x", i);
		made = make_folder(blobs, name);
	}
	made = made && fsync(blobs) == 0;
	if (blobs >= 0)
		close(blobs);
	return made;
}

static bool
write_format(int folder)
{
	int fd = openat(folder, FORMAT_NAME ".new", O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	bool written = fd >= 0 && write(fd, FORMAT_LINE, strlen(FORMAT_LINE)) == (ssize_t)strlen(FORMAT_LINE) &&
		       fsync(fd) == 0;

	if (fd >= 0)
		close(fd);
	return written && renameat(folder, FORMAT_NAME ".new", folder, FORMAT_NAME) == 0 && fsync(folder) == 0;
}

/* A crash on the way leaves a folder without a format, which the next opening makes whole. */
static enum store_err
folder_make(struct local_store *s, TALLOC_CTX *mem, char **message)
{
	enum store_err err = strangers_check(s, mem, message);

	if (err)
		return err;
	if (!make_folder(s->folder, "meta") || !make_folder(s->folder, "blobs") || !make_blob_folders(s->folder) ||
	    !write_format(s->folder))
		return failed(s, "cannot make a store in it", mem, message);
	return STORE_OK;
}

/* So that the folder itself is there after a power cut. */
static bool
sync_parent(int folder)
{
	int parent = openat(folder, "..", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	bool synced = parent >= 0 && fsync(parent) == 0;

	if (parent >= 0)
		close(parent);
	/* A parent that we may not read was not made by us a moment ago. */
	return synced || errno == EACCES;
}

static enum store_err
folder_find(struct local_store *s, bool create, TALLOC_CTX *mem, char **message)
{
	bool made = create && mkdir(s->place, 0700) == 0;

	if (create && !made && errno != EEXIST)
		return failed(s, "cannot make this folder", mem, message);
	s->folder = open(s->place, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (s->folder < 0)
		return failed(s, "cannot open this folder", mem, message);
	if (made && !sync_parent(s->folder))
		return failed(s, "cannot sync the folder that it is in", mem, message);
	return STORE_OK;
}

static enum store_err
lock_to_serve(struct local_store *s, TALLOC_CTX *mem, char **message)
{
	char pid[16] = "?";
	int length;

	s->lock = openat(s->folder, "lock", O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	if (s->lock < 0)
		return failed(s, "cannot open its lock file", mem, message);
	if (flock(s->lock, LOCK_EX | LOCK_NB) < 0) {
		if (errno != EWOULDBLOCK)
			return failed(s, "cannot lock it", mem, message);
		if (pread(s->lock, pid, sizeof(pid) - 1, 0) > 0)
			pid[strcspn(pid, "\n")] = 0;
		*message = talloc_asprintf(mem, "%s: process %s serves it already", s->place, pid);
		return STORE_INVALID;
	}
	/* For people, and for the message above: the lock is what counts. */
	length = snprintf(pid, sizeof(pid), "%d\n", (int)getpid());
	if (ftruncate(s->lock, 0) < 0 || pwrite(s->lock, pid, (size_t)length, 0) != length)
		return failed(s, "cannot write its lock file", mem, message);
	return STORE_OK;
}

enum store_err
local_folder_open(struct local_store *s, const struct store_options *options, TALLOC_CTX *mem, char **message)
{
	enum store_err err = folder_find(s, options->create, mem, message);

	if (err)
		return err;
	/* Held until the store is open or given up: one process at a time makes or opens it. */
	if (flock(s->folder, LOCK_EX) < 0)
		return failed(s, "cannot lock it", mem, message);
	err = format_check(s, mem, message);
	if (err == STORE_NOT_FOUND && options->create)
		err = folder_make(s, mem, message);
	else if (err == STORE_NOT_FOUND)
		*message = talloc_asprintf(mem, "%s: there is no store in this folder", s->place);
	if (err == STORE_OK && options->serve)
		err = lock_to_serve(s, mem, message);
	if (err)
		return err;
	s->blobs = openat(s->folder, "blobs", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	return s->blobs < 0 ? failed(s, "cannot open its folder of blobs", mem, message) : STORE_OK;
}

void
local_folder_close(struct local_store *s)
{
	if (s->blobs >= 0)
		close(s->blobs);
	if (s->lock >= 0)
		close(s->lock);
	if (s->folder >= 0)
		close(s->folder);
}
