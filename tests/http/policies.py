"""Bucket policies in few words."""

import json


def of(bucket, key=None):
    """The ARN of a bucket, or of objects in it."""
    return "arn:aws:s3:::" + bucket + ("" if key is None else "/" + key)


def user(someone):
    return {"AWS": "arn:aws:iam::%s:root" % someone.id}


def statement(resource, action, effect="Allow", principal="*", condition=None):
    made = {"Effect": effect, "Principal": principal, "Action": action, "Resource": resource}
    return {**made, "Condition": condition} if condition else made


def allow(resource, action, principal="*", condition=None):
    return statement(resource, action, "Allow", principal, condition)


def deny(resource, action, principal="*", condition=None):
    return statement(resource, action, "Deny", principal, condition)


def policy(*statements):
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})
