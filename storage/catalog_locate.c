#include "storage/catalog_private.h"

bool
object_key_valid(struct slice key)
{
	return key.length > 0 && key.length <= OBJECT_KEY_MAX && !memchr(key.data, 0, key.length);
}

static enum store_err
row_decode(TALLOC_CTX *mem, struct row *row)
{
	return !row->value.length || record_version_decode(mem, row->value, &row->record) ? STORE_OK
											  : STORE_DAMAGED;
}

enum store_err
row_read(struct catalog *c, const struct home *home, TALLOC_CTX *mem, struct row *row)
{
	enum store_err err = read_optional(c, home_partition(home), row->name, mem, &row->value);

	return err ? err : row_decode(mem, row);
}

/* One scan reads it all, in one view where the engine has such: head, then newest or version, then content. */
struct locate_visit {
	TALLOC_CTX *mem;
	struct slice key;
	const struct wanted *wanted;
	struct located *out;
	enum {
		AT_HEAD,
		AT_NEWEST,
		AT_VERSION,
		AT_CONTENT
	} at;
	struct slice expected; /* the name that is looked for */
	enum store_err err;
};

static bool
take_row(struct locate_visit *v, struct slice name, struct slice value, struct row *row)
{
	row->name = slice_copy(v->mem, name);
	row->value = slice_copy(v->mem, value);
	v->err = row_decode(v->mem, row);
	return !v->err;
}

static enum scan_step
take_version(struct locate_visit *v, const struct row *row, struct slice *seek)
{
	v->out->version = row;
	if (v->wanted->newest && row == &v->out->head) {
		v->at = AT_NEWEST;
		return SCAN_NEXT;
	}
	if (!v->wanted->bytes || !row->record.has_content)
		return SCAN_STOP;
	v->at = AT_CONTENT;
	*seek = v->expected = name_content(v->mem, row->record.content_id);
	return SCAN_SEEK;
}

static enum scan_step
take_head(struct locate_visit *v, struct slice name, struct slice value, struct slice *seek)
{
	struct row *head = &v->out->head;
	struct slice version_id = v->wanted->version_id;

	if (!take_row(v, name, value, head))
		return SCAN_STOP;
	if (version_id.length == 0 || version_is(&head->record, version_id))
		return take_version(v, head, seek);
	if (!version_place(v->mem, v->key, &head->record, version_id, &v->expected))
		return SCAN_STOP;
	v->at = AT_VERSION;
	*seek = v->expected;
	return SCAN_SEEK;
}

static enum scan_step
take_newest(struct locate_visit *v, struct slice name, struct slice value)
{
	struct slice key;
	uint64_t ordinal;
	bool is_head;

	if (name_parse(name, &key, &is_head, &ordinal) && !is_head && slice_equal(key, v->key))
		(void)take_row(v, name, value, &v->out->newest);
	return SCAN_STOP;
}

/* `value` is on `mem`. */
static enum store_err
content_decode(TALLOC_CTX *mem, struct slice value, struct located *out)
{
	struct record_bytes record;

	if (!record_bytes_decode(mem, value, &record))
		return STORE_DAMAGED;
	out->content = record.bytes;
	return STORE_OK;
}

static enum scan_step
locate_visit(void *context, struct slice name, struct slice value, struct slice *seek)
{
	struct locate_visit *v = context;

	if (v->at == AT_NEWEST)
		return take_newest(v, name, value);
	if (!slice_equal(name, v->expected))
		return SCAN_STOP;
	if (v->at == AT_HEAD)
		return take_head(v, name, value, seek);
	if (v->at == AT_CONTENT)
		v->err = content_decode(v->mem, slice_copy(v->mem, value), v->out);
	else if (take_row(v, name, value, &v->out->other) &&
		 version_is(&v->out->other.record, v->wanted->version_id))
		return take_version(v, &v->out->other, seek);
	return SCAN_STOP;
}

/* The content of the head, on `mem`; it stays empty where it is not there. */
static enum store_err
locate_content(struct catalog *c, const struct home *home, TALLOC_CTX *mem, struct located *out)
{
	const unsigned char *id = out->head.record.content_id;
	struct kept_content *kept = c->contents ? contents_find(c->contents, id) : NULL;
	struct slice value;
	enum store_err err = STORE_OK;

	if (kept) {
		out->content = slice_copy(mem, kept_content_bytes(kept));
		kept_content_release(kept);
		return STORE_OK;
	}
	err = read_optional(c, home_partition(home), name_content(mem, id), mem, &value);
	if (!err && value.length)
		err = content_decode(mem, value, out);
	if (!err && out->content.length && c->contents && contents_wants(c->contents, id, out->content.length))
		kept_content_release(contents_add(c->contents, id,
		    talloc_memdup(NULL, out->content.data, out->content.length), out->content.length));
	return err;
}

/*
 * The current version alone needs no scan, and its content none where there are no views: a scan reads on, and its neighbours
 * are not wanted.
 */
static enum store_err
locate_head(struct catalog *c, const struct home *home, bool bytes, TALLOC_CTX *mem, struct located *out)
{
	enum store_err err = row_read(c, home, mem, &out->head);

	out->version = out->head.value.length ? &out->head : NULL;
	if (err || !bytes || !out->version || !out->head.record.has_content)
		return err;
	return locate_content(c, home, mem, out);
}

static enum store_err
locate_once(
    struct catalog *c, const struct home *home, const struct wanted *wanted, TALLOC_CTX *mem, struct located *out)
{
	struct locate_visit v = { .mem = mem, .key = home->key, .wanted = wanted, .out = out };
	enum store_err err;

	*out = (struct located){ .head.name = name_head(mem, home->key) };
	if (wanted->version_id.length == 0 && !wanted->newest && (!wanted->bytes || store_get_waits(c->store)))
		return locate_head(c, home, wanted->bytes, mem, out);
	v.expected = out->head.name;
	if (wanted->ahead)
		err = ahead_scan(wanted->ahead, c, home_partition(home), out->head.name, locate_visit, &v);
	else
		err = store_scan(c->store, home_partition(home), out->head.name, locate_visit, &v);
	return err ? err : v.err;
}

/* A head without the version or the content that was looked for: on an engine without snapshots, it may have moved. */
static bool
incomplete(const struct wanted *wanted, const struct located *found)
{
	if (!found->head.value.length)
		return false;
	return !found->version || (wanted->bytes && found->version->record.has_content && !found->content.length);
}

enum store_err
locate(
    struct catalog *c, const struct home *home, const struct wanted *wanted, TALLOC_CTX *mem, struct located *out)
{
	struct slice before = { NULL, 0 };
	struct wanted now = *wanted;

	for (int tries = 0; tries < TRIES_MAX; tries++) {
		enum store_err err = locate_once(c, home, &now, mem, out);

		if (err || !incomplete(wanted, out))
			return err;
		if (slice_equal(before, out->head.value))
			return out->version ? STORE_DAMAGED : STORE_OK;
		before = out->head.value;
		now.ahead = NULL;
	}
	return STORE_TIMEOUT;
}
