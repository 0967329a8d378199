"""Conditional writes and deletions (S3: "Conditional requests"), alone and two hundred at once."""

import concurrent.futures
import hashlib
import http.client
import threading

import pytest

from answers import ask, build, send_body, send_head, send_on

WRITERS = 200
PAST = "Mon, 01 Jan 1990 00:00:00 GMT"
OTHER = '"00000000000000000000000000000000"'


def etag(body):
    return '"%s"' % hashlib.md5(body).hexdigest()


@pytest.fixture
def put(gateway, alice, bucket):
    """put(body, header, …): an upload to the key "key" by alice."""

    def put(body, *headers, key="key", by=alice):
        return ask(gateway, "PUT", "/%s/%s" % (bucket, key), headers=headers, body=body, by=by)

    return put


@pytest.fixture
def get(gateway, alice, bucket):
    return lambda key="key": ask(gateway, "GET", "/%s/%s" % (bucket, key), by=alice)


@pytest.fixture
def delete(gateway, alice, bucket):
    def delete(*headers, key="key", query="", by=alice):
        return ask(gateway, "DELETE", "/%s/%s" % (bucket, key), query, headers=headers, by=by)

    return delete


def wait_for_continue(connection):
    """Read a 100 (Continue), which says that nothing stood against the request so far."""
    interim = b""
    while not interim.endswith(b"\r\n\r\n"):
        byte = connection.sock.recv(1)
        assert byte, interim
        interim += byte
    assert interim.startswith(b"HTTP/1.1 100 "), interim


@pytest.fixture
def at_once(gateway, alice, bucket):
    """at_once(requests): their answers. What has a body is sent up to it, and the bodies follow once all were let through:
    so the last moment decides, and no early look at the conditions."""

    def at_once(requests):
        ready = threading.Barrier(len(requests))

        def one(request):
            connection = http.client.HTTPConnection("127.0.0.1", gateway.port, timeout=300)
            try:
                connection.connect()
                if request.body:
                    request.add("Expect", "100-continue")
                    send_head(connection, request)
                    wait_for_continue(connection)
                ready.wait(timeout=300)
                return send_body(connection, request) if request.body else send_on(connection, request)
            finally:
                connection.close()

        with concurrent.futures.ThreadPoolExecutor(len(requests)) as pool:
            return list(pool.map(one, requests))

    return at_once


def uploads(gateway, alice, bucket, bodies, header):
    return [build(gateway, "PUT", "/%s/key" % bucket, headers=[header], body=body, by=alice) for body in bodies]


def the_winner(answers, *refusals):
    """The place of the one success; the others must be refused with one of these."""
    won = [place for place, answer in enumerate(answers) if answer.status == 200]
    lost = {(answer.status, answer.code) for answer in answers if answer.status != 200}
    assert len(won) == 1 and lost <= set(refusals), (len(won), lost)
    return won[0]


# One after another.

def test_only_if_there_is_none(put, get, delete):
    assert put(b"one", ("If-None-Match", "*")).status == 200
    refused = put(b"two", ("If-None-Match", "*"))
    assert (refused.status, refused.code, refused.error("Condition")) == (412, "PreconditionFailed", "If-None-Match")
    assert get().body == b"one"
    delete()
    assert put(b"two", ("If-None-Match", "*")).status == 200


def test_only_over_this_one(put, get):
    missing = put(b"one", ("If-Match", etag(b"one")))
    assert (missing.status, missing.code, missing.error("Key")) == (404, "NoSuchKey", "key")
    put(b"one")
    assert put(b"two", ("If-Match", etag(b"one"))).status == 200
    refused = put(b"three", ("If-Match", etag(b"one")))
    assert (refused.status, refused.code, refused.error("Condition")) == (412, "PreconditionFailed", "If-Match")
    assert get().body == b"two"


def test_copy_under_conditions(gateway, put, get, alice, bucket):
    put(b"source", key="source")
    copy = [("x-amz-copy-source", bucket + "/source")]

    def copied(*headers):
        return ask(gateway, "PUT", "/%s/key" % bucket, headers=copy + list(headers), by=alice)

    assert copied(("If-None-Match", "*")).status == 200
    assert copied(("If-None-Match", "*")).code == "PreconditionFailed"
    assert copied(("If-Match", OTHER)).code == "PreconditionFailed"
    assert copied(("If-Match", etag(b"source"))).status == 200
    modified = get("source").header("Last-Modified")
    for name, value in (("If-Match", OTHER), ("If-None-Match", etag(b"source")), ("If-Unmodified-Since", PAST),
                        ("If-Modified-Since", modified)):
        refused = copied(("x-amz-copy-source-" + name.lower(), value))
        assert (refused.status, refused.code) == (412, "PreconditionFailed")
        assert refused.error("Condition") == "x-amz-copy-source-" + name
    assert copied(("x-amz-copy-source-if-match", etag(b"source").strip('"'))).status == 200
    assert copied(("x-amz-copy-source-if-modified-since", PAST)).status == 200
    assert copied(("x-amz-copy-source-if-modified-since", "Fri, 01 Jan 2100 00:00:00 GMT")).status == 200


def test_delete_only_this_one(put, get, delete):
    for value in "*", OTHER:
        missing = delete(("If-Match", value))
        assert (missing.status, missing.code) == (404, "NoSuchKey")
    put(b"one")
    refused = delete(("If-Match", OTHER))
    assert (refused.status, refused.code) == (412, "PreconditionFailed")
    assert get().body == b"one"
    assert delete(("If-Match", etag(b"one"))).status == 204
    put(b"one")
    assert delete(("If-Match", "*")).status == 204


def test_delete_by_size_and_time(put, get, delete):
    size, time = "x-amz-if-match-size", "x-amz-if-match-last-modified-time"
    put(b"one")
    modified = get().header("Last-Modified")
    for headers in [(size, "4")], [(time, PAST)], [(size, "3"), (time, PAST)], [(size, "4"), ("If-Match", etag(b"one"))]:
        refused = delete(*headers)
        assert (refused.status, refused.code) == (412, "PreconditionFailed")
    for header in (size, "x"), (size, ""), (size, "1" * 30), (time, "yesterday"), (time, ""):
        refused = delete(header)
        assert (refused.status, refused.code, refused.error("ArgumentName")) == (400, "InvalidArgument", header[0])
    assert get().body == b"one"
    assert delete((size, "3"), (time, modified), ("If-Match", etag(b"one"))).status == 204
    assert delete((size, "3"), (time, modified)).status == 204
    assert get().status == 404


def test_delete_many_under_conditions(gateway, put, get, alice, bucket):
    for key in "abcdefg":
        put(b"body", key=key)
    modified = get("e").header("Last-Modified")
    entries = [("a", "<ETag>%s</ETag>" % etag(b"body")), ("b", "<ETag>%s</ETag>" % OTHER), ("c", "<Size>4</Size>"),
               ("d", "<Size>5</Size>"), ("e", "<LastModifiedTime>%s</LastModifiedTime>" % modified),
               ("f", "<LastModifiedTime>%s</LastModifiedTime>" % PAST), ("g", "<ETag>*</ETag><Size>4</Size>"),
               ("n", "<ETag>*</ETag>"), ("m", "<Size>4</Size>")]
    document = "<Delete>%s</Delete>" % "".join("<Object><Key>%s</Key>%s</Object>" % entry for entry in entries)
    answer = ask(gateway, "POST", "/" + bucket, "delete=", body=document.encode(), by=alice)
    assert answer.status == 200
    text = answer.body.decode()
    for key in "acegm":
        assert "<Deleted><Key>%s</Key></Deleted>" % key in text
    for key in "bdf":
        assert "<Error><Key>%s</Key><Code>PreconditionFailed</Code>" % key in text
        assert get(key).status == 200
    assert "<Error><Key>n</Key><Code>NoSuchKey</Code>" in text


def test_conditions_of_versions(gateway, s3, alice, bucket, put, get, delete):
    s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
    first = put(b"one").header("x-amz-version-id")
    put(b"two")
    assert delete(("If-Match", etag(b"one"))).status == 412
    assert delete(("If-Match", etag(b"two")), query="versionId=" + first).status == 412
    assert delete(("If-Match", etag(b"one")), query="versionId=" + first).status == 204
    gone = delete(("If-Match", "*"), query="versionId=" + first)
    assert (gone.status, gone.code, gone.error("VersionId")) == (404, "NoSuchVersion", first)
    assert delete(("If-Match", etag(b"two"))).header("x-amz-delete-marker") == "true"
    # what a marker hides is not there
    assert delete(("If-Match", "*")).code == "NoSuchKey"
    assert put(b"three", ("If-Match", etag(b"two"))).code == "NoSuchKey"
    assert put(b"three", ("If-None-Match", "*")).status == 200


def test_conditions_tell_nothing_to_who_may_not_read(s3, bucket, bob, put, get, delete):
    s3.put_bucket_acl(Bucket=bucket, GrantWrite="id=" + bob.id, GrantFullControl="id=" + s3.get_bucket_acl(
        Bucket=bucket)["Owner"]["ID"])
    put(b"secret")
    for header in ("If-Match", etag(b"secret")), ("If-Match", OTHER), ("x-amz-if-match-size", "6"), ("x-amz-if-match-size", "7"):
        refused = delete(header, by=bob)
        assert (refused.status, refused.code) == (403, "AccessDenied")
    assert put(b"x", ("If-Match", etag(b"secret")), by=bob).code == "AccessDenied"
    assert get().body == b"secret"


# All at once.

def test_two_hundred_writers_of_a_new_key(gateway, alice, bucket, at_once, get):
    bodies = [b"%d" % number for number in range(WRITERS)]
    answers = at_once(uploads(gateway, alice, bucket, bodies, ("If-None-Match", "*")))
    winner = the_winner(answers, (412, "PreconditionFailed"), (409, "ConditionalRequestConflict"))
    assert get().body == bodies[winner]


def test_two_hundred_writers_over_one_version(gateway, alice, bucket, at_once, put, get):
    current = b"first"
    put(current)
    for number in range(3):
        bodies = [b"%d of round %d" % (writer, number) for writer in range(WRITERS)]
        answers = at_once(uploads(gateway, alice, bucket, bodies, ("If-Match", etag(current))))
        current = bodies[the_winner(answers, (412, "PreconditionFailed"), (409, "ConditionalRequestConflict"))]
        assert get().body == current


def test_two_hundred_writers_in_a_versioned_bucket(gateway, s3, alice, bucket, at_once):
    s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
    bodies = [b"%d" % number for number in range(WRITERS)]
    answers = at_once(uploads(gateway, alice, bucket, bodies, ("If-None-Match", "*")))
    winner = the_winner(answers, (412, "PreconditionFailed"), (409, "ConditionalRequestConflict"))
    versions = s3.list_object_versions(Bucket=bucket)["Versions"]
    assert [version["VersionId"] for version in versions] == [answers[winner].header("x-amz-version-id")]


def test_two_hundred_deletions_of_one_version(gateway, alice, bucket, at_once, put, get):
    put(b"one")
    requests = [build(gateway, "DELETE", "/%s/key" % bucket, headers=[("If-Match", etag(b"one"))], by=alice)
                for _ in range(WRITERS)]
    answers = at_once(requests)
    statuses = [answer.status for answer in answers]
    assert statuses.count(204) == 1 and set(statuses) <= {204, 404, 409}
    assert get().status == 404


def test_writers_and_deletions_of_one_version(gateway, alice, bucket, at_once, put, get):
    """Each is about the version that is there: one wins, be it a writer or a deletion."""
    put(b"one")
    requests = [build(gateway, method, "/%s/key" % bucket, headers=[("If-Match", etag(b"one"))], by=alice,
                      body=b"%d" % number if method == "PUT" else b"")
                for number in range(WRITERS // 2) for method in ("PUT", "DELETE")]
    answers = at_once(requests)
    won = [place for place, answer in enumerate(answers) if answer.status in (200, 204)]
    assert len(won) == 1
    assert {answer.status for place, answer in enumerate(answers) if place not in won} <= {404, 409, 412}
    left = get()
    if answers[won[0]].status == 204:
        assert left.status == 404
    else:
        assert left.body == b"%d" % (won[0] // 2)


def test_counter_that_loses_no_update(gateway, alice, bucket, put, get):
    """Read, add one, write if nobody else has: what optimistic writers do. Everyone's updates are there at the end."""
    workers, updates, tries = 16, 6, 2000
    put(b"0")

    def count(_):
        connection = http.client.HTTPConnection("127.0.0.1", gateway.port, timeout=300)
        done = 0
        for _ in range(tries):
            read = send_on(connection, build(gateway, "GET", "/%s/key" % bucket, by=alice))
            write = send_on(connection, build(gateway, "PUT", "/%s/key" % bucket, body=b"%d" % (int(read.body) + 1), by=alice,
                                              headers=[("If-Match", read.header("ETag"))]))
            assert write.status in (200, 409, 412), write
            done += write.status == 200
            if done == updates:
                break
        connection.close()
        return done

    with concurrent.futures.ThreadPoolExecutor(workers) as pool:
        assert list(pool.map(count, range(workers))) == [updates] * workers
    assert get().body == b"%d" % (workers * updates)
