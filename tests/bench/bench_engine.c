/*
 * What the embedded engine does on this machine: durable commits by threads, and an object's bytes kept beside its
 * record against a blob of its own, from which engine_local.inline_max follows; reads from memory.
 *
 *	bench_engine [FOLDER [SECONDS]]
 *
 * FOLDER (a temporary one by default) must be on the disk that is to be measured; SECONDS is the time of each figure.
 */
#include <ftw.h>
#include <pthread.h>
#include <unistd.h>

#include "common/clock.h"
#include "common/digest.h"
#include "storage/engine.h"

#define ROUNDS       5
#define THREADS_MAX  32
#define RECORD_BYTES 300
#define PARTITION    SLICE("bench")

static struct store *store;
static double seconds = 1.0;
static char filler[STORE_VALUE_MAX];
static _Atomic uint64_t next_number;

static void
must(enum store_err err, const char *what)
{
	if (err == STORE_OK)
		return;
	fprintf(stderr, "%s: %s\n", what, store_err_name(err));
	exit(1);
}

/* Running something on several threads. */

typedef void work_fn(size_t size);

struct worker {
	pthread_t thread;
	work_fn *work;
	size_t size;
	int64_t until_us;
	uint64_t done;
};

static void *
worker_run(void *context)
{
	struct worker *w = context;

	while (clock_monotonic_us() < w->until_us) {
		w->work(w->size);
		w->done++;
	}
	return NULL;
}

/* How often a second `threads` threads together do it, for a share of the time. */
static double
rate_once(unsigned threads, work_fn *work, size_t size)
{
	struct worker workers[THREADS_MAX];
	int64_t begun_us = clock_monotonic_us();
	uint64_t done = 0;

	for (unsigned i = 0; i < threads; i++) {
		workers[i] = (struct worker){
			.work = work, .size = size, .until_us = begun_us + (int64_t)(seconds * 1e6 / ROUNDS)
		};
		if (pthread_create(&workers[i].thread, NULL, worker_run, &workers[i]) != 0)
			exit(1);
	}
	for (unsigned i = 0; i < threads; i++) {
		pthread_join(workers[i].thread, NULL);
		done += workers[i].done;
	}
	return (double)done * 1e6 / (double)(clock_monotonic_us() - begun_us);
}

struct figure {
	unsigned threads;
	work_fn *work;
	size_t size;
	double rates[ROUNDS];
	double rate; /* the median */
};

static int
compare_rates(const void *a, const void *b)
{
	double difference = *(const double *)a - *(const double *)b;

	return (difference > 0) - (difference < 0);
}

/* The figures take turns, so that what else the machine does falls on all of them. */
static void
measure(struct figure *figures, size_t count)
{
	for (size_t round = 0; round < ROUNDS; round++)
		for (size_t i = 0; i < count; i++)
			figures[i].rates[round] = rate_once(figures[i].threads, figures[i].work, figures[i].size);
	for (size_t i = 0; i < count; i++) {
		qsort(figures[i].rates, ROUNDS, sizeof(double), compare_rates);
		figures[i].rate = figures[i].rates[ROUNDS / 2];
	}
}

static double
rate(unsigned threads, work_fn *work, size_t size)
{
	struct figure figure = { .threads = threads, .work = work, .size = size };

	measure(&figure, 1);
	return figure.rate;
}

/* What is measured. */

/* A key that looks like an object's: where it falls in the order is a matter of chance. */
static size_t
make_key(char *out, size_t max)
{
	uint64_t number = next_number++;

	return (size_t)snprintf(out, max, "photos/%08x/%016llx", crc32c(0, slice_make(&number, sizeof(number))),
	    (unsigned long long)number);
}

static void
commit_value(size_t size)
{
	char key[64];
	struct put put = { { key, 0 }, { filler, size } };

	put.key.length = make_key(key, sizeof(key));
	must(store_commit(store, PARTITION, &(struct batch){ .puts = &put, .put_count = 1 }), "commit");
}

static void
put_inline(size_t size)
{
	commit_value(RECORD_BYTES + size);
}

static void
put_blob(size_t size)
{
	struct blob_id id;
	struct blob_writer *w;

	random_bytes(&id, sizeof(id));
	must(blob_create(store, &id, &w), "blob_create");
	must(blob_append(w, slice_make(filler, size)), "blob_append");
	must(blob_seal(w), "blob_seal");
	commit_value(RECORD_BYTES);
}

static char (*known_keys)[64];
static size_t known_count;

static void
get_value(size_t size)
{
	static _Thread_local TALLOC_CTX *mem;
	static _Thread_local uint32_t random;
	struct slice value;

	(void)size;
	if (!mem)
		mem = talloc_pool(NULL, 64 * 1024);
	random = crc32c(random + 1, SLICE("next"));
	must(store_get(store, PARTITION, slice_from(known_keys[random % known_count]), mem, &value), "get");
	talloc_free_children(mem);
}

static enum scan_step
visit_page(void *context, struct slice key, struct slice value, struct slice *seek)
{
	(void)key;
	(void)value;
	(void)seek;
	return --*(size_t *)context > 0 ? SCAN_NEXT : SCAN_STOP;
}

static void
scan_page(size_t size)
{
	static _Thread_local uint32_t random;

	random = crc32c(random + 1, SLICE("next"));
	must(store_scan(store, PARTITION, slice_from(known_keys[random % known_count]), visit_page, &size), "scan");
}

static const struct blob_id read_id = { "a blob to read" };
static const uint64_t read_bytes = 256 << 20;

static void
read_through(size_t size)
{
	char *buffer = malloc(size);
	struct blob_reader *r;

	must(blob_open(store, &read_id, read_bytes, 0, read_bytes, &r), "blob_open");
	for (uint64_t offset = 0; offset < read_bytes; offset += size)
		must(blob_read(r, offset, buffer, size), "blob_read");
	blob_close(r);
	free(buffer);
}

/* Tables. */

static void
print_row(const char *name, struct figure *figures, size_t count)
{
	measure(figures, count);
	printf("%10s", name);
	for (size_t i = 0; i < count; i++)
		printf("%10.0f", figures[i].rate);
	printf("\n");
	fflush(stdout);
}

static void
bench_commits(void)
{
	static const size_t sizes[] = { 300, 4096 };

	printf("durable commits a second, by bytes of the value and threads\n");
	printf("%10s%10u%10u%10u%10u\n", "bytes", 1, 4, 16, 32);
	for (size_t i = 0; i < ARRAY_SIZE(sizes); i++) {
		char name[24];

		snprintf(name, sizeof(name), "%zu", sizes[i]);
		print_row(name,
		    (struct figure[]){ { .threads = 1, .work = commit_value, .size = sizes[i] },
			{ .threads = 4, .work = commit_value, .size = sizes[i] },
			{ .threads = 16, .work = commit_value, .size = sizes[i] },
			{ .threads = 32, .work = commit_value, .size = sizes[i] } },
		    4);
	}
}

static void
bench_inline(void)
{
	printf(
	    "\nobjects put a second: bytes beside the record, or a blob and a record of %d bytes\n", RECORD_BYTES);
	printf("%10s%20s%20s\n%10s%10s%10s%10s%10s\n", "", "1 thread", "32 threads", "KiB", "inline", "blob",
	    "inline", "blob");
	for (size_t kib = 1; kib <= 64; kib *= 2) {
		char name[24];

		snprintf(name, sizeof(name), "%zu", kib);
		print_row(name,
		    (struct figure[]){ { .threads = 1, .work = put_inline, .size = kib * 1024 },
			{ .threads = 1, .work = put_blob, .size = kib * 1024 },
			{ .threads = 32, .work = put_inline, .size = kib * 1024 },
			{ .threads = 32, .work = put_blob, .size = kib * 1024 } },
		    4);
	}
}

static void
fill_keys(size_t count)
{
	struct put puts[1000];

	known_count = count;
	known_keys = malloc(count * sizeof(*known_keys));
	for (size_t i = 0; i < count; i++) {
		struct slice key = { known_keys[i], make_key(known_keys[i], sizeof(*known_keys)) };

		puts[i % 1000] = (struct put){ key, { filler, RECORD_BYTES } };
		if (i % 1000 == 999)
			must(store_commit(store, PARTITION, &(struct batch){ .puts = puts, .put_count = 1000 }),
			    "commit");
	}
}

static void
bench_reads(void)
{
	struct blob_writer *w;

	fill_keys(200000);
	printf("\nreads of %d bytes a second: %.0f on 1 thread, %.0f on 2; ", RECORD_BYTES, rate(1, get_value, 0),
	    rate(2, get_value, 0));
	printf("pages of 1000 keys: %.0f\n", rate(1, scan_page, 1000));
	must(blob_create(store, &read_id, &w), "blob_create");
	for (uint64_t written = 0; written < read_bytes; written += 256 * 1024)
		must(blob_append(w, slice_make(filler, 256 * 1024)), "blob_append");
	must(blob_seal(w), "blob_seal");
	printf("blobs from memory, MiB/s: %.0f by 64 KiB, %.0f by 1 MiB, %.0f by 32 KiB\n",
	    rate(1, read_through, 64 << 10) * 256, rate(1, read_through, 1 << 20) * 256,
	    rate(1, read_through, 32 << 10) * 256);
}

static int
remove_one(const char *path, const struct stat *sb, int type, struct FTW *ftw)
{
	(void)sb;
	(void)type;
	(void)ftw;
	return remove(path);
}

int
main(int argc, char **argv)
{
	struct store_options options = { .create = true, .serve = true };
	TALLOC_CTX *mem = talloc_new(NULL);
	char *folder = talloc_asprintf(mem, "%s/crossgate-bench-XXXXXX", argc > 1 ? argv[1] : "/tmp");
	char *message;

	if (argc > 2)
		seconds = strtod(argv[2], NULL);
	if (!mkdtemp(folder) || !(seconds > 0)) {
		fprintf(stderr, "usage: bench_engine [FOLDER [SECONDS]]\n");
		return 2;
	}
	if (store_open(talloc_asprintf(mem, "local:%s", folder), &options, mem, &store, &message) != STORE_OK) {
		fprintf(stderr, "%s\n", message);
		return 1;
	}
	random_bytes(filler, sizeof(filler));
	bench_commits();
	bench_inline();
	bench_reads();
	store_close(store);
	nftw(folder, remove_one, 16, FTW_DEPTH | FTW_PHYS);
	talloc_free(mem);
	return 0;
}
