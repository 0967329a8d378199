/* The catalog as a whole: making it, freeing it, and the blobs of its own that nobody wants any more. */
#include "storage/catalog_private.h"

struct catalog *
catalog_new(struct store *s, const struct catalog_options *options)
{
	struct catalog *c = talloc_zero(NULL, struct catalog);

	c->store = s;
	c->options = *options;
	if (store_get_waits(s))
		c->contents = contents_new(CONTENTS_BYTES);
	c->shard_records = options->shard_records ? options->shard_records : store_partition_records(s);
	c->sample_every = options->sample_every ? options->sample_every : SAMPLE_EVERY;
	c->bucket_fresh_us = BUCKET_FRESH_US;
	c->gate_kept_us = GATE_KEPT_US;
	c->lend_hand_us = LEND_HAND_US;
	pthread_mutex_init(&c->abandoned.mutex, NULL);
	for (size_t i = 0; i < TURNS; i++)
		pthread_mutex_init(&c->turns[i], NULL);
	return c;
}

void
catalog_free(struct catalog *c)
{
	if (!c)
		return;
	if (c->contents)
		contents_free(c->contents);
	pthread_mutex_destroy(&c->abandoned.mutex);
	for (size_t i = 0; i < TURNS; i++)
		pthread_mutex_destroy(&c->turns[i]);
	talloc_free(c->abandoned.items);
	talloc_free(c);
}

bool
catalog_get_waits(const struct catalog *c)
{
	return store_get_waits(c->store);
}

size_t
catalog_inline_max(const struct catalog *c)
{
	return store_inline_max(c->store);
}

void
abandon(struct catalog *c, const struct shard_name *shard, const struct blob_id *blob)
{
	pthread_mutex_lock(&c->abandoned.mutex);
	c->abandoned.items = talloc_realloc(NULL, c->abandoned.items, struct abandoned, c->abandoned.count + 1);
	c->abandoned.items[c->abandoned.count++] = (struct abandoned){ *shard, *blob };
	pthread_mutex_unlock(&c->abandoned.mutex);
}
