"""Every client sends and fetches files of every size, which come back byte for byte."""

import pytest

from contents import assert_same, make_file

GATEWAY_ARGUMENTS = ["--garbage-grace", "0"]  # nobody reads on when a gigabyte has been deleted

CLIENTS = ["boto", "boto3", "boto3-v2", "curl", "javascript-v2", "javascript-v3", "rclone", "s3cmd", "s3cmd-v2"]
KIB, MIB, GIB = 1 << 10, 1 << 20, 1 << 30
SIZES = [0, 1, 4 * KIB - 1, 4 * KIB, 64 * KIB, 64 * KIB + 1, 5 * MIB]


@pytest.fixture(scope="module")
def a_file(tmp_path_factory):
    """a_file(size): the file of that size, made once."""
    folder, made = tmp_path_factory.mktemp("files"), {}

    def get(size):
        if size not in made:
            made[size] = make_file(folder / str(size), size)
        return made[size]

    yield get
    for path in made.values():
        path.unlink()


def there_and_back(client, bucket, path, back):
    client.upload(bucket, "file", path)
    client.download(bucket, "file", back)
    try:
        assert_same(path, back)
    finally:
        back.unlink()


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("client", CLIENTS, indirect=True)
def test_file(client, bucket, a_file, tmp_path, size):
    there_and_back(client, bucket, a_file(size), tmp_path / "back")


@pytest.mark.slow
@pytest.mark.parametrize("client", CLIENTS, indirect=True)
def test_file_of_64_mib(client, bucket, a_file, tmp_path):
    there_and_back(client, bucket, a_file(64 * MIB), tmp_path / "back")


@pytest.mark.slow
@pytest.mark.parametrize("client", ["boto", "boto3", "curl", "javascript-v3", "rclone", "s3cmd"], indirect=True)
def test_file_of_1_gib(client, s3, bucket, a_file, tmp_path):
    there_and_back(client, bucket, a_file(GIB), tmp_path / "back")
    s3.delete_object(Bucket=bucket, Key="file")
