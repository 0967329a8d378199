/* What storage/engine.c does around every engine: URLs, names, checks, the trace. */
#include "storage/engine.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>

#include "common/log.h"
#include "tests/unit/storage/engines.h"
#include "tests/unit/suite.h"

/* What the program promises itself. */

static enum store_err
break_key_twice(void)
{
	const struct put put = { SLICE("key"), SLICE("value") };
	const struct slice key = SLICE("key");

	return store_commit(
	    store, PARTITION, &(struct batch){ .puts = &put, .put_count = 1, .deletes = &key, .delete_count = 1 });
}

static enum store_err
break_empty_value(void)
{
	return put_one(store, PARTITION, SLICE("key"), SLICE(""));
}

static enum store_err
break_empty_key(void)
{
	return put_one(store, PARTITION, SLICE(""), SLICE("value"));
}

static enum store_err
break_long_key(void)
{
	static const char key[STORE_KEY_MAX + 1];

	return put_one(store, PARTITION, slice_make(key, sizeof(key)), SLICE("value"));
}

static enum store_err
break_long_value(void)
{
	static const char value[STORE_VALUE_MAX + 1];

	return put_one(store, PARTITION, SLICE("key"), slice_make(value, sizeof(value)));
}

static enum store_err
break_long_partition(void)
{
	static const char partition[STORE_PARTITION_MAX + 1];

	return delete_one(store, slice_make(partition, sizeof(partition)), SLICE("key"));
}

static enum store_err
break_large_batch(void)
{
	struct slice *keys = talloc_array(mem, struct slice, STORE_BATCH_MAX + 1);

	for (size_t i = 0; i <= STORE_BATCH_MAX; i++)
		keys[i] = slice_from(talloc_asprintf(mem, "%zu", i));
	return store_commit(
	    store, PARTITION, &(struct batch){ .deletes = keys, .delete_count = STORE_BATCH_MAX + 1 });
}

static enum store_err
break_read_beyond(void)
{
	char bytes[2];

	if (write_blob(store, make_id(1), SLICE("x"), 1) != STORE_OK)
		return STORE_OK;
	return read_blob(store, make_id(1), 1, 0, bytes, 2);
}

static enum store_err
break_append_after_failure(void)
{
	struct blob_id id = make_id(1);
	struct blob_writer *w;

	if (blob_create(store, &id, &w) != STORE_OK)
		return STORE_OK;
	w->failed = true;
	return blob_append(w, SLICE("x"));
}

static enum store_err (*const promises[])(void) = { break_key_twice, break_empty_value, break_empty_key,
	break_long_key, break_long_value, break_long_partition, break_large_batch, break_read_beyond,
	break_append_after_failure };

/* Without checks of libcheck, which belong to the test's own process. */
static void
open_beside(void)
{
	char *message;

	mem = talloc_new(NULL);
	if (scratch_try(folder, true, true, mem, &store, &message) != STORE_OK)
		_exit(1);
}

/* Each ends the process; what is left of its store is removed by its parent. */
START_TEST(promise)
{
	int status = 0;
	pid_t pid = fork();

	ck_assert_int_ge(pid, 0);
	if (pid == 0) {
		close(STDERR_FILENO);
		open_beside();
		_exit((int)promises[_i]());
	}
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	ck_assert_msg(WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT, "status %d", status);
}
END_TEST

/* The trace. */

START_TEST(trace)
{
	char *path = talloc_asprintf(mem, "%s/trace", folder);
	int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	int errors = dup(STDERR_FILENO);
	struct blob_id id = { "0123456789abcde" };
	char text[4096] = "";

	ck_assert_int_ge(dup2(fd, STDERR_FILENO), 0);
	log_set_level(LOG_LEVEL_DEBUG);
	ck_assert_store(put_one(store, PARTITION, SLICE("the key"), SLICE("the secret")), STORE_OK);
	ck_assert(holds(store, PARTITION, SLICE("no key"), SLICE("")));
	ck_assert_store(write_blob(store, id, SLICE("secret bytes"), 12), STORE_OK);
	log_set_level(LOG_LEVEL_INFO);
	dup2(errors, STDERR_FILENO);
	close(errors);
	ck_assert_int_gt(pread(fd, text, sizeof(text) - 1, 0), 0);
	close(fd);
	ck_assert_msg(strstr(text, "call=commit") && strstr(text, "partition=partition") &&
			  strstr(text, "key=\"the key\"") && strstr(text, "result=ok") &&
			  strstr(text, "result=\"not found\""),
	    "%s", text);
	ck_assert_msg(strstr(text, "blob=30313233343536373839616263646500") && strstr(text, "call=\"blob seal\"") &&
			  strstr(text, "number=12"),
	    "%s", text);
	ck_assert_msg(!strstr(text, "secret"), "%s", text);
}
END_TEST

/* Names and URLs. */

static const struct {
	const char *url;
	const char *message; /* part of it */
} bad_urls[] = {
	{ "", "names no store" },
	{ "here", "names no store" },
	{ ":", "no kind of store" },
	{ "file:/tmp", "\"file\" is no kind of store" },
	{ "local:", "needs a folder" },
#ifdef CROSSGATE_RADOS
	{ "rados:", "needs a pool" },
	{ "rados:?conf=x", "needs a pool" },
	{ "rados:pool?colour=red", "\"colour\" is no setting" },
	{ "rados:pool?split=999", "split=999 is not a number of records from 1000" },
	{ "rados:pool?split=many", "split=many is not a number of records" },
	{ "rados:pool?conf", "conf= is no value" },
	{ "rados:pool?conf=", "conf= is no value" },
	{ "rados:pool?conf=%zz", "conf=%zz is no value" },
	{ "rados:pool?conf=a%00b", "conf=a%00b is no value" },
	{ "rados:pool?timeout=0", "timeout=0 is not a number of seconds" },
	{ "rados:pool?timeout=3601", "timeout=3601 is not" },
	{ "rados:pool?timeout=soon", "timeout=soon is not" },
#else
	{ "rados:pool", "built without librados" },
#endif
};

START_TEST(urls)
{
	struct store_options options = { .create = true };
	TALLOC_CTX *own = talloc_new(NULL);
	struct store *s;
	char *message;

	ck_assert_store(store_open(bad_urls[_i].url, &options, own, &s, &message), STORE_INVALID);
	ck_assert_ptr_null(s);
	ck_assert_msg(strstr(message, bad_urls[_i].message) != NULL, "%s: %s", bad_urls[_i].url, message);
	talloc_free(own);
}
END_TEST

START_TEST(names)
{
	ck_assert_str_eq(store_err_name(STORE_OK), "ok");
	ck_assert_str_eq(store_err_name(STORE_NOT_FOUND), "not found");
	ck_assert_str_eq(store_err_name(STORE_REFUSED), "refused");
	ck_assert_str_eq(store_call_name(STORE_CALL_PARTITION_LIST), "partition list");
	for (int i = 0; i < STORE_ERRS; i++)
		ck_assert_ptr_nonnull(store_err_name((enum store_err)i));
}
END_TEST

static void
add_trace(TCase *tc)
{
	tcase_add_test(tc, trace);
}

int
main(void)
{
	Suite *suite = suite_create("engine checks");
	TCase *tc = tcase_create("no store");

	tcase_add_loop_test(tc, urls, 0, ARRAY_SIZE(bad_urls));
	tcase_add_test(tc, names);
	suite_add_tcase(suite, tc);
	tc = tcase_create("promises");
	tcase_add_checked_fixture(tc, open_folder, close_folder);
	tcase_add_loop_test(tc, promise, 0, ARRAY_SIZE(promises));
	suite_add_tcase(suite, tc);
	add_engines(suite, add_trace);
	return run_suite(suite);
}
