"""The SDKs for JavaScript as scripts for a page: version 2 comes as one, version 3 is bundled by esbuild, once."""

import os
import subprocess
from pathlib import Path

from launcher import ROOT

MODULES = ROOT / "build" / "javascript" / "node_modules"
FOLDER = ROOT / "build" / "browser"
SOURCES = Path(__file__).resolve().parent / "sdks"


def bundle(source, target):
    """Bundles again when the source or the modules are newer; two processes may do so at once."""
    pinned = ROOT / "tests" / "clients" / "javascript" / "package.json"
    if target.exists() and target.stat().st_mtime > max(path.stat().st_mtime for path in (source, pinned, MODULES)):
        return target
    target.parent.mkdir(parents=True, exist_ok=True)
    mine = target.with_name("%d-%s" % (os.getpid(), target.name))
    subprocess.run(["esbuild", str(source), "--bundle", "--minify", "--platform=browser", "--format=iife", "--target=es2020",
                    "--log-level=error", "--outfile=%s" % mine],
                   check=True, timeout=120, env={**os.environ, "NODE_PATH": str(MODULES)})
    mine.rename(target)
    return target


def scripts():
    """What a page loads for each SDK: {"/name": file}."""
    return {"/aws-sdk-v2.js": MODULES / "aws-sdk" / "dist" / "aws-sdk.min.js", "/v2.js": SOURCES / "v2.js",
            "/v3.js": bundle(SOURCES / "v3.js", FOLDER / "v3.js")}
