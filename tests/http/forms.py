"""Forms for PostObject, written byte by byte and signed by hand, so that every part can also be made wrongly."""

import base64
import hashlib
import hmac
import json
import re
import time

from signing import V4, Request

BOUNDARY = "crossgate-test-boundary"
LATER = 600


def iso8601(at):
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(at))


def part(name, value, filename=None, headers=b"", boundary=BOUNDARY):
    named = b"" if filename is None else b'; filename="%s"' % filename.encode()
    return b'--%s\r\nContent-Disposition: form-data; name="%s"%s\r\n%s\r\n%s\r\n' % (
        boundary.encode(), name.encode(), named, headers, value if isinstance(value, bytes) else value.encode())


def multipart(fields, file=b"", filename="file.txt", boundary=BOUNDARY, close=True):
    """`file` None: no file."""
    body = b"".join(part(name, value, boundary=boundary) for name, value in fields)
    if file is not None:
        body += part("file", file, filename, boundary=boundary)
    return body + (b"--%s--\r\n" % boundary.encode() if close else b"")


def post(path, body, *headers, boundary=BOUNDARY, host="127.0.0.1"):
    """The request that carries a form."""
    return Request("POST", path, "", [("Content-Type", "multipart/form-data; boundary=" + boundary), *headers], body,
                   host)


class Policy:
    """A policy that allows the fields, but for what is given otherwise, and its signature."""

    def __init__(self, bucket, fields, conditions=(), expires=None, document=None, uncovered=()):
        self.bucket, self.fields, self.uncovered = bucket, list(fields), uncovered
        self.conditions, self.expires, self.document = list(conditions), expires, document

    def encoded(self, fields):
        document = self.document
        if document is None:
            covered = [["eq", "$" + name, value] for name, value in fields if name not in self.uncovered]
            bucket = [] if "bucket" in self.uncovered else [{"bucket": self.bucket}]
            document = {"expiration": iso8601(self.expires or time.time() + LATER),
                        "conditions": bucket + covered + self.conditions}
        if not isinstance(document, bytes):
            document = json.dumps(document).encode()
        return base64.b64encode(document).decode()

    def v4(self, access_key, secret_key, **how):
        """The form's fields, with the credentials and the policy behind them."""
        signer = V4(access_key, secret_key, **how)
        fields = self.fields + [("x-amz-algorithm", signer.algorithm),
                                ("x-amz-credential", "%s/%s" % (access_key, signer.scope)), ("x-amz-date", signer.date)]
        policy = self.encoded(fields)
        signature = hmac.new(signer.key(), policy.encode(), hashlib.sha256).hexdigest()
        return fields + [("policy", policy), ("x-amz-signature", signature)]

    def v2(self, access_key, secret_key):
        policy = self.encoded(self.fields)
        signature = hmac.new(secret_key.encode(), policy.encode(), hashlib.sha1).digest()
        return self.fields + [("AWSAccessKeyId", access_key), ("policy", policy),
                              ("signature", base64.b64encode(signature).decode())]


class Poster:
    """Posts signed forms to one bucket."""

    def __init__(self, client, bucket):
        self.client, self.bucket = client, bucket

    def fields(self, fields, version="v4", how=None, **policy):
        sign = getattr(Policy(self.bucket, fields, **policy), version)
        return sign(self.client.access_key, self.client.secret_key, **(how or {}))

    def send(self, fields, file=b"content", filename="file.txt", headers=(), change=None, path=None, **policy):
        """`change` gets the signed fields and gives those that are sent."""
        signed = self.fields(fields, **policy)
        body = multipart(change(signed) if change else signed, file, filename)
        return self.client.exchange(post(path or "/" + self.bucket, body, *headers), timeout=60)

    def get(self, key):
        return self.client.send("GET", "/%s/%s" % (self.bucket, key))

    def keys(self):
        """What the bucket lists."""
        listing = self.client.send("GET", "/" + self.bucket).body
        return [name.decode() for name in re.findall(b"<Key>(.*?)</Key>", listing)]
