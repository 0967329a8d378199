"""`aws s3api`: what a bucket has nothing of, and what cannot be put."""

import pytest
from botocore import xform_name

from probes import ABSENT, IN_VAIN, SETTINGS

pytestmark = pytest.mark.slow  # each command takes a second to start


def as_options(parameters):
    """boto3's parameters by the names of the command line."""
    return {xform_name(name): value for name, value in parameters.items()}


@pytest.mark.parametrize("operation,answer", SETTINGS)
def test_setting_that_was_never_put(newest_aws, bucket, operation, answer):
    assert newest_aws.api(operation.replace("_", "-"), bucket=bucket) == answer


@pytest.mark.parametrize("operation,parameters,code,status", ABSENT)
def test_what_was_never_put(newest_aws, bucket, operation, parameters, code, status):
    assert newest_aws.refused(operation.replace("_", "-"), bucket=bucket, **as_options(parameters)) == code


@pytest.mark.parametrize("operation,parameters", IN_VAIN)
def test_what_cannot_be_put(newest_aws, bucket, operation, parameters):
    assert newest_aws.refused(operation.replace("_", "-"), bucket=bucket, **as_options(parameters)) == "NotImplemented"
