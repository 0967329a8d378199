"""A socket that says exactly the bytes it is told, and reads answers strictly as RFC 9112 has them."""

import re
import socket
import struct
import time
import xml.etree.ElementTree as ElementTree

from signing import UNSIGNED, V4, Request

TOKEN = re.compile(rb"[!#$%&'*+.^_`|~0-9A-Za-z-]+\Z")
SINGLE = ("content-length", "content-type", "connection", "date", "etag", "x-amz-request-id", "location", "vary",
          "access-control-allow-origin", "access-control-allow-methods", "access-control-allow-credentials")


class Closed(Exception):
    """The server closed the connection before an answer was whole."""


class Response:
    def __init__(self, status, headers, body, interim):
        self.status, self.headers, self.body, self.interim = status, headers, body, interim

    def header(self, name):
        values = [value for other, value in self.headers if other == name.lower()]
        assert len(values) < 2, "header %s comes twice: %r" % (name, values)
        return values[0] if values else None

    def names(self):
        return {name for name, _ in self.headers}

    @property
    def error(self):
        """The error document as a dictionary of its elements."""
        root = ElementTree.fromstring(self.body)
        assert root.tag == "Error", self.body
        return {child.tag: child.text or "" for child in root}

    @property
    def code(self):
        return self.error["Code"] if self.body.startswith(b"<?xml") and b"<Error>" in self.body else None

    def __repr__(self):
        return "<%d %r %r>" % (self.status, self.headers, self.body[:600])


class Wire:
    """One connection."""

    def __init__(self, port, timeout=15):
        self.socket = socket.create_connection(("127.0.0.1", port), timeout)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.buffered = b""

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        self.socket.close()

    def reset(self):
        """Close with a RST, as a crashed client's machine would."""
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.socket.close()

    def send(self, data):
        """All bytes, or as many as the server takes before it closes."""
        try:
            self.socket.sendall(data)
        except (BrokenPipeError, ConnectionResetError):
            pass
        return self

    def _fill(self):
        try:
            piece = self.socket.recv(65536)
        except ConnectionResetError:
            piece = b""
        if not piece:
            raise Closed("closed after %r" % self.buffered[:200])
        self.buffered += piece

    def _until(self, mark):
        while mark not in self.buffered:
            self._fill()
        taken, _, self.buffered = self.buffered.partition(mark)
        return taken

    def _exactly(self, length):
        while len(self.buffered) < length:
            self._fill()
        taken, self.buffered = self.buffered[:length], self.buffered[length:]
        return taken

    def _chunked(self):
        body = b""
        while True:
            size = int(self._until(b"\r\n").split(b";")[0], 16)
            body += self._exactly(size)
            if size == 0:
                assert self._until(b"\r\n") == b"", "a trailer nobody asked for"
                return body
            assert self._exactly(2) == b"\r\n"

    def _head(self):
        first, *lines = self._until(b"\r\n\r\n").split(b"\r\n")
        found = re.match(rb"HTTP/1\.[01] ([1-5][0-9][0-9])( [ -~]*)?\Z", first)
        assert found, "not a status line: %r" % first
        headers = []
        for line in lines:
            name, colon, value = line.partition(b":")
            assert colon and TOKEN.match(name), "not a header line: %r" % line
            assert not re.search(rb"[\x00-\x08\x0a-\x1f\x7f]", value), "control characters: %r" % line
            headers.append((name.decode().lower(), value.strip(b" \t").decode("latin-1")))
        for name in SINGLE:
            assert sum(other == name for other, _ in headers) < 2, "%s comes twice: %r" % (name, headers)
        return int(found.group(1)), headers

    def read(self, method="GET"):
        """The next final answer; the statuses of interim ones are kept beside it."""
        interim = []
        status, headers = self._head()
        while status < 200:
            interim.append(status)
            status, headers = self._head()
        named = dict(headers)
        if method == "HEAD" or status in (204, 304):
            body = b""
        elif "transfer-encoding" in named:
            assert named["transfer-encoding"] == "chunked" and "content-length" not in named
            body = self._chunked()
        else:
            assert "content-length" in named, "an answer without a length: %r" % headers
            body = self._exactly(int(named["content-length"]))
        return Response(status, headers, body, interim)

    def rest(self):
        """All that comes until the server closes."""
        try:
            while True:
                self._fill()
        except Closed:
            return self.buffered

    def silent(self, seconds=0.3):
        """Whether nothing arrives for so long, and the connection stays open."""
        if self.buffered:
            return False
        self.socket.settimeout(seconds)
        try:
            self._fill()
        except socket.timeout:
            return True
        except Closed:
            pass
        return False

    def closed(self, seconds=5):
        """Whether the server closes within so long without saying anything more."""
        deadline = time.monotonic() + seconds
        while not self.buffered and time.monotonic() < deadline:
            self.socket.settimeout(max(0.01, deadline - time.monotonic()))
            try:
                self._fill()
            except Closed:
                return True
            except socket.timeout:
                return False
        return False


class Client:
    """A right client: signs with version 4 and opens a connection for each request."""

    def __init__(self, server, access_key=None, secret_key=None):
        self.server = server
        self.access_key, self.secret_key = access_key or server.access_key, secret_key or server.secret_key

    def signer(self, **how):
        return V4(self.access_key, self.secret_key, **how)

    def wire(self, **how):
        return Wire(self.server.port, **how)

    def request(self, method, path, query="", headers=(), body=b"", **how):
        """A signed request, not sent."""
        request = Request(method, path, query, headers, body, host="127.0.0.1:%d" % self.server.port)
        return self.signer(**how).header(request)

    def exchange(self, request, timeout=15):
        with self.wire(timeout=timeout) as wire:
            return wire.send(request.bytes() if isinstance(request, Request) else request).read(
                request.method if isinstance(request, Request) else "GET")

    def send(self, method, path, query="", headers=(), body=b"", **how):
        return self.exchange(self.request(method, path, query, headers, body, **how))

    def anonymous(self, method, path, query="", headers=(), body=b""):
        return self.exchange(Request(method, path, query, headers, body, host="127.0.0.1:%d" % self.server.port))

    def keys(self, bucket):
        """What the bucket lists: at most a page."""
        answer = self.send("GET", "/" + bucket, "encoding-type=url&list-type=2")
        assert answer.status == 200, answer
        name = "{http://s3.amazonaws.com/doc/2006-03-01/}"
        return [key.text for key in ElementTree.fromstring(answer.body).iter(name + "Key")]

    def put(self, bucket, key, body=b"", headers=()):
        answer = self.send("PUT", "/%s/%s" % (bucket, key), headers=headers, body=body)
        assert answer.status == 200, answer
        return answer

    def put_head(self, bucket, key, *lines):
        """The head of a rightly signed upload of unknown bytes, with raw header lines put at its end."""
        request = self.request("PUT", "/%s/%s" % (bucket, key), payload=UNSIGNED)
        return request.head()[:-2] + b"".join(line + b"\r\n" for line in lines) + b"\r\n"


def refused(answer, status, *codes):
    """Checks that an answer is an S3 error, as its clients need it, of that status and one of the codes."""
    assert answer.status == status, answer
    assert answer.header("Content-Type") == "application/xml", answer
    error = answer.error
    assert not codes or error["Code"] in codes, answer
    assert error["Message"] and error["RequestId"] == answer.header("x-amz-request-id"), answer
    assert "HostId" in error and "Resource" in error, answer
    return error
