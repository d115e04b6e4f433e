"""Writes the arrays of this folder with NumPy, so that the reader is held to what NumPy really writes.

Every array is a sequence of quarters in C order, exact in all three widths: element i is (i - 5) / 4.
Made by NumPy 2.4.6 with `python make.py` here, which also writes SHA256SUMS; there is no randomness.
"""

import hashlib
from pathlib import Path

import numpy as np


def quarters(*shape):
    return ((np.arange(np.prod(shape, dtype=int)) - 5) / 4).reshape(shape)


arrays = {
    "single": quarters(2, 3, 4).astype("<f4"),
    "double": quarters(2, 3, 4).astype("<f8"),
    "half": quarters(2, 3, 4).astype("<f2"),
    "single_big_endian": quarters(2, 3, 4).astype(">f4"),
    "double_big_endian": quarters(2, 3, 4).astype(">f8"),
    "half_big_endian": quarters(2, 3, 4).astype(">f2"),
    "single_fortran": np.asfortranarray(quarters(2, 3, 4).astype("<f4")),
    "double_fortran_big_endian": np.asfortranarray(quarters(3, 1, 5, 2).astype(">f8")),
    "scalar": quarters().astype("<f4"),
    "vector": quarters(7).astype("<f4"),
    "empty": quarters(3, 0, 2).astype("<f4"),
    "bn1.num_batches_tracked": np.int64(7),
}
for name, array in arrays.items():
    np.save(f"{name}.npy", array)
np.savez("stored.npz", **arrays)
np.savez_compressed("deflated.npz", **arrays)
with open("SHA256SUMS", "w") as sums:
    for file in sorted(Path().glob("*.np[yz]")):
        sums.write(f"{hashlib.sha256(file.read_bytes()).hexdigest()}  {file}\n")
