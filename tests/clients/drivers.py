"""Clients that are programs of their own: each is run unmodified, told where the gateway is and who asks."""

import base64
import json
import os
import re
import subprocess
from pathlib import Path
from urllib.parse import quote

from launcher import wait_until

HERE = Path(__file__).resolve().parent
NEWEST_PYTHON = HERE.parent.parent / "build/python/bin/python"  # scripts/test makes it
PATIENCE_SECONDS = 300


def clean_environment(home, **settings):
    """The environment without settings that a client would take from the person who runs the tests."""
    kept = {name: value for name, value in os.environ.items()
            if not name.startswith(("AWS_", "RCLONE_")) and not name.lower().endswith("_proxy")}
    return {**kept, "HOME": str(home), "AWS_EC2_METADATA_DISABLED": "true", **settings}


def run(command, environment, check=True, stdin=b""):
    done = subprocess.run([str(word) for word in command], env=environment, input=stdin, capture_output=True,
                          timeout=PATIENCE_SECONDS)
    done.stdout, done.stderr = done.stdout.decode(errors="surrogateescape"), done.stderr.decode(errors="replace")
    assert not check or done.returncode == 0, "%s: exit status %d\n%s%s" % (
        command, done.returncode, done.stdout[-3000:], done.stderr[-3000:])
    return done


def uri(bucket, key=""):
    """A place as s3cmd and the AWS command line name it."""
    return "s3://%s/%s" % (bucket, key)


class S3cmd:
    def __init__(self, gateway, user, home, signature_v2=False):
        self.environment = clean_environment(home)
        self.options = ["--no-ssl", "--no-progress"]
        if signature_v2:
            self.options.append("--signature-v2")
        address = "127.0.0.1:%d" % gateway.port
        self.configuration = Path(home, "s3cfg")
        self.configuration.write_text("[default]\naccess_key = %s\nsecret_key = %s\nhost_base = %s\nhost_bucket = %s\n"
                                      "max_retries = 1\n" % (user.access_key, user.secret_key, address, address))

    def __call__(self, *arguments, check=True):
        return run(["s3cmd", "--config", self.configuration, *self.options, *arguments], self.environment, check)

    def upload(self, bucket, key, path):
        self("put", path, uri(bucket, key))

    def download(self, bucket, key, path):
        self("get", "--force", uri(bucket, key), path)


class Rclone:
    """rclone with the remote "gate:"."""

    def __init__(self, gateway, user, home):
        self.environment = clean_environment(
            home, RCLONE_CONFIG=str(Path(home, "rclone.conf")), RCLONE_CONFIG_GATE_TYPE="s3",
            RCLONE_CONFIG_GATE_PROVIDER="Other", RCLONE_CONFIG_GATE_ENDPOINT=gateway.endpoint,
            RCLONE_CONFIG_GATE_ACCESS_KEY_ID=user.access_key, RCLONE_CONFIG_GATE_SECRET_ACCESS_KEY=user.secret_key,
            RCLONE_CONFIG_GATE_FORCE_PATH_STYLE="true")
        Path(home, "rclone.conf").touch()

    def __call__(self, *arguments, check=True, stdin=b""):
        return run(["rclone", "--retries", "1", "--low-level-retries", "1", *arguments], self.environment, check, stdin)

    def upload(self, bucket, key, path):
        self("copyto", path, "gate:%s/%s" % (bucket, key))

    def download(self, bucket, key, path):
        self("copyto", "gate:%s/%s" % (bucket, key), path)


class Awscli:
    """Amazon's command line; it splits files of 8 MiB and more."""

    PROGRAMS = {"debian": ["/usr/bin/aws"], "newest": [NEWEST_PYTHON, "-m", "awscli"]}

    def __init__(self, gateway, user, home, which, **settings):
        self.environment = clean_environment(
            home, AWS_ACCESS_KEY_ID=user.access_key, AWS_SECRET_ACCESS_KEY=user.secret_key, AWS_DEFAULT_REGION="us-east-1",
            AWS_MAX_ATTEMPTS="1", **settings)
        self.command = [*self.PROGRAMS[which], "--endpoint-url", gateway.endpoint]
        self.algorithms = ["CRC32", "CRC32C", "SHA1", "SHA256"] + (["CRC64NVME"] if which == "newest" else [])

    def __call__(self, *arguments, check=True, stdin=b""):
        return run([*self.command, "s3", *arguments], self.environment, check, stdin)

    def keys(self, bucket):
        """The keys that `aws s3 ls --recursive` prints."""
        return [line.split(maxsplit=3)[3] for line in self("ls", "--recursive", uri(bucket)).stdout.splitlines()]

    def _api(self, operation, arguments, parameters, check):
        for name, value in parameters.items():
            arguments += ("--" + name.replace("_", "-"), value if isinstance(value, (str, Path)) else json.dumps(value))
        return run([*self.command, "s3api", operation, *arguments], self.environment, check)

    def api(self, operation, *arguments, **parameters):
        """`aws s3api` with --some-name for each some_name; what it prints, read as JSON."""
        return json.loads(self._api(operation, arguments, parameters, check=True).stdout or "{}")

    def refused(self, operation, *arguments, **parameters):
        """The code of the error that `aws s3api` must end in."""
        done = self._api(operation, arguments, parameters, check=False)
        found = re.search(r"An error occurred \((\w+)\)", done.stderr)
        assert done.returncode != 0 and found, done.stdout + done.stderr
        return found.group(1)


class Restic:
    """restic with its repository in a bucket."""

    def __init__(self, gateway, user, home, bucket):
        self.environment = clean_environment(
            home, AWS_ACCESS_KEY_ID=user.access_key, AWS_SECRET_ACCESS_KEY=user.secret_key,
            RESTIC_REPOSITORY="s3:%s/%s/a/repository" % (gateway.endpoint, bucket), RESTIC_PASSWORD="a password")

    def __call__(self, *arguments, check=True):
        return run(["restic", "--quiet", *arguments], self.environment, check)


class S3fs:
    """A bucket mounted by s3fs on `folder`; `with` unmounts it."""

    def __init__(self, gateway, user, home, bucket, folder):
        keys = Path(home, "passwd-s3fs")
        keys.touch(0o600)
        keys.write_text("%s:%s\n" % (user.access_key, user.secret_key))
        self.folder, self.environment = folder, clean_environment(home)
        self.command = ["s3fs", bucket, folder, "-o",
                        "url=%s,passwd_file=%s,use_path_request_style,retries=1,connect_timeout=10,readwrite_timeout=60"
                        % (gateway.endpoint, keys)]

    def __enter__(self):
        self.folder.mkdir(exist_ok=True)
        run(self.command, self.environment)
        wait_until(self.folder.is_mount, 30, "a mount on %s" % self.folder)
        return self.folder

    def __exit__(self, *error):
        done = run(["fusermount", "-u", self.folder], self.environment, check=False)
        if done.returncode != 0:  # whatever happened, no test leaves a mount behind
            run(["fusermount", "-u", "-z", self.folder], self.environment)
        wait_until(lambda: not self.folder.is_mount(), 30, "no mount on %s" % self.folder)
        assert done.returncode == 0 or error[0], done.stderr


class Curl:
    """curl; S3 wants x-amz-content-sha256, which Debian's curl signs when told, but does not add by itself."""

    def __init__(self, gateway, user, home):
        self.gateway, self.user, self.environment = gateway, user, clean_environment(home)

    def url(self, bucket, key=""):
        return "%s/%s/%s" % (self.gateway.endpoint, bucket, quote(key, safe="/~"))

    def plain(self, *arguments, check=True):
        return run(["curl", "-q", "-sS", "--path-as-is", *arguments], self.environment, check)

    def __call__(self, *arguments, check=True):
        """curl --aws-sigv4"""
        return self.signed(self.user.secret_key, "us-east-1", *arguments, check=check)

    def signed(self, secret_key, region, *arguments, check=True):
        return self.plain("--aws-sigv4", "aws:amz:%s:s3" % region, "--user", self.user.access_key + ":" + secret_key,
                          "-H", "x-amz-content-sha256: UNSIGNED-PAYLOAD", *arguments, check=check)

    def upload(self, bucket, key, path):
        self("--fail", "-T", path, self.url(bucket, key))

    def download(self, bucket, key, path):
        self("--fail", "-o", path, self.url(bucket, key))
        Path(path).touch()  # curl makes no file for an empty body


class SdkError(Exception):
    def __init__(self, error):
        super().__init__("%(status)s %(code)s: %(message)s" % error)
        self.code, self.status = error["code"], error["status"]


class Javascript:
    """One Node process with one of Amazon's SDKs; it is sent a line of JSON for each call and answers with one."""

    def __init__(self, script, gateway, user, home, **settings):
        self.process = subprocess.Popen(
            ["node", str(HERE / "javascript" / script), gateway.endpoint, user.access_key, user.secret_key],
            env=clean_environment(home, AWS_SDK_JS_SUPPRESS_MAINTENANCE_MODE_MESSAGE="1", **settings),
            stdin=subprocess.PIPE, stdout=subprocess.PIPE)

    def close(self):
        self.process.stdin.close()
        assert self.process.wait(PATIENCE_SECONDS) == 0

    def __call__(self, operation, save_to=None, **parameters):
        """One call; bytes go as they are, a Path as a stream of that file; the body comes back as bytes, or as a file."""
        job = {"operation": operation, "parameters": parameters, "saveTo": save_to and str(save_to)}
        self.process.stdin.write(json.dumps(job, default=self._encode).encode() + b"\n")
        self.process.stdin.flush()
        line = self.process.stdout.readline()
        assert line, "node ended"
        answer = json.loads(line)
        if "error" in answer:
            raise SdkError(answer["error"])
        result = answer["result"]
        if isinstance(result, dict) and "base64" in (result.get("Body") or {}):
            result["Body"] = base64.b64decode(result["Body"]["base64"])
        return result

    @staticmethod
    def _encode(value):
        if isinstance(value, Path):
            return {"file": str(value)}
        return {"base64": base64.b64encode(value).decode()}

    def upload(self, bucket, key, path):
        self("PutObject", Bucket=bucket, Key=key, Body=Path(path))

    def download(self, bucket, key, path):
        self("GetObject", save_to=path, Bucket=bucket, Key=key)


class Boto:
    """boto 2; upload and download are here only to give it the same face as the others."""

    def __init__(self, connection):
        self.connection = connection

    def upload(self, bucket, key, path):
        self.connection.get_bucket(bucket, validate=False).new_key(key).set_contents_from_filename(str(path))

    def download(self, bucket, key, path):
        self.connection.get_bucket(bucket, validate=False).new_key(key).get_contents_to_filename(str(path))


class Boto3:
    def __init__(self, client):
        self.client = client

    def upload(self, bucket, key, path):
        with open(path, "rb") as body:
            self.client.put_object(Bucket=bucket, Key=key, Body=body)

    def download(self, bucket, key, path):
        body = self.client.get_object(Bucket=bucket, Key=key)["Body"]
        with open(path, "wb") as out:
            for piece in body.iter_chunks(1 << 20):
                out.write(piece)
