#include "gateway/address.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>

#define MAPPED_PREFIX 12 /* bytes before the IPv4 address in ::ffff:0:0/96 (RFC 4291 section 2.5.5.2) */

void
address_format(const struct sockaddr *address, char out[ADDRESS_TEXT_MAX])
{
	struct sockaddr_in v4;
	struct sockaddr_in6 v6;

	*out = '\0';
	if (address && address->sa_family == AF_INET) {
		memcpy(&v4, address, sizeof(v4));
		inet_ntop(AF_INET, &v4.sin_addr, out, ADDRESS_TEXT_MAX);
	} else if (address && address->sa_family == AF_INET6) {
		memcpy(&v6, address, sizeof(v6));
		if (IN6_IS_ADDR_V4MAPPED(&v6.sin6_addr))
			inet_ntop(AF_INET, v6.sin6_addr.s6_addr + MAPPED_PREFIX, out, ADDRESS_TEXT_MAX);
		else
			inet_ntop(AF_INET6, &v6.sin6_addr, out, ADDRESS_TEXT_MAX);
	}
}
