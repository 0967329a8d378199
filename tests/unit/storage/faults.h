/*
 * Operations with each of their engine calls failing in each manner: afterwards the state is the one before or the one
 * after, whole; nothing is left behind once it has been swept, in the same process or in the next one.
 */
#ifndef TESTS_UNIT_STORAGE_FAULTS_H
#define TESTS_UNIT_STORAGE_FAULTS_H

#include "tests/unit/storage/catalog_dump.h"

struct operation {
	const char *name;
	void (*prepare)(void); /* what is there before */
	enum store_err (*run)(void);
};

static const struct {
	const char *name;
	enum fault_manner manner;
	enum store_err err;
} manners[] = {
	{ "before, I/O", FAULT_BEFORE, STORE_IO },
	{ "before, full", FAULT_BEFORE, STORE_FULL },
	{ "after, timeout", FAULT_AFTER, STORE_TIMEOUT },
	{ "torn, I/O", FAULT_TORN, STORE_IO },
};

static const char *const call_names[FAULT_CALLS] = { "get", "scan", "commit", "blob create", "blob append",
	"blob seal", "blob open", "blob read", "blob delete" };

/* What makes a difference: reads do not find the disk full and have no effect, and only an append can be torn. */
static inline bool
can_fail_so(enum fault_call call, size_t manner)
{
	if (call == FAULT_GET || call == FAULT_SCAN || call == FAULT_BLOB_OPEN || call == FAULT_BLOB_READ)
		return manner == 0;
	if (manners[manner].err == STORE_FULL)
		return call != FAULT_BLOB_DELETE;
	return manners[manner].manner != FAULT_TORN || call == FAULT_BLOB_APPEND;
}

/* The store before and after the operation, where nothing fails; on `texts`, since the store is wiped. */
static inline void
run_unharmed(const struct operation *operation, TALLOC_CTX *texts, const char **before, const char **after)
{
	operation->prepare();
	*before = talloc_strdup(texts, dump());
	ck_assert_msg(operation->run() == STORE_OK, "%s", operation->name);
	*after = talloc_strdup(texts, dump());
	assert_clean(operation->name);
	catalog_scratch_wipe();
}

/* The process ends here, and the next one finds what it left. */
static inline void
begin_anew(void)
{
	catalog_end();
	catalog_begin();
}

/* Whether the fault struck: otherwise the operation makes fewer calls of that kind. */
static inline bool
run_with_fault(const struct operation *operation, const struct fault *fault, bool anew, const char *before,
    const char *after, const char *what)
{
	const char *then, *last;
	enum store_err err;
	bool struck;

	operation->prepare();
	fault_set(store, fault, 1);
	err = operation->run();
	struck = fault_count(store, fault->call) >= fault->first;
	fault_set(store, NULL, 0);
	then = dump();
	if (err)
		ck_assert_msg(
		    !strcmp(then, before) || !strcmp(then, after), "%s: neither before nor after:\n%s", what, then);
	else
		ck_assert_msg(!strcmp(then, after), "%s: success, but:\n%s", what, then);
	if (anew)
		begin_anew();
	assert_clean(what);
	last = dump();
	ck_assert_msg(!strcmp(last, then) || !strcmp(last, after), "%s: swept to\n%s", what, last);
	catalog_scratch_wipe();
	return struck;
}

/* All places, but on a cluster. */
static inline unsigned
next_fault(unsigned place, const struct operation *operation, const char *manner)
{
	return scratch_cluster() ? places_next(place, operation->name, manner) : place + 1;
}

/* With `anew`, the next process sweeps. */
static inline void
each_call_fails_in(const struct operation *operation, bool anew)
{
	TALLOC_CTX *texts = talloc_new(NULL);
	const char *before, *after;
	unsigned struck = 0;

	run_unharmed(operation, texts, &before, &after);
	for (unsigned call = 0; call < FAULT_CALLS; call++) {
		for (size_t m = 0; m < ARRAY_SIZE(manners); m++) {
			struct fault fault = { .call = (enum fault_call)call,
				.first = 1,
				.manner = manners[m].manner,
				.err = manners[m].err };
			char what[200];

			if (!can_fail_so(fault.call, m))
				continue;
			while (fault.first < 100) {
				snprintf(what, sizeof(what), "%s, %s %u fails %s", operation->name,
				    call_names[call], fault.first, manners[m].name);
				fault.last = fault.first;
				if (!run_with_fault(operation, &fault, anew, before, after, what))
					break;
				struck++;
				fault.first = next_fault(fault.first, operation, manners[m].name);
			}
		}
	}
	ck_assert_msg(struck > 0, "%s makes no calls", operation->name);
	talloc_free(texts);
}

/* From some call on all fail, as when the disk is gone: the clean-up on the spot fails, too. */
static inline void
all_calls_fail_in(const struct operation *operation)
{
	TALLOC_CTX *texts = talloc_new(NULL);
	const char *before, *after;

	run_unharmed(operation, texts, &before, &after);
	for (unsigned call = 0; call < FAULT_CALLS; call++) {
		struct fault fault = {
			.call = (enum fault_call)call, .first = 1, .last = UINT32_MAX, .err = STORE_IO
		};
		char what[200];

		while (fault.first < 100) {
			snprintf(what, sizeof(what), "%s, from %s %u on all fail", operation->name,
			    call_names[call], fault.first);
			if (!run_with_fault(operation, &fault, false, before, after, what))
				break;
			fault.first = next_fault(fault.first, operation, "all");
		}
	}
	talloc_free(texts);
}

#endif
