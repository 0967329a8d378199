"""Multipart uploads through boto3, step by step."""

import contextlib
import hashlib
import random

MIB = 1 << 20
PART_MIN = 5 * MIB


def some_bytes(size, seed=0):
    """Random bytes, the same at every run."""
    return random.Random(seed).randbytes(size)


def whole_etag(*bodies):
    """The ETag of an object that came in these parts."""
    digests = b"".join(hashlib.md5(body).digest() for body in bodies)
    return '"%s-%d"' % (hashlib.md5(digests).hexdigest(), len(bodies))


class Upload:
    """An upload that is under way; more arguments are CreateMultipartUpload's."""

    def __init__(self, s3, bucket, key="key", **more):
        self.s3, self.where = s3, {"Bucket": bucket, "Key": key}
        self.answer = s3.create_multipart_upload(**self.where, **more)
        self.where["UploadId"] = self.answer["UploadId"]
        self.parts = {}

    @property
    def id(self):
        return self.where["UploadId"]

    def put(self, number, body, **more):
        """Put a part, and remember it for complete()."""
        answer = self.s3.upload_part(**self.where, PartNumber=number, Body=body, **more)
        self.parts[number] = {name: answer[name] for name in answer if name == "ETag" or name.startswith("Checksum")}
        return answer

    def copy(self, number, source, **more):
        answer = self.s3.upload_part_copy(**self.where, PartNumber=number, CopySource=source, **more)["CopyPartResult"]
        self.parts[number] = {name: answer[name] for name in answer if name == "ETag" or name.startswith("Checksum")}
        return answer

    def complete(self, numbers=None, checksums=False, **more):
        """Complete it with these parts, by default all; with their checksums if they are wanted."""
        return self.s3.complete_multipart_upload(**self.where, **more, MultipartUpload={"Parts": [
            {"PartNumber": number, **{name: value for name, value in self.parts[number].items()
                                      if name == "ETag" or checksums}}
            for number in (sorted(self.parts) if numbers is None else numbers)]})

    def listed(self, **more):
        return [part["PartNumber"] for part in self.s3.list_parts(**self.where, **more).get("Parts", [])]

    def abort(self):
        return self.s3.abort_multipart_upload(**self.where)


@contextlib.contextmanager
def header(s3, name, value):
    """Every request of the client has this header in the meantime, for what Debian's boto3 has no parameter for."""
    def add(params, **_):
        params["headers"][name] = value

    s3.meta.events.register("before-call.s3", add)
    try:
        yield
    finally:
        s3.meta.events.unregister("before-call.s3", add)
