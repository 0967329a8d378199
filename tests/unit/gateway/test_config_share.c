/* The configuration in force, replaced while requests use it. */
#include "gateway/config_share.h"

#include <check.h>
#include <pthread.h>

#include "tests/unit/suite.h"

#define THREADS  4
#define REPLACED 2000

static int freed;

static int
count_freed(struct config *config)
{
	config->workers = 0;
	freed++;
	return 0;
}

/* Its two numbers agree as long as it is there. */
static struct config *
make(TALLOC_CTX *mem, uint64_t number)
{
	struct config *config = talloc_zero(mem, struct config);

	config->workers = number;
	config->event_loops = number;
	talloc_set_destructor(config, count_freed);
	return config;
}

START_TEST(held)
{
	TALLOC_CTX *mem = talloc_new(NULL);
	struct config_share share = { 0 };
	struct config_holder *first, *second;

	config_replace(&share, mem, make(mem, 1));
	first = config_take(&share);
	config_replace(&share, mem, make(mem, 2));
	second = config_take(&share);
	for (uint64_t i = 3; i < 100; i++)
		config_replace(&share, mem, make(mem, i));
	ck_assert_uint_eq(first->config->workers, 1);
	ck_assert_uint_eq(second->config->workers, 2);
	ck_assert_uint_eq(config_count(&share), 3);
	ck_assert_int_eq(freed, 96);
	config_leave(first);
	config_replace(&share, mem, make(mem, 100));
	ck_assert_uint_eq(config_count(&share), 2);
	ck_assert_uint_eq(second->config->workers, 2);
	config_leave(second);
	config_replace(&share, mem, make(mem, 101));
	ck_assert_uint_eq(config_count(&share), 1);
	ck_assert_uint_eq(atomic_load(&share.current)->config->workers, 101);
	ck_assert_int_eq(freed, 100);
	talloc_free(mem);
}
END_TEST

struct user {
	pthread_t thread;
	struct config_share *share;
	_Atomic bool stop;
	bool torn;
};

static void *
use(void *argument)
{
	struct user *user = argument;
	uint64_t last = 0;

	while (!atomic_load(&user->stop)) {
		struct config_holder *holder = config_take(user->share);
		uint64_t number = holder->config->workers;

		if (number < last || number == 0 || holder->config->event_loops != number)
			user->torn = true;
		last = number;
		config_leave(holder);
	}
	return NULL;
}

START_TEST(replaced_under_users)
{
	TALLOC_CTX *mem = talloc_new(NULL);
	struct config_share share = { 0 };
	struct user users[THREADS];
	size_t most = 0;

	config_replace(&share, mem, make(mem, 1));
	for (size_t i = 0; i < THREADS; i++) {
		users[i] = (struct user){ .share = &share };
		ck_assert_int_eq(pthread_create(&users[i].thread, NULL, use, &users[i]), 0);
	}
	for (uint64_t i = 2; i <= REPLACED; i++) {
		config_replace(&share, mem, make(mem, i));
		most = config_count(&share) > most ? config_count(&share) : most;
	}
	for (size_t i = 0; i < THREADS; i++) {
		atomic_store(&users[i].stop, true);
		pthread_join(users[i].thread, NULL);
		ck_assert(!users[i].torn);
	}
	ck_assert_uint_le(most, THREADS + 1);
	config_replace(&share, mem, make(mem, REPLACED + 1));
	ck_assert_uint_eq(config_count(&share), 1);
	ck_assert_int_eq(freed, REPLACED);
	talloc_free(mem);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("config_share");
	TCase *tc = tcase_create("share");

	tcase_add_test(tc, held);
	tcase_add_test(tc, replaced_under_users);
	suite_add_tcase(suite, tc);
	return run_suite(suite);
}
