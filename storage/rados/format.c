#include <errno.h>

#include "storage/rados/names.h"
#include "storage/rados/rados.h"

#define FORMAT_FAMILY "crossgate rados store, format "
#define FORMAT_LINE   FORMAT_FAMILY "1\n"

static enum store_err
failed(struct rs_store *s, const char *what, int code, TALLOC_CTX *mem, char **message)
{
	enum store_err err = rs_write_err(code);

	*message = talloc_asprintf(mem, "%s: %s: %s", s->place, what, strerror(-code));
	return err == STORE_FULL ? STORE_IO : err;
}

/* STORE_NOT_FOUND, and no message: there is none. */
static enum store_err
format_check(struct rs_store *s, TALLOC_CTX *mem, char **message)
{
	char line[sizeof(FORMAT_LINE) + 32];
	struct slice text, first;
	int length = rados_read(s->io, RS_FORMAT, line, sizeof(line), 0);

	if (length == -ENOENT)
		return STORE_NOT_FOUND;
	if (length < 0)
		return failed(s, "cannot read its object \"" RS_FORMAT "\"", length, mem, message);
	text = slice_make(line, (size_t)length);
	if (slice_equal(text, SLICE(FORMAT_LINE)))
		return STORE_OK;
	if (slice_next(&text, '\n', &first) && slice_starts_with(first, SLICE(FORMAT_FAMILY)))
		*message = talloc_asprintf(mem, "%s: a store of format %.*s; this program reads format 1", s->place,
		    SLICE_ARG(slice_skip(first, strlen(FORMAT_FAMILY))));
	else
		*message =
		    talloc_asprintf(mem, "%s: its object \"" RS_FORMAT "\" is not a Crossgate store's", s->place);
	return STORE_DAMAGED;
}

/* Whether someone else's objects are there. */
static enum store_err
strangers_check(struct rs_store *s, TALLOC_CTX *mem, char **message)
{
	const char *name = NULL;
	rados_list_ctx_t list;
	int rc = rados_nobjects_list_open(s->io, &list);

	if (rc < 0)
		return failed(s, "cannot list it", rc, mem, message);
	while ((rc = rados_nobjects_list_next(list, &name, NULL, NULL)) == 0 && rs_name_is_ours(name))
		;
	if (rc == 0)
		*message = talloc_asprintf(
		    mem, "%s: not a Crossgate store, and not empty: there is an object \"%s\"", s->place, name);
	rados_nobjects_list_close(list);
	if (rc == 0)
		return STORE_DAMAGED;
	return rc == -ENOENT ? STORE_OK : failed(s, "cannot list it", rc, mem, message);
}

/* Another process may be making the same store: whoever comes second finds it made. */
static enum store_err
format_make(struct rs_store *s, TALLOC_CTX *mem, char **message)
{
	rados_write_op_t op = rados_create_write_op();
	int rc;

	rados_write_op_create(op, LIBRADOS_CREATE_EXCLUSIVE, NULL);
	rados_write_op_write_full(op, FORMAT_LINE, strlen(FORMAT_LINE));
	rc = rados_write_op_operate(op, s->io, RS_FORMAT, NULL, RS_FULL_FAILS);
	rados_release_write_op(op);
	if (rc == -EEXIST)
		return format_check(s, mem, message);
	return rc < 0 ? failed(s, "cannot make it a store", rc, mem, message) : STORE_OK;
}

enum store_err
rs_format_open(struct rs_store *s, bool create, TALLOC_CTX *mem, char **message)
{
	enum store_err err = format_check(s, mem, message);

	if (err != STORE_NOT_FOUND)
		return err;
	if (!create) {
		*message = talloc_asprintf(mem, "%s: there is no store", s->place);
		return STORE_NOT_FOUND;
	}
	err = strangers_check(s, mem, message);
	return err ? err : format_make(s, mem, message);
}
