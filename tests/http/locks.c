/*
 * Preloaded into the gateway by test_preflight_cost.py: counts the locks that its event loops take, in the file that
 * LOCKS_FILE names, as two 64-bit numbers: those that the program itself or LMDB takes, and those of all other libraries.
 */
#include <dlfcn.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

static _Atomic uint64_t *counts;

__attribute__((constructor)) static void
open_counts(void)
{
	const char *name = getenv("LOCKS_FILE");
	int file = name ? open(name, O_RDWR | O_CLOEXEC) : -1;
	void *map =
	    file < 0 ? MAP_FAILED : mmap(NULL, 2 * sizeof(*counts), PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);

	if (map == MAP_FAILED)
		abort();
	counts = map;
	close(file);
}

static void
count(void *caller)
{
	char thread[16] = "";
	const char *name;
	Dl_info from;

	pthread_getname_np(pthread_self(), thread, sizeof(thread));
	if (!counts || strcmp(thread, "MHD-worker") != 0 || !dladdr(caller, &from))
		return;
	name = strrchr(from.dli_fname, '/');
	name = name ? name + 1 : from.dli_fname;
	atomic_fetch_add(&counts[strcmp(name, "crossgate") == 0 || strncmp(name, "liblmdb", 7) == 0 ? 0 : 1], 1);
}

/* The function itself, which stands behind this library. */
static void *
real(const char *function)
{
	void *found = dlsym(RTLD_NEXT, function);

	if (!found)
		abort();
	return found;
}

/* NOLINTBEGIN(readability-inconsistent-declaration-parameter-name): a system's header may name them as no program may */

int
pthread_mutex_lock(pthread_mutex_t *lock)
{
	count(__builtin_return_address(0));
	return ((int (*)(pthread_mutex_t *))real("pthread_mutex_lock"))(lock);
}

int
pthread_rwlock_rdlock(pthread_rwlock_t *lock)
{
	count(__builtin_return_address(0));
	return ((int (*)(pthread_rwlock_t *))real("pthread_rwlock_rdlock"))(lock);
}

int
pthread_rwlock_wrlock(pthread_rwlock_t *lock)
{
	count(__builtin_return_address(0));
	return ((int (*)(pthread_rwlock_t *))real("pthread_rwlock_wrlock"))(lock);
}

int
pthread_spin_lock(pthread_spinlock_t *lock)
{
	count(__builtin_return_address(0));
	return ((int (*)(pthread_spinlock_t *))real("pthread_spin_lock"))(lock);
}

/* NOLINTEND(readability-inconsistent-declaration-parameter-name) */
