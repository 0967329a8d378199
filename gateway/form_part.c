#include "gateway/form_part.h"

#include <stdarg.h>

#include "common/fields.h"

#define SHOWN_MAX 64 /* bytes of a bad value in a message */

enum s3_err
form_malformed(struct s3_refusal *why, const char *format, ...)
{
	va_list arguments;
	char *reason;
	enum s3_err err;

	va_start(arguments, format);
	reason = talloc_vasprintf(NULL, format, arguments);
	va_end(arguments);
	err = s3_refuse(why, S3_MALFORMED_POST,
	    "The body of your POST request is not well-formed multipart/form-data: %s.", reason);
	talloc_free(reason);
	return err;
}

static struct slice
skip_blanks(struct slice s)
{
	while (s.length > 0 && (s.data[0] == ' ' || s.data[0] == '\t'))
		s = slice_skip(s, 1);
	return s;
}

/* RFC 2045 section 5.1: the names of types and parameters. */
static struct slice
take_token(struct slice *rest)
{
	struct slice token = { rest->data, 0 };

	while (token.length < rest->length && token.data[token.length] > ' ' && token.data[token.length] < 0x7f &&
	       !strchr("()<>@,;:\\\"/[]?=", token.data[token.length]))
		token.length++;
	*rest = slice_skip(*rest, token.length);
	return token;
}

/*
 * "…", of which *rest begins with the first quote. A backslash stands for itself but before a quote: old browsers send
 * the path of a file as it is.
 */
static bool
take_quoted(TALLOC_CTX *mem, struct slice *rest, struct slice *out)
{
	char *text = talloc_size(mem, rest->length);
	size_t length = 0;

	for (size_t i = 1; i < rest->length; i++) {
		if (rest->data[i] == '"') {
			*out = slice_make(text, length);
			*rest = slice_skip(*rest, i + 1);
			return true;
		}
		if (rest->data[i] == '\\' && i + 1 < rest->length && rest->data[i + 1] == '"')
			i++;
		text[length++] = rest->data[i];
	}
	return false;
}

/*
 * The next `; name=value` of a header field. False at the end, which *rest then has been read to, and where something
 * else stands.
 */
static bool
take_parameter(TALLOC_CTX *mem, struct slice *rest, struct field *out)
{
	struct slice after = skip_blanks(*rest), value = SLICE("");

	if (after.length == 0 || after.data[0] != ';') {
		*rest = after;
		return false;
	}
	after = skip_blanks(slice_skip(after, 1));
	if (after.length == 0) {
		*rest = after;
		return false;
	}
	out->name = take_token(&after);
	if (out->name.length == 0 || after.length == 0 || after.data[0] != '=')
		return false;
	after = slice_skip(after, 1);
	if (after.length == 0 || after.data[0] != '"') {
		slice_next(&after, ';', &value);
		out->value = slice_trim(value);
		/* The next one's semicolon. */
		*rest = after.length > 0 ? slice_make(after.data - 1, after.length + 1) : after;
		return true;
	}
	*rest = after;
	return take_quoted(mem, rest, &out->value);
}

/* Undo %22, %0D and %0A, and nothing else: a browser escapes nothing else, not even the percent sign. */
static struct slice
unescape(TALLOC_CTX *mem, struct slice text)
{
	static const struct {
		struct slice escape;
		char byte;
	} escapes[] = { { SLICE("%22"), '"' }, { SLICE("%0D"), '\r' }, { SLICE("%0A"), '\n' } };
	char *plain = talloc_size(mem, text.length + 1);
	size_t length = 0;

	while (text.length > 0) {
		size_t used = 1;

		plain[length] = text.data[0];
		for (size_t i = 0; i < ARRAY_SIZE(escapes); i++)
			if (slice_equal_nocase(slice_head(text, 3), escapes[i].escape)) {
				plain[length] = escapes[i].byte;
				used = 3;
			}
		length++;
		text = slice_skip(text, used);
	}
	return slice_make(plain, length);
}

static enum s3_err
read_disposition(TALLOC_CTX *mem, struct slice value, struct s3_refusal *why, struct form_part *out)
{
	struct slice type = take_token(&value);
	struct field parameter;
	bool named = false;

	if (!slice_equal_nocase(type, SLICE("form-data")))
		return form_malformed(
		    why, "the Content-Disposition of a part is '%.*s'", SLICE_ARG(slice_head(type, SHOWN_MAX)));
	while (take_parameter(mem, &value, &parameter)) {
		bool name = slice_equal_nocase(parameter.name, SLICE("name"));
		bool filename = slice_equal_nocase(parameter.name, SLICE("filename"));

		if ((name && named) || (filename && out->has_filename))
			return form_malformed(
			    why, "a Content-Disposition has two parameters '%.*s'", SLICE_ARG(parameter.name));
		if (name)
			out->name = unescape(mem, parameter.value);
		if (filename)
			out->filename = unescape(mem, parameter.value);
		named = named || name;
		out->has_filename = out->has_filename || filename;
	}
	if (value.length > 0)
		return form_malformed(why, "a Content-Disposition cannot be read from '%.*s' on",
		    SLICE_ARG(slice_head(value, SHOWN_MAX)));
	if (out->name.length == 0)
		return form_malformed(why, "a part has no name");
	return S3_OK;
}

/* RFC 7578 section 4.7: not to be used. What changes nothing may be named. */
static enum s3_err
check_encoding(struct slice value, struct s3_refusal *why)
{
	static const struct slice identities[] = { SLICE("binary"), SLICE("8bit"), SLICE("7bit") };

	for (size_t i = 0; i < ARRAY_SIZE(identities); i++)
		if (slice_equal_nocase(value, identities[i]))
			return S3_OK;
	return form_malformed(
	    why, "a part's Content-Transfer-Encoding is '%.*s'", SLICE_ARG(slice_head(value, SHOWN_MAX)));
}

static bool
is_file(const struct form_part *part)
{
	return slice_equal_nocase(part->name, SLICE("file"));
}

/* A line's field; CR and LF stand in no place but between lines. */
static enum s3_err
split_line(struct slice line, struct s3_refusal *why, struct field *out)
{
	struct slice rest = line;

	for (size_t i = 0; i < line.length; i++)
		if (line.data[i] == '\r' || line.data[i] == '\n' || line.data[i] == '\0')
			return form_malformed(why, "a part's header holds a control character");
	out->name = take_token(&rest);
	if (out->name.length == 0 || rest.length == 0 || rest.data[0] != ':')
		return form_malformed(
		    why, "a part's header has the line '%.*s'", SLICE_ARG(slice_head(line, SHOWN_MAX)));
	out->value = slice_trim(slice_skip(rest, 1));
	return S3_OK;
}

/* Up to the next CRLF. */
static bool
take_line(struct slice *block, struct slice *line)
{
	size_t end;

	if (block->length == 0)
		return false;
	if (!slice_find(*block, SLICE("\r\n"), &end))
		end = block->length;
	*line = slice_head(*block, end);
	*block = slice_skip(*block, end + 2);
	return true;
}

enum s3_err
form_part_read(TALLOC_CTX *mem, struct slice block, struct s3_refusal *why, struct form_part *out)
{
	struct slice line, type = SLICE("");
	struct field field = { 0 };
	bool disposed = false;
	enum s3_err err = S3_OK;

	*out = (struct form_part){ 0 };
	while (!err && take_line(&block, &line)) {
		err = split_line(line, why, &field);
		if (err)
			break;
		if (slice_equal_nocase(field.name, SLICE("Content-Disposition"))) {
			err = disposed ? form_malformed(why, "a part has two Content-Dispositions")
				       : read_disposition(mem, field.value, why, out);
			disposed = true;
		} else if (slice_equal_nocase(field.name, SLICE("Content-Transfer-Encoding")))
			err = check_encoding(field.value, why);
		else if (slice_equal_nocase(field.name, SLICE("Content-Type")))
			type = field.value;
	}
	if (!err && !disposed)
		err = form_malformed(why, "a part has no Content-Disposition");
	/* Of a file it is the file's own matter. */
	if (!err && !is_file(out) && slice_equal_nocase(slice_head(type, 10), SLICE("multipart/")))
		err = form_malformed(
		    why, "the field '%.*s' is multipart", SLICE_ARG(slice_head(out->name, SHOWN_MAX)));
	return err;
}

static bool
take_type(struct slice *content_type)
{
	const struct slice type = SLICE("multipart/form-data");

	if (!slice_equal_nocase(slice_head(*content_type, type.length), type))
		return false;
	*content_type = skip_blanks(slice_skip(*content_type, type.length));
	return content_type->length == 0 || content_type->data[0] == ';';
}

bool
form_type_fits(struct slice content_type)
{
	return take_type(&content_type);
}

/* RFC 2046 section 5.1.1: bchars, no space at the end. */
static bool
is_boundary(struct slice s)
{
	static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789'()+_,-./:=? ";

	if (s.length == 0 || s.length > FORM_BOUNDARY_MAX || s.data[s.length - 1] == ' ')
		return false;
	for (size_t i = 0; i < s.length; i++)
		if (s.data[i] == '\0' || !strchr(letters, s.data[i]))
			return false;
	return true;
}

bool
form_boundary(TALLOC_CTX *mem, struct slice content_type, struct slice *out)
{
	struct field parameter;

	*out = SLICE("");
	if (!take_type(&content_type))
		return false;
	while (take_parameter(mem, &content_type, &parameter)) {
		if (!slice_equal_nocase(parameter.name, SLICE("boundary")))
			continue;
		if (out->length > 0 || !is_boundary(parameter.value))
			return false;
		*out = slice_copy(mem, parameter.value);
	}
	return content_type.length == 0 && out->length > 0;
}
