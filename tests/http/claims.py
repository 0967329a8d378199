"""What the tests of signatures share."""

from signing import Request
from wire import refused


def host(client):
    return "127.0.0.1:%d" % client.server.port


def put(client, bucket, body=b"payload", **how):
    return client.request("PUT", "/%s/key" % bucket, body=body, **how)


def refuse(client, bucket, request, status, *codes):
    """Sends a request that must be refused, and looks whether it did anything all the same."""
    before = client.keys(bucket)
    refused(client.exchange(request), status, *codes)
    assert client.keys(bucket) == before


def presigned(client, bucket, method="PUT", key="key", body=b"x", headers=(), expires=600, how=None, **override):
    request = Request(method, "/%s/%s" % (bucket, key), headers=headers, body=body, host=host(client))
    return client.signer(**(how or {})).presign(request, expires, **override)
