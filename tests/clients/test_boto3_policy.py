"""boto3: every condition operator end to end, keys of odd bytes, what is wrong with a policy, and ways around one."""

import json
import urllib.parse

import pytest

from answers import ask, refused, send
from forms import Policy, multipart, post
from policies import allow, deny, of, policy, user
from signing import V4, Request

DENIED = ("AccessDenied", 403)


def put(s3, bucket, *statements):
    s3.put_bucket_policy(Bucket=bucket, Policy=policy(*statements))


def quoted(key):
    return urllib.parse.quote(key.encode(), safe="")


def reads(gateway, bucket, key, **more):
    """Whether somebody may read it who is nobody."""
    status = ask(gateway, "GET", "/%s/%s" % (bucket, quoted(key)), **more).status
    assert status in (200, 403), status
    return status == 200


# Operators: the condition, what of the header Referer fulfils it, and what does not; None: no header.

REFERER = [
    ("StringEquals", "a*b", ["a*b"], ["a*B", "axb", "", None]),
    ("StringEquals", ["a", "b"], ["a", "b"], ["ab", None]),
    ("StringNotEquals", "a", ["b", "A", None], ["a"]),
    ("StringNotEquals", ["a", "b"], ["c", None], ["a", "b"]),
    ("StringEqualsIgnoreCase", "aBc", ["abc", "ABC"], ["ab", None]),
    ("StringNotEqualsIgnoreCase", "aBc", ["ab", None], ["abc", "aBc"]),
    ("StringLike", "https://*.example.com/?", ["https://a.b.example.com/x", "https://.example.com/*"],
     ["https://example.com/x", "https://a.example.com/", "HTTPS://a.example.com/x", None]),
    ("StringNotLike", "a*", ["b", "", None], ["a", "ab"]),
    ("StringEqualsIfExists", "a", ["a", None], ["b", ""]),
    ("StringLikeIfExists", ["a*", "b*"], ["ax", "bx", None], ["c"]),
    ("StringNotEqualsIfExists", "a", ["b", None], ["a"]),
    ("ForAnyValue:StringEquals", "a", ["a"], ["b", None]),
    ("ForAllValues:StringEquals", "a", ["a", None], ["b"]),
    ("ForAnyValue:StringNotEquals", "a", ["b"], ["a", None]),
    ("NumericEquals", 10, ["10", "10.0", "010"], ["11", "ten", "1e1", "", None]),
    ("NumericNotEquals", 10, ["11", "ten", None], ["10", "10.00"]),
    ("NumericLessThan", "9", ["8.999999", "-10"], ["9", "10", None]),
    ("NumericLessThanEquals", 9, ["9"], ["9.1", "10"]),
    ("NumericGreaterThan", 9, ["10", "9.000001"], ["9", "8", "99999999999999999999"]),
    ("NumericGreaterThanEquals", "9", ["9", "10"], ["8.9", None]),
    ("DateEquals", "2024-05-01T10:00:00Z", ["2024-05-01T12:00:00+02:00", "1714557600"], ["2024-05-01", "soon", None]),
    ("DateNotEquals", "2024-05-01", ["2024-05-02", None], ["2024-05-01T00:00:00Z"]),
    ("DateLessThan", "2024-05-01", ["2024-04-30", "0"], ["2024-05-01", "2024-05-02", None]),
    ("DateGreaterThanEquals", 1714557600, ["2024-05-01T10:00:00Z"], ["2024-05-01T09:59:59Z"]),
    ("Bool", True, ["true", "TRUE"], ["false", "1", None]),
    ("Bool", "false", ["false"], ["true", "", None]),
    ("BinaryEquals", "YSpi", ["a*b"], ["YSpi", None]),
    ("ArnEquals", "arn:aws:s3:::a*", ["arn:aws:s3:::a", "arn:aws:s3:::ab:c"], ["arn:aws:s3::a:b", "arn:aws:s3:::b", None]),
    ("ArnLike", "arn:*:s3:*:?:*", ["arn:aws:s3::a:b", "arn:aws:s3:x:1:b:c"], ["arn:aws:s3:::a", "arn:aws:s3:x:yy:a", "a"]),
    ("ArnNotEquals", "arn:aws:s3:::a", ["arn:aws:s3:::b", "a", None], ["arn:aws:s3:::a"]),
    ("ArnNotLike", "arn:aws:s3:::*", ["arn:aws:sns:::a", None], ["arn:aws:s3:::b"]),
    ("Null", True, [None], ["a", ""]),
    ("Null", "false", ["a", ""], [None]),
]


@pytest.mark.parametrize("operator,values,fulfil,fail", REFERER)
def test_operator(s3, gateway, bucket, operator, values, fulfil, fail):
    """The same condition allows and denies."""
    s3.put_object(Bucket=bucket, Key="key", Body=b"x")
    condition = {operator: {"aws:Referer": values}}
    for statements, allowed in (
            ([allow(of(bucket, "*"), "s3:GetObject", condition=condition)], True),
            ([allow(of(bucket, "*"), "s3:GetObject"), deny(of(bucket, "*"), "s3:GetObject", condition=condition)], False)):
        put(s3, bucket, *statements)
        for referers, expected in ((fulfil, allowed), (fail, not allowed)):
            for referer in referers:
                headers = [] if referer is None else [("Referer", referer)]
                assert reads(gateway, bucket, "key", headers=headers) is expected, (statements, referer)


@pytest.mark.parametrize("operator,network,inside", [
    ("IpAddress", "127.0.0.1", True), ("IpAddress", ["10.0.0.0/8", "127.0.0.0/30"], True), ("IpAddress", "127.0.0.2/31", False),
    ("IpAddress", "::ffff:127.0.0.0/104", True), ("IpAddress", "::/0", True), ("NotIpAddress", "127.0.0.0/8", False),
    ("NotIpAddress", ["10.0.0.0/8", "2001:db8::/32"], True), ("IpAddressIfExists", "0.0.0.0/0", True)])
def test_address(s3, gateway, bucket, operator, network, inside):
    s3.put_object(Bucket=bucket, Key="key", Body=b"x")
    put(s3, bucket, allow(of(bucket, "*"), "s3:GetObject", condition={operator: {"aws:SourceIp": network}}))
    assert reads(gateway, bucket, "key") is inside


def test_names_of_keys_have_no_case(s3, gateway, bucket):
    s3.put_object(Bucket=bucket, Key="key", Body=b"x", Tagging="Team=red&team=blue")
    put(s3, bucket, allow(of(bucket, "*"), "s3:GetObject", condition={
        "StringEquals": {"AWS:referer": "a", "S3:existingobjecttag/Team": "red"}, "Bool": {"aws:securetransport": False}}))
    assert reads(gateway, bucket, "key", headers=[("Referer", "a")])
    assert not reads(gateway, bucket, "key")
    put(s3, bucket, allow(of(bucket, "*"), "s3:GetObject", condition={"StringEquals": {"s3:ExistingObjectTag/TEAM": "red"}}))
    assert not reads(gateway, bucket, "key"), "a tag's key has case"


def test_everything_must_hold(s3, gateway, bucket):
    s3.put_object(Bucket=bucket, Key="key", Body=b"x")
    put(s3, bucket, allow(of(bucket, "*"), "s3:GetObject", condition={
        "StringEquals": {"aws:Referer": ["a", "b"], "aws:UserAgent": "c"}, "IpAddress": {"aws:SourceIp": "127.0.0.0/8"}}))
    for referer, agent, allowed in (("a", "c", True), ("b", "c", True), ("c", "c", False), ("a", "a", False)):
        assert reads(gateway, bucket, "key", headers=[("Referer", referer), ("User-Agent", agent)]) is allowed


def test_values_of_a_request_are_no_patterns(s3, gateway, bucket):
    s3.put_object(Bucket=bucket, Key="key", Body=b"x")
    put(s3, bucket, allow(of(bucket, "*"), "s3:GetObject", condition={"StringLike": {"aws:Referer": "${aws:UserAgent}"}}))
    for agent, referer, allowed in (("a*", "ab", False), ("a*", "a*", True), ("*", "a", False), ("${aws:Referer}", "a", False)):
        assert reads(gateway, bucket, "key", headers=[("Referer", referer), ("User-Agent", agent)]) is allowed


# Keys.

ODD_KEYS = ["a b", "a+b", "a%2Fb", "a%20b", "a//b", "/a", "a/", "a/../b", "a/./b", "a\\b", 'a"b', "a'b", "a<b>&c", "a\nb",
            "a\tb", "a\x7fb", "a\x01b", "é", "e\u0301", "\u202egpj", "日本", "😀", "a*b", "a?b", "a$b",
            "${aws:username}", "${*}", "a#b", "a;b=c", "a:b", "{", "a,b", " a", "a ", "*", "?", "a|b", "~", "a" * 900]


def literal(key):
    """The key as a policy has it that means this key alone."""
    return "".join("${%s}" % char if char in "*?$" else char for char in key)


@pytest.mark.parametrize("key", ODD_KEYS, ids=ascii)
def test_key_of_odd_bytes(s3, gateway, bucket, key):
    """Policy and storage see the same key: the object that the policy names is the one that is there."""
    others = {key + "x", "x" + key, key.upper(), key.lower(), key.replace("*", "x"), key.replace("?", "x"),
              key.replace("/", "//", 1), urllib.parse.unquote(key), quoted(key), key.replace(" ", "+"), key.replace("+", " "),
              key.strip()} - {key, ""}
    for other in (key, *others):
        s3.put_object(Bucket=bucket, Key=other, Body=other.encode())
    put(s3, bucket, allow(of(bucket, literal(key)), "s3:GetObject"))
    answer = ask(gateway, "GET", "/%s/%s" % (bucket, quoted(key)))
    assert (answer.status, answer.body) == (200, key.encode())
    assert [other for other in others if reads(gateway, bucket, other)] == []
    put(s3, bucket, allow(of(bucket, "*"), "s3:GetObject"), deny(of(bucket, literal(key)), "s3:*"))
    assert not reads(gateway, bucket, key)
    assert refused(s3.get_object, Bucket=bucket, Key=key) == DENIED
    assert refused(s3.put_object, Bucket=bucket, Key=key, Body=b"x") == DENIED
    assert [other for other in others if not reads(gateway, bucket, other)] == []
    deleted = s3.delete_objects(Bucket=bucket, Delete={"Objects": [{"Key": key}], "Quiet": True}) if key.isprintable() else None
    assert deleted is None or [error["Code"] for error in deleted["Errors"]] == ["AccessDenied"]


@pytest.mark.parametrize("path", ["public/../secret", "public/%2e%2e/secret", "public/..%2Fsecret", "public%2F..%2Fsecret",
                                  "public//../secret", "./secret", "%2Fsecret", "/secret", "secret%00", "secret%20", "secret?",
                                  "SECRET", "secret%2F", "public/..%5Csecret", "public/%c0%ae%c0%ae/secret"])
def test_no_way_leads_around_a_denied_key(s3, gateway, bucket, alice, path):
    s3.put_object(Bucket=bucket, Key="secret", Body=b"secret")
    put(s3, bucket, allow(of(bucket, "*"), "s3:*"), deny(of(bucket, "secret"), "s3:*"))
    for by in (None, alice):
        answer = ask(gateway, "GET", "/%s/%s" % (bucket, path), by=by)
        assert answer.status != 200 and answer.body != b"secret", answer


# What a policy may not be.

def statement(**elements):
    return {"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::%s/*", **elements}


def without(name, **elements):
    return {key: value for key, value in statement(**elements).items() if key != name}


@pytest.mark.parametrize("text,message", [
    ("x", "Policies must be valid JSON and the first byte must be '{'"),
    ("{", "This policy contains invalid Json: line 1, column 1: "),
    ('{"Statement": [], "Statement": []}', "This policy contains invalid Json: line 1"),
    ('{"Id": "\\u0000"}', "This policy contains invalid Json: line 1"),
    ("{}", "Missing required field Statement"),
    ([], "Could not parse the policy: Statement is empty!"),
    ([statement(), without("Effect")], "Missing required field Effect: Statement[1]"),
    ([without("Principal")], "Missing required field Principal: Statement[0]"),
    ([without("Action")], "Missing required field Action: Statement[0]"),
    ([without("Resource")], "Missing required field Resource: Statement[0]"),
    ([statement(Effect="allow")], 'Invalid effect: Statement[0].Effect: "allow"'),
    ([statement(Extra=1)], "Unknown field: Statement[0].Extra"),
    ([statement(Principal={"AWS": ["*", "arn:aws:iam::nobody:root"]})],
     'Invalid principal in policy: Statement[0].Principal.AWS[1]: "arn:aws:iam::nobody:root"'),
    ([statement(Principal={"AWS": "no <b>ody\u0001\u007f"})],
     'Invalid principal in policy: Statement[0].Principal.AWS: "no <b>ody'),
    ([statement(Action="ec2:RunInstances")], 'Policy has invalid action: Statement[0].Action: "ec2:RunInstances"'),
    ([statement(Resource="*")], 'Policy has invalid resource: Statement[0].Resource: "*"'),
    ([statement(Action=["s3:GetObject", "s3:ListBucket"])],
     'Action does not apply to any resource(s) in statement: Statement[0].Action[1]: "s3:ListBucket"'),
    ([statement(Condition={"IpAddress": {"aws:SourceIp": ["10.0.0.0/8", "10.0.0.0/64"]}})],
     'Invalid IP address in Conditions: Statement[0].Condition.IpAddress.aws:SourceIp[1]: "10.0.0.0/64"'),
    ([statement(Condition={"StringIs": {"aws:Referer": "a"}})], 'Invalid Condition type: Statement[0].Condition: "StringIs"'),
    ([statement(Condition={"StringEquals": {"aws:Nothing": "a"}})],
     'Policy has an invalid condition key: Statement[0].Condition.StringEquals: "aws:Nothing"'),
    ([statement(Condition={"StringEquals": {"s3:prefix": "a"}})],
     "Conditions do not apply to combination of actions and resources in statement: Statement[0].Action: "
     '"s3:GetObject"'),
])
def test_message_says_what_and_where(s3, bucket, text, message):
    if isinstance(text, list):
        text = json.dumps({"Version": "2012-10-17", "Statement": text}).replace("%s", bucket)
    with pytest.raises(s3.exceptions.ClientError) as error:
        s3.put_bucket_policy(Bucket=bucket, Policy=text)
    assert error.value.response["Error"]["Code"] == "MalformedPolicy"
    assert error.value.response["ResponseMetadata"]["HTTPStatusCode"] == 400
    assert error.value.response["Error"]["Message"].startswith(message), error.value


@pytest.mark.parametrize("body", [
    b'{"Id": "\xff"}', b"\xef\xbb\xbf{}", b"\xff\xfe{\x00}\x00", b'{"Statement":' + b"[" * 10000, b'{"a":' * 5000,
    b'{"Statement": "' + b"\\" * 5001, b'{"\x00": 1}', b"{" + b'"a":1,' * 3000 + b"}", b'{"Version": 1e999}'], ids=range(9))
def test_hostile_document(s3, gateway, bucket, alice, body):
    answer = ask(gateway, "PUT", "/" + bucket, query="policy", body=body, by=alice)
    assert (answer.status, answer.code) == (400, "MalformedPolicy"), answer
    assert len(answer.body) < 8192
    assert refused(s3.get_bucket_policy, Bucket=bucket) == ("NoSuchBucketPolicy", 404)


def test_costly_policy_is_decided_soon(s3, gateway, bucket):
    """As many patterns as fit, against the longest header: whatever the answer, it does not keep the others waiting."""
    s3.put_object(Bucket=bucket, Key="key", Body=b"x")
    patterns = ["*a?a*%d*" % number for number in range(1000)]
    put(s3, bucket, allow(of(bucket, "*"), "s3:GetObject", condition={"StringLike": {"aws:Referer": patterns}}))
    answer = ask(gateway, "GET", "/%s/key" % bucket, headers=[("Referer", "a" * 6000)])
    assert answer.status == 403
    assert reads(gateway, bucket, "key", headers=[("Referer", "aaa7")])


# Ways around a policy.

PUBLIC = {"StringEquals": {"s3:x-amz-acl": ["public-read", "public-read-write"]}}


@pytest.fixture
def no_public_uploads(s3, bucket, bob):
    """Bob may upload, but give nothing to everybody."""
    put(s3, bucket, allow(of(bucket, "*"), ["s3:PutObject", "s3:PutObjectAcl"], user(bob)),
        deny(of(bucket, "*"), ["s3:PutObject", "s3:PutObjectAcl"], condition=PUBLIC),
        deny(of(bucket, "*"), ["s3:PutObject", "s3:PutObjectAcl"],
             condition={"StringLike": {"s3:x-amz-grant-read": "*AllUsers*"}}))
    return bucket


def test_acl_of_an_upload_is_seen_wherever_it_stands(s3, gateway, no_public_uploads, bob):
    bucket, path = no_public_uploads, "/%s/key" % no_public_uploads
    everybody = 'uri="http://acs.amazonaws.com/groups/global/AllUsers"'
    for headers in ([("x-amz-acl", "public-read")], [("X-AMZ-ACL", "public-read")], [("x-amz-grant-read", everybody)]):
        assert ask(gateway, "PUT", path, body=b"x", by=bob, headers=headers).status == 403, headers
    request = Request("PUT", path, "x-amz-acl=public-read", body=b"x", host="127.0.0.1:%d" % gateway.port)
    V4(bob.access_key, bob.secret_key).presign(request)
    assert send(gateway, request).status == 403
    copy = [("x-amz-copy-source", path), ("x-amz-acl", "public-read")]
    assert ask(gateway, "PUT", path + "2", by=bob, headers=copy).status == 403
    assert ask(gateway, "POST", path, query="uploads", by=bob, headers=[("x-amz-acl", "public-read")]).status == 403
    assert ask(gateway, "PUT", path, body=b"x", by=bob).status == 200
    assert ask(gateway, "PUT", path, query="acl", by=bob, headers=[("x-amz-acl", "public-read")]).status == 403
    assert ask(gateway, "GET", path).status == 403


@pytest.mark.parametrize("field", ["acl", "Acl", "ACL"])
def test_acl_of_a_form_is_seen(gateway, no_public_uploads, bob, field):
    def upload(fields, *headers):
        signed = Policy(no_public_uploads, fields).v4(bob.access_key, bob.secret_key)
        return send(gateway, post("/" + no_public_uploads, multipart(signed, b"x"), *headers)).status

    assert upload([("key", "key"), (field, "public-read")]) == 403
    assert upload([("key", "key"), (field, "public-read")], ("x-amz-acl", "private")) in (400, 403)
    assert upload([("key", "key"), (field, "private")]) == 204


def test_multipart_uploads_need_their_permissions(s3, s3_bob, bucket, bob):
    key = {"Bucket": bucket, "Key": "key"}
    put(s3, bucket, allow(of(bucket, "*"), ["s3:PutObject"], user(bob)))
    upload = s3_bob.create_multipart_upload(**key)["UploadId"]
    part = s3_bob.upload_part(**key, UploadId=upload, PartNumber=1, Body=b"x")
    made = {"MultipartUpload": {"Parts": [{"PartNumber": 1, "ETag": part["ETag"]}]}}
    put(s3, bucket, allow(of(bucket, "*"), "s3:*", user(bob)), allow(of(bucket), "s3:*", user(bob)),
        deny(of(bucket, "key"), ["s3:PutObject", "s3:AbortMultipartUpload", "s3:ListMultipartUploadParts"]),
        deny(of(bucket), "s3:ListBucketMultipartUploads"))
    for client in (s3, s3_bob):
        assert refused(client.create_multipart_upload, **key) == DENIED
        assert refused(client.upload_part, **key, UploadId=upload, PartNumber=1, Body=b"x") == DENIED
        assert refused(client.upload_part_copy, **key, UploadId=upload, PartNumber=2,
                       CopySource={"Bucket": bucket, "Key": "key"}) == DENIED
        assert refused(client.list_parts, **key, UploadId=upload) == DENIED
        assert refused(client.complete_multipart_upload, **key, UploadId=upload, **made) == DENIED
        assert refused(client.abort_multipart_upload, **key, UploadId=upload) == DENIED
        assert refused(client.list_multipart_uploads, Bucket=bucket) == DENIED
    s3.delete_bucket_policy(Bucket=bucket)
    assert [found["UploadId"] for found in s3.list_multipart_uploads(Bucket=bucket)["Uploads"]] == [upload]
    put(s3, bucket, allow(of(bucket, "*"), ["s3:PutObject"], user(bob)))
    s3_bob.complete_multipart_upload(**key, UploadId=upload, **made)


@pytest.mark.parametrize("query", ["prefix=public/&prefix=secret/", "prefix=secret/&prefix=public/",
                                   "prefix=public/&Prefix=secret/", "prefix=public/%00",
                                   "prefix=public/&list-type=2&start-after=secret/"])
@pytest.mark.parametrize("listing", ["", "list-type=2&", "versions&"])
def test_policy_and_listing_see_the_same_prefix(s3, gateway, bucket, listing, query):
    for key in ("public/a", "secret/a"):
        s3.put_object(Bucket=bucket, Key=key, Body=b"x")
    put(s3, bucket, allow(of(bucket), ["s3:ListBucket", "s3:ListBucketVersions"],
                          condition={"StringEquals": {"s3:prefix": "public/"}}))
    answer = ask(gateway, "GET", "/" + bucket, query=listing + query)
    assert b"<Key>secret" not in answer.body, answer


def test_deny_beats_ownership_and_acl(s3, s3_bob, gateway, bucket, bob):
    s3.put_bucket_acl(Bucket=bucket, ACL="public-read-write")
    s3_bob.put_object(Bucket=bucket, Key="bobs", Body=b"x", ACL="public-read-write")
    put(s3, bucket, allow(of(bucket, "*"), "s3:*"), deny(of(bucket, "bobs"), [
        "s3:GetObject*", "s3:PutObject*", "s3:DeleteObject*"]))
    for client in (s3, s3_bob):
        assert refused(client.get_object, Bucket=bucket, Key="bobs") == DENIED
        assert refused(client.get_object_acl, Bucket=bucket, Key="bobs") == DENIED
        assert refused(client.put_object_acl, Bucket=bucket, Key="bobs", ACL="private") == DENIED
        assert refused(client.put_object, Bucket=bucket, Key="bobs", Body=b"y") == DENIED
        assert refused(client.delete_object, Bucket=bucket, Key="bobs") == DENIED
    assert not reads(gateway, bucket, "bobs")


def test_user_of_the_same_id_and_another_name(gateway, s3, bucket, new_user, make_boto3):
    """A policy that names the user by both is not about who comes later under the ID."""
    carol = new_user("carol")
    named = {"AWS": "arn:aws:iam::%s:user/%s" % (carol.id, carol.id)}
    s3.put_object(Bucket=bucket, Key="key", Body=b"x")
    put(s3, bucket, allow(of(bucket, "*"), "s3:GetObject", named))
    assert make_boto3(carol).get_object(Bucket=bucket, Key="key")["Body"].read() == b"x"
    gateway.run("user", "remove", carol.id)
    gateway.run("user", "add", carol.id + "-2", "--id", carol.id, "--access-key", carol.access_key,
                "--secret-key", carol.secret_key)
    assert refused(make_boto3(carol).get_object, Bucket=bucket, Key="key") == DENIED


def test_nobody_is_nobody(gateway, s3, bucket, new_user, make_boto3):
    """Whoever does not sign is no user, whatever a user is called."""
    name = "anonymous"
    gateway.run("user", "add", name, "--id", name, "--access-key", "AKIAANONYMOUS0000000", "--secret-key", "secret")
    s3.put_object(Bucket=bucket, Key="key", Body=b"x")
    put(s3, bucket, allow(of(bucket, "*"), "s3:GetObject", {"AWS": name}))
    assert not reads(gateway, bucket, "key")
    put(s3, bucket, allow(of(bucket, "*"), "s3:GetObject", {"CanonicalUser": name}))
    assert not reads(gateway, bucket, "key")


def test_policy_of_a_bucket_reaches_no_other(s3, gateway, bucket, bucket_name):
    """A bucket's name may begin as another's does."""
    longer = bucket + "-2"
    s3.create_bucket(Bucket=longer)
    s3.put_object(Bucket=longer, Key="key", Body=b"x")
    s3.put_object(Bucket=bucket, Key="key", Body=b"x")
    put(s3, bucket, allow("arn:aws:s3:::%s*" % bucket, "s3:GetObject"))
    assert reads(gateway, bucket, "key")
    assert not reads(gateway, longer, "key")
    assert refused(put, s3, bucket, allow(of(longer, "*"), "s3:GetObject")) == ("MalformedPolicy", 400)
