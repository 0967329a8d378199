#include "gateway/form.h"

#include <assert.h>

#include "common/buf.h"

/*
 *     body = [ preamble CRLF ] dash-boundary padding CRLF part *( delimiter padding CRLF part ) delimiter "--" …
 *
 * with delimiter = CRLF dash-boundary. The beginning of the body counts as a line's beginning, as if a CRLF had come.
 */
struct form {
	enum {
		CONTENT,     /* of the preamble or a part, up to a delimiter */
		DELIMITED,   /* behind a delimiter */
		CLOSING,     /* behind its first hyphen */
		PADDING_END, /* behind the CR of a delimiter's line */
		HEADER,      /* a part's */
		EPILOGUE,    /* all has been said */
		FAILED
	} state;
	enum {
		PREAMBLE,
		FIELD,
		THE_FILE,
		DROPPED /* a field behind the file */
	} content;
	struct slice delimiter;
	size_t matched;   /* bytes of the delimiter that ended the last piece */
	bool padded;      /* white space has come behind the delimiter */
	struct buf *text; /* the header or the value that is coming in */
	struct form_part part;
	struct fields fields; /* as sent */
	bool has_filename;
	struct slice filename; /* of the file, without a path */
	bool file_begun;
	size_t head, tail; /* bytes before and behind the file's */
};

struct form *
form_new(TALLOC_CTX *mem, struct slice boundary)
{
	struct form *form = talloc_zero(mem, struct form);

	assert(boundary.length > 0 && boundary.length <= FORM_BOUNDARY_MAX);
	form->delimiter = slice_from(talloc_asprintf(form, "\r\n--%.*s", SLICE_ARG(boundary)));
	form->matched = 2;
	form->text = buf_new(form, FORM_HEAD_MAX);
	return form;
}

static enum s3_err
fail(struct form *form, enum s3_err err)
{
	form->state = FAILED;
	return err;
}

static enum s3_err
head_too_long(struct s3_refusal *why)
{
	s3_refusal_detail(why, "MaxPostPreDataLengthBytes", SLICE("20480"));
	return s3_refuse(why, S3_MAX_POST_PRE_DATA, NULL);
}

static enum s3_err
wrong_number_of_files(struct s3_refusal *why, const char *number)
{
	s3_refusal_detail(why, "ArgumentName", SLICE("file"));
	s3_refusal_detail(why, "ArgumentValue", slice_from(number));
	return s3_refuse(why, S3_INVALID_ARGUMENT, "POST requires exactly one file upload per request.");
}

/* The file's own bytes do not count. */
static enum s3_err
count(struct form *form, size_t length, struct s3_refusal *why)
{
	if (!form->file_begun) {
		form->head += length;
		return form->head > FORM_HEAD_MAX ? head_too_long(why) : S3_OK;
	}
	form->tail += length;
	if (form->tail > FORM_TAIL_MAX)
		return form_malformed(why, "it goes on for more than %d bytes behind the file", FORM_TAIL_MAX);
	return S3_OK;
}

/* Step over `length` bytes of the input. */
static struct slice
consume(struct slice *input, size_t length)
{
	struct slice consumed = slice_head(*input, length);

	*input = slice_skip(*input, length);
	return consumed;
}

/* How many bytes at the end of `s` may be the beginning of the delimiter. It has a single CR, at its beginning. */
static size_t
partial_delimiter(const struct form *form, struct slice s)
{
	size_t most = form->delimiter.length - 1;
	struct slice end = s.length > most ? slice_skip(s, s.length - most) : s;
	const char *cr = end.length > 0 ? memrchr(end.data, '\r', end.length) : NULL;
	struct slice tail;

	if (cr == NULL)
		return 0;
	tail = slice_skip(end, (size_t)(cr - end.data));
	return slice_starts_with(form->delimiter, tail) ? tail.length : 0;
}

/*
 * The content's bytes at the beginning of the input, up to a delimiter or what may become one; *delimited: that is
 * behind them. With a delimiter begun in the piece before, either it ends here, or what looked like one is content.
 */
static struct slice
take_content(struct form *form, struct slice *input, bool *delimited)
{
	struct slice wanted = slice_skip(form->delimiter, form->matched);
	size_t length = 0;

	*delimited = false;
	if (form->matched == 0) {
		struct slice content;

		*delimited = slice_find(*input, form->delimiter, &length);
		if (!*delimited) {
			form->matched = partial_delimiter(form, *input);
			length = input->length - form->matched;
		}
		content = consume(input, length);
		consume(input, *delimited ? form->delimiter.length : form->matched);
		return content;
	}
	while (length < wanted.length && length < input->length && wanted.data[length] == input->data[length])
		length++;
	if (length < wanted.length && length < input->length) {
		struct slice content = slice_head(form->delimiter, form->matched);

		form->matched = 0;
		return content; /* the bytes that fitted on are content, too, and will be looked at anew */
	}
	consume(input, length);
	*delimited = length == wanted.length;
	form->matched = *delimited ? 0 : form->matched + length;
	return SLICE("");
}

/* A field that comes again adds to its value, for which the earlier one makes room. */
static void
extend_field(struct form *form, struct field *field, struct slice value)
{
	struct slice earlier = field->value;
	char *joined = talloc_array(form, char, earlier.length + 1 + value.length);

	assert(joined != NULL);
	if (earlier.length > 0)
		memcpy(joined, earlier.data, earlier.length);
	joined[earlier.length] = ',';
	if (value.length > 0)
		memcpy(joined + earlier.length + 1, value.data, value.length);
	field->value = slice_make(joined, earlier.length + 1 + value.length);
	talloc_free((char *)earlier.data);
}

/* A field is whole. */
static void
keep_field(struct form *form)
{
	struct slice value = buf_slice(form->text);
	struct field *earlier = NULL;

	for (size_t i = 0; i < form->fields.count; i++)
		if (slice_equal_nocase(form->fields.items[i].name, form->part.name))
			earlier = &form->fields.items[i];
	if (earlier != NULL)
		extend_field(form, earlier, value);
	else
		fields_add(form, &form->fields, form->part.name, slice_copy(form, value));
}

static enum s3_err
feed_content(struct form *form, struct slice *input, struct slice *output, struct s3_refusal *why)
{
	size_t before = input->length;
	bool delimited, counts = form->content != THE_FILE;
	struct slice content = take_content(form, input, &delimited);
	enum s3_err err = S3_OK;

	if (form->content == THE_FILE)
		*output = content;
	else if (form->content == FIELD)
		buf_append(form->text, content);
	if (counts)
		err = count(form, before - input->length, why);
	if (err || !delimited)
		return err;
	if (form->content == FIELD)
		keep_field(form);
	form->state = DELIMITED;
	form->padded = false;
	return S3_OK;
}

/* What follows a delimiter: "--", or blanks and the end of its line. */
static enum s3_err
feed_delimited(struct form *form, struct slice *input, struct s3_refusal *why)
{
	char c = consume(input, 1).data[0];

	if (form->state == DELIMITED && c == '-' && !form->padded) {
		form->state = CLOSING;
	} else if (form->state == CLOSING && c == '-') {
		form->state = EPILOGUE;
		if (!form->file_begun)
			return wrong_number_of_files(why, "0");
	} else if (form->state == DELIMITED && (c == ' ' || c == '\t')) {
		form->padded = true;
	} else if (form->state == DELIMITED && c == '\r') {
		form->state = PADDING_END;
	} else if (form->state == PADDING_END && c == '\n') {
		form->state = HEADER;
		buf_reset(form->text);
	} else
		return form_malformed(why, "something else than the end of its line follows a boundary");
	return count(form, 1, why);
}

/* "C:\pictures\cat.jpg" is "cat.jpg". */
static struct slice
without_path(struct slice filename)
{
	for (size_t i = filename.length; i > 0; i--)
		if (filename.data[i - 1] == '/' || filename.data[i - 1] == '\\')
			return slice_skip(filename, i);
	return filename;
}

static enum s3_err
begin_part(struct form *form, struct slice block, struct s3_refusal *why)
{
	struct slice header = slice_copy(form, block);
	enum s3_err err = form_part_read(form, header, why, &form->part);
	bool file;

	if (err)
		return err;
	file = slice_equal_nocase(form->part.name, SLICE("file"));
	if (file && form->file_begun)
		return wrong_number_of_files(why, "2");
	form->content = file ? THE_FILE : form->file_begun ? DROPPED : FIELD;
	if (file) {
		form->file_begun = true;
		form->has_filename = form->part.has_filename;
		form->filename = without_path(form->part.filename);
	}
	form->state = CONTENT;
	buf_reset(form->text);
	return S3_OK;
}

/* Up to an empty line, which may be the first. */
static enum s3_err
feed_header(struct form *form, struct slice *input, struct s3_refusal *why)
{
	const struct slice line_end = SLICE("\r\n");
	struct slice block;
	enum s3_err err;

	buf_append(form->text, consume(input, 1));
	if ((err = count(form, 1, why)) != S3_OK)
		return err;
	block = buf_slice(form->text);
	if (slice_equal(block, line_end))
		return begin_part(form, SLICE(""), why);
	if (block.length < 4 || !slice_equal(slice_skip(block, block.length - 4), SLICE("\r\n\r\n")))
		return S3_OK;
	return begin_part(form, slice_head(block, block.length - 4), why);
}

/* One step. */
static enum s3_err
feed(struct form *form, struct slice *input, struct slice *output, struct s3_refusal *why)
{
	switch (form->state) {
	case CONTENT:
		return feed_content(form, input, output, why);
	case DELIMITED:
	case CLOSING:
	case PADDING_END:
		return feed_delimited(form, input, why);
	case HEADER:
		return feed_header(form, input, why);
	case EPILOGUE:
		return count(form, consume(input, input->length).length, why);
	case FAILED:
		break;
	}
	abort();
}

enum s3_err
form_feed(struct form *form, struct slice *input, struct slice *output, struct s3_refusal *why)
{
	bool in_head = !form->file_begun;

	*output = SLICE("");
	while (input->length > 0 && output->length == 0 && in_head == !form->file_begun) {
		enum s3_err err = feed(form, input, output, why);

		if (err)
			return fail(form, err);
	}
	return S3_OK;
}

enum s3_err
form_finish(const struct form *form, struct s3_refusal *why)
{
	if (form->state == EPILOGUE)
		return S3_OK;
	return form_malformed(why, "it ends before its last boundary");
}

bool
form_head_complete(const struct form *form)
{
	return form->file_begun;
}

size_t
form_head_length(const struct form *form)
{
	return form->head;
}

uint64_t
form_file_length(const struct form *form, uint64_t total)
{
	size_t around = form->head + form->delimiter.length + strlen("--\r\n");

	return total > around ? total - around : 0;
}

/* The value with the file's name in it. False: it is too long. */
static bool
expand(const struct form *form, TALLOC_CTX *mem, struct slice *value)
{
	const struct slice variable = SLICE("${filename}");
	struct buf *expanded;
	struct slice rest = *value;
	size_t position;

	if (!form->has_filename || !slice_find(rest, variable, &position))
		return true;
	expanded = buf_new(mem, FORM_HEAD_MAX);
	do {
		buf_append(expanded, slice_head(rest, position));
		buf_append(expanded, form->filename);
		rest = slice_skip(rest, position + variable.length);
	} while (slice_find(rest, variable, &position));
	buf_append(expanded, rest);
	*value = buf_slice(expanded);
	return !buf_overflowed(expanded);
}

enum s3_err
form_fields(const struct form *form, TALLOC_CTX *mem, struct s3_refusal *why, struct fields *out)
{
	size_t length = 0;

	assert(form->file_begun);
	*out = (struct fields){ 0 };
	for (size_t i = 0; i < form->fields.count; i++) {
		struct field field = form->fields.items[i];

		if (!expand(form, mem, &field.value))
			return head_too_long(why);
		length += field.name.length + field.value.length;
		if (length > FORM_HEAD_MAX)
			return head_too_long(why);
		fields_add(mem, out, field.name, field.value);
	}
	return S3_OK;
}
