"""Files to send: of a given size, the same bytes at every run, no two blocks alike."""

import random
import subprocess

BLOCK = 1 << 20


def make_file(path, size):
    """Random bytes, and holes in a file above 64 MiB, so that it costs less to make and still no block is a copy."""
    source = random.Random(size)
    with open(path, "wb") as out:
        for offset in range(0, size, BLOCK):
            length = min(BLOCK, size - offset)
            if size > 64 * BLOCK and (offset // BLOCK) % 4:
                out.seek(offset)
                out.write(source.randbytes(64))
            else:
                out.seek(offset)
                out.write(source.randbytes(length))
        out.truncate(size)
    return path


def assert_same(one, other):
    """Byte for byte; tells where they differ first."""
    compared = subprocess.run(["cmp", str(one), str(other)], capture_output=True, text=True)
    assert compared.returncode == 0, compared.stdout + compared.stderr
