/*
 * A form: its Content-Type up to the first line feed, and its body. The first byte says how long the pieces are. However
 * it is cut, it must come to the same.
 */
#include <assert.h>

#include "common/buf.h"
#include "gateway/form.h"
#include "tests/fuzz/fuzz.h"

struct outcome {
	enum s3_err err;
	struct slice file;
	struct fields fields;
};

static struct outcome
parse(TALLOC_CTX *mem, struct slice boundary, struct slice body, size_t piece)
{
	struct s3_refusal why = { .mem = mem };
	struct form *form = form_new(mem, boundary);
	struct buf *file = buf_new(mem, body.length);
	struct outcome got = { .err = S3_OK };

	while (!got.err && body.length > 0) {
		struct slice input = slice_head(body, piece), output;

		body = slice_skip(body, input.length);
		while (!got.err && input.length > 0) {
			size_t before = input.length;
			bool had_head = form_head_complete(form);

			got.err = form_feed(form, &input, &output, &why);
			assert(got.err || input.length < before || output.length > 0);
			assert(had_head || output.length == 0);
			buf_append(file, output);
			if (!got.err && !had_head && form_head_complete(form))
				got.err = form_fields(form, mem, &why, &got.fields);
		}
	}
	assert(form_head_length(form) <= FORM_HEAD_MAX || got.err == S3_MAX_POST_PRE_DATA);
	if (!got.err)
		got.err = form_finish(form, &why);
	assert(got.err == why.err);
	assert(!buf_overflowed(file));
	got.file = buf_slice(file);
	return got;
}

static bool
same_fields(const struct fields *a, const struct fields *b)
{
	for (size_t i = 0; i < a->count && i < b->count; i++)
		if (!slice_equal(a->items[i].name, b->items[i].name) ||
		    !slice_equal(a->items[i].value, b->items[i].value))
			return false;
	return a->count == b->count;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	TALLOC_CTX *mem = talloc_new(NULL);
	struct slice rest = slice_make(data + 1, size > 0 ? size - 1 : 0), type, boundary;

	if (size > 0 && slice_next(&rest, '\n', &type) && form_boundary(mem, type, &boundary)) {
		struct outcome whole = parse(mem, boundary, rest, SIZE_MAX);
		struct outcome cut = parse(mem, boundary, rest, 1 + (size_t)data[0] % 64);

		assert(form_type_fits(type));
		assert(whole.err == cut.err);
		assert(whole.err || (slice_equal(whole.file, cut.file) && same_fields(&whole.fields, &cut.fields)));
	}
	talloc_free(mem);
	return 0;
}
