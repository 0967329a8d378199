/*
 * Load for `make bench`: N kept-alive connections ask one thing over and over for T seconds, one thread, epoll. It is to
 * cost as little as it can beside the server that it measures: requests are signed once at the start and sent again and
 * again (a signature holds for 15 minutes), and bodies of answers are dropped in the kernel, never copied.
 * What is counted is what happens within the window of T seconds after a short warm-up: bytes of bodies as they pass,
 * requests as they end. Requests under way at the window's end are finished, uncounted.
 */
#include <errno.h>
#include <getopt.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdarg.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "common/clock.h"
#include "common/digest.h"
#include "common/encode.h"

#define HEAD_MAX       16384
#define CONNECTION_MAX 4096
#define SAMPLES_MAX    (16u << 20)

enum kind {
	GET,
	PUT,
	LIST,
	PREFLIGHT
};

static struct {
	enum kind kind;
	unsigned port;
	const char *bucket;
	const char *access_key, *secret_key;
	unsigned connections;
	unsigned keys;
	unsigned first_key;
	uint64_t size;
	uint64_t requests; /* stop after so many; 0: by time alone */
	double seconds, warmup;
	bool plain; /* no signature */
	bool unsigned_payload;
} options = { .kind = GET,
	.bucket = "bench",
	.access_key = "",
	.secret_key = "",
	.connections = 1,
	.keys = 16,
	.seconds = 5,
	.warmup = 0.3 };

struct connection {
	int fd;
	struct slice head; /* of the request under way */
	uint64_t head_sent, body_sent;
	int64_t started_us;
	char in[HEAD_MAX];
	size_t filled;
	uint64_t rest; /* bytes of the answer's body that are still to come */
	bool in_body;
	bool writing; /* waits for EPOLLOUT */
};

static TALLOC_CTX *mem;
static struct slice *heads; /* one a key */
static char *body;
static struct connection *connections;
static uint64_t next_request;
static int64_t window_from, window_end;
static bool in_window;

static struct {
	uint32_t *latencies_us;
	size_t samples;
	uint64_t requests, bytes, errors, asked;
	unsigned last_bad_status;
} result;

__attribute__((noreturn, format(printf, 1, 2))) static void
die(const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	fputs("bench_load: ", stderr);
	vfprintf(stderr, format, arguments);
	fputc('\n', stderr);
	va_end(arguments);
	exit(1);
}

/* Requests, signed once. */

static const char *
hex_sha256(struct slice bytes)
{
	unsigned char hash[DIGEST_MAX];

	digest_of(DIGEST_SHA256, bytes, hash);
	return hex_encode(mem, slice_make(hash, 32));
}

static const char *
signature(const char *date, struct slice string_to_sign)
{
	const char *secret = talloc_asprintf(mem, "AWS4%s", options.secret_key);
	unsigned char key[32];

	hmac_sha256(slice_from(secret), slice_head(slice_from(date), 8), key);
	hmac_sha256(slice_make(key, 32), SLICE("us-east-1"), key);
	hmac_sha256(slice_make(key, 32), SLICE("s3"), key);
	hmac_sha256(slice_make(key, 32), SLICE("aws4_request"), key);
	hmac_sha256(slice_make(key, 32), string_to_sign, key);
	return hex_encode(mem, slice_make(key, 32));
}

/* The header lines that sign a request (SigV4, "Authorization header"). */
static const char *
sign(const char *method, const char *path, const char *query, const char *host, const char *payload)
{
	const char *names = "host;x-amz-content-sha256;x-amz-date";
	char date[CLOCK_TEXT_MAX];
	const char *canonical, *string_to_sign, *scope;

	clock_format_amz(clock_wall_us(), date);
	scope = talloc_asprintf(mem, "%.8s/us-east-1/s3/aws4_request", date);
	canonical = talloc_asprintf(mem, "%s\n%s\n%s\nhost:%s\nx-amz-content-sha256:%s\nx-amz-date:%s\n\n%s\n%s",
	    method, path, query, host, payload, date, names, payload);
	string_to_sign =
	    talloc_asprintf(mem, "AWS4-HMAC-SHA256\n%s\n%s\n%s", date, scope, hex_sha256(slice_from(canonical)));
	return talloc_asprintf(mem,
	    "x-amz-date: %s\r\nx-amz-content-sha256: %s\r\n"
	    "Authorization: AWS4-HMAC-SHA256 Credential=%s/%s, SignedHeaders=%s, Signature=%s\r\n",
	    date, payload, options.access_key, scope, names, signature(date, slice_from(string_to_sign)));
}

static struct slice
make_head(unsigned number, const char *payload)
{
	static const char *const methods[] = { "GET", "PUT", "GET", "OPTIONS" };
	const char *method = methods[options.kind];
	const char *host = talloc_asprintf(mem, "127.0.0.1:%u", options.port);
	const char *path = talloc_asprintf(mem, "/%s/key-%06u", options.bucket, number);
	const char *query = "", *more = "", *signed_lines = "";

	if (options.kind == LIST) {
		path = talloc_asprintf(mem, "/%s", options.bucket);
		query = talloc_asprintf(mem, "list-type=2&start-after=key-%06u", number);
	} else if (options.kind == PREFLIGHT)
		more = "Origin: http://app.example\r\nAccess-Control-Request-Method: PUT\r\n"
		       "Access-Control-Request-Headers: content-type\r\n";
	else if (options.kind == PUT)
		more = talloc_asprintf(mem, "Content-Length: %llu\r\n", (unsigned long long)options.size);
	if (!options.plain && options.kind != PREFLIGHT)
		signed_lines = sign(method, path, query, host, payload);
	return slice_from(talloc_asprintf(mem, "%s %s%s%s HTTP/1.1\r\nHost: %s\r\n%s%s\r\n", method, path,
	    *query ? "?" : "", query, host, signed_lines, more));
}

static void
make_requests(void)
{
	struct slice payload = { NULL, 0 };
	const char *hash;

	if (options.kind == PUT) {
		body = malloc(options.size + 1);
		if (!body)
			die("no memory for a body of %llu bytes", (unsigned long long)options.size);
		for (uint64_t i = 0; i < options.size; i++)
			body[i] = (char)(i * 131 + (i >> 8) * 17);
		payload = slice_make(body, options.size);
	}
	hash = options.unsigned_payload ? "UNSIGNED-PAYLOAD" : hex_sha256(payload);
	heads = talloc_array(mem, struct slice, options.keys);
	for (unsigned i = 0; i < options.keys; i++)
		heads[i] = make_head(options.first_key + (options.kind == LIST ? i * 997 % 99000 : i), hash);
}

/* Connections. */

static void
connection_open(struct connection *c)
{
	struct sockaddr_in address = { .sin_family = AF_INET,
		.sin_port = htons((uint16_t)options.port),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	int on = 1;

	c->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (c->fd < 0 || connect(c->fd, (struct sockaddr *)&address, sizeof(address)) < 0)
		die("cannot connect to port %u: %s", options.port, strerror(errno));
	setsockopt(c->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
}

static void
begin(struct connection *c)
{
	c->head = heads[next_request++ % options.keys];
	c->head_sent = c->body_sent = 0;
	c->filled = 0;
	c->in_body = false;
	c->started_us = clock_monotonic_us();
	result.asked++;
}

static void
count_bytes(uint64_t bytes)
{
	if (in_window)
		result.bytes += bytes;
}

/* Head and body as far as the socket takes them; false: it takes no more now. */
static bool
send_on(struct connection *c)
{
	uint64_t body_length = options.kind == PUT ? options.size : 0;

	while (c->head_sent < c->head.length || c->body_sent < body_length) {
		bool in_head = c->head_sent < c->head.length;
		const char *from = in_head ? c->head.data + c->head_sent : body + c->body_sent;
		uint64_t left = in_head ? c->head.length - c->head_sent : body_length - c->body_sent;
		int flags = MSG_NOSIGNAL | MSG_DONTWAIT | (in_head && body_length > 0 ? MSG_MORE : 0);
		ssize_t sent = send(c->fd, from, left < (1 << 20) ? left : 1 << 20, flags);

		if (sent < 0 && errno == EAGAIN)
			return false;
		if (sent < 0)
			die("the server closed in the middle of a request: %s", strerror(errno));
		if (!in_head)
			count_bytes((uint64_t)sent);
		*(in_head ? &c->head_sent : &c->body_sent) += (uint64_t)sent;
	}
	return true;
}

static void
finish(struct connection *c, int64_t now)
{
	if (!in_window)
		return;
	result.requests++;
	if (result.samples < SAMPLES_MAX)
		result.latencies_us[result.samples++] = (uint32_t)(now - c->started_us);
}

/* The head of an answer is in c->in up to `end`: note status and length, and what came of the body already. */
static void
read_head(struct connection *c, size_t end)
{
	struct slice rest = slice_make(c->in, end), line;
	uint64_t status = 0, length = 0;

	while (slice_next(&rest, '\n', &line)) {
		line = slice_trim(slice_head(line, line.length > 0 ? line.length - 1 : 0));
		if (slice_starts_with(line, SLICE("HTTP/1.1 ")) &&
		    !slice_to_number(slice_head(slice_skip(line, 9), 3), 999, &status))
			die("an answer without a status");
		if (line.length > 15 && slice_equal_nocase(slice_head(line, 15), SLICE("Content-Length:")) &&
		    !slice_to_number(slice_trim(slice_skip(line, 15)), UINT64_MAX, &length))
			die("an answer without a length");
	}
	if (status < 200 || status > 299) {
		result.errors++;
		result.last_bad_status = (unsigned)status;
	}
	c->in_body = true;
	c->rest = status == 204 ? 0 : length;
	if (c->filled - end > c->rest)
		die("more came than was asked for");
	c->rest -= c->filled - end;
	count_bytes(c->filled - end);
}

/* What has come; true when the answer is whole. */
static bool
receive_on(struct connection *c)
{
	for (;;) {
		ssize_t got;
		size_t end;

		if (c->in_body && c->rest == 0)
			return true;
		if (c->in_body) /* MSG_TRUNC: drop without copying */
			got = recv(c->fd, NULL, c->rest < (1 << 30) ? c->rest : 1 << 30, MSG_DONTWAIT | MSG_TRUNC);
		else
			got = recv(c->fd, c->in + c->filled, sizeof(c->in) - c->filled, MSG_DONTWAIT);
		if (got < 0 && errno == EAGAIN)
			return false;
		if (got <= 0)
			die("the server closed in the middle of an answer");
		if (c->in_body) {
			c->rest -= (uint64_t)got;
			count_bytes((uint64_t)got);
			continue;
		}
		c->filled += (size_t)got;
		if (slice_find(slice_make(c->in, c->filled), SLICE("\r\n\r\n"), &end))
			read_head(c, end + 4);
		else if (c->filled == sizeof(c->in))
			die("an answer's head that does not end");
	}
}

/* The run. */

static void
watch(int epoll, struct connection *c, bool writing, int operation)
{
	struct epoll_event event = { .events = EPOLLIN | (writing ? EPOLLOUT : 0), .data.ptr = c };

	if (epoll_ctl(epoll, operation, c->fd, &event) < 0)
		die("epoll: %s", strerror(errno));
	c->writing = writing;
}

static void
go_on(int epoll, struct connection *c)
{
	bool writing = !send_on(c);

	if (writing != c->writing)
		watch(epoll, c, writing, EPOLL_CTL_MOD);
}

static void
open_all(int epoll)
{
	for (unsigned i = 0; i < options.connections; i++) {
		connection_open(&connections[i]);
		watch(epoll, &connections[i], false, EPOLL_CTL_ADD);
		begin(&connections[i]);
		go_on(epoll, &connections[i]);
	}
}

/* Something happened on a connection; false: it has done its last request. */
static bool
serve(int epoll, struct connection *c, uint32_t events, int64_t now)
{
	if ((events & (EPOLLIN | EPOLLHUP | EPOLLERR)) && receive_on(c)) {
		finish(c, now);
		if (now >= window_end || (options.requests > 0 && result.asked >= options.requests)) {
			close(c->fd);
			return false;
		}
		begin(c);
		go_on(epoll, c);
	} else if (events & EPOLLOUT)
		go_on(epoll, c);
	return true;
}

/* Returns the seconds that count. */
static double
run(void)
{
	int epoll = epoll_create1(EPOLL_CLOEXEC);
	unsigned busy = options.connections;
	int64_t now = clock_monotonic_us();

	window_from = now + (int64_t)(options.warmup * 1e6);
	window_end = window_from + (int64_t)(options.seconds * 1e6);
	in_window = options.warmup <= 0;
	open_all(epoll);
	while (busy > 0) {
		struct epoll_event events[256];
		int count = epoll_wait(epoll, events, ARRAY_SIZE(events), 60000);

		if (count == 0)
			die("the server has said nothing for a minute");
		now = clock_monotonic_us();
		in_window = now >= window_from && now < window_end;
		for (int i = 0; i < count; i++)
			if (!serve(epoll, events[i].data.ptr, events[i].events, now))
				busy--;
	}
	close(epoll);
	return (double)((options.requests > 0 ? now : window_end) - window_from) / 1e6;
}

static int
compare(const void *a, const void *b)
{
	uint32_t left = *(const uint32_t *)a, right = *(const uint32_t *)b;

	return left < right ? -1 : left > right;
}

static uint32_t
percentile(double part)
{
	return result.samples == 0 ? 0 : result.latencies_us[(size_t)((double)(result.samples - 1) * part)];
}

/* Options. */

static uint64_t
number(const char *text)
{
	uint64_t value;

	if (!slice_to_number(slice_from(text), UINT64_MAX, &value))
		die("not a number: '%s'", text);
	return value;
}

static enum kind
kind_of(const char *text)
{
	static const char *const names[] = { "get", "put", "list", "preflight" };

	for (unsigned i = 0; i < ARRAY_SIZE(names); i++)
		if (strcmp(text, names[i]) == 0)
			return (enum kind)i;
	die("not a kind of load: '%s' (get, put, list, preflight)", text);
}

static void
read_options(int argc, char **argv)
{
	static const struct option names[] = { { "kind", 1, NULL, 'k' }, { "port", 1, NULL, 'p' },
		{ "bucket", 1, NULL, 'b' }, { "connections", 1, NULL, 'c' }, { "keys", 1, NULL, 'n' },
		{ "first-key", 1, NULL, 'f' }, { "size", 1, NULL, 's' }, { "requests", 1, NULL, 'r' },
		{ "seconds", 1, NULL, 't' }, { "plain", 0, NULL, 'x' }, { "unsigned-payload", 0, NULL, 'u' },
		{ NULL, 0, NULL, 0 } };
	int option;

	while ((option = getopt_long(argc, argv, "", names, NULL)) != -1)
		switch (option) {
		case 'k':
			options.kind = kind_of(optarg);
			break;
		case 'p':
			options.port = (unsigned)number(optarg);
			break;
		case 'b':
			options.bucket = optarg;
			break;
		case 'c':
			options.connections = (unsigned)number(optarg);
			break;
		case 'n':
			options.keys = (unsigned)number(optarg);
			break;
		case 'f':
			options.first_key = (unsigned)number(optarg);
			break;
		case 's':
			options.size = number(optarg);
			break;
		case 'r':
			options.requests = number(optarg);
			break;
		case 't':
			options.seconds = strtod(optarg, NULL);
			break;
		case 'x':
			options.plain = true;
			break;
		case 'u':
			options.unsigned_payload = true;
			break;
		default:
			exit(2);
		}
	if (options.port == 0)
		die("no server: give --port");
	if (options.keys == 0 || options.connections == 0 || options.connections > CONNECTION_MAX)
		die("at least one key, and 1 to %d connections", CONNECTION_MAX);
	if (options.requests > 0)
		options.warmup = 0, options.seconds = 3600;
	options.access_key = getenv("BENCH_ACCESS_KEY") ? getenv("BENCH_ACCESS_KEY") : "";
	options.secret_key = getenv("BENCH_SECRET_KEY") ? getenv("BENCH_SECRET_KEY") : "";
}

int
main(int argc, char **argv)
{
	double seconds;

	signal(SIGPIPE, SIG_IGN);
	read_options(argc, argv);
	mem = talloc_new(NULL);
	make_requests();
	connections = talloc_zero_array(mem, struct connection, options.connections);
	result.latencies_us = malloc(SAMPLES_MAX * sizeof(*result.latencies_us));
	if (!result.latencies_us)
		die("no memory");

	seconds = run();
	qsort(result.latencies_us, result.samples, sizeof(*result.latencies_us), compare);
	printf("requests/s %.1f MB/s %.2f median_us %u p99_us %u slowest_us %u requests %llu errors %llu "
	       "last_error %u\n",
	    (double)result.requests / seconds, (double)result.bytes / seconds / 1e6, percentile(0.5),
	    percentile(0.99), result.samples ? result.latencies_us[result.samples - 1] : 0,
	    (unsigned long long)result.requests, (unsigned long long)result.errors, result.last_bad_status);
	free(result.latencies_us);
	free(body);
	talloc_free(mem);
	return result.errors > 0 ? 1 : 0;
}
