"""s3cmd of Debian, with either version of signatures."""

import hashlib
import json

import pytest

from answers import ask
from contents import AWKWARD_NAMES, assert_same_trees, make_tree
from drivers import uri


@pytest.fixture(scope="module", params=["v4", "v2"])
def s3cmd(request, make_s3cmd, alice):
    return make_s3cmd(alice, signature_v2=request.param == "v2")


@pytest.fixture
def small_file(tmp_path):
    path = tmp_path / "small.txt"
    path.write_bytes(b"some text\n")
    return path


def listed(s3cmd, where, *options):
    """The addresses that `s3cmd ls` prints."""
    return ["s3://" + line.split("s3://", 1)[1] for line in s3cmd("ls", *options, where).stdout.splitlines()]


def anonymous_get(gateway, bucket, key):
    return ask(gateway, "GET", "/%s/%s" % (bucket, key))


def test_bucket_is_made_listed_and_removed(s3cmd, bucket_name):
    s3cmd("mb", uri(bucket_name))
    assert uri(bucket_name).rstrip("/") in s3cmd("ls").stdout
    s3cmd("rb", uri(bucket_name))
    assert uri(bucket_name).rstrip("/") not in s3cmd("ls").stdout


def test_bucket_that_holds_something_is_not_removed(s3cmd, bucket, small_file):
    s3cmd("put", small_file, uri(bucket, "key"))
    refused = s3cmd("rb", uri(bucket), check=False)
    assert refused.returncode != 0
    assert "BucketNotEmpty" in refused.stderr


def test_put_and_get(s3cmd, bucket, small_file, tmp_path):
    s3cmd("put", small_file, uri(bucket, "folder/key"))
    s3cmd("get", uri(bucket, "folder/key"), tmp_path / "back")
    assert (tmp_path / "back").read_bytes() == small_file.read_bytes()


def test_get_of_a_missing_key_says_so(s3cmd, bucket, tmp_path):
    refused = s3cmd("get", uri(bucket, "nothing"), tmp_path / "back", check=False)
    assert refused.returncode == 64 or refused.returncode == 12, refused.stderr
    assert "does not exist" in refused.stderr or "NoSuchKey" in refused.stderr or "404" in refused.stderr


def test_ls_groups_by_folder(s3cmd, bucket, small_file):
    for key in ("a/1", "a/2", "b"):
        s3cmd("put", small_file, uri(bucket, key))
    assert listed(s3cmd, uri(bucket)) == [uri(bucket, "a/"), uri(bucket, "b")]
    assert listed(s3cmd, uri(bucket, "a/")) == [uri(bucket, "a/1"), uri(bucket, "a/2")]
    assert listed(s3cmd, uri(bucket), "--recursive") == [uri(bucket, key) for key in ("a/1", "a/2", "b")]


def test_la_lists_all_buckets(s3cmd, bucket, small_file):
    s3cmd("put", small_file, uri(bucket, "in-la"))
    assert uri(bucket, "in-la") in s3cmd("la").stdout


def test_du_adds_up(s3cmd, bucket, small_file):
    s3cmd("put", small_file, uri(bucket, "1"))
    s3cmd("put", small_file, uri(bucket, "2"))
    assert s3cmd("du", uri(bucket)).stdout.split()[:2] == ["20", "2"]


def test_cp_leaves_the_source(s3cmd, bucket, small_file):
    s3cmd("put", small_file, uri(bucket, "from"))
    s3cmd("cp", uri(bucket, "from"), uri(bucket, "to"))
    assert listed(s3cmd, uri(bucket)) == [uri(bucket, "from"), uri(bucket, "to")]


def test_mv_removes_the_source(s3cmd, bucket, small_file):
    s3cmd("put", small_file, uri(bucket, "from"))
    s3cmd("mv", uri(bucket, "from"), uri(bucket, "to"))
    assert listed(s3cmd, uri(bucket)) == [uri(bucket, "to")]


def test_del(s3cmd, bucket, small_file):
    s3cmd("put", small_file, uri(bucket, "key"))
    s3cmd("del", uri(bucket, "key"))
    assert listed(s3cmd, uri(bucket)) == []


def test_del_recursive_empties_a_bucket(s3cmd, bucket, small_file):
    for key in ("a/1", "a/2", "b", "with space&"):
        s3cmd("put", small_file, uri(bucket, key))
    s3cmd("del", "--recursive", "--force", uri(bucket))
    assert listed(s3cmd, uri(bucket), "--recursive") == []


def test_modify_replaces_a_header_and_keeps_the_bytes(gateway, alice, s3cmd, bucket, small_file):
    s3cmd("put", "--mime-type=text/x-odd", small_file, uri(bucket, "key"))
    s3cmd("modify", "--add-header=Cache-Control: max-age=60", uri(bucket, "key"))
    answer = ask(gateway, "GET", "/%s/key" % bucket, by=alice)
    assert answer.header("Cache-Control") == "max-age=60"
    assert answer.header("Content-Type") == "text/x-odd"
    assert answer.body == small_file.read_bytes()


def test_sync_takes_a_tree_there_and_back(s3cmd, bucket, tmp_path):
    tree = make_tree(tmp_path / "tree")
    back = tmp_path / "back"
    back.mkdir()
    s3cmd("sync", str(tree) + "/", uri(bucket, "tree/"))
    s3cmd("sync", uri(bucket, "tree/"), str(back) + "/")
    assert_same_trees(tree, back)


def test_second_sync_sends_nothing(s3cmd, bucket, tmp_path):
    tree = make_tree(tmp_path / "tree")
    s3cmd("sync", str(tree) + "/", uri(bucket, "tree/"))
    assert "upload:" not in s3cmd("sync", str(tree) + "/", uri(bucket, "tree/")).stdout


def test_sync_deletes_what_is_gone(s3cmd, bucket, tmp_path):
    tree = make_tree(tmp_path / "tree")
    s3cmd("sync", str(tree) + "/", uri(bucket, "tree/"))
    (tree / "sub 0" / AWKWARD_NAMES[0]).unlink()
    s3cmd("sync", "--delete-removed", str(tree) + "/", uri(bucket, "tree/"))
    assert uri(bucket, "tree/sub 0/" + AWKWARD_NAMES[0]) not in listed(s3cmd, uri(bucket), "--recursive")
    assert len(listed(s3cmd, uri(bucket), "--recursive")) == len(AWKWARD_NAMES) - 1


def test_setacl_opens_and_closes_an_object(gateway, s3cmd, bucket, small_file):
    s3cmd("put", small_file, uri(bucket, "key"))
    assert anonymous_get(gateway, bucket, "key").code == "AccessDenied"
    s3cmd("setacl", "--acl-public", uri(bucket, "key"))
    assert anonymous_get(gateway, bucket, "key").body == small_file.read_bytes()
    s3cmd("setacl", "--acl-private", uri(bucket, "key"))
    assert anonymous_get(gateway, bucket, "key").code == "AccessDenied"


def test_setacl_opens_and_closes_a_bucket(gateway, s3cmd, bucket):
    s3cmd("setacl", "--acl-public", uri(bucket))
    assert ask(gateway, "GET", "/" + bucket).status == 200
    s3cmd("setacl", "--acl-private", uri(bucket))
    assert ask(gateway, "GET", "/" + bucket).code == "AccessDenied"


def test_put_with_acl_public(gateway, s3cmd, bucket, small_file):
    s3cmd("put", "--acl-public", small_file, uri(bucket, "key"))
    assert anonymous_get(gateway, bucket, "key").status == 200


def test_info_of_an_object(s3cmd, bucket, small_file):
    s3cmd("put", "--mime-type=text/x-odd", "--add-header=x-amz-meta-colour:blue", small_file, uri(bucket, "key"))
    shown = s3cmd("info", uri(bucket, "key")).stdout
    assert "File size: 10" in shown
    assert "MIME type: text/x-odd" in shown
    assert "MD5 sum:   " + hashlib.md5(small_file.read_bytes()).hexdigest() in shown
    assert "x-amz-meta-colour: blue" in shown
    assert "FULL_CONTROL" in shown


def test_info_of_a_bucket_without_rules(s3cmd, bucket):
    shown = s3cmd("info", uri(bucket)).stdout
    assert "CORS:      none" in shown
    assert "Policy:    none" in shown
    assert "FULL_CONTROL" in shown


def test_cors_is_set_shown_and_deleted(s3cmd, bucket, tmp_path):
    rules = tmp_path / "rules.xml"
    rules.write_text("<CORSConfiguration><CORSRule><ID>Allow fonts</ID><AllowedOrigin>http://*.example.com"
                     "</AllowedOrigin><AllowedMethod>GET</AllowedMethod></CORSRule></CORSConfiguration>")
    s3cmd("setcors", rules, uri(bucket))
    shown = s3cmd("info", uri(bucket)).stdout
    assert "<ID>Allow fonts</ID>" in shown and "<AllowedOrigin>http://*.example.com</AllowedOrigin>" in shown
    s3cmd("delcors", uri(bucket))
    assert "CORS:      none" in s3cmd("info", uri(bucket)).stdout


def test_bad_rules_are_refused_with_the_reason(s3cmd, bucket, tmp_path):
    rules = tmp_path / "rules.xml"
    rules.write_text("<CORSConfiguration><CORSRule><AllowedOrigin>*</AllowedOrigin><AllowedMethod>PATCH"
                     "</AllowedMethod></CORSRule></CORSConfiguration>")
    refused = s3cmd("setcors", rules, uri(bucket), check=False)
    assert refused.returncode != 0
    assert "InvalidRequest" in refused.stderr and "Unsupported method is PATCH" in refused.stderr


def test_policy_is_set_shown_and_deleted(gateway, s3cmd, bucket, small_file, tmp_path):
    s3cmd("put", small_file, uri(bucket, "key"))
    policy = tmp_path / "policy.json"
    policy.write_text(json.dumps({"Version": "2012-10-17", "Statement": [
        {"Effect": "Allow", "Principal": "*", "Action": ["s3:GetObject"], "Resource": "arn:aws:s3:::%s/*" % bucket}]}))
    s3cmd("setpolicy", policy, uri(bucket))
    assert '"s3:GetObject"' in s3cmd("info", uri(bucket)).stdout
    assert anonymous_get(gateway, bucket, "key").status == 200
    s3cmd("delpolicy", uri(bucket))
    assert anonymous_get(gateway, bucket, "key").code == "AccessDenied"


def test_wrong_secret_is_refused(make_s3cmd, alice, bob):
    impostor = make_s3cmd(type(alice)(id="", access_key=alice.access_key, secret_key=bob.secret_key))
    refused = impostor("ls", check=False)
    assert refused.returncode != 0
    assert "SignatureDoesNotMatch" in refused.stderr


def test_setacl_grants_and_revokes(s3cmd, make_s3cmd, bob, bucket, small_file, tmp_path):
    s3cmd("put", small_file, uri(bucket, "key"))
    theirs = make_s3cmd(bob)
    s3cmd("setacl", "--acl-grant=read:" + bob.id, uri(bucket, "key"))
    assert bob.id in s3cmd("info", uri(bucket, "key")).stdout or "Bob: READ" in s3cmd("info", uri(bucket, "key")).stdout
    theirs("get", uri(bucket, "key"), tmp_path / "granted")
    assert (tmp_path / "granted").read_bytes() == small_file.read_bytes()
    s3cmd("setacl", "--acl-revoke=read:" + bob.id, uri(bucket, "key"))
    refused = theirs("get", uri(bucket, "key"), tmp_path / "revoked", check=False)
    assert refused.returncode != 0 and "403" in refused.stderr


def test_setacl_grants_by_e_mail(s3cmd, make_s3cmd, bob, bucket):
    s3cmd("setacl", "--acl-grant=read:%s@example.com" % bob.id, uri(bucket))
    assert make_s3cmd(bob)("ls", uri(bucket)).stdout == ""
    refused = s3cmd("setacl", "--acl-grant=read:nobody@example.com", uri(bucket), check=False)
    assert refused.returncode != 0 and "UnresolvableGrantByEmailAddress" in refused.stderr


def test_policy_is_set_shown_and_deleted(gateway, s3cmd, bucket, small_file, tmp_path):
    rules = tmp_path / "policy.json"
    rules.write_text('{"Version": "2012-10-17", "Statement": [{"Sid": "fonts", "Effect": "Allow", "Principal": "*",\n'
                     '"Action": ["s3:GetObject"], "Resource": ["arn:aws:s3:::%s/*"]}]}' % bucket)
    s3cmd("put", small_file, uri(bucket, "key"))
    s3cmd("setpolicy", rules, uri(bucket))
    assert '"Sid": "fonts"' in s3cmd("info", uri(bucket)).stdout
    assert anonymous_get(gateway, bucket, "key").body == small_file.read_bytes()
    s3cmd("delpolicy", uri(bucket))
    assert "Policy:    none" in s3cmd("info", uri(bucket)).stdout
    assert anonymous_get(gateway, bucket, "key").code == "AccessDenied"


def test_bad_policy_is_refused_with_the_reason(s3cmd, bucket, tmp_path):
    rules = tmp_path / "policy.json"
    rules.write_text('{"Version": "2012-10-17", "Statement": [{"Effect": "Perhaps"}]}')
    refused = s3cmd("setpolicy", rules, uri(bucket), check=False)
    assert refused.returncode != 0
    assert "MalformedPolicy" in refused.stderr
