"""Makes the files of this directory: pictures, and what Pillow makes of them. Run it with no arguments, from anywhere.

Pillow 13 or later: up to 12 the horizontal pass of a resize always came first.
Made with Python 3.11, Pillow 13.0.0 (libjpeg-turbo 3.2.0) and NumPy; seed 20240705. All expected results are Pillow's own; the
geometry of Resize and CenterCrop is written out below as torchvision 0.24 has it, and was compared with torchvision itself.
PNG chunks that Pillow cannot write (2- and 4-bit grey, 16-bit RGB) are put together by hand.
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
RNG = np.random.default_rng(20240705)


def noise(width, height):
    return Image.fromarray(RNG.integers(0, 256, (height, width, 3), dtype=np.uint8))


def scene(width, height):
    """Smooth colours, a sharp disc and a little noise: what a JPEG is made for."""
    y, x = np.mgrid[0:height, 0:width].astype(float)
    base = [127 + 120 * np.sin(x / (7 + 3 * c) + c) * np.cos(y / (9 - 2 * c)) for c in range(3)]
    picture = np.stack(base, axis=2) + RNG.normal(0, 4, (height, width, 3))
    picture[(x - width / 2) ** 2 + (y - height / 2) ** 2 < (min(width, height) / 4) ** 2] = (220, 40, 30)
    return Image.fromarray(np.clip(picture, 0, 255).astype(np.uint8))


def save(image, name):
    image.info.clear()  # the pixels alone: no transparency, no EXIF
    image.save(HERE / name, optimize=True)
    return name


def shorter_side(image, size):
    width, height = image.size
    short, long = sorted((width, height))
    longer = int(size * long / short)
    return image.resize((size, longer) if width <= height else (longer, size), Image.BILINEAR)


def center_crop(image, size):
    width, height = image.size
    left, top = max(size - width, 0) // 2, max(size - height, 0) // 2
    padded = Image.new("RGB", (max(width, size), max(height, size)))
    padded.paste(image, (left, top))
    width, height = padded.size
    x, y = int(round((width - size) / 2.0)), int(round((height - size) / 2.0))
    return padded.crop((x, y, x + size, y + size))


def resizes():
    cases = []
    sources = [(1, 1), (3, 5), (7, 1), (1, 13), (17, 11), (31, 37), (53, 29), (64, 64), (101, 67), (19, 47)]
    targets = {
        (1, 1): [(1, 1), (4, 3)],
        (3, 5): [(1, 1), (5, 3), (13, 7), (3, 2)],
        (7, 1): [(3, 4), (2, 1)],
        (1, 13): [(5, 5), (1, 29), (3, 4)],
        (17, 11): [(17, 5), (8, 11), (16, 10), (19, 12), (41, 3), (2, 31)],
        (31, 37): [(30, 36), (32, 38), (7, 11), (47, 43)],
        (53, 29): [(23, 29), (53, 61), (3, 2)],
        # (48, 16) takes away 3 times as many rows as columns, (56, 48) twice as many, (56, 47) one row more.
        (64, 64): [(32, 32), (63, 65), (48, 16), (56, 48), (56, 47)],
        (19, 47): [(7, 17), (8, 46)],
        (101, 67): [(50, 33), (13, 64), (1, 1)],
    }
    for width, height in sources:
        image = noise(width, height)
        source = save(image, f"source_{width}x{height}.png")
        for w, h in targets[(width, height)]:
            cases.append({"source": source, "width": w, "height": h,
                          "expected": save(image.resize((w, h), Image.BILINEAR), f"resized_{width}x{height}_to_{w}x{h}.png")})
    return cases


def preprocesses():
    cases = []
    for name, resize, crop in [("1x1", 4, 3), ("3x5", 8, 7), ("17x11", 16, 14), ("17x11", 11, 9), ("31x37", 32, 28),
                               ("31x37", 32, 27), ("53x29", 16, 13), ("64x64", 64, 56), ("64x64", 32, 32), ("101x67", 40, 35),
                               ("101x67", 67, 60), ("31x37", 20, 23), ("53x29", 13, 18), ("19x47", 8, 7), ("19x47", 23, 20), ("7x1", 2, 5), ("1x13", 3, 8)]:
        image = Image.open(HERE / f"source_{name}.png")
        expected = center_crop(shorter_side(image, resize), crop)
        cases.append({"source": f"source_{name}.png", "resize": resize, "crop": crop,
                      "expected": save(expected, f"preprocessed_{name}_{resize}_{crop}.png")})
    return cases


def raw_png(name, width, height, depth, color_type, rows, *chunks, interlace=0):
    def chunk(kind, body):
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    header = struct.pack(">IIBBBBB", width, height, depth, color_type, 0, 0, interlace)
    data = zlib.compress(b"".join(b"\0" + row for row in rows), 9)
    parts = [chunk(b"IHDR", header), *(chunk(*c) for c in chunks), chunk(b"IDAT", data), chunk(b"IEND", b"")]
    (HERE / name).write_bytes(b"\x89PNG\r\n\x1a\n" + b"".join(parts))
    return name


def pngs():
    """Every colour type and bit depth of the PNG specification, 13x5, from random bytes; with and without tRNS."""
    width, height = 13, 5
    palette = RNG.integers(0, 256, 768, dtype=np.uint8).tobytes()
    names = []
    for kind, color_type, channels, depths in [("grey", 0, 1, (1, 2, 4, 8, 16)), ("rgb", 2, 3, (8, 16)), ("palette", 3, 1, (1, 2, 4, 8)),
                                               ("grey_alpha", 4, 2, (8, 16)), ("rgba", 6, 4, (8, 16))]:
        for depth in depths:
            row_bytes = (width * channels * depth + 7) // 8
            rows = [RNG.integers(0, 256, row_bytes, dtype=np.uint8).tobytes() for _ in range(height)]
            if kind == "grey" and depth == 16:  # some levels below 256, which Pillow keeps as they are
                rows = [bytes(b if i % 4 else 0 for i, b in enumerate(row)) for row in rows]
            plte = [(b"PLTE", palette[: 3 << depth])] if kind == "palette" else []
            names.append(raw_png(f"{kind}_{depth}.png", width, height, depth, color_type, rows, *plte))
            transparent = {"grey": b"\0\1", "rgb": b"\0\1\0\2\0\3", "palette": bytes(range(0, 2 << min(depth, 6), 2))}
            if kind in transparent:
                names.append(raw_png(f"{kind}_{depth}_trns.png", width, height, depth, color_type, rows, *plte, (b"tRNS", transparent[kind][: 1 << depth] if kind == "palette" else transparent[kind])))
    return [{"source": name, "expected": save(Image.open(HERE / name).convert("RGB"), f"rgb_of_{name}")} for name in names]


def jpegs():
    image = scene(61, 47)
    exif = Image.Exif()
    exif[0x0112] = 6  # rotate by 90 degrees to show
    grey = image.convert("L")
    cmyk = Image.merge("CMYK", [Image.eval(band, lambda v: 255 - v) for band in image.split()] + [Image.eval(grey, lambda v: (255 - v) // 3)])
    names = []
    for name, source, options in [
        ("grey", grey, dict(quality=90)),
        ("rgb_444", image, dict(quality=90, subsampling="4:4:4")),
        ("rgb_422", image, dict(quality=90, subsampling="4:2:2")),
        ("rgb_420", image, dict(quality=90, subsampling="4:2:0")),
        ("progressive_420", image, dict(quality=75, subsampling="4:2:0", progressive=True)),
        ("restarts_420", image, dict(quality=75, subsampling="4:2:0", restart_marker_blocks=2)),
        ("orientation_6", image, dict(quality=90, subsampling="4:4:4", exif=exif)),
        ("cmyk", cmyk, dict(quality=90)),
        ("kept_as_rgb", image, dict(quality=90, keep_rgb=True)),
        ("photograph_420", scene(331, 247), dict(quality=85, subsampling="4:2:0")),
    ]:
        source.save(HERE / f"{name}.jpg", **options)
        names.append(f"{name}.jpg")
    # YCCK is CMYK whose CMY went through YCbCr: the same bytes under another Adobe transform flag are another picture.
    data = bytearray((HERE / "cmyk.jpg").read_bytes())
    at = data.index(b"Adobe")
    data[at + 11] = 2
    (HERE / "ycck.jpg").write_bytes(data)
    names.append("ycck.jpg")
    return [{"source": name, "expected": save(Image.open(HERE / name).convert("RGB"), f"rgb_of_{name[:-4]}_jpg.png")} for name in names]


for old in [*HERE.glob("*.png"), *HERE.glob("*.jpg")]:
    old.unlink()
cases = {"made_with": {"pillow": PIL.__version__, "libjpeg_turbo": features.version("libjpeg_turbo"), "numpy": np.__version__, "seed": 20240705},
         "resize": resizes(), "preprocess": preprocesses(), "png": pngs(), "jpeg": jpegs()}
(HERE / "cases.json").write_text(json.dumps(cases, indent=1) + "\n")
