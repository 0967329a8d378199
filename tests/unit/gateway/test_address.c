/* The other end of a connection as text. */
#include "gateway/address.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/un.h>

#include "common/slice.h"
#include "tests/unit/suite.h"

static const struct {
	int family;
	const char *address;
	const char *text;
} addresses[] = {
	{ AF_INET, "203.0.113.9", "203.0.113.9" },
	{ AF_INET, "0.0.0.0", "0.0.0.0" },
	{ AF_INET, "255.255.255.255", "255.255.255.255" },
	{ AF_INET6, "2001:db8::7", "2001:db8::7" },
	{ AF_INET6, "::1", "::1" },
	{ AF_INET6, "::ffff:203.0.113.9", "203.0.113.9" },
	{ AF_INET6, "::fffe:203.0.113.9", "::fffe:cb00:7109" },
	{ AF_INET6, "2001:db8:1111:2222:3333:4444:5555:6666", "2001:db8:1111:2222:3333:4444:5555:6666" },
};

START_TEST(internet)
{
	union {
		struct sockaddr any;
		struct sockaddr_in v4;
		struct sockaddr_in6 v6;
	} address = { .any.sa_family = (sa_family_t)addresses[_i].family };
	void *bytes =
	    addresses[_i].family == AF_INET ? (void *)&address.v4.sin_addr : (void *)&address.v6.sin6_addr;
	char text[ADDRESS_TEXT_MAX];

	ck_assert_int_eq(inet_pton(addresses[_i].family, addresses[_i].address, bytes), 1);
	address_format(&address.any, text);
	ck_assert_str_eq(text, addresses[_i].text);
}
END_TEST

START_TEST(other)
{
	const struct sockaddr_un local = { .sun_family = AF_UNIX, .sun_path = "socket" };
	char text[ADDRESS_TEXT_MAX] = "x";

	address_format((const struct sockaddr *)&local, text);
	ck_assert_str_eq(text, "");
	address_format(NULL, text);
	ck_assert_str_eq(text, "");
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("address");
	TCase *tc = tcase_create("address");

	tcase_add_loop_test(tc, internet, 0, ARRAY_SIZE(addresses));
	tcase_add_test(tc, other);
	suite_add_tcase(suite, tc);
	return run_suite(suite);
}
