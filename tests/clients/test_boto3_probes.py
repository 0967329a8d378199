"""What clients ask a bucket for that has nothing of the kind, and what they try to put there in vain."""

import xml.etree.ElementTree as ElementTree

import pytest

from answers import S3_NAMESPACE, ask, refused
from probes import ABSENT, IN_VAIN, SETTINGS

DELETIONS = ["cors", "encryption", "lifecycle", "ownershipControls", "policy", "publicAccessBlock", "replication", "tagging",
             "website"]
ROOTS = {
    "versioning": "VersioningConfiguration",
    "logging": "BucketLoggingStatus",
    "notification": "NotificationConfiguration",
    "accelerate": "AccelerateConfiguration",
    "requestPayment": "RequestPaymentConfiguration",
    "location": "LocationConstraint",
    "analytics": "ListBucketAnalyticsConfigurationResult",
    "intelligent-tiering": "ListBucketIntelligentTieringConfigurationsOutput",
    "inventory": "ListInventoryConfigurationsResult",
    "metrics": "ListMetricsConfigurationsResult",
}


@pytest.mark.parametrize("operation,answer", SETTINGS)
def test_setting_that_was_never_put(s3, bucket, operation, answer):
    result = getattr(s3, operation)(Bucket=bucket)
    del result["ResponseMetadata"]
    assert result == answer


@pytest.mark.parametrize("operation,parameters,code,status", ABSENT)
def test_what_was_never_put(s3, bucket, operation, parameters, code, status):
    s3.put_object(Bucket=bucket, Key="key", Body=b"")
    assert refused(getattr(s3, operation), Bucket=bucket, **parameters) == (code, status)


@pytest.mark.parametrize("subresource,root", ROOTS.items())
def test_answers_have_the_roots_that_s3_gives_them(gateway, alice, bucket, subresource, root):
    answer = ask(gateway, "GET", "/" + bucket, subresource, by=alice)
    assert (answer.status, answer.header("Content-Type")) == (200, "application/xml")
    assert ElementTree.fromstring(answer.body).tag == "{%s}%s" % (S3_NAMESPACE, root)


@pytest.mark.parametrize("subresource", DELETIONS)
def test_deleting_what_is_not_there(gateway, alice, bucket, subresource):
    answer = ask(gateway, "DELETE", "/" + bucket, subresource, by=alice)
    assert (answer.status, answer.body) == (204, b"")


@pytest.mark.parametrize("operation,parameters", IN_VAIN)
def test_what_cannot_be_put_changes_nothing(s3, bucket, operation, parameters):
    def found():
        """What the bucket says of it now."""
        answer = s3._make_api_call("Get" + s3.meta.method_to_api_mapping[operation][len("Put"):],
                                   {"Bucket": bucket, **({"Id": "id"} if "Id" in parameters else {})})
        return {name: value for name, value in answer.items() if name != "ResponseMetadata"}

    def state():
        try:
            return found()
        except s3.exceptions.ClientError as error:
            return error.response["Error"]["Code"]

    before = state()
    assert refused(getattr(s3, operation), Bucket=bucket, **parameters) == ("NotImplemented", 501)
    assert state() == before


@pytest.mark.parametrize("operation,parameters", [
    ("put_object_retention", {"Retention": {"Mode": "GOVERNANCE", "RetainUntilDate": "2100-01-01T00:00:00Z"}}),
    ("put_object_legal_hold", {"LegalHold": {"Status": "ON"}}),
])
def test_no_object_is_locked_in_a_bucket_without_locks(s3, bucket, operation, parameters):
    s3.put_object(Bucket=bucket, Key="key", Body=b"")
    assert refused(getattr(s3, operation), Bucket=bucket, Key="key", **parameters) == ("InvalidRequest", 400)
    s3.delete_object(Bucket=bucket, Key="key")
    assert refused(s3.head_object, Bucket=bucket, Key="key") == ("404", 404)


@pytest.mark.parametrize("subresource", sorted({*ROOTS, *DELETIONS, "object-lock", "policyStatus"}))
def test_others_learn_nothing(gateway, bob, bucket, subresource):
    assert ask(gateway, "GET", "/" + bucket, subresource, by=bob).code == "AccessDenied"
    assert ask(gateway, "GET", "/" + bucket, subresource).code == "AccessDenied"
