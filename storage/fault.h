/* An engine around an engine, for tests: it makes calls fail, wait or take effect without saying so. */
#ifndef STORAGE_FAULT_H
#define STORAGE_FAULT_H

#include "storage/engine.h"

enum fault_call {
	FAULT_GET,
	FAULT_SCAN,
	FAULT_COMMIT,
	FAULT_BLOB_CREATE,
	FAULT_BLOB_APPEND,
	FAULT_BLOB_SEAL,
	FAULT_BLOB_OPEN,
	FAULT_BLOB_READ,
	FAULT_BLOB_DELETE,
	FAULT_CALLS
};

enum fault_manner {
	FAULT_BEFORE, /* the call fails and nothing happens */
	FAULT_AFTER,  /* the call takes effect, and then fails all the same: an answer that was lost */
	FAULT_TORN    /* an append writes half of its bytes, then fails; other calls: as FAULT_BEFORE */
};

/* The calls of one kind, counted from 1 since fault_set: from the first to the last of these, fail like that. */
struct fault {
	enum fault_call call;
	unsigned first, last;
	enum fault_manner manner;
	enum store_err err;
	unsigned delay_us; /* wait so long before each of these calls; with err STORE_OK, wait alone */
};

/* Wrap an open store, which from now on belongs to the wrapper and is closed with it. */
struct store *fault_wrap(struct store *inner);

/* Replace the faults of a wrapped store (a copy is taken) and start counting anew. Any thread. */
void fault_set(struct store *s, const struct fault *faults, size_t count);

/* How many calls of a kind there were since fault_set. */
unsigned fault_count(struct store *s, enum fault_call call);

#endif
