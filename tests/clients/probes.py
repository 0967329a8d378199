"""What clients ask a bucket for that has nothing of the kind, and what they try to put there in vain: boto3's names."""

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
    ("get_bucket_policy_status", {}, "NoSuchBucketPolicy", 404),
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
