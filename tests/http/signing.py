"""Requests with AWS signatures, versions 2 and 4, made so that every part can also be made wrongly."""

import base64
import hashlib
import hmac
import re
import time
from urllib.parse import quote

EMPTY_HASH = hashlib.sha256(b"").hexdigest()
UNSIGNED = "UNSIGNED-PAYLOAD"
SUBRESOURCES = ("acl cors delete lifecycle location logging notification partNumber policy requestPayment tagging "
                "torrent uploadId uploads versionId versioning versions website response-cache-control "
                "response-content-disposition response-content-encoding response-content-language "
                "response-content-type response-expires").split()


def to_bytes(value):
    return value if isinstance(value, bytes) else value.encode("latin-1")


class Request:
    """A request before it is written: the raw target in two parts, headers as (name, value) in order, the body."""

    def __init__(self, method, path, query="", headers=(), body=b"", host="127.0.0.1"):
        self.method, self.path, self.query, self.body = method, path, query, body
        self.headers = [("Host", host)] + list(headers)

    def header(self, name):
        return next((value for other, value in self.headers if other.lower() == name.lower()), None)

    def set(self, name, value):
        """Replace a header, or add it."""
        for position, (other, _) in enumerate(self.headers):
            if other.lower() == name.lower():
                self.headers[position] = (other, value)
                return self
        return self.add(name, value)

    def add(self, name, value):
        self.headers.append((name, value))
        return self

    def drop(self, name):
        self.headers = [(other, value) for other, value in self.headers if other.lower() != name.lower()]
        return self

    @property
    def target(self):
        return to_bytes(self.path) + (b"?" + to_bytes(self.query) if self.query else b"")

    def head(self):
        """The request line and the header block."""
        lines = [to_bytes(self.method) + b" " + self.target + b" HTTP/1.1"]
        lines += [to_bytes(name) + b": " + to_bytes(value) for name, value in self.headers]
        return b"\r\n".join(lines) + b"\r\n\r\n"

    def bytes(self):
        """The whole request; a body brings its Content-Length unless the headers say something else."""
        named = {name.lower() for name, _ in self.headers}
        if not named & {"content-length", "transfer-encoding"} and (self.body or self.method in ("PUT", "POST")):
            self.add("Content-Length", str(len(self.body)))
        return self.head() + self.body


def amz_date(at=None):
    return time.strftime("%Y%m%dT%H%M%SZ", time.gmtime(time.time() if at is None else at))


def _hmac(key, text):
    return hmac.new(key, text.encode("latin-1"), hashlib.sha256).digest()


class V4:
    """One signer of version 4. Whatever is given overrides what a right client would say."""

    def __init__(self, access_key, secret_key, region="us-east-1", service="s3", at=None, date=None, scope=None,
                 signed=None, payload=None, algorithm="AWS4-HMAC-SHA256", terminator="aws4_request"):
        self.access_key, self.secret_key = access_key, secret_key
        self.region, self.service, self.terminator = region, service, terminator
        self.date = date or amz_date(at)
        self.scope = scope if scope is not None else "/".join((self.date[:8], region, service, terminator))
        self.signed_names, self.payload, self.algorithm = signed, payload, algorithm
        self.signature = self.string_to_sign = None

    def key(self):
        key = ("AWS4" + self.secret_key).encode()
        for part in (self.date[:8], self.region, self.service, self.terminator):
            key = _hmac(key, part)
        return key

    @staticmethod
    def canonical_query(query):
        if not query:
            return ""
        pairs = [part.partition("=") for part in query.split("&") if part]
        return "&".join("%s=%s" % (name, value) for name, _, value in sorted(pairs))

    def _names(self, request):
        if self.signed_names is not None:
            return sorted(self.signed_names)
        return sorted({name.lower() for name, _ in request.headers
                       if name.lower() == "host" or name.lower().startswith("x-amz-") or
                       name.lower() in ("content-md5", "content-type")})

    def _sign(self, request, query, names, payload):
        values = []
        for name in names:
            lines = [to_bytes(value).decode("latin-1").strip() for other, value in request.headers
                     if other.lower() == name]
            values.append("%s:%s\n" % (name, ",".join(re.sub(" +", " ", line) for line in lines)))
        canonical = "\n".join((request.method, request.path, self.canonical_query(query), "".join(values),
                               ";".join(names), payload))
        self.string_to_sign = "\n".join((self.algorithm, self.date, self.scope,
                                         hashlib.sha256(canonical.encode("latin-1")).hexdigest()))
        self.signature = hmac.new(self.key(), self.string_to_sign.encode("latin-1"), hashlib.sha256).hexdigest()
        return self.signature

    def header(self, request):
        """Sign in the Authorization header."""
        payload = self.payload if self.payload is not None else hashlib.sha256(request.body).hexdigest()
        request.set("x-amz-date", self.date)
        request.set("x-amz-content-sha256", payload)
        names = self._names(request)
        signature = self._sign(request, request.query, names, payload)
        return request.set("Authorization", "%s Credential=%s/%s, SignedHeaders=%s, Signature=%s" % (
            self.algorithm, self.access_key, self.scope, ";".join(names), signature))

    def presign(self, request, expires=600, drop=(), **override):
        """Sign in the query; `override` replaces X-Amz- parameters by their last word, in lower case."""
        names = self._names(request)
        parameters = [("X-Amz-Algorithm", self.algorithm), ("X-Amz-Credential", self.access_key + "/" + self.scope),
                      ("X-Amz-Date", self.date), ("X-Amz-Expires", str(expires)),
                      ("X-Amz-SignedHeaders", ";".join(names))]
        parameters = [(name, override.get(name[6:].lower(), value)) for name, value in parameters if name not in drop]
        added = "&".join("%s=%s" % (name, quote(value, safe="-_.~")) for name, value in parameters)
        query = request.query + "&" + added if request.query else added
        signature = self._sign(request, query, names, self.payload or UNSIGNED)
        request.query = query
        if "X-Amz-Signature" not in drop:
            request.query += "&X-Amz-Signature=" + override.get("signature", signature)
        return request


class Chunks:
    """An aws-chunked body that is signed chunk by chunk, or not at all, for a request signed by a V4."""

    def __init__(self, signer, request, decoded_length, payload="STREAMING-AWS4-HMAC-SHA256-PAYLOAD", trailer=None):
        signer.payload = payload
        request.set("x-amz-decoded-content-length", str(decoded_length))
        request.set("Content-Encoding", "aws-chunked")
        if trailer:
            request.set("x-amz-trailer", trailer)
        signer.header(request)
        self.signer, self.previous = signer, signer.signature

    def signature(self, data):
        text = "\n".join(("AWS4-HMAC-SHA256-PAYLOAD", self.signer.date, self.signer.scope, self.previous, EMPTY_HASH,
                          hashlib.sha256(data).hexdigest()))
        self.previous = hmac.new(self.signer.key(), text.encode(), hashlib.sha256).hexdigest()
        return self.previous

    def chunk(self, data, signature=None, size=None):
        right = self.signature(data)
        return b"%s;chunk-signature=%s\r\n%s\r\n" % ((size if size is not None else "%x" % len(data)).encode(),
                                                    (signature or right).encode(), data)

    def last(self, signature=None):
        return self.chunk(b"", signature)

    def trailer(self, lines, signature=None):
        """What follows the last chunk's first line in the -TRAILER kind: `lines` as bytes, each ending in LF."""
        text = "\n".join(("AWS4-HMAC-SHA256-TRAILER", self.signer.date, self.signer.scope, self.previous,
                          hashlib.sha256(lines).hexdigest()))
        right = hmac.new(self.signer.key(), text.encode(), hashlib.sha256).hexdigest()
        return lines.replace(b"\n", b"\r\n") + b"x-amz-trailer-signature:%s\r\n\r\n" % (signature or right).encode()


class V2:
    """One signer of version 2."""

    def __init__(self, access_key, secret_key, at=None):
        self.access_key, self.secret_key = access_key, secret_key
        self.at = time.time() if at is None else at

    def _signature(self, request, date):
        amz = {}
        for name, value in request.headers:
            if name.lower().startswith("x-amz-"):
                amz.setdefault(name.lower(), []).append(str(value).strip())
        pairs = [part.partition("=") for part in request.query.split("&") if part]
        named = sorted((name + ("=" + value if equals else "")) for name, equals, value in pairs
                       if name in SUBRESOURCES)
        resource = request.path + ("?" + "&".join(named) if named else "")
        lines = [request.method, request.header("Content-MD5") or "", request.header("Content-Type") or "", date]
        lines += ["%s:%s" % (name, ",".join(amz[name])) for name in sorted(amz)]
        text = "\n".join(lines + [resource])
        return base64.b64encode(hmac.new(self.secret_key.encode(),
                                text.encode("latin-1"), hashlib.sha1).digest()).decode()

    def header(self, request):
        request.set("Date", time.strftime("%a, %d %b %Y %H:%M:%S GMT", time.gmtime(self.at)))
        return request.set("Authorization",
                           "AWS %s:%s" % (self.access_key, self._signature(request, request.header("Date"))))

    def presign(self, request, expires=600):
        moment = str(int(self.at + expires))
        signature = quote(self._signature(request, moment), safe="")
        added = "AWSAccessKeyId=%s&Expires=%s&Signature=%s" % (self.access_key, moment, signature)
        request.query = request.query + "&" + added if request.query else added
        return request
