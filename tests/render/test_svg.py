"""Pictures of pages: round numbers, marks where the values are, limits for zeros, maps that say what is empty."""

from __future__ import annotations

import base64
import re
import struct
import zlib
from itertools import pairwise
from xml.etree import ElementTree

import numpy as np
import pytest

from trigemu.render.marks import spread
from trigemu.render.svg.axes import SMALL
from trigemu.render.svg.bars import Bar, bars
from trigemu.render.svg.curves import Series, curves, percentiles
from trigemu.render.svg.elements import cut, width_of
from trigemu.render.svg.histograms import histogram, remark
from trigemu.render.svg.matrix import matrix, percent
from trigemu.render.svg.png import coloured, data_url
from trigemu.render.svg.scale import Scale, fitting
from trigemu.setup.data import HistogramSpec


def texts(svg: str) -> list[str]:
    """Return the texts of a picture that is well-formed XML and stays inside its frame."""
    root = ElementTree.fromstring(svg)
    _, _, width, height = map(float, root.attrib["viewBox"].split())
    for element in root.iter():
        for name, most in (("x", width), ("y", height)):
            if name in element.attrib:
                assert -1 <= float(element.attrib[name]) <= most + 1
    return [element.text or "" for element in root.iter("text")]


@pytest.mark.parametrize(
    ("low", "high", "log", "expected"),
    [
        (0.0, 1.0, False, ["0.0", "0.2", "0.4", "0.6", "0.8", "1.0"]),
        (-0.07, 0.31, False, ["0.0", "0.1", "0.2", "0.3"]),
        (0.0, 16.0, False, ["0", "5", "10", "15"]),
        (-2500.0, 2500.0, False, ["−2\u2009000", "−1\u2009000", "0", "1\u2009000", "2\u2009000"]),
        (1.0, 1e4, True, ["1", "10", "100", "1000", "10⁴"]),
        (0.8, 30.0, True, ["1", "2", "5", "10", "20"]),
        (2e4, 9e4, True, ["2·10⁴", "3·10⁴", "5·10⁴"]),
        (1e-9, 1e9, True, ["10⁻⁹", "10⁻⁶", "0.001", "1", "1000", "10⁶", "10⁹"]),
    ],
)
def test_ticks_are_round(low: float, high: float, log: bool, expected: list[str]) -> None:
    scale = Scale(low, high, 0.0, 100.0, log)
    assert scale.texts(scale.ticks()) == expected
    assert all(low <= tick <= high for tick in scale.ticks())


def test_values_lie_where_the_axis_says() -> None:
    assert Scale(0.0, 2.0, 10.0, 20.0)(0.5) == 12.5
    assert Scale(1.0, 100.0, 0.0, 50.0, log=True)(10.0) == pytest.approx(25.0)
    # Nothing is drawn outside the axes.
    assert Scale(1.0, 100.0, 0.0, 50.0, log=True)(0.0) == 0.0
    assert Scale(0.0, 2.0, 10.0, 20.0)(9.0) == 20.0


def test_lifetimes_over_decades_get_a_logarithmic_axis_and_masses_none() -> None:
    assert fitting([1.0, 10.0, 1000.0], 0, 1).log
    assert not fitting([0.5, 1.0, 8.0], 0, 1).log
    assert not fitting([0.0, 1000.0], 0, 1).log
    assert fitting([0.3], 0, 1).low < 0.3 < fitting([0.3], 0, 1).high


@pytest.mark.parametrize("count", [1, 5, 15])
def test_each_series_is_named_beside_its_end_and_no_name_lies_on_another(count: int) -> None:
    x = np.linspace(0.2, 0.8, 7).tolist()
    # All series end at the same place: the worst case.
    series = [Series(f"line {i}", x, [0.5] * 7, [0.4] * 7, [0.6] * 7) for i in range(count)]
    svg = curves(series, "mass (GeV)", "efficiency", "t")
    assert {"mass (GeV)", "efficiency", *(f"line {i}" for i in range(count))} <= set(texts(svg))
    places = sorted(float(y) for y in re.findall(r'y="([\d.]+)"[^>]*>line \d+<', svg))
    assert len(places) == count
    assert all(b - a > 10 for a, b in pairwise(places))


def test_series_without_values_are_named_and_not_drawn() -> None:
    svg = curves([Series("none", [1.0, 2.0], [None, float("nan")], [None, 0.0], [1.0, 1.0])], "x", "y", "t")
    assert "none" in texts(svg)
    assert "nan" not in svg


def test_names_are_moved_apart_and_stay_inside() -> None:
    assert spread([10.0, 50.0], 5.0, 0.0, 100.0) == [10.0, 50.0]
    assert spread([50.0, 50.0, 50.0], 5.0, 0.0, 100.0) == [50.0, 55.0, 60.0]
    assert spread([99.0, 100.0, 100.0], 5.0, 0.0, 100.0) == [90.0, 95.0, 100.0]


def test_percentiles_are_named_as_nines() -> None:
    shares = [0.5, 0.9, 0.99]
    assert {"50 %", "99.99 %", "total"} <= set(
        texts(percentiles([Series("total", shares, [1.0, 5.0, 9.0])], "us", "t"))
    )


def test_bars_end_at_their_rates_and_zeros_are_limits() -> None:
    rows = [
        Bar("a", 100.0, 90.0, 110.0, 10.0),
        Bar("b", 1000.0, 990.0, 1010.0, 0.0),
        Bar("c", 0.0, 0.0, 5.0, 0.0),
    ]
    svg = bars(rows, "rate (Hz)", "t", alone="unique")
    assert {"rate (Hz)", "unique", "upper limit", "a", "b", "c"} <= set(texts(svg))
    first, second = (float(width) for width in re.findall(r'<rect [^>]*width="([\d.]+)"', svg))
    # From 1 Hz on: two and three decades.
    assert second / first == pytest.approx(1.5, abs=0.01)
    assert svg.count("scale(3.4)") == 2  # the mark of a, and that in the legend
    plain = bars(rows[:2], "rate (Hz)", "t")
    assert "upper limit" not in texts(plain)


def test_groups_of_bars_have_headings_where_there_are_several() -> None:
    one = [Bar("a", 1.0, None, None, group="l1"), Bar("b", 2.0, None, None, group="l1")]
    assert "l1" not in texts(bars(one, "x", "t"))
    two = [*one, Bar("c", 2.0, None, None, group="l1, prescaled")]
    assert {"l1", "l1, prescaled"} <= set(texts(bars(two, "x", "t")))


def test_a_matrix_reads_by_rows() -> None:
    svg = matrix(["a", "b"], [[1.0, 0.25], [0.004, None]], "t", "% of the row", ["l1", "hlt"])
    assert {"100", "25", "<1", "% of the row"} <= set(texts(svg))
    assert "25 % of a is also b" in svg
    assert [percent(x) for x in (0.0, 0.001, 0.5, 0.999, 1.0)] == ["0", "<1", "50", ">99", "100"]


def test_large_matrices_have_no_numbers() -> None:
    names = [f"n{i}" for i in range(20)]
    svg = matrix(names, [[0.5] * 20] * 20, "t", "%")
    assert texts(svg).count("50") == 1  # in the key
    assert svg.count("50 % of n0 is also") == 20


MAP = HistogramSpec("map", "x [mm]", "y [mm]", (3, 2), (0.0, 0.0), (3.0, 2.0))


def pixels(url: str) -> np.ndarray:
    raw = base64.b64decode(url.partition("base64,")[2])
    assert raw[:8] == b"\x89PNG\r\n\x1a\n"
    at, data, shape = 8, b"", (0, 0)
    while at < len(raw):
        size, kind = struct.unpack(">I4s", raw[at : at + 8])
        body = raw[at + 8 : at + 8 + size]
        assert struct.unpack(">I", raw[at + 8 + size : at + 12 + size])[0] == zlib.crc32(kind + body)
        if kind == b"IHDR":
            shape = struct.unpack(">II", body[:8])
        data += body if kind == b"IDAT" else b""
        at += 12 + size
    lines = np.frombuffer(zlib.decompress(data), np.uint8).reshape(shape[1], 1 + 4 * shape[0])
    assert not lines[:, 0].any()
    return lines[:, 1:].reshape(shape[1], shape[0], 4)


def test_images_keep_their_pixels() -> None:
    share = np.array([[0.0, 0.5, 1.0], [np.nan, 1.0, 0.0]])
    image = coloured(share)
    assert np.array_equal(pixels(data_url(image)), image)
    assert (image[..., 3] == [[255, 255, 255], [0, 255, 255]]).all()
    # Lighter is more.
    assert image[0, :, :3].astype(int).sum(1).tolist() == sorted(image[0, :, :3].astype(int).sum(1))


def test_a_map_has_its_first_axis_to_the_right_and_its_second_upwards() -> None:
    counts = np.array([[1, 0], [0, 0], [0, 9]])
    svg = histogram(MAP, counts)
    assert {"x [mm]", "y [mm]", "entries per cell"} <= set(texts(svg))
    image = pixels(re.findall(r'href="([^"]+)"', svg)[0])
    assert image[..., 3].tolist() == [[0, 0, 255], [255, 0, 0]]
    assert remark(MAP, counts) == "10 entries; 4 of 6 cells are empty (66.7 %) and left blank"


def test_a_histogram_shows_where_entries_are_and_says_what_it_leaves_out() -> None:
    spec = HistogramSpec("hits", "hits", "crossings", (100,), (0.0,), (4000.0,))
    counts = np.zeros(100, np.int64)
    counts[5:15] = 7
    assert remark(spec, counts) == "70 entries; nothing outside 0 to 640"
    assert "600" in texts(histogram(spec, counts))
    assert "4\u2009000" not in texts(histogram(spec, counts))
    counts[99] = 1
    assert remark(spec, counts) == "71 entries"
    assert "4\u2009000" in texts(histogram(spec, counts))


@pytest.mark.parametrize("top", [9.0, 1e3, 1e6, 2.5e7])
def test_numbers_below_a_picture_lie_inside_it(top: float) -> None:
    spec = HistogramSpec("Hits", "time (ns)", "hits", (10,), (0.0,), (top,))
    drawn = histogram(spec, np.arange(10))
    wide = float(re.search(r'viewBox="0 0 ([\d.]+) ', drawn)[1])  # type: ignore[index]
    middle = re.findall(r'<text x="([\d.]+)"[^>]*text-anchor="middle"[^>]*>([^<]*)<', drawn)
    assert middle
    for at, shown in middle:
        half = 0.5 * width_of(shown, SMALL)
        assert float(at) - half >= 0
        assert float(at) + half <= wide


def test_a_long_name_keeps_its_end() -> None:
    names = [f"l0-abcdefghijklmnopqrstuvwxyz-{number}" for number in range(3)]
    shown = {cut(name, 120.0) for name in names}
    assert len(shown) == 3
    assert all("…" in each and width_of(each) <= 120.0 + width_of("…") for each in shown)


def test_a_guide_is_a_line_without_markers() -> None:
    x = [0.1, 0.5, 1.0]
    counted = Series("counted", x, [0.2, 0.4, 0.9])
    alone = curves([counted], "x", "y", "title")
    both = curves([counted, Series("expected", x, x, guide=True)], "x", "y", "title")
    assert {"counted", "expected"} <= set(texts(both))
    assert both.count("stroke-dasharray") == alone.count("stroke-dasharray") + 2
    shapes = [svg.count("<path") for svg in (alone, both)]
    # The line itself, and the one to its name.
    assert shapes[1] == shapes[0] + 2
