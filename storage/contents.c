#include "storage/contents.h"

#include <pthread.h>
#include <stdatomic.h>

#define SLOTS 4096

struct kept_content {
	unsigned char id[CONTENT_ID_BYTES];
	struct slice bytes;
	_Atomic unsigned holders; /* the table, and those who read */
	struct kept_content *newer, *older;
};

struct contents {
	size_t bytes_max;
	pthread_mutex_t mutex; /* taken alone; guards all below */
	size_t bytes;
	struct kept_content *newest, *oldest;
	struct kept_content *slots[SLOTS];
	uint64_t missed; /* bytes that were asked for and not here, all along */
	struct {
		uint64_t id_number; /* the last one that was asked for */
		uint64_t missed;    /* by then */
	} asked_for[SLOTS];
};

struct contents *
contents_new(size_t bytes_max)
{
	struct contents *contents = talloc_zero(NULL, struct contents);

	contents->bytes_max = bytes_max;
	pthread_mutex_init(&contents->mutex, NULL);
	return contents;
}

/* The end of an ID is chance. */
static uint64_t
id_number(const unsigned char id[CONTENT_ID_BYTES])
{
	uint64_t number;

	memcpy(&number, id + CONTENT_ID_BYTES - sizeof(number), sizeof(number));
	return number;
}

static void
unlink_locked(struct contents *contents, struct kept_content *kept)
{
	*(kept->newer ? &kept->newer->older : &contents->newest) = kept->older;
	*(kept->older ? &kept->older->newer : &contents->oldest) = kept->newer;
}

static void
link_locked(struct contents *contents, struct kept_content *kept)
{
	kept->newer = NULL;
	kept->older = contents->newest;
	*(kept->older ? &kept->older->newer : &contents->oldest) = kept;
	contents->newest = kept;
}

static void
drop_locked(struct contents *contents, struct kept_content *kept)
{
	unlink_locked(contents, kept);
	contents->slots[id_number(kept->id) % SLOTS] = NULL;
	contents->bytes -= kept->bytes.length;
	kept_content_release(kept);
}

void
contents_free(struct contents *contents)
{
	while (contents->oldest)
		drop_locked(contents, contents->oldest);
	pthread_mutex_destroy(&contents->mutex);
	talloc_free(contents);
}

struct kept_content *
contents_find(struct contents *contents, const unsigned char id[CONTENT_ID_BYTES])
{
	struct kept_content *kept;

	pthread_mutex_lock(&contents->mutex);
	kept = contents->slots[id_number(id) % SLOTS];
	if (kept && memcmp(kept->id, id, sizeof(kept->id)) != 0)
		kept = NULL;
	if (kept) {
		atomic_fetch_add(&kept->holders, 1);
		unlink_locked(contents, kept);
		link_locked(contents, kept);
	}
	pthread_mutex_unlock(&contents->mutex);
	return kept;
}

bool
contents_wants(struct contents *contents, const unsigned char id[CONTENT_ID_BYTES], size_t length)
{
	uint64_t number = id_number(id);
	bool wants;

	pthread_mutex_lock(&contents->mutex);
	wants = contents->asked_for[number % SLOTS].id_number == number &&
		contents->missed - contents->asked_for[number % SLOTS].missed <= contents->bytes_max;
	contents->missed += length;
	contents->asked_for[number % SLOTS].id_number = number;
	contents->asked_for[number % SLOTS].missed = contents->missed;
	pthread_mutex_unlock(&contents->mutex);
	return wants;
}

struct kept_content *
contents_add(struct contents *contents, const unsigned char id[CONTENT_ID_BYTES], char *bytes, size_t length)
{
	struct kept_content *kept = talloc_zero(NULL, struct kept_content);
	struct kept_content *before;

	memcpy(kept->id, id, sizeof(kept->id));
	kept->bytes = slice_make(talloc_steal(kept, bytes), length);
	atomic_init(&kept->holders, 1);
	if (length > CONTENT_BYTES_MAX || length > contents->bytes_max)
		return kept;
	atomic_fetch_add(&kept->holders, 1);
	pthread_mutex_lock(&contents->mutex);
	before = contents->slots[id_number(id) % SLOTS];
	if (before)
		drop_locked(contents, before);
	while (contents->bytes + length > contents->bytes_max)
		drop_locked(contents, contents->oldest);
	contents->bytes += length;
	contents->slots[id_number(id) % SLOTS] = kept;
	link_locked(contents, kept);
	pthread_mutex_unlock(&contents->mutex);
	return kept;
}

struct slice
kept_content_bytes(const struct kept_content *kept)
{
	return kept->bytes;
}

void
kept_content_release(struct kept_content *kept)
{
	if (atomic_fetch_sub(&kept->holders, 1) == 1)
		talloc_free(kept);
}
