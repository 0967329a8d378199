"""
Request smuggling: a request whose end two parsers see in different places. Each form is refused, the connection closed,
and the bytes behind it, a rightly signed upload, never run (RFC 9112 sections 2, 5, 6, 7 and 11.2).
"""

import pytest

from signing import UNSIGNED
from wire import Closed, refused

TE = b"Transfer-Encoding: chunked"
HIDDEN = b"<hidden>"  # stands for the request that must not run


def hidden_request(client, bucket):
    return client.request("PUT", "/%s/hidden" % bucket, body=b"smuggled").bytes()


def refusal(wire):
    """
    Reads one refusal, after which the connection must end without another word: 400, but where libmicrohttpd refuses by
    itself before anything of ours sees the request. Its answer is HTML, 413 for some lengths, and has its head twice.
    """
    answer = wire.read()
    assert answer.header("Connection") == "close", answer
    if answer.body.startswith(b"<?xml"):
        refused(answer, 400, "BadRequest", "InvalidRequest", "InvalidURI")
        assert wire.closed(), "the connection stays open, or says more: %r" % wire.buffered
    else:
        assert answer.status in (400, 413), answer
        rest = wire.rest()
        assert b"HTTP/1.1 2" not in answer.body + rest, "something ran: %r" % rest


def attack(client, bucket, data):
    """Sends the bytes; expects one refusal, a closed connection, and an empty bucket."""
    with client.wire() as wire:
        refusal(wire.send(data.replace(HIDDEN, hidden_request(client, bucket))))
    assert client.keys(bucket) == []


# What each header block does to the length of the body; the body that follows it.
FRAMING = {
    "length beside chunked, chunked longer": ([b"Content-Length: 0", TE], b"5\r\nhello\r\n0\r\n\r\n" + HIDDEN),
    "length beside chunked, length longer": ([TE, b"Content-Length: 2000"], b"0\r\n\r\n" + HIDDEN),
    "two lengths that differ, the first shorter": ([b"Content-Length: 0", b"Content-Length: 500"], HIDDEN),
    "two lengths that differ, the first longer": ([b"Content-Length: 500", b"Content-Length: 0"], HIDDEN),
    "two lengths alike": ([b"Content-Length: 5", b"Content-Length: 5"], b"hello" + HIDDEN),
    "two lengths in one line": ([b"Content-Length: 5, 5"], b"hello" + HIDDEN),
    "two differing lengths in one line": ([b"Content-Length: 0, 500"], HIDDEN),
    "blank before the colon of the length": ([b"Content-Length : 5"], b"hello" + HIDDEN),
    "tab before the colon of the length": ([b"Content-Length\t: 5"], b"hello" + HIDDEN),
    "blank before the colon of the coding": ([b"Transfer-Encoding : chunked"], b"0\r\n\r\n" + HIDDEN),
    "length with a plus": ([b"Content-Length: +5"], b"hello" + HIDDEN),
    "length below zero": ([b"Content-Length: -1"], HIDDEN),
    "length in hexadecimal": ([b"Content-Length: 0x5"], b"hello" + HIDDEN),
    "length with an exponent": ([b"Content-Length: 1e1"], b"hellohello" + HIDDEN),
    "length with a fraction": ([b"Content-Length: 5.0"], b"hello" + HIDDEN),
    "length of two numbers": ([b"Content-Length: 5 0"], b"hello" + HIDDEN),
    "length with a letter behind": ([b"Content-Length: 5a"], b"hello" + HIDDEN),
    "empty length": ([b"Content-Length:"], HIDDEN),
    "length that wraps at 64 bits": ([b"Content-Length: 18446744073709551621"], b"hello" + HIDDEN),
    "length of 64 bits": ([b"Content-Length: 18446744073709551615"], HIDDEN),
    "length of 40 digits": ([b"Content-Length: " + b"9" * 40], HIDDEN),
    "length folded over two lines": ([b"Content-Length:\r\n 5"], b"hello" + HIDDEN),
    "coding that is not chunked": ([b"Transfer-Encoding: xchunked"], b"0\r\n\r\n" + HIDDEN),
    "coding identity": ([b"Transfer-Encoding: identity"], HIDDEN),
    "coding identity beside a length": ([b"Transfer-Encoding: identity", b"Content-Length: 5"], b"hello" + HIDDEN),
    "coding gzip, then chunked": ([b"Transfer-Encoding: gzip, chunked"], b"0\r\n\r\n" + HIDDEN),
    "coding chunked, then identity": ([b"Transfer-Encoding: chunked, identity"], b"0\r\n\r\n" + HIDDEN),
    "coding chunked twice in a line": ([b"Transfer-Encoding: chunked, chunked"], b"0\r\n\r\n" + HIDDEN),
    "coding chunked in two lines": ([TE, TE], b"0\r\n\r\n" + HIDDEN),
    "coding chunked and identity in two lines": ([TE, b"Transfer-Encoding: identity"], b"0\r\n\r\n" + HIDDEN),
    "coding in quotes": ([b'Transfer-Encoding: "chunked"'], b"0\r\n\r\n" + HIDDEN),
    "coding with a parameter": ([b"Transfer-Encoding: chunked;q=1"], b"0\r\n\r\n" + HIDDEN),
    "coding with an empty member": ([b"Transfer-Encoding: ,chunked"], b"0\r\n\r\n" + HIDDEN),
    "coding behind a vertical tab": ([b"Transfer-Encoding: \x0bchunked"], b"0\r\n\r\n" + HIDDEN),
    "coding before a NUL": ([b"Transfer-Encoding: chunked\x00"], b"0\r\n\r\n" + HIDDEN),
    "empty coding": ([b"Transfer-Encoding:"], HIDDEN),
    "empty coding beside a length": ([b"Transfer-Encoding:", b"Content-Length: 5"], b"hello" + HIDDEN),
    "coding folded over two lines": ([b"Transfer-Encoding:\r\n chunked"], b"0\r\n\r\n" + HIDDEN),
    "coding folded over two lines beside a length": (
        [b"Transfer-Encoding:\r\n chunked", b"Content-Length: 5"], b"0\r\n\r\n" + HIDDEN),
    "coding folded in its middle": ([b"Transfer-Encoding: x,\r\n\tchunked"], b"0\r\n\r\n" + HIDDEN),
    "length behind a bare CR": ([b"X-A: a\rContent-Length: 5"], b"hello" + HIDDEN),
    "coding behind a bare CR": ([b"X-A: a\rTransfer-Encoding: chunked"], b"0\r\n\r\n" + HIDDEN),
    "length with a bare CR behind": ([b"Content-Length: 5\r"], b"hello" + HIDDEN),
    "NUL in a length": ([b"Content-Length: 5\x000"], b"hello" + HIDDEN),
    "NUL in a header's name": ([b"X\x00A: b", b"Content-Length: 5"], b"hello" + HIDDEN),
    "two hosts": ([b"Host: other", b"Content-Length: 5"], b"hello" + HIDDEN),
    "two credentials of one kind": (
        [b"Authorization: AWS4-HMAC-SHA256 Credential=x", b"Content-Length: 5"], b"hello" + HIDDEN),
    "header without a colon": ([b"nonsense", b"Content-Length: 5"], b"hello" + HIDDEN),
    "header without a name": ([b": value", b"Content-Length: 5"], b"hello" + HIDDEN),
    "header name with a blank": ([b"X A: b", b"Content-Length: 5"], b"hello" + HIDDEN),
    "header name with brackets": ([b"X(A): b", b"Content-Length: 5"], b"hello" + HIDDEN),
    "header name beyond ASCII": ([b"X-\xc3\xa4: b", b"Content-Length: 5"], b"hello" + HIDDEN),
    "header name with an escape": ([b"X\x1bA: b", b"Content-Length: 5"], b"hello" + HIDDEN),
    "length under a name with a blank": ([b"Content Length: 500", b"Content-Length: 5"], b"hello" + HIDDEN),
}


@pytest.mark.parametrize("name", FRAMING)
def test_doubtful_framing_is_refused(client, bucket, name):
    lines, body = FRAMING[name]
    attack(client, bucket, client.put_head(bucket, "outer", *lines) + body)


@pytest.mark.parametrize("name", FRAMING)
def test_doubtful_framing_of_a_read_is_refused(client, public, name):
    """The same on a GET, whose body nobody expects."""
    lines, body = FRAMING[name]
    request = client.request("GET", "/%s/page" % public, payload=UNSIGNED)
    data = request.head()[:-2] + b"".join(line + b"\r\n" for line in lines) + b"\r\n" + body
    with client.wire() as wire:
        refusal(wire.send(data.replace(HIDDEN, hidden_request(client, public))))
    assert client.keys(public) == ["page"]


def test_first_header_folded_into_the_request_line_is_refused(client, bucket):
    head = client.put_head(bucket, "outer", b"Content-Length: 5")
    line, _, rest = head.partition(b"\r\n")
    attack(client, bucket, line + b"\r\n Content-Length: 0\r\n" + rest + b"hello" + HIDDEN)


def test_folded_header_is_refused_or_joined_with_blanks(client, bucket):
    """RFC 9112 section 5.2 allows just these two."""
    with client.wire() as wire:
        wire.send(client.put_head(bucket, "outer", b"X-A: a\r\n Content-Length: 500", b"Content-Length: 5") + b"hello")
        answer = wire.read()
        assert answer.status in (200, 400), answer
        if answer.status == 400:
            assert wire.closed()
        else:
            assert wire.silent()


def test_bare_line_feed_ends_a_line_or_is_refused(client, bucket):
    """RFC 9112 section 2.2 allows to take a bare LF for the end of a line; a part of a value it never is."""
    with client.wire() as wire:
        wire.send(client.put_head(bucket, "outer", b"X-A: a\nX-B: b", b"Content-Length: 5") + b"hello")
        assert wire.read().status in (200, 400)
    with client.wire() as wire:
        wire.send(client.put_head(bucket, "outer", b"X-A: a\nContent-Length: 5", b"Content-Length: 5") + b"hello")
        assert wire.read().status == 400
        assert wire.closed()


def test_head_that_ends_in_bare_line_feeds_hides_no_request(client, bucket):
    """Whether LF LF ends the head or not, what follows is never both body and request."""
    head = client.put_head(bucket, "outer", b"Content-Length: 5").replace(b"\r\n\r\n", b"\n\n")
    with client.wire(timeout=3) as wire:
        wire.send(head + b"hello" + b"X" * 10 + b"\r\n\r\n")
        assert wire.read().status in (200, 400)


# Chunked bodies whose chunks are malformed.
CHUNKS = {
    "size with a prefix": b"0x5\r\nhello\r\n0\r\n\r\n",
    "size below zero": b"-5\r\nhello\r\n0\r\n\r\n",
    "size with a plus": b"+5\r\nhello\r\n0\r\n\r\n",
    "size with a blank before": b" 5\r\nhello\r\n0\r\n\r\n",
    "size that is none": b"hello\r\n0\r\n\r\n",
    "empty size": b"\r\nhello\r\n0\r\n\r\n",
    "size that wraps at 64 bits": b"10000000000000005\r\nhello\r\n0\r\n\r\n",
    "size of 64 bits": b"ffffffffffffffff\r\nhello\r\n0\r\n\r\n",
    "size of 30 digits": b"5" * 30 + b"\r\nhello\r\n0\r\n\r\n",
    "no line end behind a chunk": b"5\r\nhello0\r\n\r\n",
    "more than the chunk's size": b"5\r\nhello, world\r\n0\r\n\r\n",
    "less than the chunk's size": b"8\r\nhello\r\n0\r\n\r\n",
    "NUL in the size": b"5\x00\r\nhello\r\n0\r\n\r\n",
    "bare CR in an extension": b"5;a=\rb\r\nhello\r\n0\r\n\r\n",
}


@pytest.mark.parametrize("name", CHUNKS)
def test_malformed_chunks_are_refused(client, bucket, name):
    head = client.put_head(bucket, "outer", TE, b"x-amz-decoded-content-length: 5")
    with client.wire() as wire:
        wire.send(head + CHUNKS[name] + hidden_request(client, bucket))
        try:
            answer = wire.read()
        except Closed:
            answer = None
        if answer:
            assert answer.status in (400, 403, 411, 501), answer
            assert wire.closed(), "stays open, or says more: %r" % wire.buffered
    assert client.keys(bucket) == []


def test_chunk_extension_of_a_megabyte_is_refused(client, bucket):
    head = client.put_head(bucket, "outer", TE)
    with client.wire() as wire:
        wire.send(head + b"5;" + b"a" * (1 << 20) + b"\r\nhello\r\n0\r\n\r\n" + hidden_request(client, bucket))
        try:
            assert wire.read().status in (400, 411, 413, 431, 501)
            assert wire.closed()
        except Closed:
            pass
    assert client.keys(bucket) == []


def test_trailer_fields_never_become_headers(client, bucket):
    head = client.put_head(bucket, "outer", TE)
    with client.wire() as wire:
        wire.send(head + b"5\r\nhello\r\n0\r\nContent-Length: 700\r\nx-amz-acl: public-read\r\n\r\n")
        wire.read()
    assert client.anonymous("GET", "/%s/outer" % bucket).status in (403, 404)


def test_chunked_in_http_1_0_is_refused_or_ends_the_connection(client, bucket):
    """RFC 9112 section 6.1."""
    head = client.put_head(bucket, "outer", TE).replace(b"HTTP/1.1", b"HTTP/1.0")
    with client.wire() as wire:
        wire.send(head + b"0\r\n\r\n" + hidden_request(client, bucket))
        wire.read()
        assert wire.closed(), wire.buffered
    assert "hidden" not in client.keys(bucket)


def request_line(client, bucket, line):
    head = client.put_head(bucket, "outer", b"Content-Length: 5")
    return line.replace(b"<target>", b"/%s/outer" % bucket.encode()) + head[head.index(b"\r\n"):] + b"hello" + HIDDEN


LINES = {
    "a blank before the method": b" PUT <target> HTTP/1.1",
    "a NUL in the method": b"P\x00UT <target> HTTP/1.1",
    "a NUL in the target": b"PUT <target>\x00x HTTP/1.1",
    "a control character in the target": b"PUT <target>\x01 HTTP/1.1",
    "a delete character in the target": b"PUT <target>\x7f HTTP/1.1",
    "a blank in the target": b"PUT <target> x HTTP/1.1",
    "a bare CR in the target": b"PUT <target>\rx HTTP/1.1",
    "a version of another protocol": b"PUT <target> HTTPS/1.1",
    "a version in lower case": b"PUT <target> http/1.1",
    "a version of two digits": b"PUT <target> HTTP/1.11",
    "a version with a zero before": b"PUT <target> HTTP/01.1",
    "the next version": b"PUT <target> HTTP/2.0",
    "a version and more": b"PUT <target> HTTP/1.1 x",
    "no version": b"PUT <target>",
    "no target": b"PUT HTTP/1.1",
    "only a method": b"PUT",
    "a target without a slash": b"PUT outer HTTP/1.1",
    "an asterisk for an upload": b"PUT * HTTP/1.1",
}


@pytest.mark.parametrize("name", LINES)
def test_malformed_request_line_is_refused(client, bucket, name):
    data = request_line(client, bucket, LINES[name]).replace(HIDDEN, hidden_request(client, bucket))
    with client.wire() as wire:
        wire.send(data)
        try:
            answer = wire.read()
        except Closed:
            answer = None  # RFC 9112 section 3 recommends an answer, but a server that only closes does no harm
        if answer:
            assert answer.status in (400, 403, 405, 501, 505), answer
            if answer.header("Connection") == "close":
                assert wire.closed(), wire.buffered
    assert [key for key in client.keys(bucket) if key != "hidden"] == []


@pytest.mark.parametrize("name", [name for name in LINES if "asterisk" not in name and "slash" not in name])
def test_nothing_runs_behind_a_malformed_request_line(client, bucket, name):
    data = request_line(client, bucket, LINES[name]).replace(HIDDEN, hidden_request(client, bucket))
    with client.wire() as wire:
        wire.send(data)
        try:
            wire.read()
            assert wire.closed(), wire.buffered
        except Closed:
            pass
    assert client.keys(bucket) == []


HOSTS = {
    "no host": None,
    "a host with a blank": b"a b",
    "a host with a slash": b"127.0.0.1/x",
    "a host with a user": b"user@127.0.0.1",
    "a host with a bad port": b"127.0.0.1:port",
    "a list of hosts": b"a, b",
    "a host with a question mark": b"127.0.0.1?x",
    "a host with a control character": b"127.0.0.1\x01",
}


@pytest.mark.parametrize("name", HOSTS)
def test_bad_host_is_refused(client, bucket, name):
    """RFC 9112 section 3.2."""
    host = HOSTS[name]
    line = b"Host: " + host + b"\r\n" if host is not None else b""
    attack(client, bucket, b"GET / HTTP/1.1\r\n" + line + b"\r\n" + HIDDEN)


def test_body_of_a_read_is_not_a_request(client, public):
    """A GET may have a body; its bytes are read past, whatever they say."""
    body = client.request("PUT", "/%s/hidden" % public, body=b"smuggled").bytes()
    with client.wire() as wire:
        request = client.request("GET", "/%s/page" % public, payload=UNSIGNED,
                                 headers=[("Content-Length", str(len(body)))])
        wire.send(request.head() + body)
        assert wire.read().status == 200
        assert wire.silent() or wire.closed()
    assert client.keys(public) == ["page"]


@pytest.mark.parametrize("length", [0, 1000, 60000, 900000, 3000000])
def test_body_of_a_refused_upload_is_not_a_request(client, bucket, length):
    """However the server gets rid of a body that it does not want: by reading it, or by closing."""
    hidden = hidden_request(client, bucket)
    body = hidden * 3 + b"x" * length + hidden * 3
    request = client.request("PUT", "/%s/outer" % bucket, body=body)
    request.set("Authorization", request.header("Authorization")[:-4] + "0000")
    with client.wire() as wire:
        wire.send(request.bytes())
        assert wire.read().status == 403
        assert wire.silent() or wire.closed()
    assert client.keys(bucket) == []


def test_request_split_at_every_byte_is_the_same_request(client, bucket):
    """However the bytes arrive, there is one request and then another."""
    first = client.request("PUT", "/%s/first" % bucket, body=b"1").bytes()
    second = client.request("PUT", "/%s/second" % bucket, body=b"2").bytes()
    with client.wire() as wire:
        for byte in first + second:
            wire.send(bytes([byte]))
        assert [wire.read().status, wire.read().status] == [200, 200]
    assert client.keys(bucket) == ["first", "second"]
