"""curl with --aws-sigv4, as Debian has it."""

import pytest


@pytest.fixture
def body(tmp_path):
    path = tmp_path / "body"
    path.write_bytes(b"0123456789")
    return path


def test_bucket_and_object(curl, bucket_name, body):
    curl("--fail", "-X", "PUT", curl.url(bucket_name))
    curl("--fail", "-T", body, curl.url(bucket_name, "key"))
    assert curl("--fail", curl.url(bucket_name, "key")).stdout == "0123456789"
    assert "<Key>key</Key>" in curl("--fail", curl.url(bucket_name)).stdout
    curl("--fail", "-X", "DELETE", curl.url(bucket_name, "key"))
    curl("--fail", "-X", "DELETE", curl.url(bucket_name))
    assert "<Code>NoSuchBucket</Code>" in curl(curl.url(bucket_name)).stdout


def test_head(curl, bucket, body):
    curl("--fail", "-T", body, curl.url(bucket, "key"))
    shown = curl("-I", curl.url(bucket, "key")).stdout
    assert shown.startswith("HTTP/1.1 200 OK\r\n")
    assert "\r\nContent-Length: 10\r\n" in shown


def test_range(curl, bucket, body):
    curl("--fail", "-T", body, curl.url(bucket, "key"))
    assert curl("--fail", "-r", "2-4", curl.url(bucket, "key")).stdout == "234"


def test_upload_waits_for_100_continue(curl, bucket, body):
    shown = curl("-v", "-H", "Expect: 100-continue", "-T", body, curl.url(bucket, "key"))
    assert "< HTTP/1.1 100 Continue" in shown.stderr
    assert "< HTTP/1.1 200 OK" in shown.stderr


def test_refused_upload_is_never_asked_for(curl, bucket_name, body):
    shown = curl("-v", "-H", "Expect: 100-continue", "-T", body, curl.url(bucket_name, "key"))
    assert "100 Continue" not in shown.stderr
    assert "<Code>NoSuchBucket</Code>" in shown.stdout


def test_rules(curl, bucket):
    rules = ("<CORSConfiguration><CORSRule><AllowedOrigin>*</AllowedOrigin><AllowedMethod>GET</AllowedMethod></CORSRule>"
             "</CORSConfiguration>")
    curl("--fail", "-X", "PUT", "-d", rules, curl.url(bucket) + "?cors=")
    assert "<AllowedOrigin>*</AllowedOrigin>" in curl("--fail", curl.url(bucket) + "?cors=").stdout


def test_wrong_secret(curl, bucket):
    assert "<Code>SignatureDoesNotMatch</Code>" in curl.signed("wrong", "us-east-1", curl.url(bucket)).stdout


def test_another_region_is_taken(curl, alice, bucket):
    assert "<ListBucketResult" in curl.signed(alice.secret_key, "eu-central-1", curl.url(bucket)).stdout


def test_header_that_s3_wants_is_asked_for(curl, alice, bucket):
    shown = curl.plain("--aws-sigv4", "aws:amz:us-east-1:s3", "--user", alice.access_key + ":" + alice.secret_key,
                       curl.url(bucket)).stdout
    assert "<Code>InvalidRequest</Code>" in shown and "x-amz-content-sha256" in shown
