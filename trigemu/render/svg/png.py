"""Maps of numbers as small images inside a page: one pixel per cell."""

from __future__ import annotations

import base64
import struct
import zlib

import numpy as np
from numpy.typing import NDArray

from trigemu.arrays import F64, U8

COLOURS: tuple[tuple[int, int, int], ...] = (
    (65, 68, 135),
    (53, 95, 141),
    (42, 120, 142),
    (33, 145, 140),
    (34, 168, 132),
    (68, 191, 112),
    (122, 209, 81),
    (189, 223, 38),
    (253, 231, 37),
)
"""The upper part of "viridis": rising in lightness, so that it reads in grey, and never as dark as a dark page."""


def coloured(share: F64) -> U8:
    """Return colours, uint8[..., 4], of shares from 0 to 1; nan is transparent."""
    at = np.nan_to_num(np.clip(share, 0.0, 1.0)) * (len(COLOURS) - 1)
    table = np.array(COLOURS, np.float64)
    first = np.minimum(at.astype(np.int64), len(COLOURS) - 2)
    part = (at - first)[..., None]
    mixed = table[first] * (1 - part) + table[first + 1] * part
    alpha = np.where(np.isnan(share), 0, 255)[..., None]
    return np.concatenate([np.rint(mixed), alpha], axis=-1).astype(np.uint8)


def data_url(pixels: NDArray[np.uint8]) -> str:
    """Return an image, uint8[rows, columns, 4] from the top, as a ``data:`` address (PNG)."""
    rows, columns, _ = pixels.shape
    lines = np.zeros((rows, 1 + 4 * columns), np.uint8)  # each line begins with its filter: none
    lines[:, 1:] = pixels.reshape(rows, -1)
    head = struct.pack(">IIBBBBB", columns, rows, 8, 6, 0, 0, 0)
    parts = (_chunk(b"IHDR", head), _chunk(b"IDAT", zlib.compress(lines.tobytes(), 9)), _chunk(b"IEND", b""))
    return "data:image/png;base64," + base64.b64encode(b"\x89PNG\r\n\x1a\n" + b"".join(parts)).decode()


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
