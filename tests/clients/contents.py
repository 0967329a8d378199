"""What to send: files of a given size, the same bytes at every run and no two blocks alike; trees of awkward names."""

import filecmp
import random
import subprocess

BLOCK = 1 << 20
AWKWARD_NAMES = ["with space", "plus+sign", "percent%41", "ünïcode-漢字", "quote'\"", "amp&eq=", "semi;colon",
                 "hash#tag", "back\\slash", "tilde~", "question?", "dots..", "(paren)!", "[bracket]{brace}", "at@,$"]


def make_file(path, size):
    """Random bytes, and holes in a file above 64 MiB, so that it costs less to make and still no block is a copy."""
    source = random.Random(size)
    with open(path, "wb") as out:
        for offset in range(0, size, BLOCK):
            hole = size > 64 * BLOCK and (offset // BLOCK) % 4
            out.seek(offset)
            out.write(source.randbytes(64 if hole else min(BLOCK, size - offset)))
        out.truncate(size)
    return path


def assert_same(one, other):
    """Byte for byte; tells where they differ first."""
    compared = subprocess.run(["cmp", str(one), str(other)], capture_output=True, text=True)
    assert compared.returncode == 0, compared.stdout + compared.stderr


def make_tree(folder):
    """A folder with a file of each awkward name, over several sub-folders."""
    for number, name in enumerate(AWKWARD_NAMES):
        place = folder / ("sub %d" % (number % 3))
        place.mkdir(parents=True, exist_ok=True)
        (place / name).write_bytes(name.encode() * number)
    return folder


def assert_same_trees(one, other):
    """The same names, and the same bytes in each file."""
    names = sorted(str(path.relative_to(one)) for path in one.rglob("*"))
    assert names == sorted(str(path.relative_to(other)) for path in other.rglob("*"))
    files = [name for name in names if (one / name).is_file()]
    assert filecmp.cmpfiles(one, other, files, shallow=False)[1:] == ([], [])
