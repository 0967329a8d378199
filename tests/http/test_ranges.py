"""Range requests: every form of RFC 9110 section 14, as S3 answers them. A malformed Range counts as none."""

import hashlib

import pytest

from wire import refused

SMALL = bytes(range(100))
LARGE = hashlib.shake_128(b"ranges").digest(300000)
WHOLE = None

# Range: first and last byte answered with 206; WHOLE: 200; "416": not satisfiable.
SMALL_RANGES = {
    "bytes=0-0": (0, 0), "bytes=0-9": (0, 9), "bytes=10-19": (10, 19), "bytes=99-99": (99, 99), "bytes=0-99": (0, 99),
    "bytes=0-": (0, 99), "bytes=50-": (50, 99), "bytes=99-": (99, 99),
    "bytes=90-200": (90, 99), "bytes=0-100": (0, 99), "bytes=0-18446744073709551615": (0, 99),
    "bytes=0-99999999999999999999999999": (0, 99), "bytes=5-18446744073709551616": (5, 99),
    "bytes=-1": (99, 99), "bytes=-10": (90, 99), "bytes=-100": (0, 99), "bytes=-101": (0, 99),
    "bytes=-18446744073709551616": (0, 99), "bytes=-99999999999999999999999999": (0, 99),
    "bytes=00000-00009": (0, 9), "BYTES=0-9": (0, 9), "Bytes=0-9": (0, 9),
    "bytes=100-": "416", "bytes=100-200": "416", "bytes=18446744073709551615-": "416",
    "bytes=99999999999999999999999999-": "416",
    "bytes=18446744073709551616-18446744073709551617": "416", "bytes=-0": "416", "bytes=-00": "416",
    "bytes=9-0": WHOLE, "bytes=18446744073709551617-1": WHOLE, "bytes=": WHOLE, "bytes=-": WHOLE, "bytes": WHOLE,
    "": WHOLE, "=": WHOLE,
    "=0-9": WHOLE, "bytes=a-b": WHOLE, "bytes=0-b": WHOLE, "bytes=a-9": WHOLE, "bytes=0x0-0x9": WHOLE,
    "bytes=+0-9": WHOLE,
    "bytes=0-+9": WHOLE, "bytes=--5": WHOLE, "bytes=-5-": WHOLE, "bytes=5--": WHOLE, "bytes=0-9-": WHOLE,
    "bytes=0-9x": WHOLE,
    "bytes=1.5-9": WHOLE, "bytes=1e1-20": WHOLE, "bytes 0-9": WHOLE, "bytes:0-9": WHOLE, "bytes=0 9": WHOLE,
    "bytes=0/9": WHOLE,
    "bytes=0 - 9": WHOLE, "bytes = 0-9": WHOLE, "bytes =0-9": WHOLE, "bytes=0- 9": WHOLE, "0-9": WHOLE,
    "items=0-9": WHOLE,
    "none": WHOLE, "seconds=1-2": WHOLE, "bytes=0-9;q=1": WHOLE, "bytes=\xb2-\xb3": WHOLE, "byte=0-9": WHOLE,
    "bytes=0-0,2-3": WHOLE, "bytes=0-0, 2-3": WHOLE, "bytes=0-9,200-": WHOLE, "bytes=-1,0-0": WHOLE,
    "bytes=0-1,x": WHOLE, "bytes=" + ",".join("%d-%d" % (n, n) for n in range(100)): WHOLE,
    "bytes=" + ",".join(["0-"] * 1000): WHOLE,
}


@pytest.fixture
def small(client, bucket):
    client.put(bucket, "key", SMALL)
    return "/%s/key" % bucket


def check(answer, data, expected):
    if expected is WHOLE:
        assert answer.status == 200 and answer.body == data and answer.header("Content-Range") is None, answer
    elif expected == "416":
        error = refused(answer, 416, "InvalidRange")
        assert answer.header("Content-Range") == "bytes */%d" % len(data), answer
        assert error.get("ActualObjectSize") == str(len(data))
    else:
        first, last = expected
        assert answer.status == 206 and answer.body == data[first:last + 1], answer
        assert answer.header("Content-Range") == "bytes %d-%d/%d" % (first, last, len(data))
        assert answer.header("Content-Length") == str(last - first + 1)


@pytest.mark.parametrize("value", SMALL_RANGES, ids=lambda value: value[:40])
def test_range(client, small, value):
    check(client.send("GET", small, headers=[("Range", value)]), SMALL, SMALL_RANGES[value])


@pytest.mark.parametrize("value", SMALL_RANGES, ids=lambda value: value[:40])
def test_range_of_a_head_is_answered_alike_or_ignored(client, small, value):
    """RFC 9110 section 14.2 defines Range for GET alone; S3 answers it on HEAD, too."""
    answer = client.send("HEAD", small, headers=[("Range", value)])
    expected = SMALL_RANGES[value]
    status = 200 if expected is WHOLE else 416 if expected == "416" else 206
    assert answer.status in (status, 200), answer
    if answer.status == 206:
        assert answer.header("Content-Range") == "bytes %d-%d/100" % expected
        assert answer.header("Content-Length") == str(expected[1] - expected[0] + 1)
    elif answer.status == 200:
        assert answer.header("Content-Length") == "100" and answer.header("Content-Range") is None


@pytest.mark.parametrize("value", ["bytes=0-0,", "bytes=,0-0", "bytes=,", "bytes=0-0 ", "bytes= 0-0", "bytes=\t0-0"])
def test_range_with_empty_members_or_white_space(client, small, value):
    """RFC 9110 section 5.6.1.2: a recipient takes empty members of lists. As one range, or not at all."""
    answer = client.send("GET", small, headers=[("Range", value)])
    assert (answer.status, answer.body) in ((206, SMALL[:1]), (200, SMALL)), answer


def test_two_range_headers(client, small):
    """Nobody says what that means: one of them, none, or a refusal; never a mixture."""
    answer = client.send("GET", small, headers=[("Range", "bytes=0-0"), ("Range", "bytes=5-6")])
    assert answer.status == 400 or (answer.status, answer.body) in ((200, SMALL), (206, SMALL[:1]), (206, SMALL[5:7]))


@pytest.mark.parametrize("value,expected", [
    ("bytes=0-0", (0, 0)), ("bytes=65535-65535", (65535, 65535)
     ), ("bytes=65536-65536", (65536, 65536)), ("bytes=65535-65536", (65535, 65536)),
    ("bytes=1-131072", (1, 131072)), ("bytes=131071-262145", (131071, 262145)), ("bytes=299999-", (299999, 299999)),
    ("bytes=-1", (299999, 299999)), ("bytes=-65537", (234463, 299999)
     ), ("bytes=0-299999", (0, 299999)), ("bytes=300000-", "416"),
    ("bytes=262144-", (262144, 299999)), ("bytes=1-", (1, 299999)), ("bytes=0-1000000", (0, 299999)),
])
def test_range_of_a_large_object(client, bucket, value, expected):
    """Ranges across the borders of what is checked as one."""
    client.put(bucket, "key", LARGE)
    check(client.send("GET", "/%s/key" % bucket, headers=[("Range", value)]), LARGE, expected)


@pytest.mark.parametrize("value", ["bytes=0-", "bytes=0-0", "bytes=0-10", "bytes=-1", "bytes=-0", "bytes=5-"])
def test_range_of_an_empty_object(client, bucket, value):
    client.put(bucket, "key", b"")
    check(client.send("GET", "/%s/key" % bucket, headers=[("Range", value)]), b"", "416")


def test_range_of_what_is_not_there(client, bucket):
    refused(client.send("GET", "/%s/none" % bucket, headers=[("Range", "bytes=0-1")]), 404, "NoSuchKey")


def test_range_of_an_upload_is_ignored(client, bucket):
    client.put(bucket, "key", SMALL, [("Range", "bytes=0-1")])
    assert client.send("GET", "/%s/key" % bucket).body == SMALL


def test_range_of_a_listing_is_ignored(client, bucket):
    answer = client.send("GET", "/" + bucket, headers=[("Range", "bytes=0-1")])
    assert answer.status == 200 and answer.body.startswith(b"<?xml")


# If-Range (RFC 9110 section 13.1.5).

@pytest.mark.parametrize("value,partial", [
    ("{etag}", True), ('"other"', False), ("W/{etag}", False), ("{bare}", None), ("*", False), ("", None),
    ("{modified}", None), ("Fri, 01 Jan 1990 00:00:00 GMT", False), ("Fri, 01 Jan 2100 00:00:00 GMT", False),
    ("nonsense", False), ("{etag}, \"other\"", False),
])
def test_if_range(client, small, value, partial):
    """Only the strong validator of just this object gives a part; anything else the whole."""
    head = client.send("HEAD", small)
    value = value.format(
    etag=head.header("ETag"),
    bare=head.header("ETag").strip('"'),
     modified=head.header("Last-Modified"))
    answer = client.send("GET", small, headers=[("Range", "bytes=0-9"), ("If-Range", value)])
    assert answer.status in ((206,) if partial else (200, 206) if partial is None else (200,)), answer
    assert answer.body == (SMALL[:10] if answer.status == 206 else SMALL)


def test_if_range_that_does_not_hold_hides_a_bad_range(client, small):
    answer = client.send("GET", small, headers=[("Range", "bytes=500-"), ("If-Range", '"other"')])
    assert answer.status == 200 and answer.body == SMALL


# partNumber, which is a range too.

def test_first_part_of_an_object_in_one_piece(client, small):
    answer = client.send("GET", small, "partNumber=1")
    assert answer.status in (206, 200, 501) and (answer.status == 501 or answer.body == SMALL)


@pytest.mark.parametrize("number", ["0", "-1", "x", "", "10001", "99999999999999999999", "1.0", "+1"])
def test_part_number_that_is_none(client, small, number):
    answer = client.send("GET", small, "partNumber=" + number)
    assert answer.status in (400, 416, 501) or (number == "" and answer.status == 200), answer
