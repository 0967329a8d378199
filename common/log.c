#include "common/log.h"

#include <errno.h>
#include <stdatomic.h>
#include <unistd.h>

#include "common/clock.h"

#define LINE_MAX_BYTES 8192

/* A key of 1024 bytes, each written as \xNN, still shows whole; what is longer cannot crowd out the fields behind. */
#define VALUE_MAX_BYTES (4 * 1024 + 2)

static const char ellipsis[] = "...";
static const char *const level_names[] = { "error", "warn", "info", "debug" };
static atomic_int least_important = LOG_LEVEL_INFO;

struct line {
	char text[LINE_MAX_BYTES];
	size_t length; /* leaves room for the end of the line */
};

void
log_set_level(enum log_level level)
{
	atomic_store_explicit(&least_important, (int)level, memory_order_relaxed);
}

bool
log_enabled(enum log_level level)
{
	return (int)level <= atomic_load_explicit(&least_important, memory_order_relaxed);
}

bool
log_level_parse(struct slice name, enum log_level *level)
{
	*level = LOG_LEVEL_INFO;
	for (size_t i = 0; i < ARRAY_SIZE(level_names); i++)
		if (slice_equal(name, slice_from(level_names[i]))) {
			*level = (enum log_level)i;
			return true;
		}
	return false;
}

static void
add(struct line *line, const char *bytes, size_t length)
{
	memcpy(line->text + line->length, bytes, length);
	line->length += length;
}

static bool
is_plain(unsigned char c)
{
	return c > ' ' && c < 0x7f && c != '"' && c != '\\' && c != '=';
}

/* How a byte is written inside quotes; returns the length. */
static size_t
escape(unsigned char c, char out[4])
{
	static const char plain[] = "\"\\\n\r\t", letters[] = "\"\\nrt", hex[] = "0123456789abcdef";
	const char *found = memchr(plain, c, sizeof(plain) - 1);

	out[0] = '\\';
	if (found != NULL) {
		out[1] = letters[found - plain];
		return 2;
	}
	if (c >= ' ' && c < 0x7f) {
		out[0] = (char)c;
		return 1;
	}
	out[1] = 'x';
	out[2] = hex[c >> 4];
	out[3] = hex[c & 15];
	return 4;
}

/*
 * A presigned query may end up in a key, where a client has encoded its question mark, once or more often: the signature
 * stays out.
 */
static struct slice
without_signature(struct slice value)
{
	static const struct slice name = { "Signature", 9 };
	struct slice rest = value;
	size_t position;

	while (slice_find(rest, name, &position)) {
		rest = slice_skip(rest, position + name.length);
		if (rest.length > 0 && (rest.data[0] == '=' || rest.data[0] == '%'))
			return slice_head(value, value.length - rest.length - name.length);
	}
	return value;
}

/* At most `room` bytes; a value that is longer ends in an ellipsis. */
static void
add_value(struct line *line, struct slice value, size_t room)
{
	bool plain;
	size_t end;

	value = without_signature(value);
	plain = value.length > 0;
	for (size_t i = 0; i < value.length && plain; i++)
		plain = is_plain((unsigned char)value.data[i]);
	if (room > VALUE_MAX_BYTES)
		room = VALUE_MAX_BYTES;
	end = line->length + room - (plain ? 0 : 1);
	if (!plain)
		add(line, "\"", 1);
	for (size_t i = 0; i < value.length; i++) {
		char escaped[4];
		size_t length = escape((unsigned char)value.data[i], escaped);
		size_t behind = i + 1 < value.length ? sizeof(ellipsis) - 1 : 0;

		if (line->length + length + behind > end) {
			add(line, ellipsis, sizeof(ellipsis) - 1);
			break;
		}
		add(line, escaped, length);
	}
	if (!plain)
		add(line, "\"", 1);
}

/* " name=value", or nothing where not even the name and a cut value fit. */
static void
add_field(struct line *line, const char *name, struct slice value)
{
	size_t name_length = strlen(name);
	size_t room = sizeof(line->text) - 1 - line->length;

	if (room < name_length + sizeof(" =\"...\""))
		return;
	if (line->length > 0)
		add(line, " ", 1);
	add(line, name, name_length);
	add(line, "=", 1);
	add_value(line, value, sizeof(line->text) - 1 - line->length);
}

static void
add_number(struct line *line, const char *name, int64_t number)
{
	char digits[24];
	int length = snprintf(digits, sizeof(digits), "%lld", (long long)number);

	add_field(line, name, slice_make(digits, (size_t)length));
}

/* Cut where the line is full. What is not printable ASCII would not be word for word in any case. */
static void
add_sentence(struct line *line, struct slice sentence)
{
	sentence = without_signature(sentence);
	if (line->length < sizeof(line->text) - 1)
		add(line, " ", 1);
	for (size_t i = 0; i < sentence.length; i++) {
		char c = sentence.data[i], escaped[4] = { c };
		size_t length = c < ' ' || c > '~' ? escape((unsigned char)c, escaped) : 1;

		if (line->length + length > sizeof(line->text) - 1)
			break;
		add(line, escaped, length);
	}
}

void
log_write(enum log_level level, const struct log_field *fields)
{
	int saved = errno;
	struct line line;
	char now[CLOCK_TEXT_MAX];

	line.length = 0;
	clock_format_iso8601(clock_wall_us(), now);
	add_field(&line, "time", slice_from(now));
	add_field(&line, "level", slice_from(level_names[level]));
	for (; fields->name != NULL; fields++)
		if (fields->kind == LOG_FIELD_NUMBER)
			add_number(&line, fields->name, fields->number);
		else if (fields->kind == LOG_FIELD_SENTENCE)
			add_sentence(&line, fields->text);
		else
			add_field(&line, fields->name, fields->text);
	add(&line, "\n", 1);
	if (write(STDERR_FILENO, line.text, line.length) < 0) {
		/* There is nowhere else to say so. */
	}
	errno = saved;
}
