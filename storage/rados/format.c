#include <errno.h>

#include "storage/rados/names.h"
#include "storage/rados/rados.h"

#define FORMAT_FAMILY "crossgate rados store, format "
#define FORMAT_LINE   FORMAT_FAMILY "1\n"

static enum store_err
failed(struct rs_client *c, const char *what, int code, TALLOC_CTX *mem, char **message)
{
	enum store_err err = rs_write_err(code);

	*message = talloc_asprintf(mem, "%s: %s: %s", c->store->place, what, strerror(-code));
	return err == STORE_FULL ? STORE_IO : err;
}

/* STORE_NOT_FOUND, and no message: there is none. */
static enum store_err
format_check(struct rs_client *c, TALLOC_CTX *mem, char **message)
{
	char line[sizeof(FORMAT_LINE) + 32];
	struct slice text, first;
	int length = rados_read(c->io, RS_FORMAT, line, sizeof(line), 0);

	if (length < 0)
		length = rs_client_result(c, length);
	if (length == -ENOENT)
		return STORE_NOT_FOUND;
	if (length < 0)
		return failed(c, "cannot read its object \"" RS_FORMAT "\"", length, mem, message);
	text = slice_make(line, (size_t)length);
	if (slice_equal(text, SLICE(FORMAT_LINE)))
		return STORE_OK;
	if (slice_next(&text, '\n', &first) && slice_starts_with(first, SLICE(FORMAT_FAMILY)))
		*message = talloc_asprintf(mem, "%s: a store of format %.*s; this program reads format 1",
		    c->store->place, SLICE_ARG(slice_skip(first, strlen(FORMAT_FAMILY))));
	else
		*message = talloc_asprintf(
		    mem, "%s: its object \"" RS_FORMAT "\" is not a Crossgate store's", c->store->place);
	return STORE_DAMAGED;
}

struct stranger {
	TALLOC_CTX *mem;
	char *name; /* NULL: none was found */
};

static bool
find_stranger(void *context, const char *name)
{
	struct stranger *stranger = context;

	if (!rs_name_is_ours(name))
		stranger->name = talloc_strdup(stranger->mem, name);
	return !stranger->name;
}

/* Whether someone else's objects are there. */
static enum store_err
strangers_check(struct rs_client *c, TALLOC_CTX *mem, char **message)
{
	struct stranger stranger = { .mem = mem };
	int rc = rs_list(c, find_stranger, &stranger);

	if (rc < 0)
		return failed(c, "cannot list it", rc, mem, message);
	if (!stranger.name)
		return STORE_OK;
	*message = talloc_asprintf(mem, "%s: not a Crossgate store, and not empty: there is an object \"%s\"",
	    c->store->place, stranger.name);
	return STORE_DAMAGED;
}

/* Another process may be making the same store: whoever comes second finds it made. */
static enum store_err
format_make(struct rs_client *c, TALLOC_CTX *mem, char **message)
{
	rados_write_op_t op = rados_create_write_op();
	int rc;

	rados_write_op_create(op, LIBRADOS_CREATE_EXCLUSIVE, NULL);
	rados_write_op_write_full(op, FORMAT_LINE, strlen(FORMAT_LINE));
	rc = rs_client_write(c, op, RS_FORMAT, RS_FULL_FAILS);
	if (rc == -EEXIST)
		return format_check(c, mem, message);
	return rc < 0 ? failed(c, "cannot make it a store", rc, mem, message) : STORE_OK;
}

enum store_err
rs_format_open(struct rs_client *c, bool create, TALLOC_CTX *mem, char **message)
{
	enum store_err err = format_check(c, mem, message);

	if (err != STORE_NOT_FOUND)
		return err;
	if (!create) {
		*message = talloc_asprintf(mem, "%s: there is no store", c->store->place);
		return STORE_NOT_FOUND;
	}
	err = strangers_check(c, mem, message);
	return err ? err : format_make(c, mem, message);
}
