"""Makes the JPEGs of this directory, and the digests of the pixels that Pillow decodes them to. Run it with no arguments, from anywhere.

Made with Python 3.11, Pillow 13.0.0 (libjpeg-turbo 3.2.0) and NumPy; seed 20240811. Pillow writes what it can write. The
other files, whose names begin with `coded_`, are put together below from random coefficients: sampling factors that Pillow does not
offer, scans of single components, 16-bit steps. libjpeg before 2.1 repeats rows where 4:4:0 is interpolated here.
A digest is FNV-1a of 64 bits over the bytes of `Image.open(path).convert("RGB")`.
"""

import io
import json
import struct
from pathlib import Path

import numpy as np
import PIL
from PIL import Image, features

HERE = Path(__file__).parent
RNG = np.random.default_rng(20240811)


def scene(width, height):
    y, x = np.mgrid[0:height, 0:width].astype(float)
    base = [127 + 120 * np.sin(x / (7 + 3 * c) + c) * np.cos(y / (9 - 2 * c)) for c in range(3)]
    picture = np.stack(base, axis=2) + RNG.normal(0, 25, (height, width, 3))
    return Image.fromarray(np.clip(picture, 0, 255).astype(np.uint8))


def standard_codes():
    """Annex K's codes, as Pillow writes them: {(class, number): {symbol: (code, bits)}} and the segments themselves."""
    out = io.BytesIO()
    scene(8, 8).save(out, "JPEG")
    data, at, codes, segments = out.getvalue(), 2, {}, b""
    while data[at + 1] != 0xDA:
        length = struct.unpack(">H", data[at + 2 : at + 4])[0]
        body = data[at + 4 : at + 2 + length]
        if data[at + 1] == 0xC4:
            segments += data[at : at + 2 + length]
            while body:
                counts, code, place, table = body[1:17], 0, 17, {}
                for bits, count in enumerate(counts, 1):
                    for _ in range(count):
                        table[body[place]] = (code, bits)
                        code, place = code + 1, place + 1
                    code *= 2
                codes[divmod(body[0], 16)] = table
                body = body[place:]
        at += 2 + length
    return codes, segments


CODES, CODE_SEGMENTS = standard_codes()


class Bits:
    def __init__(self):
        self.text = []

    def put(self, value, bits):
        if bits:
            self.text.append(format(value, f"0{bits}b"))

    def value(self, value):
        size = abs(value).bit_length()
        return size, (value if value >= 0 else value + (1 << size) - 1)

    def block(self, block, before, tables):
        size, bits = self.value(block[0] - before)
        self.put(*CODES[0, tables][size])
        self.put(bits, size)
        zeros = 0
        for k in range(1, 64):
            if block[k] == 0:
                zeros += 1
                continue
            while zeros > 15:
                self.put(*CODES[1, tables][0xF0])
                zeros -= 16
            size, bits = self.value(block[k])
            self.put(*CODES[1, tables][zeros << 4 | size])
            self.put(bits, size)
            zeros = 0
        if zeros:
            self.put(*CODES[1, tables][0])

    def bytes(self):
        text = "".join(self.text)
        text += "1" * (-len(text) % 8)
        return int(text, 2).to_bytes(len(text) // 8, "big").replace(b"\xff", b"\xff\0") if text else b""


def segment(marker, body):
    return struct.pack(">BBH", 0xFF, marker, len(body) + 2) + body


def random_block(first, others, count):
    block = [0] * 64
    block[0] = int(RNG.integers(-first, first + 1))
    for k in RNG.integers(1, 64, RNG.integers(0, count + 1)):
        block[int(k)] = int(RNG.integers(-others, others + 1))
    return block


def coded(width, height, factors, interleaved=True, restart=0, wide=False, ids=(1, 2, 3), adobe=None, first=60, others=12, step=12, count=6):
    """A sequential JPEG of random coefficients."""
    finest = [max(f[i] for f in factors) for i in (0, 1)]
    units = [-(-side // (8 * most)) for side, most in zip((width, height), finest)]
    data = b"\xff\xd8"
    if adobe is not None:
        data += segment(0xEE, b"Adobe\0\x64\0\0\0\0" + bytes([adobe]))
    for table in (0, 1):
        steps = [step + (k * (3 + table)) // 4 for k in range(64)]
        if wide:
            steps[63] = 300 + table
        data += segment(0xDB, bytes([wide << 4 | table]) + struct.pack(">64H" if wide else ">64B", *steps))
    frame = struct.pack(">BHHB", 8, height, width, len(factors))
    frame += b"".join(bytes([ids[c], h << 4 | v, min(c, 1)]) for c, (h, v) in enumerate(factors))
    data += segment(0xC1 if wide else 0xC0, frame) + CODE_SEGMENTS
    if restart:
        data += segment(0xDD, struct.pack(">H", restart))
    every = list(range(len(factors)))
    for scan in [every] if interleaved else [[c] for c in every]:
        head = bytes([len(scan)]) + b"".join(bytes([ids[c], min(c, 1) * 17]) for c in scan) + b"\0\x3f\0"
        data += segment(0xDA, head)
        if len(scan) > 1:
            shapes, total = [factors[c][0] * factors[c][1] for c in scan], units[0] * units[1]
        else:
            h, v = factors[scan[0]] if len(factors) > 1 else finest
            across = -(-(-(-width * h // finest[0])) // 8)
            shapes, total = [1], across * -(-(-(-height * v // finest[1])) // 8)
        bits, before = Bits(), [0] * len(scan)
        for unit in range(total):
            if restart and unit and unit % restart == 0:
                data += bits.bytes() + bytes([0xFF, 0xD0 + (unit // restart - 1) % 8])
                bits, before = Bits(), [0] * len(scan)
            for part, blocks in enumerate(shapes):
                for _ in range(blocks):
                    block = random_block(first, others, count)
                    bits.block(block, before[part], min(scan[part], 1))
                    before[part] = block[0]
        data += bits.bytes()
    return data + b"\xff\xd9"


def fnv(data):
    digest = 0xCBF29CE484222325
    for byte in data:
        digest = (digest ^ byte) * 0x100000001B3 % (1 << 64)
    return f"{digest:016x}"


def by_pillow():
    """Sizes around a block and a unit, in all that Pillow writes; few of each, for a file is half a kilobyte before its first bit."""
    sizes = [(1, 1), (7, 9), (17, 33), (16, 15), (5, 2), (3, 40)]
    for number, (width, height) in enumerate(sizes):
        for at, sampling in enumerate(["4:4:4", "4:2:2", "4:2:0", "4:1:1"]):
            options = [dict(), dict(progressive=True), dict(restart_marker_blocks=2), dict(optimize=True)][(number + at) % 4]
            quality = [30, 75, 92, 100, 1, 60][(number + 2 * at) % 6]
            kind = "_".join([*options, f"q{quality}"])
            out = io.BytesIO()
            scene(width, height).save(out, "JPEG", subsampling=sampling, quality=quality, **options)
            yield f"{width}x{height}_{sampling.replace(':', '')}_{kind}", out.getvalue()
    for name, image, options in [
        ("grey_progressive", scene(19, 21).convert("L"), dict(progressive=True, quality=85)),
        ("rgb_19x21", scene(19, 21), dict(keep_rgb=True, quality=85)),
        ("progressive_restarts", scene(35, 29), dict(progressive=True, quality=85, subsampling="4:2:0", restart_marker_blocks=2)),
    ]:
        out = io.BytesIO()
        image.save(out, "JPEG", **options)
        yield name, out.getvalue()


def by_hand():
    chroma = lambda luma: [luma, (1, 1), (1, 1)]
    yield "coded_440", coded(21, 35, chroma((1, 2)))
    yield "coded_440_narrow", coded(1, 18, chroma((1, 2)))
    yield "coded_440_wide_steps", coded(20, 17, chroma((1, 2)), wide=True)
    yield "coded_420_narrow", coded(4, 19, chroma((2, 2)))
    yield "coded_410", coded(37, 19, chroma((4, 2)))
    yield "coded_across_3", coded(50, 9, chroma((3, 1)))
    yield "coded_down_4", coded(9, 40, chroma((1, 4)))
    yield "coded_mixed", coded(37, 41, [(2, 2), (2, 1), (1, 2)])
    yield "coded_luma_coarse", coded(26, 31, [(1, 1), (2, 2), (1, 2)])
    yield "coded_luma_across", coded(45, 17, [(2, 1), (4, 1), (1, 1)])
    yield "coded_scans_420", coded(41, 27, chroma((2, 2)), interleaved=False)
    yield "coded_scans_restarts", coded(41, 27, chroma((2, 1)), interleaved=False, restart=3)
    yield "coded_grey_factors", coded(19, 23, [(2, 2)])
    yield "coded_ids_rgb", coded(19, 9, [(1, 1)] * 3, ids=b"RGB")
    yield "coded_ids_unknown", coded(19, 9, [(1, 1)] * 3, ids=(7, 0, 9))
    yield "coded_adobe_0", coded(19, 9, chroma((2, 1)), adobe=0)
    yield "coded_adobe_1_ids_rgb", coded(19, 9, [(1, 1)] * 3, ids=b"RGB", adobe=1)
    yield "coded_far_out_of_range", coded(24, 16, chroma((2, 1)), first=250, others=20, step=16, count=20)


if __name__ == "__main__":
    for old in HERE.glob("*.jpg"):
        old.unlink()
    cases = []
    for name, data in [*by_pillow(), *by_hand()]:
        (HERE / f"{name}.jpg").write_bytes(data)
        image = Image.open(io.BytesIO(data))
        cases.append({"source": f"{name}.jpg", "width": image.width, "height": image.height, "fnv": fnv(image.convert("RGB").tobytes())})
    made_with = {"pillow": PIL.__version__, "libjpeg_turbo": features.version("libjpeg_turbo"), "numpy": np.__version__, "seed": 20240811}
    (HERE / "cases.json").write_text(json.dumps({"made_with": made_with, "jpeg": cases}, indent=1) + "\n")
