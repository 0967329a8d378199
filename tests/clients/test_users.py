"""`crossgate user` and `crossgate key` while the gateway runs: what they say counts for the very next request."""

import re

import pytest

from answers import ask


@pytest.fixture
def carol(new_user):
    return new_user("carol")


def outcome(gateway, user):
    """Status and code of a list of buckets that the user asks for."""
    answer = ask(gateway, "GET", "/", by=user)
    return answer.status, answer.code if answer.status != 200 else None


def with_key(user, access_key, secret_key):
    return type(user)(user.id, access_key, secret_key)


def test_new_user_is_served_at_once(gateway, new_user):
    for _ in range(5):
        assert outcome(gateway, new_user("dora")) == (200, None)


def test_disabled_user_is_refused_at_once(gateway, carol):
    for _ in range(3):
        gateway.run("user", "disable", carol.id)
        assert outcome(gateway, carol)[0] == 403
        gateway.run("user", "enable", carol.id)
        assert outcome(gateway, carol) == (200, None)


def test_removed_user_is_unknown_at_once(gateway, carol):
    assert outcome(gateway, carol) == (200, None)
    gateway.run("user", "remove", carol.id)
    assert outcome(gateway, carol) == (403, "InvalidAccessKeyId")
    assert gateway.run("user", "show", carol.id, check=False).returncode == 1


def test_user_with_buckets_is_not_removed(gateway, carol, bucket_name):
    ask(gateway, "PUT", "/" + bucket_name, by=carol)
    done = gateway.run("user", "remove", carol.id, check=False)
    assert done.returncode == 1
    assert "bucket" in done.stderr
    assert outcome(gateway, carol) == (200, None)


def test_added_key_serves_beside_the_first(gateway, carol):
    gateway.run("key", "add", carol.id, "--access-key", carol.id + "-2", "--secret-key", "second secret")
    assert outcome(gateway, with_key(carol, carol.id + "-2", "second secret")) == (200, None)
    assert outcome(gateway, carol) == (200, None)


def test_key_that_is_made_up_is_shown_once(gateway, carol):
    shown = gateway.run("key", "add", carol.id).stdout
    access_key = re.search(r"access key: (\S+)", shown).group(1)
    secret_key = re.search(r"secret key: (\S+)", shown).group(1)
    assert outcome(gateway, with_key(carol, access_key, secret_key)) == (200, None)
    listed = gateway.run("key", "list", carol.id).stdout
    assert sorted(listed.split()) == sorted([access_key, carol.access_key])
    assert secret_key not in listed


def test_removed_key_is_unknown_at_once(gateway, carol):
    assert outcome(gateway, carol) == (200, None)
    gateway.run("key", "remove", carol.id, carol.access_key)
    assert outcome(gateway, carol) == (403, "InvalidAccessKeyId")


def test_user_is_listed_and_shown_without_secrets(gateway, carol):
    for arguments in (["list"], ["show", carol.id]):
        shown = gateway.run("user", *arguments).stdout
        assert carol.id in shown
        assert carol.secret_key not in shown
    assert carol.id + "@example.com" in shown


@pytest.mark.parametrize("field", ["id", "email", "access-key"])
def test_what_is_taken_is_not_given_again(gateway, carol, field):
    taken = {"id": carol.id, "email": carol.id + "@example.com", "access-key": carol.access_key}
    fresh = {"id": carol.id + "x", "email": carol.id + "x@example.com", "access-key": carol.access_key + "x"}
    options = {**fresh, field: taken[field], "secret-key": "secret"}
    done = gateway.run("user", "add", carol.id + "x", *[word for name in options for word in ("--" + name, options[name])],
                       check=False)
    assert done.returncode == 1
    assert outcome(gateway, carol) == (200, None)


@pytest.mark.parametrize("arguments", [["user"], ["user", "add"], ["user", "rename", "x"], ["key", "remove", "x"],
                                       ["user", "add", "x", "--nonsense"], ["user", "add", "x", "--access-key", "lonely"]])
def test_wrong_usage(gateway, arguments):
    done = gateway.run(*arguments, check=False)
    assert done.returncode == 2
    assert done.stderr


@pytest.mark.parametrize("arguments", [["user", "show"], ["user", "disable"], ["user", "remove"], ["key", "add"],
                                       ["key", "list"]])
def test_unknown_user(gateway, arguments):
    done = gateway.run(*arguments, "nobody-of-this-name", check=False)
    assert done.returncode == 1
    assert done.stderr.count("\n") == 1, "one clear line"


def test_owner_of_a_bucket_keeps_it_with_a_new_key(gateway, carol, bucket_name):
    ask(gateway, "PUT", "/" + bucket_name, by=carol)
    gateway.run("key", "add", carol.id, "--access-key", carol.id + "-3", "--secret-key", "third secret")
    gateway.run("key", "remove", carol.id, carol.access_key)
    renewed = with_key(carol, carol.id + "-3", "third secret")
    assert ask(gateway, "PUT", "/%s/key" % bucket_name, body=b"x", by=renewed).status == 200
