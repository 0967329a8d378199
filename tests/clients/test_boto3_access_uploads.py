"""Forms and multipart uploads under policies, ownership controls and the public access block."""

import pytest
import requests

from answers import ALL_USERS, ask, grants, refused
from policies import allow, deny, of, policy, user

DENIED = ("AccessDenied", 403)
NOT_SUPPORTED = ("AccessControlListNotSupported", 400)


def put_policy(s3, bucket, *statements):
    s3.put_bucket_policy(Bucket=bucket, Policy=policy(*statements))


def block_public_acls(s3, bucket):
    s3.put_public_access_block(Bucket=bucket, PublicAccessBlockConfiguration={"BlockPublicAcls": True})


def enforce_ownership(s3, bucket):
    s3.put_bucket_ownership_controls(Bucket=bucket, OwnershipControls={
        "Rules": [{"ObjectOwnership": "BucketOwnerEnforced"}]})


def post(url, fields, content=b"content"):
    """The status and the code of an upload from a form."""
    answer = requests.post(url, data=fields, files={"file": ("name", content)}, allow_redirects=False, timeout=60)
    code = answer.text.split("<Code>")[1].split("</Code>")[0] if "<Code>" in answer.text else None
    return code, answer.status_code


def presigned(client, bucket, key, **fields):
    made = client.generate_presigned_post(bucket, key, Fields=fields,
                                          Conditions=[{name: value} for name, value in fields.items()])
    return made["url"], made["fields"]


def anonymous(gateway, bucket, key, **fields):
    return "%s/%s" % (gateway.endpoint, bucket), {**fields, "key": key}


UPLOADED = (None, 204)


def test_anonymous_form_that_a_policy_allows(s3, gateway, bucket):
    put_policy(s3, bucket, allow(of(bucket, "inbox/*"), "s3:PutObject"))
    assert post(*anonymous(gateway, bucket, "inbox/key")) == UPLOADED
    assert post(*anonymous(gateway, bucket, "inbox/${filename}")) == UPLOADED
    assert post(*anonymous(gateway, bucket, "outbox/key")) == DENIED
    assert post(*anonymous(gateway, bucket, "outbox/${filename}")) == DENIED
    assert post(*anonymous(gateway, bucket, "inbox/key", tagging="<Tagging><TagSet><Tag><Key>a</Key><Value>b</Value>"
                           "</Tag></TagSet></Tagging>")) == DENIED
    assert [found["Key"] for found in s3.list_objects_v2(Bucket=bucket)["Contents"]] == ["inbox/key", "inbox/name"]


def test_form_is_denied(s3, s3_bob, bucket, bob):
    put_policy(s3, bucket, allow(of(bucket, "*"), "s3:PutObject", user(bob)), deny(of(bucket, "secret/*"), "s3:PutObject"))
    assert post(*presigned(s3_bob, bucket, "key")) == UPLOADED
    for client in (s3, s3_bob):
        assert post(*presigned(client, bucket, "secret/key")) == DENIED


def test_conditions_on_a_form(s3, s3_bob, bucket, bob):
    put_policy(s3, bucket, allow(of(bucket, "*"), "s3:PutObject", user(bob), {
        "StringEquals": {"s3:authType": "POST", "s3:x-amz-acl": "bucket-owner-full-control"}}))
    assert post(*presigned(s3_bob, bucket, "key", acl="bucket-owner-full-control")) == UPLOADED
    assert post(*presigned(s3_bob, bucket, "key")) == DENIED
    assert post(*presigned(s3_bob, bucket, "key", acl="private")) == DENIED
    assert refused(s3_bob.put_object, Bucket=bucket, Key="key", Body=b"x", ACL="bucket-owner-full-control") == DENIED


def test_public_acl_of_a_form_is_blocked(s3, bucket):
    block_public_acls(s3, bucket)
    assert post(*presigned(s3, bucket, "key", acl="public-read")) == DENIED
    assert post(*presigned(s3, bucket, "key", acl="private")) == UPLOADED


def test_acl_of_a_form_where_acls_are_disabled(s3, bucket, alice):
    enforce_ownership(s3, bucket)
    assert post(*presigned(s3, bucket, "key", acl="private")) == NOT_SUPPORTED
    assert post(*presigned(s3, bucket, "key", acl="bucket-owner-full-control")) == UPLOADED
    assert grants(s3.get_object_acl(Bucket=bucket, Key="key")) == [(alice.id, "FULL_CONTROL")]


@pytest.mark.parametrize("acl", [{"ACL": "public-read"}, {"GrantRead": 'uri="%s"' % ALL_USERS}])
def test_public_acl_of_a_multipart_upload_is_blocked(s3, bucket, acl):
    block_public_acls(s3, bucket)
    assert refused(s3.create_multipart_upload, Bucket=bucket, Key="key", **acl) == DENIED
    assert "Uploads" not in s3.list_multipart_uploads(Bucket=bucket)


def test_acl_of_a_multipart_upload_where_acls_are_disabled(s3, bucket):
    enforce_ownership(s3, bucket)
    assert refused(s3.create_multipart_upload, Bucket=bucket, Key="key", ACL="private") == NOT_SUPPORTED
    s3.create_multipart_upload(Bucket=bucket, Key="key", ACL="bucket-owner-full-control")


def upload(client, bucket, key, body=b"content", **parameters):
    made = client.create_multipart_upload(Bucket=bucket, Key=key, **parameters)["UploadId"]
    part = client.upload_part(Bucket=bucket, Key=key, UploadId=made, PartNumber=1, Body=body)
    client.complete_multipart_upload(Bucket=bucket, Key=key, UploadId=made,
                                     MultipartUpload={"Parts": [{"ETag": part["ETag"], "PartNumber": 1}]})


def test_multipart_upload_that_a_policy_allows(s3, s3_bob, bucket, alice, bob):
    put_policy(s3, bucket, allow(of(bucket, "inbox/*"), "s3:PutObject", user(bob)))
    upload(s3_bob, bucket, "inbox/key")
    assert refused(s3_bob.create_multipart_upload, Bucket=bucket, Key="key") == DENIED
    made = s3_bob.create_multipart_upload(Bucket=bucket, Key="inbox/other")["UploadId"]
    where = {"Bucket": bucket, "Key": "inbox/other", "UploadId": made}
    assert s3_bob.list_parts(**where)["Initiator"]["ID"] == bob.id  # who began it may look at it and end it
    assert refused(s3_bob.list_multipart_uploads, Bucket=bucket) == DENIED
    s3.delete_bucket_policy(Bucket=bucket)
    assert refused(s3_bob.upload_part, **where, PartNumber=1, Body=b"x") == DENIED
    enforce_ownership(s3, bucket)
    assert s3.list_multipart_uploads(Bucket=bucket)["Uploads"][0]["Owner"]["ID"] == alice.id
    assert s3.list_parts(**where)["Owner"]["ID"] == alice.id
    s3_bob.abort_multipart_upload(**where)


def test_multipart_upload_needs_somebody(s3, gateway, bucket):
    s3.put_bucket_acl(Bucket=bucket, ACL="public-read-write")
    answer = ask(gateway, "POST", "/%s/key" % bucket, query="uploads")
    assert (answer.status, answer.code) == (403, "AccessDenied")
    assert "Anonymous users cannot" in answer.error("Message")


def test_denied_part_of_an_upload_under_way(s3, bucket):
    made = s3.create_multipart_upload(Bucket=bucket, Key="key")["UploadId"]
    where = {"Bucket": bucket, "Key": "key", "UploadId": made}
    part = s3.upload_part(**where, PartNumber=1, Body=b"x")
    put_policy(s3, bucket, deny(of(bucket, "*"), ["s3:PutObject", "s3:AbortMultipartUpload", "s3:ListMultipartUploadParts"]))
    assert refused(s3.upload_part, **where, PartNumber=2, Body=b"x") == DENIED
    assert refused(s3.list_parts, **where) == DENIED
    assert refused(s3.abort_multipart_upload, **where) == DENIED
    parts = {"Parts": [{"ETag": part["ETag"], "PartNumber": 1}]}
    assert refused(s3.complete_multipart_upload, **where, MultipartUpload=parts) == DENIED
    s3.delete_bucket_policy(Bucket=bucket)
    s3.complete_multipart_upload(**where, MultipartUpload=parts)


def test_creation_in_one_piece_alone(s3, s3_bob, bucket, bob):
    put_policy(s3, bucket, allow(of(bucket, "*"), "s3:PutObject", user(bob)),
               deny(of(bucket, "*"), "s3:PutObject", condition={"Bool": {"s3:ObjectCreationOperation": "false"}}))
    s3_bob.put_object(Bucket=bucket, Key="key", Body=b"x")
    assert refused(s3_bob.create_multipart_upload, Bucket=bucket, Key="key") == DENIED


def test_part_copied_needs_the_source(s3, s3_bob, bucket, bob):
    s3.put_object(Bucket=bucket, Key="secret", Body=b"x")
    put_policy(s3, bucket, allow(of(bucket, "*"), "s3:PutObject", user(bob)))
    made = s3_bob.create_multipart_upload(Bucket=bucket, Key="key")["UploadId"]
    copy = {"Bucket": bucket, "Key": "key", "UploadId": made, "PartNumber": 1,
            "CopySource": {"Bucket": bucket, "Key": "secret"}}
    assert refused(s3_bob.upload_part_copy, **copy) == DENIED
    put_policy(s3, bucket, allow(of(bucket, "*"), ["s3:PutObject", "s3:GetObject"], user(bob)))
    s3_bob.upload_part_copy(**copy)


def test_attributes_need_both_permissions(s3, gateway, bucket, bob):
    s3.put_object(Bucket=bucket, Key="key", Body=b"x")

    def status():
        return ask(gateway, "GET", "/%s/key" % bucket, query="attributes", by=bob,
                   headers=[("x-amz-object-attributes", "ETag")]).status

    for actions, expected in ((["s3:GetObject"], 403), (["s3:GetObjectAttributes"], 403),
                              (["s3:GetObject", "s3:GetObjectAttributes"], 200)):
        put_policy(s3, bucket, allow(of(bucket, "*"), actions, user(bob)))
        assert status() == expected, actions


def test_owner_of_versions_where_the_bucket_owner_owns_all(s3, s3_bob, bucket, alice, bob):
    s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
    put_policy(s3, bucket, allow(of(bucket, "*"), "s3:PutObject", user(bob)))
    s3_bob.put_object(Bucket=bucket, Key="key", Body=b"x")
    assert s3.list_object_versions(Bucket=bucket)["Versions"][0]["Owner"]["ID"] == bob.id
    enforce_ownership(s3, bucket)
    assert s3.list_object_versions(Bucket=bucket)["Versions"][0]["Owner"]["ID"] == alice.id
