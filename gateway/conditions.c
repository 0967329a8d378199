#include "gateway/conditions.h"

#include "common/buf.h"
#include "common/clock.h"

#define LIST_MAX (64 * 1024) /* more than the headers of a request can hold */

/* The value of a field, all its lines joined with commas. */
static bool
read_list(TALLOC_CTX *mem, const struct fields *headers, const char *name, struct slice *out)
{
	struct buf *joined;

	if (fields_count_nocase(headers, name) == 1)
		*out = fields_find_nocase(headers, name)->value;
	if (fields_count_nocase(headers, name) <= 1)
		return fields_count_nocase(headers, name) == 1;
	joined = buf_new(mem, LIST_MAX);
	for (size_t i = 0; i < headers->count; i++) {
		if (!slice_equal_nocase(headers->items[i].name, slice_from(name)))
			continue;
		if (buf_slice(joined).length > 0)
			buf_append_byte(joined, ',');
		buf_append(joined, headers->items[i].value);
	}
	*out = buf_slice(joined);
	return true;
}

static bool
read_date(const struct fields *headers, const char *name, int64_t *out)
{
	const struct field *field = fields_find_nocase(headers, name);

	*out = 0;
	return field != NULL && clock_parse_http(field->value, out);
}

void
conditions_read(
    TALLOC_CTX *mem, const struct fields *headers, const char *prefix, int64_t now, struct conditions *out)
{
	char name[64];

	*out = (struct conditions){ 0 };
	snprintf(name, sizeof(name), "%sif-match", prefix);
	out->has_if_match = read_list(mem, headers, name, &out->if_match);
	snprintf(name, sizeof(name), "%sif-none-match", prefix);
	out->has_if_none_match = read_list(mem, headers, name, &out->if_none_match);
	snprintf(name, sizeof(name), "%sif-modified-since", prefix);
	out->has_if_modified_since =
	    read_date(headers, name, &out->if_modified_since) && out->if_modified_since <= now;
	snprintf(name, sizeof(name), "%sif-unmodified-since", prefix);
	out->has_if_unmodified_since = read_date(headers, name, &out->if_unmodified_since);
}

bool
conditions_present(const struct conditions *c)
{
	return c->has_if_match || c->has_if_none_match || c->has_if_modified_since || c->has_if_unmodified_since;
}

struct entity_tag {
	struct slice opaque; /* without quotes */
	bool weak;
	bool valid;
};

/* S3's clients leave the quotes out at times. */
static struct entity_tag
parse_tag(struct slice text)
{
	struct entity_tag tag = { .weak = slice_starts_with(text, SLICE("W/")) };
	size_t quote;

	if (tag.weak)
		text = slice_skip(text, 2);
	tag.opaque = text;
	if (text.length >= 2 && text.data[0] == '"' && text.data[text.length - 1] == '"') {
		tag.opaque = slice_make(text.data + 1, text.length - 2);
		tag.valid = !slice_find(tag.opaque, SLICE("\""), &quote);
	} else {
		tag.valid = text.length > 0 && !slice_find(text, SLICE("\""), &quote);
	}
	return tag;
}

/* Like slice_next at commas, but for those inside quotes. */
static bool
next_tag(struct slice *rest, struct slice *member)
{
	bool quoted = false;
	size_t i = 0;

	if (rest->length == 0)
		return false;
	for (; i < rest->length && (quoted || rest->data[i] != ','); i++)
		if (rest->data[i] == '"')
			quoted = !quoted;
	*member = slice_trim(slice_head(*rest, i));
	*rest = slice_skip(*rest, i + 1);
	return true;
}

bool
entity_tags_valid(struct slice list)
{
	struct slice member;
	bool any = false;

	while (next_tag(&list, &member)) {
		if (member.length > 0 && !parse_tag(member).valid)
			return false;
		any = any || member.length > 0;
	}
	return any;
}

/* `strong`: the comparison in which a weak tag equals nothing (RFC 9110 section 8.8.3.2). */
static bool
matches(struct slice list, const struct validators *about, bool strong)
{
	struct slice member;

	if (!about->exists)
		return false;
	if (slice_equal(list, SLICE("*")))
		return true;
	while (next_tag(&list, &member)) {
		struct entity_tag tag = parse_tag(member);

		if (tag.valid && !(strong && tag.weak) && slice_equal(tag.opaque, about->etag))
			return true;
	}
	return false;
}

static int64_t
modified_seconds(const struct validators *about)
{
	return about->modified_us / 1000000;
}

static enum condition_verdict
fail(const char **failed, const char *name, enum condition_verdict verdict)
{
	if (failed != NULL)
		*failed = name;
	return verdict;
}

enum condition_verdict
conditions_decide(const struct conditions *c, const struct validators *about, bool reads, const char **failed)
{
	enum condition_verdict unchanged = reads ? CONDITIONS_NOT_MODIFIED : CONDITIONS_FAILED;

	if (failed != NULL)
		*failed = NULL;
	if (c->has_if_match) {
		if (!matches(c->if_match, about, true))
			return fail(failed, "If-Match", CONDITIONS_FAILED);
	} else if (c->has_if_unmodified_since && about->exists) {
		if (modified_seconds(about) > c->if_unmodified_since)
			return fail(failed, "If-Unmodified-Since", CONDITIONS_FAILED);
	}
	if (c->has_if_none_match) {
		if (matches(c->if_none_match, about, false))
			return fail(failed, "If-None-Match", unchanged);
	} else if (c->has_if_modified_since && reads && about->exists) {
		if (modified_seconds(about) <= c->if_modified_since)
			return fail(failed, "If-Modified-Since", CONDITIONS_NOT_MODIFIED);
	}
	return CONDITIONS_HOLD;
}

/* RFC 9110 section 13.1.5: one entity-tag, not a list. */
static bool
is_single_tag(struct slice value)
{
	size_t quotes = 0;

	for (size_t i = 0; i < value.length; i++)
		quotes += value.data[i] == '"';
	return quotes == 0 || (quotes == 2 && value.data[value.length - 1] == '"');
}

bool
if_range_holds(struct slice value, const struct validators *about)
{
	int64_t date;

	value = slice_trim(value);
	if (value.length == 0)
		return true;
	if (clock_parse_http(value, &date))
		return date == modified_seconds(about);
	return is_single_tag(value) && !slice_equal(value, SLICE("*")) && matches(value, about, true);
}
