#include "gateway/server.h"

#include <pthread.h>
#include <stdarg.h>
#include <unistd.h>

#include "common/clock.h"
#include "common/log.h"
#include "gateway/exchange.h"
#include "gateway/listener.h"

/* libmicrohttpd zeroes this after every request: more would cost every small one. Request and answer headers fit. */
#define CONNECTION_MEMORY (32 * 1024)

struct server {
	struct exchanges exchanges;
	struct MHD_Daemon *daemon;
	struct peers *peers;
};

/* The life of a connection and of a request. */

static struct peer *
peer_of(struct MHD_Connection *connection)
{
	return MHD_get_connection_info(connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT)->socket_context;
}

static void
on_connection(void *context, struct MHD_Connection *connection, void **socket_context,
    enum MHD_ConnectionNotificationCode code)
{
	struct server *server = context;

	if (code == MHD_CONNECTION_NOTIFY_STARTED)
		*socket_context = peer_open(server->peers,
		    MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD)->connect_fd);
	else
		peer_close(server->peers, *socket_context);
}

/* The request line has been read: the raw target is to be had here alone. */
static void *
on_target(void *context, const char *uri, struct MHD_Connection *connection)
{
	struct server *server = context;
	struct exchange *x = exchange_new(&server->exchanges, peer_of(connection), connection, uri);

	/* It would take the query apart next, and give up on one of many parameters without a word: let it see one. */
	for (char *c = (char *)(uintptr_t)uri; *c; c++)
		if (*c == '&')
			*c = '_';
	return x;
}

static enum MHD_Result
on_request(void *context, struct MHD_Connection *connection, const char *url, const char *method,
    const char *version, const char *upload_data, size_t *upload_data_size, void **request_context)
{
	(void)context, (void)connection, (void)url;
	return exchange_go_on(*request_context, method, version, upload_data, upload_data_size);
}

static void
on_completed(
    void *context, struct MHD_Connection *connection, void **request_context, enum MHD_RequestTerminationCode code)
{
	struct server *server = context;
	struct exchange *x = *request_context;

	*request_context = NULL;
	if (!x)
		return;
	peer_is_idle(server->peers, peer_of(connection));
	exchange_end(x, code == MHD_REQUEST_TERMINATED_COMPLETED_OK);
}

/* The target is used as it came: nothing is unescaped for us. */
static size_t
keep_escapes(void *context, struct MHD_Connection *connection, char *text)
{
	(void)context, (void)connection;
	return strlen(text);
}

static void __attribute__((format(printf, 2, 0)))
on_daemon_message(void *context, const char *format, va_list arguments)
{
	char line[512];

	(void)context;
	vsnprintf(line, sizeof(line), format, arguments);
	LOG(DEBUG, "libmicrohttpd", LOG_TEXT("message", slice_trim(slice_from(line))));
}

/* Start and stop. */

static unsigned
loops(const struct config *config)
{
	long processors = sysconf(_SC_NPROCESSORS_ONLN);

	if (config->event_loops > 0)
		return (unsigned)config->event_loops;
	return processors > 0 ? (unsigned)processors : 1;
}

static struct MHD_Daemon *
start_daemon(struct server *server, const struct config *config, int fd)
{
	unsigned flags = MHD_USE_EPOLL_INTERNAL_THREAD | MHD_USE_ITC | MHD_ALLOW_SUSPEND_RESUME | MHD_USE_ERROR_LOG;
	unsigned count = loops(config);

	/* One event loop is the daemon's own thread: a pool is of two or more. */
	return MHD_start_daemon(flags, 0, NULL, NULL, on_request, server, MHD_OPTION_EXTERNAL_LOGGER,
	    on_daemon_message, NULL, MHD_OPTION_LISTEN_SOCKET, fd, MHD_OPTION_CONNECTION_MEMORY_LIMIT,
	    (size_t)CONNECTION_MEMORY, MHD_OPTION_CONNECTION_LIMIT, (unsigned)config->max_connections,
	    MHD_OPTION_CONNECTION_TIMEOUT, (unsigned)config->idle_timeout, MHD_OPTION_STRICT_FOR_CLIENT, 1,
	    MHD_OPTION_NOTIFY_CONNECTION, on_connection, server, MHD_OPTION_NOTIFY_COMPLETED, on_completed, server,
	    MHD_OPTION_URI_LOG_CALLBACK, on_target, server, MHD_OPTION_UNESCAPE_CALLBACK, keep_escapes, NULL,
	    count > 1 ? MHD_OPTION_THREAD_POOL_SIZE : MHD_OPTION_END, count, MHD_OPTION_END);
}

struct server *
server_start(struct gateway *gateway, const struct config *config, TALLOC_CTX *mem, char **address, char **message)
{
	struct server *server = talloc_zero(mem, struct server);
	int fd = listener_open(mem, config->listen, address, message);

	server->exchanges.gateway = gateway;
	if (fd < 0)
		goto fail;
	*message = talloc_strdup(mem, "cannot start the threads");
	server->exchanges.workers = pool_new(config->workers ? config->workers : 1);
	server->peers = peers_new(config);
	if (server->exchanges.workers && server->peers)
		server->daemon = start_daemon(server, config, fd);
	if (server->daemon)
		return server;
	close(fd);
	pool_free(server->exchanges.workers);
	if (server->peers)
		peers_free(server->peers);
fail:
	talloc_free(server);
	return NULL;
}

/* Poll: requests end on event loops, which must not wait for anybody. */
static void
await_requests(struct server *server, int64_t patience_us)
{
	int64_t begin_us = clock_monotonic_us();
	const struct timespec tick = { .tv_nsec = 2 * 1000 * 1000 };
	bool cut = false;

	while (atomic_load(&server->exchanges.under_way) > 0) {
		if (!cut && clock_monotonic_us() - begin_us > patience_us) {
			cut = true;
			LOG(WARN, "cutting connections",
			    LOG_NUMBER("requests", atomic_load(&server->exchanges.under_way)));
			peers_shut_down(server->peers);
		}
		nanosleep(&tick, NULL);
	}
}

void
server_stop(struct server *server, int64_t patience_us)
{
	atomic_store(&server->exchanges.draining, true);
	await_requests(server, patience_us);
	pool_free(server->exchanges.workers); /* a worker may still be inside MHD_resume_connection */
	MHD_stop_daemon(server->daemon);
	peers_free(server->peers);
	talloc_free(server);
}
