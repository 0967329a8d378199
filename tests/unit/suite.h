/* What every unit program ends with: run the suite as CK_ENV says; the exit status. */
#ifndef TESTS_UNIT_SUITE_H
#define TESTS_UNIT_SUITE_H

#include <check.h>
#include <stdlib.h>

/* Only what hangs is cut off: how fast the machine is decides no test. libcheck reads this when a test case is made. */
__attribute__((constructor)) static void
allow_for_slow_machines(void)
{
	setenv("CK_DEFAULT_TIMEOUT", "600", 0);
}

static inline int
run_suite(Suite *suite)
{
	SRunner *runner = srunner_create(suite);
	int failed;

	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? 0 : 1;
}

#endif
