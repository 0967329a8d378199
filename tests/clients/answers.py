"""Single requests, signed or not, and what came back, down to the last header."""

import http.client
import xml.etree.ElementTree as ElementTree

import botocore.exceptions
import pytest

from signing import V2, V4, Request

S3_NAMESPACE = "http://s3.amazonaws.com/doc/2006-03-01/"
ALL_USERS = "http://acs.amazonaws.com/groups/global/AllUsers"
AUTHENTICATED_USERS = "http://acs.amazonaws.com/groups/global/AuthenticatedUsers"


def name_of(value):
    """A name for a test's argument that is the same in every process that collects it: conditions may hold the time."""
    return "+".join(value) if isinstance(value, dict) else str(value)


class Answer:
    """A response: status, every header line in order, the body."""

    def __init__(self, response, body):
        self.status, self.headers, self.body = response.status, response.getheaders(), body

    def __repr__(self):
        return "%d %r %r" % (self.status, self.headers, self.body[:2000])

    def header(self, name):
        """The value of a header, or None. It must not stand there twice."""
        values = [value for other, value in self.headers if other.lower() == name.lower()]
        assert len(values) <= 1, "%s stands there %d times: %r" % (name, len(values), self)
        return values[0] if values else None

    def access_control(self):
        """The Access-Control-* headers by the rest of their names: {"Allow-Origin": …}."""
        names = {name for name, _ in self.headers if name.lower().startswith("access-control-")}
        return {name.title()[len("Access-Control-"):]: self.header(name) for name in names}

    def vary(self):
        """The members of Vary, sorted; a member that is repeated shows."""
        members = (self.header("Vary") or "").split(",")
        return sorted(member.strip().lower() for member in members if member.strip())

    def error(self, element):
        """The text of an element of the error document, None when it is not there."""
        return ElementTree.fromstring(self.body).findtext(element)

    @property
    def code(self):
        return self.error("Code") if self.body else None


def send(gateway, request):
    """Send a signing.Request and read the answer."""
    connection = http.client.HTTPConnection("127.0.0.1", gateway.port, timeout=60)
    try:
        return send_on(connection, request)
    finally:
        connection.close()


def send_on(connection, request):
    """The same on a connection that stays open."""
    send_head(connection, request)
    return send_body(connection, request)


def send_head(connection, request):
    """Only the header section."""
    connection.putrequest(request.method, request.target.decode("latin-1"), skip_host=True, skip_accept_encoding=True)
    names = {name.lower() for name, _ in request.headers}
    if "content-length" not in names and "transfer-encoding" not in names and request.method in ("PUT", "POST"):
        request.add("Content-Length", str(len(request.body)))
    for name, value in request.headers:
        connection.putheader(name, value)
    connection.endheaders()


def send_body(connection, request):
    """What comes after send_head; the answer."""
    try:
        connection.send(request.body)
    except (BrokenPipeError, ConnectionResetError):
        pass  # answered before it has read the whole body, as it may
    response = connection.getresponse()
    return Answer(response, response.read())


def build(gateway, method, path, query="", headers=(), body=b"", by=None, unsigned=(), host=None):
    """A request, signed by user `by` (version 4, in the header) or anonymous. `unsigned` headers are added after that."""
    request = Request(method, path, query, headers, body, host=host or "127.0.0.1:%d" % gateway.port)
    if by is not None:
        V4(by.access_key, by.secret_key).header(request)
    for name, value in unsigned:
        request.add(name, value)
    return request


def ask(gateway, *arguments, **more):
    return send(gateway, build(gateway, *arguments, **more))


def preflight(gateway, path, origin=None, method=None, headers=None, query="", **more):
    """What a browser asks before a page's request with that method and those headers ("a,b"); what is None is left out."""
    asked = [("Origin", origin), ("Access-Control-Request-Method", method), ("Access-Control-Request-Headers", headers)]
    return ask(gateway, "OPTIONS", path, query, [(name, value) for name, value in asked if value is not None], **more)


# Each way to sign: fun(user, request) changes the request.
SIGNERS = {
    "v4-header": lambda user, request: V4(user.access_key, user.secret_key).header(request),
    "v4-query": lambda user, request: V4(user.access_key, user.secret_key).presign(request),
    "v2-header": lambda user, request: V2(user.access_key, user.secret_key).header(request),
    "v2-query": lambda user, request: V2(user.access_key, user.secret_key).presign(request),
}


def refused(call, *arguments, **parameters):
    """The code and status of the error that a call of boto3 must end in."""
    with pytest.raises(botocore.exceptions.ClientError) as error:
        call(*arguments, **parameters)
    return error.value.response["Error"]["Code"], error.value.response["ResponseMetadata"]["HTTPStatusCode"]


def outcome(client, call, bucket):
    """"denied", "done", or the code of another error: a bucket without the document that is asked for is fine, too."""
    try:
        call(client, bucket)
    except client.exceptions.ClientError as error:
        code = error.response["Error"]["Code"]
        return "denied" if code in ("AccessDenied", "403") else code
    return "done"


def grants(answer):
    """Who has which permission in an ACL that boto3 read, sorted."""
    return sorted((grant["Grantee"].get("ID") or grant["Grantee"].get("URI"), grant["Permission"])
                  for grant in answer["Grants"])
