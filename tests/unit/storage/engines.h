/* The fixtures of suites that hold for every engine: each case runs bare and wrapped. */
#ifndef TESTS_UNIT_STORAGE_ENGINES_H
#define TESTS_UNIT_STORAGE_ENGINES_H

#include "storage/fault.h"
#include "tests/unit/storage/scratch.h"

static TALLOC_CTX *mem;
static char *folder;
static struct store *store;

static inline void
open_folder(void)
{
	mem = talloc_new(NULL);
	folder = scratch_make(mem);
}

static inline void
close_folder(void)
{
	scratch_remove(folder);
	talloc_free(mem);
}

static inline void
open_local(void)
{
	open_folder();
	store = scratch_open(folder);
}

static inline void
open_wrapped(void)
{
	open_local();
	store = fault_wrap(store);
}

static inline void
open_cluster(void)
{
	open_folder();
	store = scratch_open_cluster(folder);
}

static inline void
close_store(void)
{
	store_close(store);
	close_folder();
}

/* For each engine that is there, a test case of that name which `add` fills. */
static inline void
add_engines(Suite *suite, void (*add)(TCase *tc))
{
	static const struct {
		const char *name;
		SFun open;
	} engines[] = { { "local", open_local }, { "wrapped", open_wrapped }, { "rados", open_cluster } };
	size_t count = scratch_cluster() ? ARRAY_SIZE(engines) : ARRAY_SIZE(engines) - 1;

	for (size_t i = 0; i < count; i++) {
		TCase *tc = tcase_create(engines[i].name);

		tcase_add_checked_fixture(tc, engines[i].open, close_store);
		add(tc);
		suite_add_tcase(suite, tc);
	}
}

#endif
