"""What clients ask a bucket for that has nothing of the kind, and what they try to put there in vain."""

import xml.etree.ElementTree as ElementTree

import pytest

from answers import S3_NAMESPACE, ask, refused

ID = {"Id": "id"}
SETTINGS = [
    ("get_bucket_location", {"LocationConstraint": None}),
    ("get_bucket_versioning", {}),
    ("get_bucket_logging", {}),
    ("get_bucket_notification_configuration", {}),
    ("get_bucket_accelerate_configuration", {}),
    ("get_bucket_request_payment", {"Payer": "BucketOwner"}),
    ("list_bucket_analytics_configurations", {"IsTruncated": False}),
    ("list_bucket_intelligent_tiering_configurations", {"IsTruncated": False}),
    ("list_bucket_inventory_configurations", {"IsTruncated": False}),
    ("list_bucket_metrics_configurations", {"IsTruncated": False}),
]
ABSENT = [
    ("get_bucket_policy", {}, "NoSuchBucketPolicy", 404),
    ("get_bucket_tagging", {}, "NoSuchTagSet", 404),
    ("get_bucket_cors", {}, "NoSuchCORSConfiguration", 404),
    ("get_bucket_lifecycle_configuration", {}, "NoSuchLifecycleConfiguration", 404),
    ("get_bucket_lifecycle", {}, "NoSuchLifecycleConfiguration", 404),
    ("get_bucket_website", {}, "NoSuchWebsiteConfiguration", 404),
    ("get_bucket_encryption", {}, "ServerSideEncryptionConfigurationNotFoundError", 404),
    ("get_bucket_replication", {}, "ReplicationConfigurationNotFoundError", 404),
    ("get_bucket_ownership_controls", {}, "OwnershipControlsNotFoundError", 404),
    ("get_public_access_block", {}, "NoSuchPublicAccessBlockConfiguration", 404),
    ("get_object_lock_configuration", {}, "ObjectLockConfigurationNotFoundError", 404),
    ("get_object_retention", {"Key": "key"}, "InvalidRequest", 400),
    ("get_object_legal_hold", {"Key": "key"}, "InvalidRequest", 400),
    ("get_bucket_analytics_configuration", ID, "NoSuchConfiguration", 404),
    ("get_bucket_intelligent_tiering_configuration", ID, "NoSuchConfiguration", 404),
    ("get_bucket_inventory_configuration", ID, "NoSuchConfiguration", 404),
    ("get_bucket_metrics_configuration", ID, "NoSuchConfiguration", 404),
    ("delete_bucket_analytics_configuration", ID, "NoSuchConfiguration", 404),
    ("delete_bucket_intelligent_tiering_configuration", ID, "NoSuchConfiguration", 404),
    ("delete_bucket_inventory_configuration", ID, "NoSuchConfiguration", 404),
    ("delete_bucket_metrics_configuration", ID, "NoSuchConfiguration", 404),
]
DELETIONS = ["cors", "encryption", "lifecycle", "policy", "replication", "tagging", "website"]
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
DAYS = {"Mode": "GOVERNANCE", "Days": 1}
DESTINATION = {"Bucket": "arn:aws:s3:::other"}
# What cannot be put, and how a client sees that nothing was.
IN_VAIN = [
    ("put_bucket_lifecycle_configuration", {"LifecycleConfiguration": {
        "Rules": [{"Status": "Enabled", "Filter": {"Prefix": ""}, "Expiration": {"Days": 1}}]}}),
    ("put_bucket_website", {"WebsiteConfiguration": {"IndexDocument": {"Suffix": "index.html"}}}),
    ("put_bucket_encryption", {"ServerSideEncryptionConfiguration": {
        "Rules": [{"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}}]}}),
    ("put_bucket_replication", {"ReplicationConfiguration": {
        "Role": "role", "Rules": [{"Status": "Enabled", "Destination": DESTINATION}]}}),
    ("put_object_lock_configuration", {"ObjectLockConfiguration": {
        "ObjectLockEnabled": "Enabled", "Rule": {"DefaultRetention": DAYS}}}),
    ("put_bucket_logging", {"BucketLoggingStatus": {"LoggingEnabled": {"TargetBucket": "logs", "TargetPrefix": ""}}}),
    ("put_bucket_notification_configuration", {"NotificationConfiguration": {
        "TopicConfigurations": [{"TopicArn": "arn:aws:sns:us-east-1:1:t", "Events": ["s3:ObjectCreated:*"]}]}}),
    ("put_bucket_accelerate_configuration", {"AccelerateConfiguration": {"Status": "Enabled"}}),
    ("put_bucket_request_payment", {"RequestPaymentConfiguration": {"Payer": "Requester"}}),
    ("put_bucket_analytics_configuration", {**ID, "AnalyticsConfiguration": {**ID, "StorageClassAnalysis": {}}}),
    ("put_bucket_intelligent_tiering_configuration", {**ID, "IntelligentTieringConfiguration": {
        **ID, "Status": "Enabled", "Tierings": [{"Days": 90, "AccessTier": "ARCHIVE_ACCESS"}]}}),
    ("put_bucket_inventory_configuration", {**ID, "InventoryConfiguration": {
        **ID, "Destination": {"S3BucketDestination": {**DESTINATION, "Format": "CSV"}}, "IsEnabled": True,
        "IncludedObjectVersions": "All", "Schedule": {"Frequency": "Daily"}}}),
    ("put_bucket_metrics_configuration", {**ID, "MetricsConfiguration": ID}),
]


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


@pytest.mark.parametrize("subresource", sorted({*ROOTS, *DELETIONS, "object-lock", "publicAccessBlock"} - {"location"}))
def test_others_learn_nothing(gateway, bob, bucket, subresource):
    assert ask(gateway, "GET", "/" + bucket, subresource, by=bob).code == "AccessDenied"
    assert ask(gateway, "GET", "/" + bucket, subresource).code == "AccessDenied"
