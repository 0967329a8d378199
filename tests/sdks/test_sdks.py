"""SDKs for other languages: a program each, built by the language's own tools with the versions that it pins.
`scripts/test --all-sdks` runs them."""

import os
import shutil
import signal
import subprocess
from pathlib import Path

import pytest

from launcher import ROOT

HERE = Path(__file__).resolve().parent
BUILD_SECONDS, RUN_SECONDS = 3600, 300

# The tools that have to be there, how to build, how to run; both in a copy of the folder under build/.
SDKS = {
    "go": (["go"], ["go", "build", "-mod=readonly", "-o", "program", "."], ["./program"]),
    "java": (["mvn", "javac"], ["mvn", "-q", "-B", "compile"], ["mvn", "-q", "-B", "exec:java"]),
    "rust": (["cargo"], ["cargo", "build", "--quiet"], ["cargo", "run", "--quiet"]),
    "minio-python": (["python3"], ["sh", "-c", "python3 -m venv . && bin/python -m pip install --quiet --no-deps "
                                               "--disable-pip-version-check -r requirements.txt"], ["bin/python", "main.py"]),
    "minio-javascript": (["node", "npm"], ["npm", "install", "--silent", "--no-audit", "--no-fund", "--ignore-scripts"],
                         ["node", "main.js"]),
}


def run(command, folder, seconds, **settings):
    """A command and all that it starts, which end with it."""
    with subprocess.Popen(command, cwd=folder, env={**os.environ, **settings}, stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, start_new_session=True) as process:
        try:
            output = process.communicate(timeout=seconds)[0]
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            raise
    assert process.returncode == 0, "%s: exit status %d\n%s" % (command, process.returncode, output[-5000:])


@pytest.mark.parametrize("sdk", SDKS)
def test_sdk(sdk, gateway, alice, bucket_name):
    tools, build, program = SDKS[sdk]
    for tool in tools:
        if not shutil.which(tool):
            pytest.skip("no %s here: the %s SDK is not tried" % (tool, sdk))
    folder = ROOT / "build/sdks" / sdk
    shutil.copytree(HERE / sdk, folder, dirs_exist_ok=True)
    run(build, folder, BUILD_SECONDS)
    run(program, folder, RUN_SECONDS, S3_ENDPOINT=gateway.endpoint, S3_ACCESS_KEY=alice.access_key,
        S3_SECRET_KEY=alice.secret_key, S3_BUCKET=bucket_name)
