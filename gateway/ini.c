#include "gateway/ini.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "common/buf.h"

#define FIRST_CAPACITY 8

struct reading {
	struct ini_file *file;
	unsigned line;
	struct ini_option *option; /* that deeper lines go on with; NULL: none */
	size_t indent;             /* of its line */
	struct buf *value;         /* its value so far */
	char **fault;
};

static bool fail(struct reading *r, const char *format, ...) __attribute__((format(printf, 2, 3)));

static bool
fail(struct reading *r, const char *format, ...)
{
	va_list arguments;
	char *why;

	va_start(arguments, format);
	why = talloc_vasprintf(r->file, format, arguments);
	va_end(arguments);
	*r->fault = talloc_asprintf(talloc_parent(r->file), "%s:%u: %s", r->file->path, r->line, why);
	return false;
}

/* Room for one more item of an array that has `count`. */
#define GROW(mem, items, count)                                                                                \
	do {                                                                                                   \
		if ((items) == NULL || (count) == talloc_array_length(items))                                  \
			(items) = talloc_realloc(                                                              \
			    (mem), (items), __typeof__(*(items)), (count) > 0 ? 2 * (count) : FIRST_CAPACITY); \
		if ((items) == NULL)                                                                           \
			abort();                                                                               \
	} while (0)

static void
close_option(struct reading *r)
{
	if (r->option != NULL)
		r->option->value = slice_dup(r->file, buf_slice(r->value));
	r->option = NULL;
	buf_reset(r->value);
}

static bool
is_remark(struct slice text)
{
	return text.length > 0 && (text.data[0] == ';' || text.data[0] == '#');
}

/* A value without the remark behind it, and trimmed. */
static struct slice
value_of(struct slice text)
{
	for (size_t i = 1; i < text.length; i++)
		if (text.data[i] == ';' && (text.data[i - 1] == ' ' || text.data[i - 1] == '\t'))
			text.length = i;
	return slice_trim(text);
}

static bool
open_section(struct reading *r, struct slice text)
{
	struct ini_file *file = r->file;
	struct slice behind;
	size_t end;

	if (!slice_find(text, SLICE("]"), &end))
		return fail(r, "a section's name ends with ]");
	behind = slice_trim(slice_skip(text, end + 1));
	if (end == 1 || (behind.length > 0 && !is_remark(behind)))
		return fail(r, "a section is [NAME], alone on its line");
	if (file->count == INI_SECTIONS_MAX)
		return fail(r, "more than %d sections", INI_SECTIONS_MAX);
	GROW(file, file->sections, file->count);
	file->sections[file->count++] = (struct ini_section){
		.name = slice_dup(file, slice_make(text.data + 1, end - 1)),
		.path = file->path,
		.line = r->line,
	};
	return true;
}

static bool
open_option(struct reading *r, struct slice text, size_t indent)
{
	struct ini_section *section = r->file->count > 0 ? &r->file->sections[r->file->count - 1] : NULL;
	size_t separator = slice_length_before(text, "=:");
	struct slice name = slice_trim(slice_head(text, separator));

	if (separator == text.length || name.length == 0)
		return fail(r, "neither a section nor a setting");
	if (section == NULL)
		return fail(r, "a setting outside of any section");
	if (section->count == INI_OPTIONS_MAX)
		return fail(r, "more than %d settings in one section", INI_OPTIONS_MAX);
	GROW(r->file, section->options, section->count);
	r->option = &section->options[section->count++];
	*r->option = (struct ini_option){ .name = slice_dup(r->file, name), .line = r->line };
	r->indent = indent;
	buf_append(r->value, value_of(slice_skip(text, separator + 1)));
	return true;
}

static bool
read_line(struct reading *r, struct slice line)
{
	struct slice text;
	size_t indent;

	if (line.length > INI_LINE_MAX)
		return fail(r, "the line is longer than %d bytes", INI_LINE_MAX);
	if (line.length > 0 && memchr(line.data, '\0', line.length) != NULL)
		return fail(r, "a NUL byte");
	if (line.length > 0 && line.data[line.length - 1] == '\r')
		line.length--;
	text = slice_trim(line);
	if (text.length == 0 || is_remark(text))
		return true;
	indent = (size_t)(text.data - line.data);
	if (r->option != NULL && indent > r->indent) {
		buf_append_byte(r->value, '\n');
		buf_append(r->value, value_of(text));
		return true;
	}
	close_option(r);
	return text.data[0] == '[' ? open_section(r, text) : open_option(r, text, indent);
}

bool
ini_parse(TALLOC_CTX *mem, const char *path, struct slice text, const struct ini_file **out, char **fault)
{
	struct ini_file *file = talloc_zero(mem, struct ini_file);
	struct reading r = { .file = file, .value = buf_new(file, INI_FILE_MAX), .fault = fault };
	struct slice line;

	*out = NULL;
	file->path = talloc_strdup(file, path);
	if (slice_starts_with(text, SLICE("\xef\xbb\xbf"))) /* a byte order mark */
		text = slice_skip(text, 3);
	while (slice_next(&text, '\n', &line)) {
		r.line++;
		if (!read_line(&r, line)) {
			talloc_free(file);
			return false;
		}
	}
	close_option(&r);
	*out = file;
	return true;
}

/* All bytes of an open file, or errno. */
static int
read_all(int fd, struct buf *text)
{
	char piece[16 * 1024];
	ssize_t got;

	while ((got = read(fd, piece, sizeof(piece))) != 0 && !buf_overflowed(text))
		if (got > 0)
			buf_append(text, slice_make(piece, (size_t)got));
		else if (errno != EINTR)
			return errno;
	return buf_overflowed(text) ? EFBIG : 0;
}

bool
ini_read(TALLOC_CTX *mem, const char *path, const struct ini_file **out, char **fault)
{
	struct buf *text = buf_new(mem, INI_FILE_MAX);
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	int error = fd < 0 ? errno : read_all(fd, text);
	bool read = error == 0;

	*out = NULL;
	if (fd >= 0)
		close(fd);
	if (read)
		read = ini_parse(mem, path, buf_slice(text), out, fault);
	else
		*fault = talloc_asprintf(mem, "%s: cannot be read: %s", path, strerror(error));
	talloc_free(text);
	return read;
}

const struct ini_option *
ini_find(const struct ini_section *section, const char *name)
{
	for (size_t i = section->count; i > 0; i--)
		if (strcmp(section->options[i - 1].name, name) == 0)
			return &section->options[i - 1];
	return NULL;
}
