/* Text from somebody else, as a terminal may show it. Pure; any thread. */
#ifndef COMMON_TERMINAL_H
#define COMMON_TERMINAL_H

#include "common/buf.h"

/*
 * The text, NUL-terminated, on `mem`, but for what could make a terminal do something or show another order than is
 * there: control characters (C0 but line feed and tab, DEL, C1), line and paragraph separators and marks of direction
 * become "\u{N}" in hexadecimal, bytes that are no UTF-8 "\xNN".
 */
char *terminal_text(TALLOC_CTX *mem, struct slice text);

/* The same for what has to stay in one line: line feeds and tabs too. */
char *terminal_line(TALLOC_CTX *mem, struct slice text);

/* The same for XML: a character becomes a character reference, which means the same. The text is UTF-8. */
char *terminal_xml(TALLOC_CTX *mem, struct slice document);

#endif
