"""The least TrueType font that browsers take (OpenType specification, "Font file"): one letter, A, a box twice as wide as high."""

import struct

UNITS = 1000  # an em
WIDTH = 2000


def glyph():
    """One contour of four corners, all on the curve, each given by two shorts."""
    head = struct.pack(">hhhhh", 1, 0, 0, WIDTH, UNITS)
    steps = [(0, 0), (WIDTH, 0), (0, UNITS), (-WIDTH, 0)]
    flags = bytes([1] * 4)
    return head + struct.pack(">HH", 3, 0) + flags + b"".join(
        struct.pack(">4h", *(step[axis] for step in steps)) for axis in (0, 1))


def names():
    """Family, style, unique name, full name, version, PostScript name, for Windows in English."""
    texts = [(1, "Wide"), (2, "Regular"), (3, "Wide 1"), (4, "Wide"), (5, "Version 1.0"), (6, "Wide")]
    records, storage = b"", b""
    for number, text in texts:
        encoded = text.encode("utf-16-be")
        records += struct.pack(">6H", 3, 1, 0x409, number, len(encoded), len(storage))
        storage += encoded
    return struct.pack(">3H", 0, len(texts), 6 + len(records)) + records + storage


def character_map():
    """Format 4: a segment for A, and the last one that there must be."""
    letter = ord("A")
    segments = struct.pack(">2H H 2H 2H 2H", letter, 0xFFFF, 0, letter, 0xFFFF, (1 - letter) & 0xFFFF, 1, 0, 0)
    table = struct.pack(">7H", 4, 14 + len(segments), 0, 4, 4, 1, 0) + segments
    return struct.pack(">HHHHL", 0, 1, 3, 1, 12) + table


def tables():
    outline = glyph()
    return {
        b"OS/2": struct.pack(">HhHHH 10h h 10s 4L 4s HHH hhh HH LL hh HHH", 4, WIDTH, 400, 5, 0, *[100] * 10, 0, bytes(10),
                             1, 0, 0, 0, b"NONE", 0x40, ord("A"), ord("A"), UNITS, 0, 0, UNITS, 0, 1, 0, UNITS, UNITS, 0, 32, 0),
        b"cmap": character_map(),
        b"glyf": outline,
        b"head": struct.pack(">LLLLHHqqhhhhHHhhh", 0x10000, 0x10000, 0, 0x5F0F3CF5, 3, UNITS, 0, 0, 0, 0, WIDTH, UNITS,
                             0, 8, 2, 1, 0),
        b"hhea": struct.pack(">LhhhHhhhhhhhhhhhH", 0x10000, UNITS, 0, 0, WIDTH, 0, 0, WIDTH, 1, 0, 0, 0, 0, 0, 0, 0, 2),
        b"hmtx": struct.pack(">HhHh", WIDTH, 0, WIDTH, 0),
        b"loca": struct.pack(">3L", 0, 0, len(outline)),
        b"maxp": struct.pack(">L14H", 0x10000, 2, 4, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0),
        b"name": names(),
        b"post": struct.pack(">LlhhLLLLL", 0x30000, 0, 0, 0, 0, 0, 0, 0, 0),
    }


def checksum(data):
    padded = data + bytes(-len(data) % 4)
    return sum(struct.unpack(">%dL" % (len(padded) // 4), padded)) & 0xFFFFFFFF


def wide_font():
    """Its bytes."""
    made = tables()
    directory, body, start = b"", b"", 12 + 16 * len(made)
    for tag, data in made.items():
        directory += struct.pack(">4sLLL", tag, checksum(data), start + len(body), len(data))
        body += data + bytes(-len(data) % 4)
    power = 1 << (len(made).bit_length() - 1)
    head = struct.pack(">LHHHH", 0x10000, len(made), power * 16, power.bit_length() - 1, (len(made) - power) * 16)
    return head + directory + body
