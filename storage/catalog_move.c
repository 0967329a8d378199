/*
 * Moving the top of a shard's range, the keys from K on, to the shard that follows or to a new one, while the bucket is in
 * use. The bucket's record and the two shards are three partitions, so this takes steps, which anybody carries on who
 * comes across a move:
 *
 *	1  record: moving_key K, moving_to T
 *	2  the source's gate: before K alone. From here on nothing changes that concerns the keys from K on
 *	3  copy their records to T
 *	4  T's gate: from K on
 *	5  record: T is the home of the keys from K on; nothing is moving
 *	6  clear away what is left in the source
 *
 * Reads go to the source up to step 5. Each step is conditional on how the record or the gate was when it was looked at,
 * and no open gate is ever again what it was before, for neither the beginning nor the end of a shard's range ever comes to
 * lie higher; so what is late fails. Copies are conditional on T's gate being as before step 4. What is cleared away lies
 * behind the end of a range, and never belongs to that shard again.
 *
 * Garbage stays in the source, with the parts of uploads that are garbage: nothing refers to them, so they are not copied.
 */
#include "storage/catalog_uploads.h"

/* Of one commit. */
#define COPY_RECORDS_MAX 1000
#define COPY_BYTES_MAX   ((size_t)2 << 20)
#define MEMBERS_PAGE     256

/* What a record refers to. */

struct referred {
	bool has_content;
	unsigned char content_id[16];
	bool has_parts;
	unsigned char upload_id[16];
};

static bool
refers_to(TALLOC_CTX *mem, const struct entry *entry, struct referred *out)
{
	struct record_version version;
	struct slice key;

	*out = (struct referred){ 0 };
	if (entry->name.data[0] == 'u') {
		out->has_parts = true;
		return name_upload_parse(entry->name, &key, out->upload_id);
	}
	if (!record_version_decode(mem, entry->value, &version))
		return false;
	out->has_content = version.has_content;
	memcpy(out->content_id, version.content_id, sizeof(out->content_id));
	out->has_parts = record_has_id(version.upload_id);
	memcpy(out->upload_id, version.upload_id, sizeof(out->upload_id));
	return true;
}

/* Going through records. */

typedef enum store_err page_fn(void *context, const struct entries *page, TALLOC_CTX *scratch);

/* Leave out what comes from that name on. */
static void
cut_page(struct entries *page, struct slice end)
{
	while (end.length && page->count && slice_compare(page->items[page->count - 1].name, end) >= 0)
		page->count--;
}

/* Call `each` for the names from `from` on that begin with `prefix` and come before `end`, at most `max` at a time. */
static enum store_err
each_page(struct catalog *c, const struct shard_name *shard, struct slice prefix, struct slice from,
    struct slice end, size_t max, page_fn *each, void *context)
{
	char first[STORE_KEY_MAX + 1];
	struct entries page = { .count = max };
	enum store_err err = STORE_OK;

	while (!err && page.count == max) {
		TALLOC_CTX *scratch = talloc_new(NULL);

		err = read_entries(c, shard_partition(shard), prefix, from, max, scratch, &page);
		if (!err && page.count) {
			from = entries_next(&page, first);
			cut_page(&page, end);
			err = each(context, &page, scratch);
		}
		talloc_free(scratch);
	}
	return err;
}

/* The objects, versions and uploads of a range of keys. */
static enum store_err
each_member(struct catalog *c, const struct shard_name *shard, struct slice begin, struct slice end, page_fn *each,
    void *context)
{
	const struct slice letters[] = { SLICE("o"), SLICE("u") };
	TALLOC_CTX *mem = talloc_new(NULL);
	enum store_err err = STORE_OK;

	for (size_t i = 0; i < ARRAY_SIZE(letters) && !err; i++)
		err = each_page(c, shard, letters[i], NAME(mem, letters[i], begin),
		    end.length ? NAME(mem, letters[i], end) : end, MEMBERS_PAGE, each, context);
	talloc_free(mem);
	return err;
}

/* The parts that a record refers to. */
static enum store_err
each_part(struct catalog *c, const struct shard_name *shard, const struct referred *referred, page_fn *each,
    void *context)
{
	TALLOC_CTX *mem = talloc_new(NULL);
	struct slice prefix = name_parts(mem, referred->upload_id);
	enum store_err err = STORE_OK;

	if (referred->has_parts)
		err = each_page(c, shard, prefix, prefix, slice_make(NULL, 0), PARTS_PAGE, each, context);
	talloc_free(mem);
	return err;
}

/* What the records of a page refer to, on `scratch`. STORE_DAMAGED: one cannot be read */
static enum store_err
page_refers_to(const struct entries *page, TALLOC_CTX *scratch, struct referred **out)
{
	*out = talloc_array(scratch, struct referred, page->count);
	for (size_t i = 0; i < page->count; i++)
		if (!refers_to(scratch, &page->items[i], &(*out)[i]))
			return STORE_DAMAGED;
	return STORE_OK;
}

/* Copying. */

struct copying {
	struct catalog *c;
	struct shard_name source, target;
	struct slice gate; /* the target's, meanwhile */
	bool try;          /* only read */
	TALLOC_CTX *mem;   /* of the commit in the making */
	struct change change;
	size_t bytes;
};

static enum store_err
copy_commit(struct copying *copying)
{
	enum store_err err = STORE_OK;

	if (copying->change.put_count && !copying->try) {
		change_expect(&copying->change, NAME_GATE, copying->gate);
		err = change_commit(copying->c, shard_partition(&copying->target), &copying->change);
	}
	talloc_free_children(copying->mem);
	copying->change = (struct change){ .mem = copying->mem, .frees = true };
	copying->bytes = 0;
	return err;
}

static enum store_err
copy_record(struct copying *copying, struct slice name, struct slice value)
{
	change_put(&copying->change, NAME(copying->mem, name), NAME(copying->mem, value));
	copying->bytes += name.length + value.length;
	if (copying->change.put_count < COPY_RECORDS_MAX && copying->bytes < COPY_BYTES_MAX)
		return STORE_OK;
	return copy_commit(copying);
}

static enum store_err
copy_parts(void *context, const struct entries *page, TALLOC_CTX *scratch)
{
	enum store_err err = STORE_OK;

	(void)scratch;
	for (size_t i = 0; !err && i < page->count; i++)
		err = copy_record(context, page->items[i].name, page->items[i].value);
	return err;
}

/*
 * Content that is not there: it went with its record meanwhile, when the object was deleted (before the keys were on their
 * way), or when somebody else had ended the move and cleared away. Otherwise it is missing.
 */
static enum store_err
judge_missing(struct copying *copying, const struct entry *entry, TALLOC_CTX *scratch)
{
	struct slice now;
	enum store_err err =
	    read_optional(copying->c, shard_partition(&copying->source), entry->name, scratch, &now);

	if (err || slice_equal(now, entry->value))
		return err ? err : STORE_DAMAGED;
	return copying->try ? STORE_OK : STORE_CONFLICT;
}

/* The contents that the records of a page refer to, all at once: each in its record's place. */
static enum store_err
read_contents(
    struct copying *copying, const struct referred *referred, size_t count, TALLOC_CTX *scratch, struct slice **out)
{
	struct slice *names = talloc_array(scratch, struct slice, count), *values;
	size_t *places = talloc_array(scratch, size_t, count), wanted = 0;
	enum store_err err;

	for (size_t i = 0; i < count; i++)
		if (referred[i].has_content) {
			places[wanted] = i;
			names[wanted++] = name_content(scratch, referred[i].content_id);
		}
	values = talloc_array(scratch, struct slice, wanted);
	*out = talloc_zero_array(scratch, struct slice, count);
	err = store_get_many(copying->c->store, shard_partition(&copying->source), names, wanted, scratch, values);
	for (size_t i = 0; i < wanted && !err; i++)
		(*out)[places[i]] = values[i];
	return err;
}

/* The record comes before what it refers to, so that nothing is ever without a record that refers to it. */
static enum store_err
copy_member(struct copying *copying, const struct entry *entry, const struct referred *referred,
    struct slice content, TALLOC_CTX *scratch)
{
	enum store_err err = copy_record(copying, entry->name, entry->value);

	if (!err && content.length)
		err = copy_record(copying, name_content(scratch, referred->content_id), content);
	else if (!err && referred->has_content)
		err = judge_missing(copying, entry, scratch);
	return err ? err : each_part(copying->c, &copying->source, referred, copy_parts, copying);
}

static enum store_err
copy_members(void *context, const struct entries *page, TALLOC_CTX *scratch)
{
	struct copying *copying = context;
	struct referred *referred;
	struct slice *contents;
	enum store_err err = page_refers_to(page, scratch, &referred);

	if (!err)
		err = read_contents(copying, referred, page->count, scratch, &contents);
	for (size_t i = 0; i < page->count && !err; i++)
		err = copy_member(copying, &page->items[i], &referred[i], contents[i], scratch);
	return err;
}

static enum store_err
copy_range(struct copying *copying, struct slice begin, struct slice end)
{
	enum store_err err;

	copying->mem = talloc_new(NULL);
	copying->change = (struct change){ .mem = copying->mem, .frees = true };
	err = each_member(copying->c, &copying->source, begin, end, copy_members, copying);
	if (!err)
		err = copy_commit(copying);
	talloc_free(copying->mem);
	return err;
}

enum store_err
move_try(struct catalog *c, const struct shard *shard, struct slice key)
{
	struct copying copying = { .c = c, .source = shard->name, .try = true };

	return copy_range(&copying, key, shard->end);
}

/* The steps. */

enum store_err
move_begin(struct catalog *c, TALLOC_CTX *mem, struct bucket_row *row, struct slice key, uint32_t number)
{
	struct change change = { .mem = mem };

	row->record.moving_key = key;
	row->record.moving_to = number;
	return bucket_commit(c, &change, row);
}

static enum store_err
set_gate(struct catalog *c, TALLOC_CTX *mem, const struct shard_name *shard, struct slice before,
    const struct shard *range)
{
	struct change change = { .mem = mem, .frees = true };

	change_expect(&change, NAME_GATE, before);
	change_put(&change, NAME_GATE, shard_gate(mem, range));
	return change_commit(c, shard_partition(shard), &change);
}

static enum store_err
end_move(struct catalog *c, TALLOC_CTX *mem, struct bucket_row *row)
{
	struct change change = { .mem = mem, .frees = true };

	shards_set(mem, &row->record.shards, row->record.moving_key, (uint32_t)row->record.moving_to);
	row->record.moving_key = slice_make(NULL, 0);
	row->record.moving_to = 0;
	return bucket_commit(c, &change, row);
}

/* A move that is on its way: the two shards as they are before and after it. */
struct move {
	struct shard source, source_after;
	struct shard target, target_after;
	struct slice target_gate; /* before; empty: a new shard has none */
};

static void
move_of(TALLOC_CTX *mem, const struct bucket_row *row, const struct bucket_id *id, struct move *m)
{
	const struct record_bucket *record = &row->record;
	size_t place = shard_find(&record->shards, record->moving_key);

	m->source = m->source_after = shard_at(id, &record->shards, place);
	m->source_after.end = record->moving_key;
	m->target = (struct shard){ .number = (uint32_t)record->moving_to };
	m->target.name = shard_name(id, m->target.number);
	m->target_after = m->target;
	m->target_after.begin = record->moving_key;
	m->target_after.end = m->source.end;
	m->target_gate = slice_make(NULL, 0);
	if (place + 1 < shard_count(&record->shards)) {
		struct shard next = shard_at(id, &record->shards, place + 1);

		if (next.number == m->target.number) {
			m->target_after.end = next.end;
			m->target_gate = shard_gate(mem, &next);
		}
	}
}

/* The next step from what is there. STORE_CONFLICT: look again; STORE_OK: nothing is moving */
static enum store_err
move_once(struct catalog *c, TALLOC_CTX *mem, struct slice name, const struct bucket_id *id)
{
	struct bucket_row row;
	struct move m;
	struct slice source_gate, target_gate;
	struct copying copying = { .c = c };
	enum store_err err = bucket_read(c, mem, name, &row);

	if (err || !bucket_row_is(&row, id))
		return err ? err : STORE_NOT_FOUND;
	if (row.record.moving_to == 0)
		return STORE_OK;
	move_of(mem, &row, id, &m);
	err = read_optional(c, shard_partition(&m.source.name), NAME_GATE, mem, &source_gate);
	if (!err)
		err = read_optional(c, shard_partition(&m.target.name), NAME_GATE, mem, &target_gate);
	if (err)
		return err;
	if (slice_equal(source_gate, shard_gate(mem, &m.source))) {
		err = set_gate(c, mem, &m.source.name, source_gate, &m.source_after);
	} else if (slice_equal(target_gate, shard_gate(mem, &m.target_after))) {
		err = end_move(c, mem, &row);
	} else if (slice_equal(source_gate, shard_gate(mem, &m.source_after)) &&
		   slice_equal(target_gate, m.target_gate)) {
		copying.source = m.source.name;
		copying.target = m.target.name;
		copying.gate = target_gate;
		err = copy_range(&copying, row.record.moving_key, m.source.end);
		if (!err)
			err = set_gate(c, mem, &m.target.name, target_gate, &m.target_after);
	} else {
		err = bucket_settle(c, name, id);
	}
	return err ? err : STORE_CONFLICT;
}

enum store_err
move_carry_on(struct catalog *c, struct slice name, const struct bucket_id *id)
{
	enum store_err err = STORE_CONFLICT;

	for (int tries = 0; tries < TRIES_MAX && err == STORE_CONFLICT; tries++) {
		TALLOC_CTX *scratch = talloc_new(NULL);

		err = move_once(c, scratch, name, id);
		talloc_free(scratch);
	}
	return err == STORE_CONFLICT ? STORE_TIMEOUT : err;
}

/* Clearing away. */

struct trimming {
	struct catalog *c;
	struct shard_name shard;
	const _Atomic bool *stop;
	TALLOC_CTX *mem; /* of the commit in the making */
	struct change change;
};

static enum store_err
trim_commit(struct trimming *trimming)
{
	enum store_err err = STORE_OK;

	if (trimming->change.delete_count)
		err = change_commit(trimming->c, shard_partition(&trimming->shard), &trimming->change);
	talloc_free_children(trimming->mem);
	trimming->change = (struct change){ .mem = trimming->mem, .frees = true };
	return err;
}

static enum store_err
trim_parts(void *context, const struct entries *page, TALLOC_CTX *scratch)
{
	struct trimming *trimming = context;

	(void)scratch;
	for (size_t i = 0; i < page->count; i++)
		change_delete(&trimming->change, NAME(trimming->mem, page->items[i].name));
	return trim_commit(trimming);
}

/*
 * The record goes after the parts that it refers to, so that who comes after a crash finds those that are left, and
 * together with its content.
 */
static enum store_err
trim_member(struct trimming *trimming, const struct entry *entry, const struct referred *referred)
{
	enum store_err err = each_part(trimming->c, &trimming->shard, referred, trim_parts, trimming);

	if (!err && trimming->change.delete_count >= COPY_RECORDS_MAX)
		err = trim_commit(trimming);
	if (err)
		return err;
	if (referred->has_content)
		change_delete(&trimming->change, name_content(trimming->mem, referred->content_id));
	change_delete(&trimming->change, NAME(trimming->mem, entry->name));
	return STORE_OK;
}

static enum store_err
trim_members(void *context, const struct entries *page, TALLOC_CTX *scratch)
{
	struct trimming *trimming = context;
	struct referred *referred;
	enum store_err err = page_refers_to(page, scratch, &referred);

	if (!err && trimming->stop && *trimming->stop)
		err = STORE_REFUSED;
	for (size_t i = 0; i < page->count && !err; i++)
		err = trim_member(trimming, &page->items[i], &referred[i]);
	return err;
}

enum store_err
shard_trim(struct catalog *c, const struct shard *shard, const _Atomic bool *stop)
{
	struct trimming trimming = { .c = c, .shard = shard->name, .stop = stop, .mem = talloc_new(NULL) };
	enum store_err err = STORE_OK;

	trimming.change = (struct change){ .mem = trimming.mem, .frees = true };
	if (shard->end.length)
		err = each_member(c, &trimming.shard, shard->end, slice_make(NULL, 0), trim_members, &trimming);
	if (!err || err == STORE_REFUSED)
		err = trim_commit(&trimming);
	talloc_free(trimming.mem);
	return err;
}
