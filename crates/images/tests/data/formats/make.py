"""Makes the pictures of this directory, and the digests of the pixels that Pillow decodes them to. Run it with no arguments, from anywhere.

Made with Python 3.11, Pillow 13.0.0 (libjpeg-turbo 3.2.0, libwebp 1.6.0, libtiff 4.7.2) and NumPy; seed 20240917. Pillow writes what it can write;
what it cannot (palettes that are too short, frames beside their screen, masks, runs that leave pixels out, planes, scans that are
missing, checksums that are wrong) is put together below. A digest is FNV-1a of 64 bits over the bytes of `Image.open(path).convert("RGB")`.
"""

import io
import json
import struct
import zlib
from pathlib import Path

import numpy as np
import PIL
from PIL import Image, features

HERE = Path(__file__).parent
SEED = 20240917
RNG = np.random.default_rng(SEED)
FILES = {}


def noise(width, height, bands=3):
    return Image.fromarray(RNG.integers(0, 256, (height, width, bands) if bands > 1 else (height, width), dtype=np.uint8))


def scene(width, height, rough=6):
    y, x = np.mgrid[0:height, 0:width].astype(float)
    base = [127 + 120 * np.sin(x / (7 + 3 * c) + c) * np.cos(y / (9 - 2 * c)) for c in range(3)]
    picture = np.stack(base, axis=2) + RNG.normal(0, rough, (height, width, 3))
    picture[(x - width / 2) ** 2 + (y - height / 2) ** 2 < (min(width, height) / 4) ** 2] = (220, 40, 30)
    return Image.fromarray(np.clip(picture, 0, 255).astype(np.uint8))


def random_bytes(count):
    return RNG.integers(0, 256, count, dtype=np.uint8).tobytes()


def save(name, image, format, **options):
    out = io.BytesIO()
    image.save(out, format, **options)
    FILES[name] = out.getvalue()
    return FILES[name]


def webps():
    for width, height in [(1, 1), (13, 5), (33, 17), (50, 35)]:
        for quality in (5, 75, 100):
            save(f"lossy_{width}x{height}_q{quality}.webp", scene(width, height), "WEBP", quality=quality)
        save(f"lossless_{width}x{height}.webp", scene(width, height), "WEBP", lossless=True)
    save("lossless_noise.webp", noise(13, 5), "WEBP", lossless=True)
    save("lossless_alpha.webp", noise(13, 5, 4), "WEBP", lossless=True, exact=True)
    save("lossless_palette.webp", scene(30, 20).quantize(7).convert("RGB"), "WEBP", lossless=True)
    alpha = scene(33, 17)
    alpha.putalpha(noise(33, 17, 1))
    save("lossy_alpha.webp", alpha, "WEBP", quality=70)
    frames = [scene(20, 14) for _ in range(3)]
    save("animated.webp", frames[0], "WEBP", save_all=True, append_images=frames[1:], lossless=True)
    save("animated_alpha.webp", noise(20, 14, 4), "WEBP", save_all=True, append_images=frames[1:], quality=60)


def lzw(indices, bits):
    """Codes that are cleared before they grow longer."""
    total, held, out, size, clear = 0, 0, bytearray(), bits + 1, 1 << bits
    codes = []
    for i, index in enumerate(indices):
        codes += ([clear] if i % max(clear - 2, 1) == 0 else []) + [int(index)]
    for code in [*codes, clear + 1]:
        total |= code << held
        held += size
        while held >= 8:
            out.append(total & 255)
            total, held = total >> 8, held - 8
    out += bytes([total & 255]) if held else b""
    blocks = b"".join(bytes([len(out[i : i + 255])]) + out[i : i + 255] for i in range(0, len(out), 255))
    return bytes([bits]) + blocks + b"\0"


def gif(name, screen, frame, bits, palette=b"", own=b"", transparent=None, end=b";"):
    # 2, 4, 8, ... colors of three bytes are said as 0, 1, 2, ...
    flags = lambda colors: 0x80 | (len(colors) // 3).bit_length() - 2 if colors else 0
    x, y, width, height = frame
    data = b"GIF89a" + struct.pack("<HHBBB", *screen, flags(palette), 0, 0) + palette
    if transparent is not None:
        data += b"!\xf9\x04" + bytes([1, 0, 0, transparent]) + b"\0"
    data += b"," + struct.pack("<HHHHB", x, y, width, height, flags(own)) + own
    FILES[name] = data + lzw(RNG.integers(0, 1 << bits, width * height), bits) + end


def gifs():
    for colors in (2, 16, 256):
        save(f"colors_{colors}.gif", scene(31, 23).quantize(colors), "GIF")
    save("interlaced.gif", scene(31, 23).quantize(64), "GIF", interlace=1)
    save("grey.gif", scene(13, 5).convert("L"), "GIF")
    frames = [scene(20, 14) for _ in range(3)]
    save("animated.gif", frames[0], "GIF", save_all=True, append_images=frames[1:])
    palette, ramp = random_bytes(48), bytes(i // 3 for i in range(48))
    whole, part = (0, 0, 8, 6), (5, 2, 8, 6)
    gif("around.gif", (20, 10), part, 4, palette)
    gif("around_transparent.gif", (20, 10), part, 4, palette, transparent=5)
    gif("beyond.gif", (10, 5), part, 4, palette)
    gif("own_palette.gif", (8, 6), whole, 4, palette, random_bytes(48))
    gif("own_grey_palette.gif", (12, 9), whole, 4, palette, ramp)
    gif("grey_palette.gif", (12, 9), whole, 8, ramp)
    gif("no_palette.gif", (18, 16), (3, 3, 8, 6), 8)
    gif("short_palette.gif", (12, 9), whole, 8, random_bytes(12), transparent=200)
    gif("no_end.gif", (8, 6), whole, 4, palette, end=b"")


def bmp(name, bits, coding=0, masks=(), palette=b"", size=40, data=None, top=False, colors=0, width=13, height=5):
    row = (width * bits + 31) // 32 * 4
    data = random_bytes(row * height) if data is None else data
    if size == 12:
        header = struct.pack("<IHHHH", 12, width, height, 1, bits)
    else:
        header = struct.pack("<IiiHHIIIIII", size, width, -height if top else height, 1, bits, coding, len(data), 2835, 2835, colors, 0)
        header = (header + struct.pack(f"<{len(masks)}I", *masks)).ljust(size, b"\0")
    at = 14 + len(header) + len(palette)
    FILES[name] = b"BM" + struct.pack("<IHHI", at + len(data), 0, 0, at) + header + palette + data


def bmps():
    for mode in ("RGB", "L", "1"):
        save(f"mode_{mode.lower()}.bmp", scene(31, 23).convert(mode), "BMP")
    for bits in (1, 4, 8):
        bmp(f"palette_{bits}.bmp", bits, palette=random_bytes(4 << bits))
        bmp(f"core_{bits}.bmp", bits, palette=random_bytes(3 << bits), size=12)
    bmp("palette_short.bmp", 8, palette=random_bytes(40), colors=10)
    bmp("palette_top.bmp", 8, palette=random_bytes(1024), top=True)
    bmp("core_24.bmp", 24, size=12)
    bmp("top_24.bmp", 24, top=True)
    bmp("plain_32.bmp", 32)
    # Every level of 5 and 6 bits comes up.
    bmp("plain_16.bmp", 16, width=64, height=20)
    for name, masks in {"565": (0xF800, 0x7E0, 0x1F), "555": (0x7C00, 0x3E0, 0x1F)}.items():
        bmp(f"masks_{name}.bmp", 16, 3, masks, width=64, height=20)
        bmp(f"masks_{name}_v4.bmp", 16, 3, masks, size=108, width=64, height=20)
    for name, masks in {"bgrx": (0xFF0000, 0xFF00, 0xFF), "xbgr": (0xFF000000, 0xFF0000, 0xFF00), "bgxr": (0xFF000000, 0xFF00, 0xFF)}.items():
        bmp(f"masks_{name}.bmp", 32, 3, masks)
    bmp("masks_rgba.bmp", 32, 3, (0xFF, 0xFF00, 0xFF0000, 0xFF000000), size=124)
    runs = bytes([5, 1, 8, 2, 0, 0, 3, 3, 0, 2, 4, 0, 6, 4, 0, 0, 0, 5, 9, 8, 7, 6, 5, 0, 8, 1, 0, 0, 13, 6, 0, 0, 0, 2, 3, 0, 10, 7, 0, 1])
    bmp("runs_8.bmp", 8, 1, palette=random_bytes(1024), data=runs)
    bmp("runs_4.bmp", 4, 2, palette=random_bytes(64), data=bytes([5, 0x12, 7, 0x3F, 0, 0, 0, 6, 0x12, 0x34, 0x56, 0, 6, 0x9A, 0, 1]), width=12, height=2)


def tiff(name, bits, meaning, samples=1, order="<", extra=(), planes=1, colors=(), rows=5, width=13, height=5):
    length = (width * bits * (1 if planes == 2 else samples) + 7) // 8
    data = random_bytes(length * height * (samples if planes == 2 else 1))
    if bits == 16 and samples == 1:
        data = (np.frombuffer(data, "<u2") % 500).astype(order + "u2").tobytes()
    tags = {256: [width], 257: [height], 258: [bits] * samples, 259: [1], 262: [meaning], 277: [samples], 278: [rows], 284: [planes]}
    tags |= {338: extra} if extra else {}
    tags |= {320: colors} if colors else {}
    strips = [(plane * length * height + y * length, min(rows, height - y) * length) for plane in range(samples if planes == 2 else 1) for y in range(0, height, rows)]
    entries, values = b"", b""
    tags[273], tags[279] = [2048 + at for at, _ in strips], [count for _, count in strips]
    for tag in sorted(tags):
        kind = "I" if tag in (273, 279) else "H"
        value = struct.pack(f"{order}{len(tags[tag])}{kind}", *tags[tag])
        if len(value) > 4:
            value, values = struct.pack(order + "I", 256 + len(values)), values + value
        entries += struct.pack(order + "HHI", tag, 4 if kind == "I" else 3, len(tags[tag])) + value.ljust(4, b"\0")
    head = (b"II" if order == "<" else b"MM") + struct.pack(order + "HIH", 42, 8, len(tags)) + entries + bytes(4)
    FILES[name] = (head.ljust(256, b"\0") + values).ljust(2048, b"\0") + data


def tiffs():
    for compression in ("tiff_lzw", "tiff_adobe_deflate", "packbits", None):
        for mode in ("1", "L", "RGB"):
            save(f"{mode.lower()}_{compression}.tif", scene(31, 23).convert(mode), "TIFF", compression=compression)
    save("predicted.tif", scene(31, 23), "TIFF", compression="tiff_lzw", tiffinfo={317: 2})
    save("palette.tif", scene(31, 23).quantize(200), "TIFF", compression="tiff_lzw")
    save("rgba.tif", noise(13, 5, 4), "TIFF", compression="tiff_lzw")
    for orientation in range(1, 9):
        save(f"orientation_{orientation}.tif", scene(13, 5), "TIFF", tiffinfo={274: orientation})
    pages = [scene(13, 5) for _ in range(2)]
    save("pages.tif", pages[0], "TIFF", save_all=True, append_images=pages[1:])
    for order, name in (("<", "le"), (">", "be")):
        for bits in (1, 2, 4, 8, 16):
            tiff(f"grey_{bits}_{name}.tif", bits, 1, order=order, rows=2)
        for bits in (1, 2, 4, 8):
            tiff(f"palette_{bits}_{name}.tif", bits, 3, order=order, colors=RNG.integers(0, 65536, 3 << bits).tolist())
        tiff(f"rgb_16_{name}.tif", 16, 2, 3, order=order)
        tiff(f"rgba_16_{name}.tif", 16, 2, 4, order=order, extra=[2])
    for bits in (1, 2, 4, 8):
        tiff(f"white_is_zero_{bits}.tif", bits, 0)
    tiff("grey_alpha.tif", 8, 1, 2, extra=[2])
    tiff("planes.tif", 8, 2, 3, planes=2, rows=2)
    tiff("unsaid_alpha.tif", 8, 2, 4)
    tiff("extra.tif", 8, 2, 4, extra=[0])
    tiff("multiplied_alpha.tif", 8, 2, 4, extra=[1])
    tiff("cmyk.tif", 8, 5, 4)


def scans(data):
    """Where the scans of a JPEG begin, and where its end marker is."""
    at, found = 2, []
    while data[at + 1] != 0xD9:
        length = struct.unpack(">H", data[at + 2 : at + 4])[0]
        at += 2 + length
        if data[at - length - 1] == 0xDA:
            found.append(at - length - 2)
            while not (data[at] == 0xFF and data[at + 1] != 0 and not 0xD0 <= data[at + 1] <= 0xD7):
                at += 1
    return found, at


def jpegs():
    """Progressive files after every one of their scans, and files without Huffman tables."""
    grey = lambda width, height: scene(width, height, 20).convert("L")
    for name, image, options in [
        ("1x1_420", scene(1, 1), dict(subsampling="4:2:0")),
        ("17x33_420", scene(17, 33, 20), dict(subsampling="4:2:0")),
        ("33x50_444", scene(33, 50, 20), dict(subsampling="4:4:4")),
        ("50x81_422", scene(50, 81, 20), dict(subsampling="4:2:2")),
        ("61x47_420", scene(61, 47, 20), dict(subsampling="4:2:0", restart_marker_blocks=3)),
        ("grey_40x24", grey(40, 24), {}),
        ("cmyk_24x40", scene(24, 40, 20).convert("CMYK"), {}),
    ]:
        out = io.BytesIO()
        image.save(out, "JPEG", progressive=True, quality=60, **options)
        data = out.getvalue()
        for i, at in list(enumerate(scans(data)[0]))[1:]:
            FILES[f"unfinished_{name}_{i}.jpg"] = data[:at] + b"\xff\xd9"
    # A single component that says it has two rows of blocks in a unit.
    out = io.BytesIO()
    grey(24, 40).save(out, "JPEG", progressive=True, quality=60)
    data = bytearray(out.getvalue())
    data[data.index(b"\xff\xc2") + 11] = 0x22
    for i, at in list(enumerate(scans(data)[0]))[1:]:
        FILES[f"unfinished_grey_factors_{i}.jpg"] = bytes(data[:at]) + b"\xff\xd9"
    for name, options in {"444": dict(subsampling="4:4:4"), "420": dict(subsampling="4:2:0")}.items():
        out = io.BytesIO()
        scene(33, 17, 20).save(out, "JPEG", quality=80, **options)
        data, at, kept = out.getvalue(), 2, b"\xff\xd8"
        while data[at + 1] != 0xDA:
            length = struct.unpack(">H", data[at + 2 : at + 4])[0]
            kept += data[at : at + 2 + length] if data[at + 1] != 0xC4 else b""
            at += 2 + length
        FILES[f"no_tables_{name}.jpg"] = kept + data[at:]
    scanned = (HERE.parent / "exact" / "coded_scans_420.jpg").read_bytes()
    for i, at in list(enumerate(scans(scanned)[0]))[1:]:
        FILES[f"components_{i}.jpg"] = scanned[:at] + b"\xff\xd9"


def pngs():
    """Flaws that Pillow overlooks."""
    width, height = 31, 17
    picture = noise(width, height).tobytes()
    packed = zlib.compress(b"".join(b"\0" + picture[3 * width * y : 3 * width * (y + 1)] for y in range(height)))
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)

    def png(name, wrong=(), before=(), after=(), end=True, packed=packed, cut=0):
        third = len(packed) // 3 + 1
        parts = [(b"IHDR", header), *before, *((b"IDAT", packed[i : i + third]) for i in range(0, len(packed), third)), *after]
        parts += [(b"IEND", b"")] if end else []
        data = b"\x89PNG\r\n\x1a\n"
        for i, (kind, body) in enumerate(parts):
            data += struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body) ^ (i in wrong))
        FILES[f"flaw_{name}.png"] = data[: len(data) - cut]

    png("first_sum", wrong=[1])
    png("last_sum", wrong=[3])
    png("all_sums", wrong=[1, 2, 3])
    png("end_sum", wrong=[4])
    png("text_after_sum", after=[(b"tEXt", b"a\0b")], wrong=[4])
    png("no_end", end=False)
    png("no_sum_and_no_end", end=False, cut=4)
    # The four bytes before are zlib's own sum.
    png("no_sum_of_zlib", end=False, cut=8)
    png("half_a_sum_of_zlib", end=False, cut=6)
    png("zlib_without_sum", packed=packed[:-4])
    png("unknown", before=[(b"NEWS", b"of a later version")])


def fnv(data):
    digest = 0xCBF29CE484222325
    for byte in data:
        digest = (digest ^ byte) * 0x100000001B3 % 2**64
    return f"{digest:016x}"


if __name__ == "__main__":
    for kind in ("jpg", "png", "webp", "gif", "bmp", "tif"):
        for old in HERE.glob(f"*.{kind}"):
            old.unlink()
    lists = {}
    for kind, make in {"webp": webps, "gif": gifs, "bmp": bmps, "tiff": tiffs, "jpeg": jpegs, "png": pngs}.items():
        FILES.clear()
        make()
        lists[kind] = []
        for name, data in FILES.items():
            (HERE / name).write_bytes(data)
            image = Image.open(io.BytesIO(data)).convert("RGB")
            lists[kind].append({"source": name, "width": image.width, "height": image.height, "fnv": fnv(image.tobytes())})
    versions = {name: features.version(name) for name in ("libjpeg_turbo", "webp", "libtiff", "zlib")}
    made_with = {"pillow": PIL.__version__, **versions, "numpy": np.__version__, "seed": SEED}
    (HERE / "cases.json").write_text(json.dumps({"made_with": made_with, **lists}, indent=1) + "\n")
