/*
 * A pattern of n bytes and "?" is a machine with the states 0 to n: state i has matched the first i of them. A bit a
 * state says in which states the text read so far may have brought it, and a byte moves them all at once (Baeza-Yates
 * and Gonnet's Shift-And). A "*" before position i lets state i stay where it is.
 */
#include "auth/wildcard.h"

#include <assert.h>

#include "common/encode.h"

#define WORD_BITS 64

struct wildcard {
	size_t length;
	size_t room;
	size_t words;  /* that hold a bit for each state */
	char *bytes;   /* by position; of no meaning where `one` is set */
	uint64_t *one; /* positions that take any one character */
	uint64_t *run; /* states that a "*" lets stay */
	bool has_one;
	size_t plain; /* how many positions precede the first "?" or "*" */
	size_t tail;  /* how many follow the last one */
};

static void
set_bit(uint64_t *bits, size_t i)
{
	bits[i / WORD_BITS] |= UINT64_C(1) << i % WORD_BITS;
}

static bool
has_bit(const uint64_t *bits, size_t i)
{
	return (bits[i / WORD_BITS] >> i % WORD_BITS & 1) != 0;
}

/* All in one piece: patterns are made for one match. */
struct wildcard *
wildcard_new(TALLOC_CTX *mem, size_t room)
{
	size_t words = room / WORD_BITS + 1;
	struct wildcard *pattern =
	    talloc_zero_size(mem, sizeof(struct wildcard) + 2 * words * sizeof(uint64_t) + room + 1);

	assert(pattern != NULL);
	pattern->room = room;
	pattern->words = words;
	pattern->one = (uint64_t *)(pattern + 1);
	pattern->run = pattern->one + words;
	pattern->bytes = (char *)(pattern->run + words);
	return pattern;
}

/* Whether all that has been added is bytes alone. */
static bool
is_plain(const struct wildcard *pattern)
{
	return pattern->plain == pattern->length && !has_bit(pattern->run, pattern->length);
}

/* Whether there is a "*", and else bytes alone. */
static bool
is_one_run(const struct wildcard *pattern)
{
	return pattern->plain + pattern->tail == pattern->length && has_bit(pattern->run, pattern->plain);
}

void
wildcard_add_bytes(struct wildcard *pattern, struct slice bytes)
{
	bool plain = is_plain(pattern);

	assert(bytes.length <= pattern->room - pattern->length);
	if (bytes.length > 0)
		memcpy(pattern->bytes + pattern->length, bytes.data, bytes.length);
	pattern->length += bytes.length;
	pattern->tail += bytes.length;
	if (plain)
		pattern->plain = pattern->length;
}

void
wildcard_add_one(struct wildcard *pattern)
{
	assert(pattern->length < pattern->room);
	set_bit(pattern->one, pattern->length);
	pattern->has_one = true;
	pattern->length++;
	pattern->tail = 0;
}

void
wildcard_add_run(struct wildcard *pattern)
{
	set_bit(pattern->run, pattern->length);
	pattern->tail = 0;
}

/* A match under way. The positions that hold a byte are found when the text first has that byte. */
struct machine {
	const struct wildcard *pattern;
	TALLOC_CTX *mem;
	uint64_t *states;
	uint64_t *after_one; /* where the "?" lead once the character has ended */
	uint64_t *positions[UINT8_MAX + 1];
};

static const uint64_t *
positions_of(struct machine *m, char byte)
{
	uint64_t **positions = &m->positions[(unsigned char)byte];

	if (*positions != NULL)
		return *positions;
	*positions = talloc_zero_array(m->mem, uint64_t, m->pattern->words);
	assert(*positions != NULL);
	for (size_t i = 0; i < m->pattern->length; i++)
		if (m->pattern->bytes[i] == byte && !has_bit(m->pattern->one, i))
			set_bit(*positions, i);
	return *positions;
}

/* Whether any state is left. */
static bool
read_byte(struct machine *m, char byte)
{
	const uint64_t *positions = positions_of(m, byte), *run = m->pattern->run;
	uint64_t *states = m->states;
	uint64_t carry = 0, left = 0;

	for (size_t i = 0; i < m->pattern->words; i++) {
		uint64_t fits = states[i] & positions[i];

		states[i] = fits << 1 | carry | (states[i] & run[i]);
		carry = fits >> (WORD_BITS - 1);
		left |= states[i];
	}
	return left != 0;
}

/* The same for a character of one byte or more, which "?" may take. */
static bool
read_character(struct machine *m, struct slice character)
{
	const uint64_t *one = m->pattern->one;
	uint64_t *states = m->states;
	uint64_t carry = 0, left = 0;

	for (size_t i = 0; i < m->pattern->words; i++) {
		uint64_t fits = states[i] & one[i];

		m->after_one[i] = fits << 1 | carry;
		carry = fits >> (WORD_BITS - 1);
	}
	for (size_t i = 0; i < character.length; i++)
		(void)read_byte(m, character.data[i]);
	for (size_t i = 0; i < m->pattern->words; i++) {
		states[i] |= m->after_one[i];
		left |= states[i];
	}
	return left != 0;
}

static size_t
character_length(struct slice text)
{
	size_t length = (unsigned char)text.data[0] < 0x80 ? 1 : utf8_first(text);

	return length > 0 ? length : 1;
}

/* Whether the text leads from one state to another. */
static bool
run_machine(const struct wildcard *pattern, size_t from, size_t to, struct slice text)
{
	struct machine m = { .pattern = pattern, .mem = talloc_new(NULL) };
	bool alive = true;

	m.states = talloc_zero_array(m.mem, uint64_t, 2 * pattern->words);
	assert(m.states != NULL);
	m.after_one = m.states + pattern->words;
	set_bit(m.states, from);
	for (size_t length = 1; text.length > 0 && alive; text = slice_skip(text, length)) {
		if (pattern->has_one) {
			length = character_length(text);
			alive = read_character(&m, slice_head(text, length));
		} else {
			alive = read_byte(&m, text.data[0]);
		}
	}
	alive = alive && has_bit(m.states, to);
	talloc_free(m.mem);
	return alive;
}

/* Most patterns are a text, or have one "*", before or behind which there are texts: those need no machine. */
bool
wildcard_matches(const struct wildcard *pattern, struct slice text)
{
	struct slice before = slice_make(pattern->bytes, pattern->plain);
	struct slice behind = slice_make(pattern->bytes + pattern->length - pattern->tail, pattern->tail);
	size_t middle = text.length - before.length - behind.length;

	if (is_plain(pattern))
		return slice_equal(text, before);
	if (text.length < before.length + behind.length || !slice_starts_with(text, before) ||
	    !slice_equal(slice_skip(text, text.length - behind.length), behind))
		return false;
	if (is_one_run(pattern))
		return true;
	return run_machine(pattern, pattern->plain, pattern->length - pattern->tail,
	    slice_head(slice_skip(text, pattern->plain), middle));
}

size_t
wildcard_cost(const struct wildcard *pattern, struct slice text)
{
	size_t bytes = text.length < UINT8_MAX ? text.length : UINT8_MAX; /* that differ */

	if (is_plain(pattern) || is_one_run(pattern))
		return pattern->plain + pattern->tail;
	return (pattern->has_one ? 4 : 2) * pattern->words * text.length + bytes * pattern->length;
}

bool
wildcard_is_wild(struct slice written)
{
	size_t at;

	return slice_find(written, SLICE("*"), &at) || slice_find(written, SLICE("?"), &at);
}

struct wildcard *
wildcard_from(TALLOC_CTX *mem, struct slice written)
{
	struct wildcard *pattern = wildcard_new(mem, written.length);

	for (size_t i = 0; i < written.length; i++) {
		if (written.data[i] == '*')
			wildcard_add_run(pattern);
		else if (written.data[i] == '?')
			wildcard_add_one(pattern);
		else
			wildcard_add_bytes(pattern, slice_make(&written.data[i], 1));
	}
	return pattern;
}
