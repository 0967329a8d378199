/*
 * The log: one line an event, key=value fields, on standard error. A line is written by one write(2), so that threads
 * never mix theirs. Values that hold spaces, quotes or bytes outside printable ASCII are quoted and escaped. A few lines
 * end in a sentence: what stands behind the first space without a name and "=" is no field.
 * Never log a secret, a signature, a query string or a body. What follows "Signature=" in a value is left out in any case.
 */
#ifndef COMMON_LOG_H
#define COMMON_LOG_H

#include "common/slice.h"

enum log_level {
	LOG_LEVEL_ERROR,
	LOG_LEVEL_WARN,
	LOG_LEVEL_INFO,
	LOG_LEVEL_DEBUG
};

struct log_field {
	const char *name; /* NULL ends the list */
	enum {
		LOG_FIELD_TEXT,
		LOG_FIELD_NUMBER,
		LOG_FIELD_SENTENCE
	} kind;
	struct slice text;
	int64_t number;
};

#define LOG_TEXT(name, slice)    ((struct log_field){ (name), LOG_FIELD_TEXT, (slice), 0 })
#define LOG_STRING(name, string) LOG_TEXT(name, slice_from(string))
#define LOG_NUMBER(name, value)  ((struct log_field){ (name), LOG_FIELD_NUMBER, { NULL, 0 }, (int64_t)(value) })

/*
 * The last field: a sentence for people, which ends the line word for word, without a name and quotes, so that it can be
 * looked for as manuals print it. Printable ASCII alone; other bytes are written as \xNN.
 */
#define LOG_SENTENCE(string) ((struct log_field){ "", LOG_FIELD_SENTENCE, slice_from(string), 0 })

/* LOG(INFO, "listening", LOG_STRING("address", a), LOG_NUMBER("port", p)); fields are evaluated only when written. */
#define LOG(level, event, ...)                                                                                 \
	do {                                                                                                   \
		if (log_enabled(LOG_LEVEL_##level))                                                            \
			log_write(LOG_LEVEL_##level,                                                           \
			    (const struct log_field[]){ LOG_STRING("event", (event)), ##__VA_ARGS__, { 0 } }); \
	} while (0)

/* The least important level that is still written; INFO at first. Any thread, at any time. */
void log_set_level(enum log_level level);
bool log_enabled(enum log_level level);

/* "error", "warn", "info", "debug"; false for anything else. */
MUST_USE bool log_level_parse(struct slice name, enum log_level *level);

/* Use the macro. */
void log_write(enum log_level level, const struct log_field *fields);

#endif
