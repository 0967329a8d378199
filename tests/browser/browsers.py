"""Chromium and Firefox as Debian has them, without a screen, each with a new profile, at work for a server of pages."""

import contextlib
import json
import os
import queue
import shutil
import signal
import subprocess
import tempfile
import time
import uuid
from pathlib import Path

from marionette import Marionette

START_SECONDS = 90
JOB_SECONDS = 60
BLOCKED = "blocked"  # what a page gets of a request that the browser keeps from it

# Nothing but what the tests ask for goes over the network; no more processes than sites.
FIREFOX_SETTINGS = {
    "app.normandy.enabled": False,
    "app.update.enabled": False,
    "browser.aboutwelcome.enabled": False,
    "browser.region.network.url": "",
    "browser.safebrowsing.downloads.enabled": False,
    "browser.safebrowsing.malware.enabled": False,
    "browser.safebrowsing.phishing.enabled": False,
    "browser.shell.checkDefaultBrowser": False,
    "browser.startup.homepage_override.mstone": "ignore",
    "datareporting.healthreport.uploadEnabled": False,
    "datareporting.policy.dataSubmissionEnabled": False,
    "dom.ipc.processCount": 1,
    "dom.ipc.processCount.webIsolated": 1,
    "dom.ipc.processPrelaunch.enabled": False,
    "extensions.systemAddon.update.enabled": False,
    "extensions.update.enabled": False,
    "network.captive-portal-service.enabled": False,
    "network.connectivity-service.enabled": False,
    "network.proxy.type": 0,
    "services.settings.server": "data:,#remote-settings-dummy/v1",
    "toolkit.telemetry.enabled": False,
    "toolkit.telemetry.server": "",
}


class PageError(Exception):
    """A script threw something: what, and where."""


class Browser:
    """Starts when there is the first job, again when it has died, and is killed when a job is late."""

    def __init__(self, pages):
        self.pages = pages
        self.process = self.folder = self.mark = None

    def run(self, script, *arguments, origin=None, sandbox=None, seconds=JOB_SECONDS):
        """Runs a script (the text of an async function of JavaScript) in a page of `origin`; what it returns.

        sandbox: the attribute of the frame; "allow-scripts" makes its origin `null`
        """
        self._need()
        number = self.pages.give(self.mark, script=script, arguments=arguments, origin=origin or self.pages.home,
                                 sandbox=sandbox)
        result = self._wait(seconds)
        assert result["id"] == number, "the result of another job: %r" % result
        if "error" in result:
            raise PageError(result["error"])
        return result.get("value")

    def command(self, profile, address):
        """What starts it with a new profile, a folder, on a page."""
        raise NotImplementedError

    def console(self):
        """What a person would find in the console so far, with whatever else the browser has to say."""
        return self.log_text()

    def log_text(self):
        return Path(self.folder.name, "log").read_text(errors="replace")

    def stop(self):
        if self.process is None:
            return
        self.pages.forget(self.mark)
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)  # it leads the group of all its processes
        self.process.wait()
        self.process = None
        self.folder.cleanup()

    def _need(self):
        if self.process is not None and self.process.poll() is None:
            return
        self.stop()
        self.mark = uuid.uuid4().hex
        self.folder = tempfile.TemporaryDirectory(prefix="crossgate-browser-", ignore_cleanup_errors=True)
        profile = Path(self.folder.name, "profile")
        profile.mkdir()
        environment = {name: value for name, value in os.environ.items() if not name.lower().endswith("_proxy")}
        environment.update(HOME=self.folder.name, TMPDIR=self.folder.name)
        with open(Path(self.folder.name, "log"), "wb") as log:
            self.process = subprocess.Popen(self.command(profile, self.pages.open(self.mark)), env=environment,
                                            stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True)
        self.pages.give(self.mark, script="async () => 'here'", arguments=[], origin=self.pages.home, sandbox=None)
        self._wait(START_SECONDS)

    def _wait(self, seconds):
        """The next result; fails when the browser ends or is late."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            try:
                return self.pages.result(self.mark, 0.5)
            except queue.Empty:
                if self.process.poll() is not None:
                    break
        status, said = self.process.poll(), self.log_text()[-4000:]
        self.stop()
        raise AssertionError("%s: no result in %g s, exit status %s; it said: %s" % (self.program, seconds, status, said))


class Chromium(Browser):
    program = "chromium"

    def command(self, profile, address):
        return [self.program, "--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--disable-quic",
                "--disable-sync", "--disable-component-update", "--disable-background-networking", "--no-first-run",
                "--no-default-browser-check", "--no-proxy-server", "--enable-logging=stderr", "--v=0",
                "--user-data-dir=%s" % profile, address]


class Firefox(Browser):
    program = "firefox-esr"

    def command(self, profile, address):
        lines = ('user_pref("%s", %s);\n' % (name, json.dumps(value)) for name, value in FIREFOX_SETTINGS.items())
        Path(profile, "user.js").write_text("".join(lines))
        return [self.program, "-headless", "-no-remote", "-profile", str(profile), address]


class FirefoxWithConsole(Firefox):
    """Firefox keeps its console to itself. This one tells by remote control, which changes how it behaves in other things: it is
    for that alone."""

    remote = None

    def command(self, profile, address):
        command = super().command(profile, address)
        with open(Path(profile, "user.js"), "a") as settings:
            settings.write('user_pref("marionette.port", 0);\n')
        return [*command[:-1], "--marionette", "--remote-allow-system-access", address]

    def console(self):
        if self.remote is None:
            port = int(Path(self.folder.name, "profile", "MarionetteActivePort").read_text())
            self.remote = Marionette(port, JOB_SECONDS)
        return "\n".join(self.remote.run("return Services.console.getMessageArray().map((message) => message.message)"))

    def stop(self):
        if self.remote is not None:
            self.remote.close()
            self.remote = None
        super().stop()


BROWSERS = {"chromium": Chromium, "firefox": Firefox, "firefox-console": FirefoxWithConsole}


def missing(name):
    """Why there can be no such browser, or None."""
    program = BROWSERS[name].program
    return None if shutil.which(program) else "%s is not installed" % program
