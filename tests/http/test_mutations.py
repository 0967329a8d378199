"""
Right requests with a few bytes changed at random: whatever comes, the gateway answers or closes, never with an error
of its own, and lives. CROSSGATE_MUTATIONS and CROSSGATE_MUTATION_SEED choose how many (600) and which (1).
"""

import os
import random

import pytest

from signing import UNSIGNED, V2, Chunks, Request
from wire import Closed

COUNT = int(os.environ.get("CROSSGATE_MUTATIONS", "600"))
SEED = int(os.environ.get("CROSSGATE_MUTATION_SEED", "1"))
GATEWAY_ARGUMENTS = ["--garbage-grace", "0", "--body-timeout", "3", "--idle-timeout", "3", "--header-timeout", "3"]
PIECES = [b"\r\n", b"\n", b"\r", b"\x00", b" ", b"\t", b":", b"/", b"?", b"&", b"=", b"%", b"%00", b"%2f", b"..",
          b"//", b";", b",", b'"', b"<", b">", b"]]>",
          b"&amp;", b"&#0;", b"\xff", b"\xc3", b"\xed\xa0\x80", b"-1", b"0", b"99999999999999999999", b"chunked",
          b"HTTP/1.1", b"Content-Length: 0\r\n",
          b"Transfer-Encoding: chunked\r\n", b"Expect: 100-continue\r\n", b"Connection: close\r\n",
          b"Range: bytes=0-\r\n", b"A" * 3000, b"x-amz-acl: public-read\r\n"]
DOCUMENTS = [("PUT", "cors",
              b'<CORSConfiguration xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><CORSRule><ID>a</ID><AllowedOrigin>*</AllowedOrigin>'
              b"<AllowedMethod>GET</AllowedMethod><AllowedHeader>*</AllowedHeader><MaxAgeSeconds>5</MaxAgeSeconds></CORSRule></CORSConfiguration>"),
             ("POST", "delete",
              b"<Delete><Object><Key>a</Key></Object><Object><Key>b&#x41;</Key></Object><Quiet>true</Quiet></Delete>"),
             ("PUT", "acl",
              b'<AccessControlPolicy><Owner><ID>x</ID></Owner><AccessControlList><Grant><Grantee xmlns:xsi='
              b'"http://www.w3.org/2001/XMLSchema-instance" xsi:type="Group"><URI>http://acs.amazonaws.com/groups/global/AllUsers</URI></Grantee>'
              b"<Permission>READ</Permission></Grant></AccessControlList></AccessControlPolicy>")]


def anything(client, bucket, chance):
    """A right request of any kind, as bytes; the body is not signed, so that its changes reach the operation."""
    path, address = "/" + bucket, "127.0.0.1:%d" % client.server.port
    kind = chance.randrange(10)
    if kind == 0:
        request = Request("PUT", path + "/key", host=address)
        chunks = Chunks(client.signer(), request, 300)
        request.body = chunks.chunk(b"a" * 200) + chunks.chunk(b"b" * 100) + chunks.last()
        return request.bytes()
    if kind == 1:
        request = Request("PUT", path + "/key", host=address)
        Chunks(client.signer(), request, 5, payload="STREAMING-UNSIGNED-PAYLOAD-TRAILER",
               trailer="x-amz-checksum-crc32")
        request.body = b"5\r\nhello\r\n0\r\nx-amz-checksum-crc32:NhCmhg==\r\n\r\n"
        return request.bytes()
    if kind == 2:
        return Request("OPTIONS", path + "/key", host=address, headers=[
            ("Origin", "http://a"), ("Access-Control-Request-Method", "GET"),
            ("Access-Control-Request-Headers", "a, b")]).bytes()
    if kind == 3:
        return client.signer().presign(Request("GET", path + "/page", "response-content-type=text%2Fplain",
                                               host=address)).bytes()
    if kind == 4:
        return V2(client.access_key, client.secret_key).header(
            Request("GET", path, "prefix=a&delimiter=/&max-keys=3", host=address)).bytes()
    if kind == 5:
        return client.request(
            "GET", path, "list-type=2&encoding-type=url&continuation-token=abc&fetch-owner=true",
            payload=UNSIGNED).bytes()
    if kind == 6:
        return client.request("PUT", path + "/copy", headers=[("x-amz-copy-source", path + "/page?versionId=null"),
                                                             ("x-amz-metadata-directive", "REPLACE"),
                                                             ("x-amz-meta-a", "b")], payload=UNSIGNED).bytes()
    if kind == 7:
        return client.request("GET", path + "/page",
                              headers=[("Range", "bytes=1-5"), ("If-Match", '"a", "b"'), ("If-Range", '"c"'),
                                                             ("If-Modified-Since", "Mon, 01 Jan 1990 00:00:00 GMT")],
                                                             payload=UNSIGNED).bytes()
    method, query, body = chance.choice(DOCUMENTS)
    return client.request(method, path, query, body=body, payload=UNSIGNED).bytes()


def mutate(data, chance):
    for _ in range(chance.randint(1, 4)):
        at = chance.randrange(len(data))
        until = min(len(data), at + chance.choice([1, 1, 2, 5, 50]))
        way = chance.randrange(5)
        if way == 0:
            data = data[:at] + bytes([chance.randrange(256)]) + data[at + 1:]
        elif way == 1:
            data = data[:at] + chance.choice(PIECES) + data[at:]
        elif way == 2:
            data = data[:at] + chance.choice(PIECES) + data[until:]
        elif way == 3:
            data = data[:at] + data[until:]
        else:
            data = data[:until] + data[at:]
        if not data:
            return b"x"
    return data


def in_body(data, chance):
    """Changes behind the head alone, its length set right."""
    head, _, body = data.partition(b"\r\n\r\n")
    body = mutate(body, chance) if body else body
    lines = [line for line in head.split(b"\r\n") if not line.startswith(b"Content-Length:")]
    return b"\r\n".join(lines) + b"\r\nContent-Length: %d\r\n\r\n" % len(body) + body


@pytest.mark.parametrize("round", range(6))
def test_changed_requests_are_answered_or_closed(client, public, round):
    chance = random.Random(SEED + round)
    wires, sent = [], []
    for _ in range(COUNT // 6):
        data = anything(client, public, chance)
        data = in_body(data, chance) if chance.random() < 0.4 else mutate(data, chance)
        wire = client.wire(timeout=10)
        wire.send(data)
        wires.append(wire)
        sent.append(data)
        if len(wires) == 25:
            collect(wires, sent)
    collect(wires, sent)


def collect(wires, sent):
    for wire, data in zip(wires, sent):
        # the answer to HEAD-like mutations needs no body; only heads are looked at
        wire.socket.settimeout(0.5)
        try:
            while b"\r\n\r\n" not in wire.buffered:
                wire._fill()
        except (Closed, TimeoutError):
            pass
        status = wire.buffered[9:12]
        assert status[:1] in (b"", b"1", b"2", b"3", b"4") or status in (
            b"501", b"503", b"505"), (SEED, status, data, wire.buffered)
        wire.close()
    wires.clear()
    sent.clear()
