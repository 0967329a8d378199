/*
 * The compiled form of a bucket's rules: private to this room. Strings are in one block that the rules own; nothing
 * changes after cors_rules_parse, so any number of threads may match against them.
 */
#ifndef CORS_RULES_H
#define CORS_RULES_H

#include "cors/cors.h"

/* A text with at most one "*", which stands for any run of bytes. */
struct cors_pattern {
	const char *text;
	uint32_t prefix_length; /* up to the "*", or of the whole text */
	uint32_t suffix_length; /* behind the "*" */
	uint32_t fingerprint;   /* of a text without one */
	bool wildcard;
};

struct cors_patterns {
	struct cors_pattern *items;
	size_t count;
};

struct cors_texts {
	struct slice *items;
	size_t count;
};

struct cors_rule {
	unsigned number; /* in the document, from 1: repeats count */

	/* What a request is matched against. */
	unsigned methods; /* cors_method_bit() of each */
	bool any_origin;  /* one of the origins is "*" alone */
	struct cors_patterns origins;
	struct cors_patterns headers; /* in lower case */

	/* Finished values of response headers; empty: no such header. */
	struct slice allow_methods;
	struct slice expose_headers;
	struct slice max_age;

	/* Elements as they were put. */
	bool has_id;
	bool has_max_age;
	struct slice id;
	struct slice max_age_text;
	struct cors_texts allowed_methods;
	struct cors_texts allowed_origins;
	struct cors_texts allowed_headers;
	struct cors_texts exposed_headers;
};

struct cors_rules {
	struct cors_rule *items;
	size_t count;
	char *text; /* the block of strings */
	char *text_end;
};

enum cors_kind {
	CORS_ID,
	CORS_ALLOWED_METHOD,
	CORS_ALLOWED_ORIGIN,
	CORS_ALLOWED_HEADER,
	CORS_MAX_AGE_SECONDS,
	CORS_EXPOSE_HEADER,
	CORS_KINDS
};

/* Which of a rule's elements it is; CORS_KINDS for one that rules do not have. */
enum cors_kind cors_kind_of(const struct xml_element *element);

#define CORS_LEVELS 3 /* of elements: CORSConfiguration, CORSRule, value */

/*
 * Check a parsed document (NULL: it could not be parsed) but for IDs that two rules have. Errors as cors_rules_parse; it
 * is the element *where that is wrong.
 */
MUST_USE enum s3_err cors_document_check(
    TALLOC_CTX *scratch, const struct xml_element *root, struct s3_refusal *why, const struct xml_element **where);

/* The same, and compile it (cors_rules_parse) where all is right. */
MUST_USE enum s3_err cors_rules_compile(TALLOC_CTX *mem, const struct xml_element *root, size_t document_length,
    struct s3_refusal *why, const struct xml_element **where, struct cors_rules **out);

/* Both are exact repeats of each other, but for the order in which kinds of elements come. */
bool cors_rules_equal(const struct cors_rule *a, const struct cors_rule *b);

#define CORS_MAX_AGE_MAX 2147483647 /* seconds */

/* The number in a MaxAgeSeconds, which may have white space around it. */
MUST_USE bool cors_max_age_read(struct slice text, uint64_t *seconds);

#define CORS_METHOD_COUNT 5

/* One of the five methods that rules know as a single bit; 0 for anything else. Case-sensitive. */
unsigned cors_method_bit(struct slice method);

/* Whether `s` is a token of RFC 9110 section 5.6.2: not empty, tchar alone. */
bool cors_is_token(struct slice s);

/* What a client sent, as a message may show it: NUL-terminated, valid UTF-8, long text cut. */
const char *cors_shown(TALLOC_CTX *mem, struct slice text);

#define CORS_ESCAPED_MAX 256 /* bytes of a text that cors_escaped shows */

/*
 * A text as a line of a log shows it between single quotes: bytes below 0x20 and from 0x7F on as \xNN, single quotes as
 * \', what is behind CORS_ESCAPED_MAX bytes as "...". NUL-terminated, on `mem`.
 */
const char *cors_escaped(TALLOC_CTX *mem, struct slice text);

/* Compile a text that has at most one "*"; the pattern borrows it. */
struct cors_pattern cors_pattern_make(struct slice text);

/* FNV-1a of a text: tells nearly all texts apart without looking at them again. */
uint32_t cors_fingerprint(struct slice text);

/* Whether a pattern, or one of them, matches the value; where many are asked the caller knows its fingerprint. */
bool cors_pattern_matches(const struct cors_pattern *pattern, struct slice value);
bool cors_any_matches(const struct cors_patterns *patterns, struct slice value);
bool cors_any_matches_known(const struct cors_patterns *patterns, struct slice value, uint32_t fingerprint);

/* What a rule is asked. */
struct cors_question {
	struct slice origin;
	unsigned method;           /* a cors_method_bit(), or 0: no rule matches */
	const struct slice *names; /* of request headers, in lower case */
	size_t name_count;
};

/*
 * How many comparisons of a name with an AllowedHeader one decision may take, well under a millisecond. Pages ask for
 * a few dozen names; a list that needs more is an attack on the processor, and matches no rule.
 */
#define CORS_COMPARISONS_MAX 100000

/* The first rule whose origins, methods and headers all match; NULL when none does. */
const struct cors_rule *cors_rules_match(const struct cors_rules *rules, const struct cors_question *question);

#endif
