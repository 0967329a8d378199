"""The README's tables of operations: they name every operation that botocore knows, and each answers as they say."""

import subprocess
from pathlib import Path

import boto3
import pytest
from botocore.exceptions import ClientError

TOP = Path(__file__).resolve().parent.parent.parent
README = (TOP / "README.md").read_text()
MODEL = boto3.client("s3", region_name="us-east-1").meta.service_model


def marks():
    """What the README says of each operation: the head of the table that names it."""
    said = {}
    tables = README.split("<!-- made by scripts/operations -->\n\n")[1].split("\n<!-- end of")[0]
    for table in tables.split("\n\n"):
        head, _, *rows = [line.strip("| ").split(" | ") for line in table.splitlines()]
        for row in rows:
            for name in row[1].split(", "):
                assert name not in said, name + " stands there twice"
                said[name] = head[0]
    return said


MARKS = marks()


def test_the_readme_says_what_the_operation_table_says():
    made = subprocess.run([TOP / "scripts/operations"], capture_output=True, text=True, check=True).stdout
    assert made in README, "scripts/operations --write has to be run"


def test_no_operation_is_left_out():
    assert len(MODEL.operation_names) > 90
    assert set(MODEL.operation_names) - set(MARKS) == set()


def smallest(shape, name, known):
    """A value of that shape with nothing in it that may be left out."""
    if name in known:
        return known[name]
    if shape.type_name == "structure":
        needed = shape.required_members or (list(shape.members)[:1] if getattr(shape, "is_tagged_union", False) else [])
        return {member: smallest(shape.members[member], member, known) for member in needed}
    if shape.type_name == "list":
        return [smallest(shape.member, name, known)]
    if shape.type_name == "string":
        return shape.enum[0] if shape.enum else "x" * max(1, shape.metadata.get("min", 1))
    return {"blob": b"x", "integer": 1, "long": 1, "boolean": True, "timestamp": 0}[shape.type_name]


def status_of(client, operation, bucket):
    known = {"Bucket": bucket, "Key": "key", "CopySource": bucket + "/key"}
    shape = MODEL.operation_model(operation).input_shape
    arguments = smallest(shape, operation, known) if shape else {}
    try:
        answer = client._make_api_call(operation, arguments)
    except ClientError as error:
        answer = error.response
    return answer["ResponseMetadata"]["HTTPStatusCode"]


# boto3 signs the one for another service, S3 Object Lambda, and tells the other from ListBuckets by nothing but the host.
ELSEWHERE = {"WriteGetObjectResponse", "ListDirectoryBuckets"}


@pytest.mark.parametrize("operation", sorted(set(MODEL.operation_names) - ELSEWHERE))
def test_an_operation_answers_as_it_is_marked(make_boto3, alice, bucket, operation):
    client = make_boto3(alice, inject_host_prefix=False)
    client.put_object(Bucket=bucket, Key="key", Body=b"bytes")
    status = status_of(client, operation, bucket)
    if MARKS[operation] == "not yet":
        assert status == 501
        assert client.get_object(Bucket=bucket, Key="key")["Body"].read() == b"bytes"
    else:
        assert status != 501
        assert status < 500
