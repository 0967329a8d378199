"""Starts the real program on a store of its own, stops it, kills it, and asks it to verify what it kept."""

import os
import re
import select
import signal
import subprocess
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
ACCESS_KEY = "AKIACROSSGATEROOT001"
SECRET_KEY = "root/secret+of=the%tests0123456789abcdef"
REGION = "us-east-1"
START_SECONDS = 30
CLUSTER = os.environ.get("CROSSGATE_TEST_STORE")  # rados:POOL?conf=FILE&id=ID of scripts/test-cluster, which all stores then use


def build_folder():
    return Path(ROOT, os.environ.get("BUILD", "build"))


def program():
    return str(build_folder() / "crossgate")


def clean_environment(**extra):
    """The caller's environment without settings of another gateway."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("CROSSGATE_")}
    kept.update(CROSSGATE_ROOT_ACCESS_KEY=ACCESS_KEY, CROSSGATE_ROOT_SECRET_KEY=SECRET_KEY)
    kept.update(extra)
    return kept


class Gateway:
    """One store and the program on it; `arguments` are further flags of `crossgate serve`."""

    def __init__(self, data, arguments=(), environment=None, log=None):
        self.data = Path(data)
        self.arguments = list(arguments)
        # On a cluster the folder gives its name to a namespace.
        self.namespace = str(self.data).strip("/").replace("/", ".")
        self.store = ["--store", "%s&namespace=%s" % (CLUSTER, self.namespace)] if CLUSTER else ["--data", str(data)]
        self.environment = clean_environment(**(environment or {}))
        self.log = Path(log) if log else self.data.with_name(self.data.name + ".log")
        self.process = None
        self.port = None
        self.access_key, self.secret_key = ACCESS_KEY, SECRET_KEY

    @property
    def endpoint(self):
        return "http://127.0.0.1:%d" % self.port

    def start(self):
        assert self.process is None, "it runs already"
        command = [program(), "serve", *self.store]
        if "--listen" not in self.arguments:
            command += ["--listen", "127.0.0.1:0"]
        with open(self.log, "ab") as log:
            self.process = subprocess.Popen(command + self.arguments, env=self.environment, stdin=subprocess.DEVNULL,
                                            stdout=subprocess.PIPE, stderr=log)
        self.port = self._read_port()
        return self

    def _read_port(self):
        """Waits for the line that tells that connections are accepted."""
        line, deadline = b"", time.monotonic() + START_SECONDS
        output = self.process.stdout.fileno()
        while not line.endswith(b"\n"):
            ready, _, _ = select.select([output], [], [], max(0, deadline - time.monotonic()))
            piece = os.read(output, 4096) if ready else b""
            if not piece:
                status = self.process.poll()
                self.kill()
                raise AssertionError("no line of readiness, exit status %s; log: %s" %
                                     (status, self.log_text()[-2000:]))
            line += piece
        found = re.search(rb"crossgate listening on https?://\S+:(\d+)", line)
        assert found, "not a line of readiness: %r" % line
        return int(found.group(1))

    def stop(self, timeout=30):
        """SIGTERM; the exit status, or a failure when it does not end in time."""
        self.process.send_signal(signal.SIGTERM)
        try:
            return self.process.wait(timeout)
        finally:
            self.kill()

    def kill(self):
        """SIGKILL, whatever the state."""
        if self.process is not None:
            self.process.kill()
            self.process.wait()
            self.process.stdout.close()
            self.process = None

    def running(self):
        return self.process is not None and self.process.poll() is None

    def run(self, *arguments, check=True, timeout=120, input=None):
        """Another command of the program, such as `user add`, on the same store; `input` is its standard input."""
        return subprocess.run([program(), *arguments, *self.store], env=self.environment, check=check,
                              capture_output=True, text=True, timeout=timeout, input=input)

    def verify(self):
        """`crossgate verify`: its exit status and what it printed."""
        done = self.run("verify", check=False, timeout=600)
        return done.returncode, done.stdout + done.stderr

    def log_text(self):
        return self.log.read_text(errors="replace") if self.log.exists() else ""

    def peak_memory(self):
        return peak_memory(self.process.pid)

    def files(self):
        """Every regular file of the store with its size; on a cluster its objects, those of a blob as one."""
        if CLUSTER:
            return objects_of(self.namespace)
        found = {}
        for path in self.data.rglob("*"):
            try:
                if path.is_file():
                    found[str(path.relative_to(self.data))] = path.stat().st_size
            except FileNotFoundError:
                pass
        return found


def peak_memory(pid):
    """VmHWM in bytes."""
    status = Path("/proc/%d/status" % pid).read_text()
    return int(re.search(r"VmHWM:\s+(\d+) kB", status).group(1)) * 1024


def objects_of(namespace):
    """The sizes of the blobs, as "blobs/ID", and of other objects of a store on the cluster."""
    import rados  # Debian's python3-rados, which comes with Ceph's commands

    pool, conf = re.match("rados:([^?]+)\\?conf=([^&]+)", CLUSTER).groups()
    found = {}
    with rados.Rados(conffile=conf, rados_id="admin") as cluster, cluster.open_ioctx(pool) as context:
        context.set_namespace(namespace)
        for item in context.list_objects():
            name = re.sub(r"^b\.([0-9a-f]+)(\.\d+)?$", r"blobs/\1", item.key)
            try:
                found[name] = found.get(name, 0) + context.stat(item.key)[0]
            except rados.ObjectNotFound:
                pass
    return found


def end_well(gateway):
    """A gateway that was only sent requests exits 0 on SIGTERM, leaves a sound store, and logged no secret."""
    assert gateway.running(), "the gateway died: " + gateway.log_text()[-4000:]
    status = gateway.stop()
    log = gateway.log_text()
    assert status == 0, "exit status %d on SIGTERM; log: %s" % (status, log[-4000:])

    status, report = gateway.verify()
    assert status == 0, "verify: exit status %d: %s" % (status, report[-4000:])

    for secret in ("Signature=", gateway.secret_key):
        assert secret not in log, "the log holds %r" % secret


def wait_until(condition, seconds, what):
    """Polls until `condition()` is true; fails after so many seconds."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        result = condition()
        if result:
            return result
        time.sleep(0.02)
    raise AssertionError("not within %g s: %s" % (seconds, what))
