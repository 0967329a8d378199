/* The network address of whoever is at the other end of a connection, as text. Pure; any thread. */
#ifndef GATEWAY_ADDRESS_H
#define GATEWAY_ADDRESS_H

struct sockaddr;

#define ADDRESS_TEXT_MAX 46 /* room for an IPv6 address with its NUL */

/*
 * "203.0.113.9", "2001:db8::7". An IPv4 address that an IPv6 socket shows as "::ffff:203.0.113.9" is the IPv4 address
 * it is. Empty for NULL and for anything that is not of the internet.
 */
void address_format(const struct sockaddr *address, char out[ADDRESS_TEXT_MAX]);

#endif
