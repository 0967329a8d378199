/* Reading keys: single ones, and partitions page by page. */
#include <assert.h>
#include <errno.h>

#include "storage/rados/names.h"
#include "storage/rados/rados.h"
#include "storage/rados/watch.h"

/*
 * Keys of a page: few at first, for most who look somewhere want little, then more as long as one reads on. An OSD gives
 * no more than so many, and of large values fewer are wanted at a time.
 */
#define PAGE_KEYS_FIRST 64
#define PAGE_KEYS_MAX   1024
#define PAGE_GROWS      4
#define PAGE_BYTES      (4 << 20)

/* Single keys. */

static int
read_one(struct rs_store *s, struct slice partition, struct slice key, TALLOC_CTX *mem, struct slice *value)
{
	struct rs_name object = rs_partition_name(partition);
	char stored[RS_KEY_ROOM(STORE_KEY_MAX)];
	size_t stored_length = rs_key_write(key, stored);
	const char *wanted = stored;
	rados_read_op_t op = rados_create_read_op();
	rados_omap_iter_t found;
	char *name = NULL, *bytes = NULL;
	size_t name_length = 0, length = 0;
	int of_keys = 0;
	int rc;

	rados_read_op_omap_get_vals_by_keys2(op, &wanted, 1, &stored_length, &found, &of_keys);
	rc = rs_read(s, op, object.text);
	if (rc == 0)
		rc = rados_omap_get_next2(found, &name, &bytes, &name_length, &length);
	if (rc == 0 && !name)
		rc = -ENOENT;
	if (rc == 0)
		*value = slice_make(talloc_memdup(mem, bytes, length), length);
	rados_omap_get_end(found);
	return rc;
}

enum store_err
rs_get(struct store *store, struct slice partition, struct slice key, TALLOC_CTX *mem, struct slice *value)
{
	struct rs_store *s = rs_of(store);
	struct rs_ticket ticket;
	int rc;

	if (rs_recall(s, partition, key, mem, value, &ticket))
		return STORE_OK;
	rc = read_one(s, partition, key, mem, value);
	if (rc == 0)
		rs_remember(s, &ticket, partition, key, *value);
	return rs_read_err(rc);
}

/* Several keys, of which the OSD gives those that there are, in order. */

struct wanted {
	struct slice stored;
	size_t place; /* among the caller's */
};

static int
compare_wanted(const void *a, const void *b)
{
	return slice_compare(((const struct wanted *)a)->stored, ((const struct wanted *)b)->stored);
}

static int
take_found(
    rados_omap_iter_t found, const struct wanted *wanted, size_t count, TALLOC_CTX *mem, struct slice *values)
{
	for (;;) {
		const struct wanted *one;
		struct wanted key;
		char *name, *bytes;
		size_t name_length, length;
		int rc = rados_omap_get_next2(found, &name, &bytes, &name_length, &length);

		if (rc < 0 || !name)
			return rc;
		key.stored = slice_make(name, name_length);
		one = bsearch(&key, wanted, count, sizeof(*wanted), compare_wanted);
		if (!one)
			return -EIO;
		values[one->place] = slice_make(talloc_memdup(mem, bytes, length), length);
	}
}

enum store_err
rs_get_many(struct store *store, struct slice partition, const struct slice *keys, size_t count, TALLOC_CTX *mem,
    struct slice *values)
{
	struct rs_name object = rs_partition_name(partition);
	TALLOC_CTX *scratch = talloc_new(NULL);
	struct wanted *wanted = talloc_array(scratch, struct wanted, count);
	const char **names = talloc_array(scratch, const char *, count);
	size_t *lengths = talloc_array(scratch, size_t, count);
	rados_read_op_t op = rados_create_read_op();
	rados_omap_iter_t found;
	int of_keys = 0;
	int rc;

	for (size_t i = 0; i < count; i++) {
		char *stored = talloc_size(scratch, RS_KEY_ROOM(keys[i].length));

		lengths[i] = rs_key_write(keys[i], stored);
		names[i] = stored;
		wanted[i] = (struct wanted){ slice_make(stored, lengths[i]), i };
	}
	qsort(wanted, count, sizeof(*wanted), compare_wanted);
	rados_read_op_omap_get_vals_by_keys2(op, names, count, lengths, &found, &of_keys);
	rc = rs_read(rs_of(store), op, object.text);
	if (rc == 0)
		rc = take_found(found, wanted, count, mem, values);
	rados_omap_get_end(found);
	talloc_free(scratch);
	return rc == -ENOENT ? STORE_OK : rs_read_err(rc);
}

/* Scans. */

struct scan {
	struct rs_store *store;
	struct rs_name object;
	scan_visit_fn *visit;
	void *context;
	TALLOC_CTX *mem;
	char *after; /* where the next page begins: a stored key, or where one would be, on `mem` */
	uint64_t page_keys;
	bool more;
	struct slice target; /* what the visitor has sought, while that lies ahead; on `mem` */
	bool seeking;
	char key[STORE_KEY_MAX];
};

/* Read on from there, where that is not in the page at hand. */
static void
begin_at(struct scan *scan, struct slice from)
{
	char *after = talloc_size(scan->mem, RS_KEY_ROOM(from.length));

	rs_key_write_from(from, after);
	talloc_free(scan->after);
	scan->after = after;
	scan->page_keys = PAGE_KEYS_FIRST;
	scan->more = true;
	scan->seeking = false;
}

static void
begin_after(struct scan *scan, struct slice stored)
{
	talloc_free(scan->after);
	scan->after = slice_dup(scan->mem, stored);
}

/* Let the visitor see a key; false when the page is of no more use. */
static bool
scan_key(struct scan *scan, struct slice key, struct slice value)
{
	struct slice seek = { NULL, 0 };
	enum scan_step step;

	if (scan->seeking && slice_compare(key, scan->target) < 0)
		return true;
	scan->seeking = false;
	step = scan->visit(scan->context, key, value, &seek);
	if (step == SCAN_STOP)
		scan->more = false;
	if (step != SCAN_SEEK)
		return step == SCAN_NEXT;
	if (slice_compare(seek, key) <= 0) {
		begin_at(scan, seek);
		return false;
	}
	talloc_free((void *)(uintptr_t)scan->target.data);
	scan->target = slice_copy(scan->mem, seek);
	scan->seeking = true;
	return true;
}

/* Walk through a page; at its end, `after` and `more` say how to go on. */
static int
scan_page(struct scan *scan, rados_omap_iter_t page, bool more)
{
	struct slice stored = { NULL, 0 };
	uint64_t bytes = 0, count = 0;

	for (;;) {
		char *name, *value;
		size_t name_length, value_length, length;
		int rc = rados_omap_get_next2(page, &name, &value, &name_length, &value_length);

		if (rc < 0)
			return rc;
		if (!name)
			break;
		stored = slice_make(name, name_length);
		if (!rs_key_read(stored, scan->key, &length) || value_length == 0)
			return -EIO;
		bytes += name_length + value_length;
		count++;
		if (!scan_key(scan, slice_make(scan->key, length), slice_make(value, value_length)))
			return 0;
	}
	scan->more = more && count > 0;
	if (!scan->more)
		return 0;
	if (scan->seeking) {
		begin_at(scan, scan->target);
		return 0;
	}
	begin_after(scan, stored);
	scan->page_keys *= PAGE_GROWS;
	if (scan->page_keys > PAGE_BYTES / (bytes / count + 1))
		scan->page_keys = PAGE_BYTES / (bytes / count + 1);
	if (scan->page_keys > PAGE_KEYS_MAX)
		scan->page_keys = PAGE_KEYS_MAX;
	return 0;
}

static int
scan_next_page(struct scan *scan)
{
	rados_read_op_t op = rados_create_read_op();
	rados_omap_iter_t page;
	unsigned char more = 0;
	int of_keys = 0;
	int rc;

	rados_read_op_omap_get_vals2(op, scan->after, "", scan->page_keys, &page, &more, &of_keys);
	rc = rs_read(scan->store, op, scan->object.text);
	if (rc == 0)
		rc = scan_page(scan, page, more);
	rados_omap_get_end(page);
	return rc;
}

static int
scan_partition(struct rs_store *s, struct slice partition, struct slice from, scan_visit_fn *visit, void *context)
{
	struct scan scan = { .store = s,
		.object = rs_partition_name(partition),
		.visit = visit,
		.context = context,
		.mem = talloc_new(NULL) };
	int rc = 0;

	begin_at(&scan, from);
	while (rc == 0 && scan.more)
		rc = scan_next_page(&scan);
	talloc_free(scan.mem);
	return rc == -ENOENT ? 0 : rc;
}

enum store_err
rs_scan(struct store *store, struct slice partition, struct slice from, scan_visit_fn *visit, void *context)
{
	return rs_read_err(scan_partition(rs_of(store), partition, from, visit, context));
}

/* Partitions. */

struct partition {
	char name[STORE_PARTITION_MAX];
	size_t length;
};

static struct slice
partition_slice(const struct partition *p)
{
	return slice_make(p->name, p->length);
}

static int
compare_partitions(const void *a, const void *b)
{
	return slice_compare(partition_slice(a), partition_slice(b));
}

struct partitions {
	TALLOC_CTX *mem;
	struct partition *all;
	size_t count;
};

static bool
note_partition(void *context, const char *name)
{
	struct partitions *list = context;
	struct partition found;

	if (!rs_partition_parse(name, found.name, &found.length))
		return true;
	if (list->count == talloc_array_length(list->all))
		list->all = talloc_realloc(list->mem, list->all, struct partition, 2 * list->count + 16);
	assert(list->all != NULL);
	list->all[list->count++] = found;
	return true;
}

/* All that have an object, in byte order. 0 or a negative errno. */
static int
partitions_read(struct rs_store *s, struct partitions *out)
{
	struct rs_client *c = rs_client_hold(s);
	int rc = rs_list(c, note_partition, out);

	rs_client_release(c);
	if (out->count > 0)
		qsort(out->all, out->count, sizeof(*out->all), compare_partitions);
	return rc;
}

static enum scan_step
note_key(void *context, struct slice key, struct slice value, struct slice *seek)
{
	(void)key;
	(void)value;
	(void)seek;
	*(bool *)context = true;
	return SCAN_STOP;
}

enum store_err
rs_partition_list(struct store *store, partition_visit_fn *visit, void *context)
{
	struct partitions list = { .mem = talloc_new(NULL) };
	int rc = partitions_read(rs_of(store), &list);
	bool more = true;

	for (size_t i = 0; rc == 0 && more && i < list.count; i++) {
		struct slice name = partition_slice(&list.all[i]);
		bool has_key = false;

		rc = scan_partition(rs_of(store), name, slice_make(NULL, 0), note_key, &has_key);
		if (rc == 0 && has_key)
			more = visit(context, name);
	}
	talloc_free(list.mem);
	return rs_write_err(rc) == STORE_FULL ? STORE_IO : rc == -EIO ? STORE_DAMAGED : rs_write_err(rc);
}
