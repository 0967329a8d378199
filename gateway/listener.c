#include "gateway/listener.h"

#include <errno.h>
#include <netdb.h>
#include <sys/socket.h>
#include <unistd.h>

#define LISTEN_BACKLOG 1024

/* Take "ADDR:PORT" apart; brackets around an IPv6 address go. */
static bool
split_address(TALLOC_CTX *mem, const char *listen_on, char **host, char **port)
{
	const char *colon = strrchr(listen_on, ':');
	struct slice name = slice_make(listen_on, (size_t)(colon - listen_on));

	if (name.length >= 2 && name.data[0] == '[' && name.data[name.length - 1] == ']')
		name = slice_make(name.data + 1, name.length - 2);
	*host = slice_dup(mem, name);
	*port = slice_dup(mem, slice_from(colon + 1));
	return **port != '\0';
}

int
listener_open(TALLOC_CTX *mem, const char *listen_on, char **address, char **message)
{
	struct addrinfo hints = { .ai_socktype = SOCK_STREAM, .ai_flags = AI_PASSIVE | AI_NUMERICSERV },
			*found = NULL;
	struct sockaddr_storage bound;
	socklen_t bound_length = sizeof(bound);
	char *host, *port, service[NI_MAXSERV];
	int fd = -1, on = 1, failed;

	if (!split_address(mem, listen_on, &host, &port)) {
		*message = talloc_asprintf(mem, "cannot listen on %s: no port", listen_on);
		return -1;
	}
	failed = getaddrinfo(*host ? host : NULL, port, &hints, &found);
	if (failed) {
		*message = talloc_asprintf(mem, "cannot listen on %s: %s", listen_on, gai_strerror(failed));
		return -1;
	}
	fd = socket(found->ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (fd >= 0)
		setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	if (fd < 0 || bind(fd, found->ai_addr, found->ai_addrlen) != 0 || listen(fd, LISTEN_BACKLOG) != 0 ||
	    getsockname(fd, (struct sockaddr *)&bound, &bound_length) != 0 ||
	    getnameinfo(
		(struct sockaddr *)&bound, bound_length, NULL, 0, service, sizeof(service), NI_NUMERICSERV)) {
		*message = talloc_asprintf(mem, "cannot listen on %s: %s", listen_on, strerror(errno));
		if (fd >= 0)
			close(fd);
		fd = -1;
	} else
		*address = talloc_asprintf(mem, strchr(host, ':') ? "[%s]:%s" : "%s:%s", host, service);
	freeaddrinfo(found);
	return fd;
}
