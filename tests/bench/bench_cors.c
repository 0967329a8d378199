/*
 * What a cross-origin decision costs, the reading of the header fields and the memory for the answer included: with one
 * rule, with 100 rules of 20 origins, with as many sections of the service's rules, with the lists of header names that
 * cost most, and what it costs to say why a request was refused.
 *
 *	bench_cors
 */
#include <assert.h>

#include "common/clock.h"
#include "cors/complaint.h"
#include "cors/rules.h"
#include "cors/service.h"

#define ORIGINS    20
#define TEXT_BYTES 32 /* of an origin */
#define ROUNDS     5

/* An answer is thrown away at once; the real one lives as long as its request. */
static enum s3_err
preflight(const struct cors_resource *resource, const struct fields *headers, bool complain)
{
	TALLOC_CTX *mem = talloc_pool(NULL, 4096);
	struct s3_refusal why = { .mem = mem };
	struct fields answer = { NULL, 0 };
	struct cors_complaint complaint;
	struct cors_request request;
	enum s3_err err;

	cors_request_read(mem, SLICE("OPTIONS"), headers, true, &request);
	err = cors_preflight(mem, resource, &request, &why, &answer);
	if (complain && err != S3_OK)
		cors_complaint(mem, resource, &request, true, &complaint);
	talloc_free(mem);
	return err;
}

/* The best of some rounds, each of a tenth of a second: the machine is shared. */
static void
measure_resource(const char *name, const struct cors_resource *resource, const struct fields *headers,
    bool complain, enum s3_err expected)
{
	double best_ns = 1e18;

	for (unsigned round = 0; round < ROUNDS; round++) {
		int64_t start_us = clock_monotonic_us(), passed_us;
		uint64_t done = 0;

		do {
			for (unsigned i = 0; i < 16; i++) {
				enum s3_err err = preflight(resource, headers, complain);

				assert(err == expected);
			}
			done += 16;
			passed_us = clock_monotonic_us() - start_us;
		} while (passed_us < 100000);
		if ((double)passed_us * 1000 / (double)done < best_ns)
			best_ns = (double)passed_us * 1000 / (double)done;
	}
	printf("%-72s %12.0f ns\n", name, best_ns);
}

static void
measure(const char *name, const struct cors_rules *rules, const struct fields *headers, enum s3_err expected)
{
	struct cors_resource resource = { .bucket_exists = true, .rules = rules };

	measure_resource(name, &resource, headers, false, expected);
}

static struct cors_rules *
must_parse(TALLOC_CTX *mem, struct slice document)
{
	struct s3_refusal why = { .mem = mem };
	struct cors_rules *rules;

	if (cors_rules_parse(mem, document, &why, &rules) == S3_OK)
		return rules;
	fprintf(stderr, "%s\n", why.message);
	exit(1);
}

/* 2000 origins of this length are more than one document holds: the rules of a small one get others in their place. */
static struct cors_rules *
many_origins(TALLOC_CTX *mem)
{
	struct buf *document = buf_new(mem, CORS_DOCUMENT_MAX);
	struct cors_rules *rules;
	char *text = talloc_array(mem, char, (size_t)CORS_RULES_MAX *ORIGINS *TEXT_BYTES);

	buf_append_string(document, "<CORSConfiguration>");
	for (unsigned i = 0; i < CORS_RULES_MAX; i++)
		buf_append_string(document,
		    "<CORSRule><AllowedOrigin>a</AllowedOrigin><AllowedMethod>PUT</AllowedMethod>"
		    "<AllowedHeader>*</AllowedHeader></CORSRule>");
	buf_append_string(document, "</CORSConfiguration>");
	rules = must_parse(mem, buf_slice(document));
	for (unsigned rule = 0; rule < CORS_RULES_MAX; rule++) {
		struct cors_patterns *origins = &rules->items[rule].origins;

		*origins = (struct cors_patterns){ talloc_array(mem, struct cors_pattern, ORIGINS), ORIGINS };
		for (unsigned i = 0; i < ORIGINS; i++) {
			const char *host = i % 4 == 0 ? "*" : "www";

			snprintf(text, TEXT_BYTES, "https://%s.site-%02u-%02u.example", host, rule, i);
			origins->items[i] = cors_pattern_make(slice_from(text));
			text += TEXT_BYTES;
		}
	}
	return rules;
}

/* As many AllowedHeaders as a document holds; of each rule only the last matches, all names but the last. */
static struct cors_rules *
many_headers(TALLOC_CTX *mem)
{
	struct buf *document = buf_new(mem, CORS_DOCUMENT_MAX);

	buf_append_string(document, "<CORSConfiguration>");
	for (unsigned rule = 0; rule < CORS_RULES_MAX; rule++) {
		buf_append_string(document, "<CORSRule><AllowedOrigin>*</AllowedOrigin>"
					    "<AllowedMethod>PUT</AllowedMethod>");
		for (unsigned i = 0; i < 14; i++)
			buf_printf(document, "<AllowedHeader>a*%c</AllowedHeader>", 'b' + (char)i);
		buf_append_string(document, "<AllowedHeader>a*</AllowedHeader></CORSRule>");
	}
	buf_append_string(document, "</CORSConfiguration>");
	assert(!buf_overflowed(document));
	return must_parse(mem, buf_slice(document));
}

/* The service's rules of so many sections, each of as many origins as a rule of the above. */
static struct cors_resource
make_service(TALLOC_CTX *mem, unsigned count)
{
	struct cors_section *sections = talloc_zero_array(mem, struct cors_section, count);
	struct cors_option *options = talloc_zero_array(mem, struct cors_option, 2 * count);
	struct cors_resource resource = { .bucket_exists = true };
	struct cors_notices notices;
	const char *fault;
	bool taken;

	for (unsigned i = 0; i < count; i++) {
		struct buf *list = buf_new(mem, (size_t)ORIGINS * TEXT_BYTES);

		for (unsigned k = 0; k < ORIGINS; k++)
			buf_printf(list, "https://www.site-%02u-%02u.example,", i, k);
		options[2 * i] = (struct cors_option){ "allowed_origin", buf_slice(list).data, "ini", i };
		options[2 * i + 1] = (struct cors_option){ "allow_headers", "authorization,x-amz-*", "ini", i };
		sections[i] = (struct cors_section){ talloc_asprintf(mem, "cors.s%u", i), true, "ini", i,
			&options[2 * i], 2 };
	}
	taken = cors_service_compile(mem, sections, count, &notices, &fault, &resource.service);
	assert(taken && notices.count == 0);
	return resource;
}

/* 8 KiB of names that all begin with "a", but the last. */
static struct slice
many_names(TALLOC_CTX *mem)
{
	struct buf *names = buf_new(mem, 8192);

	while (buf_slice(names).length + 5 <= 8192)
		buf_append_string(names, "aaa,");
	buf_append_string(names, "b");
	return buf_slice(names);
}

/* What Chromium sends with a preflight. */
static struct fields
browser_headers(TALLOC_CTX *mem, const char *origin, struct slice names)
{
	struct fields headers = { NULL, 0 };

	fields_add(mem, &headers, SLICE("Host"), SLICE("bucket.s3.example.com"));
	fields_add(mem, &headers, SLICE("Connection"), SLICE("keep-alive"));
	fields_add(mem, &headers, SLICE("Accept"), SLICE("*/*"));
	fields_add(mem, &headers, SLICE("Access-Control-Request-Method"), SLICE("PUT"));
	fields_add(mem, &headers, SLICE("Access-Control-Request-Headers"), names);
	fields_add(mem, &headers, SLICE("Origin"), slice_from(origin));
	fields_add(mem, &headers, SLICE("User-Agent"), SLICE("Mozilla/5.0 (X11; Linux x86_64) Chrome/120.0.0.0"));
	fields_add(mem, &headers, SLICE("Sec-Fetch-Mode"), SLICE("cors"));
	fields_add(mem, &headers, SLICE("Sec-Fetch-Site"), SLICE("cross-site"));
	fields_add(mem, &headers, SLICE("Sec-Fetch-Dest"), SLICE("empty"));
	fields_add(mem, &headers, SLICE("Referer"), slice_from(origin));
	fields_add(mem, &headers, SLICE("Accept-Encoding"), SLICE("gzip, deflate, br"));
	fields_add(mem, &headers, SLICE("Accept-Language"), SLICE("en-US,en;q=0.9"));
	return headers;
}

int
main(void)
{
	TALLOC_CTX *mem = talloc_new(NULL);
	struct slice document =
	    SLICE("<CORSConfiguration><CORSRule><AllowedOrigin>https://app.example.com</AllowedOrigin>"
		  "<AllowedMethod>PUT</AllowedMethod><AllowedHeader>*</AllowedHeader>"
		  "<MaxAgeSeconds>3000</MaxAgeSeconds><ExposeHeader>ETag</ExposeHeader></CORSRule>"
		  "</CORSConfiguration>");
	struct slice names = SLICE("authorization,content-type,x-amz-content-sha256,x-amz-date,x-amz-user-agent");
	struct cors_rules *one = must_parse(mem, document), *many = many_origins(mem), *hostile = many_headers(mem);
	struct fields allowed = browser_headers(mem, "https://app.example.com", names);
	struct fields refused = browser_headers(mem, "https://app.example.org", names);
	struct fields last = browser_headers(mem, "https://www.site-99-19.example", names);
	struct fields nowhere = browser_headers(mem, "https://www.site-99-20.example", names);
	struct fields first = browser_headers(mem, "https://www.site-00-00.example", names);
	struct cors_resource section = make_service(mem, 1), sections = make_service(mem, CORS_RULES_MAX);
	struct cors_resource ruled = { .bucket_exists = true, .rules = one };
	struct cors_resource hostile_ruled = { .bucket_exists = true, .rules = hostile };
	struct cors_resource many_ruled = { .bucket_exists = true, .rules = many };
	struct fields flood = browser_headers(mem, "https://app.example.com", many_names(mem));

	measure("1 rule, allowed", one, &allowed, S3_OK);
	measure("1 rule, refused", one, &refused, S3_ACCESS_FORBIDDEN);
	measure("100 rules of 20 origins, the last of the last allows", many, &last, S3_OK);
	measure("100 rules of 20 origins, none allows", many, &nowhere, S3_ACCESS_FORBIDDEN);
	measure_resource("1 section of the service's rules, allowed", &section, &first, false, S3_OK);
	measure_resource("100 sections of 20 origins, allowed", &sections, &last, false, S3_OK);
	measure_resource("100 sections of 20 origins, refused", &sections, &nowhere, false, S3_ACCESS_FORBIDDEN);
	measure_resource("1 rule, refused, and why", &ruled, &refused, true, S3_ACCESS_FORBIDDEN);
	measure_resource(
	    "100 rules of 20 origins, refused, and why", &many_ruled, &nowhere, true, S3_ACCESS_FORBIDDEN);
	measure("8 KiB of names, 1 rule that allows any", one, &flood, S3_OK);
	measure(
	    "8 KiB of names, 100 rules of 15 AllowedHeaders that match late", hostile, &flood, S3_ACCESS_FORBIDDEN);
	measure_resource(
	    "8 KiB of names, the same rules, and why", &hostile_ruled, &flood, true, S3_ACCESS_FORBIDDEN);
	talloc_free(mem);
	return 0;
}
