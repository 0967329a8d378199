"""
Multipart uploads under load: begun, filled with parts, completed, aborted, or left, to be gone on with later. As with the
rest of the load it is known at any moment which uploads there may be, and which parts each may have.
"""

import hashlib
import re

import load

PART_MIN = 5 << 20  # of all but the last


class Part:
    """The bytes of one part: mostly repetitions, for making so many must not be what takes the time."""

    def __init__(self, name, size):
        head = ("%s %d\n" % (name, size)).encode()
        pattern = hashlib.shake_128(head).digest(4093)
        self.body = (head + pattern * (size // len(pattern) + 1))[:size]
        self.digest = hashlib.md5(self.body).digest()
        self.etag = self.digest.hex()


class Whole(load.Version):
    """What comes of an upload: its parts by number, their bytes together."""

    def __init__(self, key, number, sizes):
        self.name = "%s %d in parts" % (key, number)
        self.parts = {1 + 3 * at: Part("%s %d" % (self.name, at), size) for at, size in enumerate(sizes)}
        self.body = b"".join(part.body for part in self.parts.values())
        self.md5 = hashlib.md5(self.body).hexdigest()
        self.etag = "%s-%d" % (hashlib.md5(b"".join(part.digest for part in self.parts.values())).hexdigest(),
                               len(sizes))

    @property
    def blobs(self):
        return sum(bool(part.body) for part in self.parts.values())

    def copy(self):
        return InOnePiece(self)


class InOnePiece(load.Version):
    def __init__(self, whole):
        self.name, self.body, self.md5 = whole.name, whole.body, whole.md5
        self.etag = self.md5


class Upload:
    """One that is under way, or may be: `ending` is what was asked for to end it, and not answered."""

    def __init__(self, key, whole):
        self.key, self.whole = key, whole
        self.parts = {}  # number: list of ETags or ABSENT
        self.ending = None

    def may_be(self, number):
        return self.parts.get(number, [load.ABSENT])


def upload_id(said):
    return re.search(rb"<UploadId>([0-9a-f]+)</UploadId>", said).group(1).decode()


def leave_upload(connection, bucket):
    """One with a part, in a bucket that is to go."""
    answer, said = connection.send("POST", "/%s/left" % bucket, query="uploads")
    assert answer.status == 200, said
    answer, said = connection.send("PUT", "/%s/left" % bucket, b"x" * 1000,
                                   query="partNumber=1&uploadId=" + upload_id(said))
    assert answer.status == 200, said


class Uploader(load.Writer):
    seeds = 50

    def __init__(self, gateway, store, name, seed, **how):
        super().__init__(gateway, store, name, seed, **how)
        self.keys = self.keys[:5]  # they are large

    def step(self, connection):
        chance = self.random.random()
        mine = [name for name, upload in list(self.store.uploads.items()) if upload.key in self.keys]  # others add to them
        if chance < 0.25:
            super().step(connection)
        elif chance < 0.55 or not mine:
            self.begin(connection, self.random.choice(self.keys))
        else:
            self.go_on(connection, self.random.choice(mine))

    def sizes(self):
        chance = self.random.random()
        last = self.random.choice((0, 1, self.random.randint(*load.SMALL), self.random.randint(*load.LARGE)))
        return [PART_MIN + self.random.randint(0, 1000)] * (chance < 0.3) + [last]

    def begin(self, connection, key):
        self.number += 1
        whole = Whole(key, self.number, self.sizes())
        headers = [("x-amz-meta-version", whole.name), ("Content-Type", "x/" + whole.md5)]
        answer, said = connection.send("POST", "/%s/%s" % (load.BUCKET, key), b"", headers, "uploads")
        if self.is_done(answer, said, (200,), "begin " + key):
            self.store.uploads[upload_id(said)] = Upload(key, whole)

    def go_on(self, connection, name):
        upload = self.store.uploads[name]
        missing = [number for number, part in upload.whole.parts.items() if upload.may_be(number) != [part.etag]]
        chance = self.random.random()
        if chance < 0.12:
            self.abort(connection, name, upload)
        elif chance < 0.3:
            other = Part("another", self.random.choice((0, 10, 200000)))
            self.put(connection, name, upload, self.random.choice((1, 2, 4, 9)), other)
        elif missing:
            self.put(connection, name, upload, missing[0], upload.whole.parts[missing[0]])
        else:
            self.complete(connection, name, upload)

    def put(self, connection, name, upload, number, part):
        upload.parts[number] = upload.may_be(number) + [part.etag]
        answer, said = connection.send("PUT", "/%s/%s" % (load.BUCKET, upload.key), part.body, (),
                                       "partNumber=%d&uploadId=%s" % (number, name))
        if self.is_done(answer, said, (200,), "part %d of %s" % (number, upload.key)):
            assert answer.getheader("ETag") == '"%s"' % part.etag
            upload.parts[number] = [part.etag]

    def complete(self, connection, name, upload):
        document = "".join("<Part><PartNumber>%d</PartNumber><ETag>%s</ETag></Part>" % (number, part.etag)
                           for number, part in upload.whole.parts.items())
        upload.ending = "complete"
        if self.write(connection, upload.key, upload.whole, "POST", (200,),
                      ("<CompleteMultipartUpload>%s</CompleteMultipartUpload>" % document).encode(),
                      query="uploadId=" + name):
            del self.store.uploads[name]
            self.store.completed += 1

    def abort(self, connection, name, upload):
        upload.ending = "abort"
        answer, said = connection.send("DELETE", "/%s/%s" % (load.BUCKET, upload.key), query="uploadId=" + name)
        if self.is_done(answer, said, (204,), "abort " + upload.key):
            del self.store.uploads[name]


def settle(store, name, upload, there):
    """After a crash an upload whose end was not answered has ended or not: with all that this means for its key."""
    ending, upload.ending = upload.ending, None
    assert there or ending, "the upload %s of %s is gone" % (name, upload.key)
    if not there:
        del store.uploads[name]
    if ending == "complete":
        store.allowed[upload.key] = [version for version in store.may_be(upload.key)
                                     if (version is upload.whole) != there]


def check_upload(connection, store, name, upload):
    """Its parts are those that were answered, or asked for since."""
    answer, said = connection.send("GET", "/%s/%s" % (load.BUCKET, upload.key), query="uploadId=" + name)
    assert answer.status == 200 or b"<Code>NoSuchUpload</Code>" in said, (name, answer.status, said)
    settle(store, name, upload, answer.status == 200)
    if answer.status != 200:
        return
    listed = {int(number): etag.decode() for number, etag in re.findall(
        rb'<PartNumber>(\d+)</PartNumber>.*?<ETag>(?:"|&quot;)(\w+)(?:"|&quot;)</ETag>', said, re.DOTALL)}
    for number in set(listed) | set(upload.parts):
        etag = listed.get(number, load.ABSENT)
        assert etag in upload.may_be(number), "part %d of %s is %s; it may be: %s" % (
            number, upload.key, etag, upload.may_be(number))
        upload.parts[number] = [etag]


def list_uploads(connection):
    """By ID: the key."""
    found, query, more = {}, "", True
    while more:
        answer, said = connection.send("GET", "/" + load.BUCKET, query=query + "uploads")
        assert answer.status == 200, said
        found.update((name.decode(), key.decode()) for key, name in re.findall(
            rb"<Upload>.*?<Key>(.*?)</Key>.*?<UploadId>(\w+)</UploadId>", said, re.DOTALL))
        more = b"<IsTruncated>true<" in said
        if more:
            query = "key-marker=%s&upload-id-marker=%s&" % tuple(
                re.search("<%s>(.*?)<" % tag, said.decode()).group(1).replace("/", "%2F")
                for tag in ("NextKeyMarker", "NextUploadIdMarker"))
    return found


def abort(connection, name, key):
    answer, said = connection.send("DELETE", "/%s/%s" % (load.BUCKET, key), query="uploadId=" + name)
    assert answer.status == 204, said


def check_uploads(gateway, store):
    """Each that is known is there with its parts. One that is not has lost its answer, and is empty: it goes."""
    connection = load.Connection(gateway)
    try:
        for name, upload in list(store.uploads.items()):
            check_upload(connection, store, name, upload)
        listed = list_uploads(connection)
        assert set(store.uploads) <= set(listed)
        for name in set(listed) - set(store.uploads):
            abort(connection, name, listed[name])
        for name, upload in store.uploads.items():
            assert listed[name] == upload.key
    finally:
        connection.close()


def abort_all(gateway, store):
    connection = load.Connection(gateway)
    for name, upload in store.uploads.items():
        abort(connection, name, upload.key)
    assert list_uploads(connection) == {}
    connection.close()
