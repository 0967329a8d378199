"""What is larger or more than the gateway takes: refused at once, for little memory, and the next request is served."""

import pytest

from signing import UNSIGNED, Request
from wire import Closed, refused


def say(client, data):
    """The answer, or None when the server only closed; either way the connection ends."""
    with client.wire() as wire:
        try:
            answer = wire.send(data).read()
        except Closed:
            return None
        assert answer.header("Connection") != "close" or wire.closed()
        return answer


def head(client, bucket, lines, target=None):
    request = client.request("GET", "/" + bucket)
    text = request.head()
    if target:
        text = b"GET " + target + text[text.index(b" HTTP/1.1"):]
    return text[:-2] + b"".join(line + b"\r\n" for line in lines) + b"\r\n"


def memory(client):
    return client.server.peak_memory()


@pytest.mark.parametrize("size", [40000, 70000, 200000, 2000000, 20000000])
def test_header_too_large(client, bucket, size):
    before = memory(client)
    answer = say(client, head(client, bucket, [b"X-Large: " + b"a" * size]))
    assert answer is None or answer.status in (400, 431), answer
    assert memory(client) - before < 8 << 20


@pytest.mark.parametrize("size", [40000, 2000000])
def test_header_name_too_large(client, bucket, size):
    answer = say(client, head(client, bucket, [b"X" * size + b": a"]))
    assert answer is None or answer.status in (400, 431), answer


@pytest.mark.parametrize("count", [129, 300, 1000, 5000, 100000])
def test_too_many_headers(client, bucket, count):
    """CVE-2025-52887."""
    before = memory(client)
    answer = say(client, head(client, bucket, [b"X-%d: a" % number for number in range(count)]))
    assert answer is None or answer.status in (400, 431), answer
    assert memory(client) - before < 8 << 20


def test_many_headers_are_taken(client, bucket):
    assert say(client, head(client, bucket, [b"X-%d: a" % number for number in range(90)])).status == 200


@pytest.mark.parametrize("size", [17000, 40000, 200000, 2000000])
def test_target_too_large(client, bucket, size):
    for target in b"/" + b"a" * size, b"/%s/" % bucket.encode() + b"a" * size, b"/%s?prefix=" % bucket.encode() + b"a" * size:
        answer = say(client, head(client, bucket, [], target))
        assert answer is None or answer.status in (400, 414, 431), answer


@pytest.mark.parametrize("count", [129, 400, 1000, 5000])
@pytest.mark.parametrize("form", [b"a%d=b", b"%d", b"a", b""])
def test_too_many_parameters(client, bucket, count, form):
    query = b"&".join(form % number if b"%d" in form else form for number in range(count))
    answer = say(client, head(client, bucket, [], b"/%s?%s" % (bucket.encode(), query)))
    assert answer is None or answer.status in (400, 403, 414, 431) or (form == b"" and answer.status == 200), answer


def test_many_parameters_are_taken(client, bucket):
    answer = client.send("GET", "/" + bucket, "&".join("a%d=b" % number for number in range(100)))
    assert answer.status == 200


def test_metadata_at_the_limit_and_above(client, bucket):
    """2 KiB of user metadata: names and values."""
    client.put(bucket, "key", b"x", [("x-amz-meta-a", "v" * 2047)])
    assert client.send("HEAD", "/%s/key" % bucket).header("x-amz-meta-a") == "v" * 2047
    for headers in ([("x-amz-meta-a", "v" * 2048)], [("x-amz-meta-" + "n" * 1500, "v" * 600)],
                    [("x-amz-meta-%d" % number, "v" * 100) for number in range(30)]):
        refused(client.send("PUT", "/%s/other" % bucket, headers=headers, body=b"x"), 400, "MetadataTooLarge")
    assert client.keys(bucket) == ["key"]


@pytest.mark.parametrize("name", ["Content-Type", "Content-Disposition",
                         "Cache-Control", "Content-Language", "Content-Encoding", "Expires"])
def test_largest_stored_header_comes_back(client, bucket, name):
    """An answer's header block must fit where the request's did (else the connection would just close)."""
    value = "v" * 6000
    answer = client.send("PUT", "/%s/key" % bucket, headers=[(name, value)], body=b"x")
    assert answer.status in (200, 400), answer
    if answer.status == 200:
        assert client.send("GET", "/%s/key" % bucket).header(name) == value


def test_stored_headers_all_large_come_back(client, bucket):
    names = ["Content-Type", "Content-Disposition", "Cache-Control", "Content-Language", "Content-Encoding"]
    answer = client.send("PUT", "/%s/key" % bucket, headers=[(name, "v" * 4000) for name in names], body=b"x")
    assert answer.status in (200, 400), answer
    if answer.status == 200:
        assert client.send("GET", "/%s/key" % bucket).status == 200


def test_large_cors_answer_comes_or_is_an_error(client, bucket):
    """A rule may have more to say than fits a header block."""
    document = ('<CORSConfiguration xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><CORSRule><AllowedOrigin>*</AllowedOrigin>'
                "<AllowedMethod>GET</AllowedMethod>%s</CORSRule></CORSConfiguration>"
                % "".join("<ExposeHeader>x-header-%05d</ExposeHeader>" % number for number in range(1300)))
    assert client.send("PUT", "/" + bucket, "cors", body=document.encode()).status in (200, 400)
    answer = client.exchange(Request("OPTIONS", "/" + bucket, host="x",
                                     headers=[("Origin", "http://a"), ("Access-Control-Request-Method", "GET")]))
    assert answer.status in (200, 400, 403, 500), answer
    assert client.send("GET", "/" + bucket, headers=[("Origin", "http://a")]).status in (200, 400, 500)


@pytest.mark.parametrize("size", [4000, 15000])
def test_long_origin_and_requested_headers(client, bucket, size):
    """Echoed texts have to fit the answer."""
    document = (b'<CORSConfiguration xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><CORSRule><AllowedOrigin>http://*</AllowedOrigin>'
                b"<AllowedMethod>GET</AllowedMethod><AllowedHeader>*</AllowedHeader></CORSRule></CORSConfiguration>")
    assert client.send("PUT", "/" + bucket, "cors", body=document).status == 200
    for headers in ([("Origin", "http://" + "o" * size)],
                    [("Origin", "http://o"), ("Access-Control-Request-Headers", "h" * size)],
                    [("Origin", "http://" + "o" * (size // 2)),
                     ("Access-Control-Request-Headers", ",".join(["h"] * (size // 4)))]):
        answer = say(client, Request("OPTIONS", "/" + bucket, host="x",
                                     headers=headers + [("Access-Control-Request-Method", "GET")]).bytes())
        assert answer is None or answer.status in (200, 400, 403, 431), answer
        assert answer is not None, "closed without an answer"


def test_request_line_alone_too_large(client):
    before = memory(client)
    for junk in b"A" * 3000000, b"GET " + b"/" * 3000000, b"\r\n" * 1000000, b"\x00" * 1000000:
        answer = say(client, junk)
        assert answer is None or answer.status in (400, 414, 431, 501), answer
    assert memory(client) - before < 16 << 20


def test_hundreds_of_large_heads_at_once_cost_little(client):
    before = memory(client)
    wires = [client.wire() for _ in range(300)]
    for wire in wires:
        wire.send(b"GET / HTTP/1.1\r\nHost: x\r\nX-Large: " + b"a" * 30000)
    assert client.send("GET", "/").status == 200
    for wire in wires:
        wire.close()
    assert memory(client) - before < 100 << 20


def test_unwanted_body_costs_no_memory(client, bucket):
    before = memory(client)
    body = b"x" * 30000000
    request = client.request("DELETE", "/%s/key" % bucket, payload=UNSIGNED,
                             headers=[("Content-Length", str(len(body)))])
    with client.wire() as wire:
        try:
            wire.send(request.head() + body).read()
        except Closed:
            pass
    assert memory(client) - before < 16 << 20
