"""The cluster of scripts/test-cluster: its commands and its daemons, each in a process of its own."""

import os
import signal
import subprocess
from pathlib import Path

from launcher import wait_until

FOLDER = Path(os.environ.get("CROSSGATE_TEST_CLUSTER", ""))


def ceph(*arguments, timeout=60):
    return subprocess.run(["ceph", *arguments], check=True, capture_output=True, text=True, timeout=timeout).stdout


def store_url(pool=None, **settings):
    """The cluster's store with more settings; or in another pool, for a client that may do everything."""
    own = os.environ["CROSSGATE_TEST_STORE"]
    if pool:
        own = "rados:%s?conf=%s" % (pool, os.environ["CEPH_CONF"])
    return "&".join([own] + ["%s=%s" % pair for pair in settings.items()])


def make_pool(name):
    ceph("osd", "pool", "create", name, "1")
    ceph("osd", "pool", "application", "enable", name, "crossgate")


def remove_pool(name):
    ceph("osd", "pool", "delete", name, name, "--yes-i-really-really-mean-it")


class Daemon:
    """One of them, such as "osd.0"."""

    def __init__(self, name):
        self.name = name

    @property
    def pid(self):
        return int((FOLDER / (self.name + ".pid")).read_text())

    def running(self):
        """A daemon that is no child of ours ends as soon as its parent has noticed."""
        try:
            return "\nState:\tZ" not in Path("/proc/%d/status" % self.pid).read_text()
        except FileNotFoundError:
            return False

    def kill(self):
        if self.running():
            os.kill(self.pid, signal.SIGKILL)
            wait_until(lambda: not self.running(), 30, self.name + " ends")

    def start(self):
        if not self.running():
            subprocess.run([str(FOLDER / (self.name + ".start"))], check=True, timeout=60)

    def pause(self, paused):
        """Stop where it stands, as a machine that hangs does, or go on."""
        os.kill(self.pid, signal.SIGSTOP if paused else signal.SIGCONT)


def osds():
    return [Daemon(path.name.removesuffix(".pid")) for path in sorted(FOLDER.glob("osd.*.pid"))]
