"""What a request claims of a copy when it is none, or another one: policies believe only what will be done."""

import pytest

from forms import Poster
from policies import allow, of, policy, user
from signing import Request
from wire import Client, refused


@pytest.fixture
def eve(client, gateway, new_user, bucket):
    """Somebody who may read what is in the bucket."""
    someone = new_user("eve")
    client.put(bucket, "source", b"good", [("x-amz-tagging", "secret=1")])
    return someone


def let(client, bucket, *statements):
    answer = client.send("PUT", "/" + bucket, "policy", body=policy(*statements).encode())
    assert answer.status == 204, answer


@pytest.fixture
def copier(client, gateway, bucket, eve):
    """The same, who may make copies of what begins with `source`, and of nothing else."""
    let(client, bucket, allow(of(bucket, "*"), ["s3:GetObject", "s3:GetObjectTagging", "s3:PutObjectTagging"], user(eve)),
        allow(of(bucket, "*"), "s3:PutObject", user(eve), {"StringLike": {"s3:x-amz-copy-source": bucket + "/source*"}}))
    return Client(gateway, eve.access_key, eve.secret_key)


def test_copy_in_a_header(copier, bucket):
    assert copier.send("PUT", "/%s/copy" % bucket, headers=[("x-amz-copy-source", bucket + "/source")]).status == 200
    refused(copier.send("PUT", "/%s/copy" % bucket, headers=[("x-amz-copy-source", bucket + "/copy")]), 403)


def test_copy_in_a_presigned_url(copier, bucket):
    """The parameter stands for the header: bytes that are sent along are not what is stored."""
    request = Request("PUT", "/%s/copy" % bucket, "x-amz-copy-source=%s%%2Fsource" % bucket, body=b"evil",
                      host="127.0.0.1:%d" % copier.server.port)
    answer = copier.exchange(copier.signer().presign(request))
    assert answer.status == 200 and b"CopyObjectResult" in answer.body, answer
    assert copier.send("GET", "/%s/copy" % bucket).body == b"good"


def test_copy_source_in_a_form(client, copier, bucket):
    answer = Poster(copier, bucket).send([("key", "form"), ("x-amz-copy-source", bucket + "/source")], b"evil")
    refused(answer, 403, "AccessDenied")
    assert client.keys(bucket) == ["source"]


def test_copy_source_of_an_upload(copier, bucket):
    answer = copier.send("POST", "/%s/key" % bucket, "uploads", [("x-amz-copy-source", bucket + "/source")])
    refused(answer, 403, "AccessDenied")


def test_tags_that_a_copy_does_not_take(client, gateway, bucket, eve):
    """Beside the directive COPY, x-amz-tagging says nothing: the tags are the source's, and they are asked about."""
    copier = Client(gateway, eve.access_key, eve.secret_key)
    for wanted, claimed, status in (("ok", [("x-amz-tagging", "ok=1")], 403), ("secret", [], 200)):
        let(client, bucket, allow(of(bucket, "*"), ["s3:GetObject", "s3:GetObjectTagging", "s3:PutObject"], user(eve)),
            allow(of(bucket, "*"), "s3:PutObjectTagging", user(eve), {"Null": {"s3:RequestObjectTag/" + wanted: False}}))
        answer = copier.send("PUT", "/%s/copy" % bucket, headers=[("x-amz-copy-source", bucket + "/source"), *claimed])
        assert answer.status == status, (wanted, answer)
