"""Keys of every awkward kind are signed, stored, listed and read back unchanged by each client that can name them."""

import urllib.parse

import pytest

from answers import ask

# Every client can name these.
PLAIN = ["space in it", "plus+sign", "percent%", "percent%41", "percent%2Fslash", "ünïcode-漢字-🎈", "e\u0301 decomposed",
         "quote'single", 'quote"double', "amp&equals=", "question?mark", "hash#mark", "semi;colon:at@comma,dollar$",
         "tilde~", "(paren)!*", "[bracket]{brace}", "<angle>^`|", "back\\slash", "dots...", "...", "under/folder/key",
         "trailing-dot.", "%", "+", "~", "=", "&", "Key", "key"]
# These need a client that sends the key as it is, and does not take it for a path.
PATHS = ["double//slash", "a//b//", "/leading", "//", "trailing/", "a/./b", "a/../b", "../up", "./here", "..", ".", "a/..",
         "a/.", " ", " leading and trailing ", "a\tb"]
# XML 1.0 has no way to write most of these, so they are listed with encoding-type=url.
CONTROL = ["\x01", "a\x1fb", "line\nend", "carriage\rreturn", "delete\x7f", "\u0085next line", "\ufffe"]
LONGEST = ["k" * 1024, "ü" * 512, "a/" * 512]
# To curl, an upload to these is one into a folder.
FOLDERS = [key for key in PLAIN + PATHS + CONTROL + LONGEST if key.rpartition("/")[2] in ("", ".", "..")]

CLIENTS = {
    "boto": PLAIN + PATHS,
    "boto3": PLAIN + PATHS + CONTROL + LONGEST,
    "boto3-v2": PLAIN + PATHS + CONTROL + LONGEST,
    "curl": [key for key in PLAIN + PATHS + CONTROL + LONGEST if key not in FOLDERS],
    "javascript-v2": PLAIN + PATHS + CONTROL + LONGEST,
    "javascript-v3": PLAIN + PATHS + CONTROL + LONGEST,
    "rclone": PLAIN,
    "s3cmd": PLAIN,
    "s3cmd-v2": PLAIN,
}


@pytest.fixture(scope="module")
def shared_bucket(gateway, alice):
    assert ask(gateway, "PUT", "/keys", by=alice).status == 200
    return "keys"


def listed(gateway, alice, bucket):
    """All keys of a bucket, as the listing encodes them, decoded."""
    answer = ask(gateway, "GET", "/" + bucket, "encoding-type=url&list-type=2", by=alice)
    keys = answer.body.decode().split("<Key>")[1:]
    return [urllib.parse.unquote_plus(key.partition("</Key>")[0]) for key in keys]


def stored(gateway, alice, bucket, key):
    return ask(gateway, "GET", "/%s/%s" % (bucket, urllib.parse.quote(key, safe="/~")), by=alice)


@pytest.mark.parametrize("client,key", [(client, key) for client, keys in CLIENTS.items() for key in keys],
                         indirect=["client"], ids=lambda value: ascii(value[:32]))
def test_key(client, key, gateway, alice, bucket, tmp_path):
    sent, back = tmp_path / "sent", tmp_path / "back"
    sent.write_bytes(key.encode())
    client.upload(bucket, key, sent)
    assert listed(gateway, alice, bucket) == [key]
    assert stored(gateway, alice, bucket, key).body == key.encode()
    client.download(bucket, key, back)
    assert back.read_bytes() == key.encode()


def test_all_keys_are_different_objects(gateway, alice, s3, shared_bucket):
    keys = PLAIN + PATHS + CONTROL + LONGEST
    for key in keys:
        s3.put_object(Bucket=shared_bucket, Key=key, Body=key.encode())
    assert listed(gateway, alice, shared_bucket) == sorted(keys, key=str.encode)
    for key in keys:
        assert s3.get_object(Bucket=shared_bucket, Key=key)["Body"].read() == key.encode(), key


@pytest.mark.parametrize("path", ["/b%00c", "/a%00", "/%ff", "/a%c3", "/%zz", "/a%2"])
def test_path_that_is_no_key(gateway, alice, bucket, path):
    """A NUL, bytes that are no UTF-8, percent signs that encode nothing."""
    answer = ask(gateway, "PUT", "/" + bucket + path, body=b"", by=alice)
    assert answer.status == 400, answer
    assert listed(gateway, alice, bucket) == []
