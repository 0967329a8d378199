"""boto3: ListObjects, versions 1 and 2."""

import pytest

from answers import ask, refused

KEYS = sorted(["a", "a/1", "a/2", "b/x/1", "b/x/2", "b/y", "c", "d e", "d+e", "ü/1", "z/"])


@pytest.fixture(scope="module")
def filled(s3):
    """A bucket with KEYS, for tests that only list."""
    s3.create_bucket(Bucket="listing")
    for key in KEYS:
        s3.put_object(Bucket="listing", Key=key, Body=key.encode())
    return "listing"


@pytest.fixture(params=["list_objects", "list_objects_v2"])
def version(request):
    return request.param


def keys(page):
    return [item["Key"] for item in page.get("Contents", [])]


def prefixes(page):
    return [item["Prefix"] for item in page.get("CommonPrefixes", [])]


def test_all_keys_in_byte_order(s3, filled, version):
    assert keys(getattr(s3, version)(Bucket=filled)) == KEYS


def test_entry_tells_size_and_etag(s3, filled, version):
    entry = getattr(s3, version)(Bucket=filled, Prefix="d e")["Contents"][0]
    assert (entry["Size"], entry["StorageClass"]) == (3, "STANDARD")
    assert entry["ETag"] == s3.head_object(Bucket=filled, Key="d e")["ETag"]
    assert entry["LastModified"].replace(microsecond=0) == s3.head_object(Bucket=filled, Key="d e")["LastModified"]


def test_prefix(s3, filled, version):
    assert keys(getattr(s3, version)(Bucket=filled, Prefix="b/")) == ["b/x/1", "b/x/2", "b/y"]


def test_delimiter_groups(s3, filled, version):
    page = getattr(s3, version)(Bucket=filled, Delimiter="/")
    assert keys(page) == ["a", "c", "d e", "d+e"]
    assert prefixes(page) == ["a/", "b/", "z/", "ü/"]


def test_delimiter_below_a_prefix(s3, filled, version):
    page = getattr(s3, version)(Bucket=filled, Prefix="b/", Delimiter="/")
    assert keys(page) == ["b/y"]
    assert prefixes(page) == ["b/x/"]


def test_delimiter_of_several_characters(s3, filled, version):
    page = getattr(s3, version)(Bucket=filled, Delimiter="x/")
    assert prefixes(page) == ["b/x/"]


@pytest.mark.parametrize("size", [1, 2, 3, 5, 100])
def test_pages_join_to_the_whole(s3, filled, version, size):
    pages = s3.get_paginator(version).paginate(Bucket=filled, PaginationConfig={"PageSize": size})
    found = [keys(page) for page in pages]
    assert all(len(page) <= size for page in found)
    assert sum(found, []) == KEYS


@pytest.mark.parametrize("size", [1, 2, 3, 5])
def test_pages_with_a_delimiter_join_to_the_whole(s3, filled, version, size):
    pages = list(s3.get_paginator(version).paginate(Bucket=filled, Delimiter="/", PaginationConfig={"PageSize": size}))
    assert all(len(keys(page)) + len(prefixes(page)) <= size for page in pages)
    assert sum((keys(page) for page in pages), []) == ["a", "c", "d e", "d+e"]
    assert sum((prefixes(page) for page in pages), []) == ["a/", "b/", "z/", "ü/"]


def test_truncated_page_tells_how_to_go_on(s3, filled):
    page = s3.list_objects_v2(Bucket=filled, MaxKeys=2)
    assert (page["IsTruncated"], page["KeyCount"], page["MaxKeys"]) == (True, 2, 2)
    following = s3.list_objects_v2(Bucket=filled, MaxKeys=2, ContinuationToken=page["NextContinuationToken"])
    assert following["ContinuationToken"] == page["NextContinuationToken"]
    assert keys(following) == KEYS[2:4]


def test_last_page_has_no_token(s3, filled):
    page = s3.list_objects_v2(Bucket=filled)
    assert page["IsTruncated"] is False
    assert "NextContinuationToken" not in page


def test_next_marker_comes_with_a_delimiter_only(s3, filled):
    assert "NextMarker" not in s3.list_objects(Bucket=filled, MaxKeys=2)
    assert s3.list_objects(Bucket=filled, MaxKeys=2, Delimiter="/")["NextMarker"] == "a/"


def test_marker_need_not_be_a_key(s3, filled):
    assert keys(s3.list_objects(Bucket=filled, Marker="b")) == KEYS[KEYS.index("b/x/1"):]


def test_start_after(s3, filled):
    page = s3.list_objects_v2(Bucket=filled, StartAfter="c")
    assert keys(page) == KEYS[KEYS.index("c") + 1:]
    assert page["StartAfter"] == "c"


def test_fetch_owner(s3, filled, alice):
    assert "Owner" not in s3.list_objects_v2(Bucket=filled)["Contents"][0]
    assert s3.list_objects_v2(Bucket=filled, FetchOwner=True)["Contents"][0]["Owner"]["ID"] == alice.id


def test_version_1_always_tells_the_owner(s3, filled, alice):
    assert s3.list_objects(Bucket=filled)["Contents"][0]["Owner"]["ID"] == alice.id


def test_encoding_type_url(gateway, alice, filled):
    answer = ask(gateway, "GET", "/" + filled, "encoding-type=url&list-type=2&prefix=d", by=alice)
    assert b"<EncodingType>url</EncodingType>" in answer.body
    assert b"<Key>d%20e</Key>" in answer.body or b"<Key>d+e</Key>" in answer.body
    assert b"<Key>d%2Be</Key>" in answer.body


def test_without_encoding_type_keys_are_as_they_are(gateway, alice, filled):
    answer = ask(gateway, "GET", "/" + filled, "list-type=2&prefix=d", by=alice)
    assert b"<Key>d e</Key>" in answer.body and b"<Key>d+e</Key>" in answer.body


def test_max_keys_of_zero(s3, filled, version):
    page = getattr(s3, version)(Bucket=filled, MaxKeys=0)
    assert (keys(page), page["IsTruncated"]) == ([], False)


def test_max_keys_above_1000_is_1000(s3, filled, version):
    assert getattr(s3, version)(Bucket=filled, MaxKeys=5000)["MaxKeys"] == 1000


@pytest.mark.parametrize("text", ["-1", "x", "99999999999999999999"])
def test_max_keys_that_is_no_number(gateway, alice, filled, text):
    assert ask(gateway, "GET", "/" + filled, "max-keys=" + text, by=alice).code == "InvalidArgument"


def test_made_up_continuation_token(s3, filled):
    assert refused(s3.list_objects_v2, Bucket=filled, ContinuationToken="made-up!") == ("InvalidArgument", 400)


def test_unknown_encoding_type(gateway, alice, filled):
    assert ask(gateway, "GET", "/" + filled, "encoding-type=rot13", by=alice).code == "InvalidArgument"


def test_empty_bucket(s3, bucket, version):
    page = getattr(s3, version)(Bucket=bucket)
    assert (keys(page), page["IsTruncated"]) == ([], False)


def test_listing_goes_on_after_1000(s3, bucket):
    names = ["%04d" % number for number in range(1005)]
    for name in names:
        s3.put_object(Bucket=bucket, Key=name, Body=b"")
    first = s3.list_objects_v2(Bucket=bucket)
    assert (len(keys(first)), first["IsTruncated"]) == (1000, True)
    rest = s3.list_objects_v2(Bucket=bucket, ContinuationToken=first["NextContinuationToken"])
    assert keys(first) + keys(rest) == names
