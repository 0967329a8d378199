/* A talloc context for each test: what a test allocates on `mem` goes with it. */
#ifndef TESTS_UNIT_MEMORY_H
#define TESTS_UNIT_MEMORY_H

#include <talloc.h>

static TALLOC_CTX *mem;

static inline void
memory_begin(void)
{
	mem = talloc_new(NULL);
}

static inline void
memory_end(void)
{
	talloc_free(mem);
}

#endif
