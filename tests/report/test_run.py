"""The report: complete, self-contained, well-formed, and honest about what was measured."""

from __future__ import annotations

import dataclasses
import re

import numpy as np
import pytest
from support.measured_run import HISTOGRAMS, Signal, toy_setup, toy_totals
from support.pages import Page, read, too_wide

from trigemu.measure.statistics import UNKNOWN, rate
from trigemu.measure.summary import summarise
from trigemu.render import numbers
from trigemu.report.run import render, write_report


@pytest.fixture(scope="module")
def document() -> str:
    setup, totals = toy_setup(), toy_totals()
    return render(setup, totals, summarise(setup, totals))


@pytest.fixture(scope="module")
def page(document: str) -> Page:
    return read(document)


def cells(page: Page, first: str) -> list[list[str]]:
    return [row for row in page.rows if row and row[0] == first]


def test_sections_stand_in_the_order_in_which_they_are_asked_for(page: Page) -> None:
    titles = [
        "Trigger lines",
        "Signal efficiency",
        "What the detectors saw",
        "Latency",
        "Ledger",
        "Processes",
        "Configuration",
    ]
    places = [page.text.rindex(title) for title in titles]
    assert places == sorted(places)
    # The list of contents has the same, and nothing else.
    names = [attributes["href"] for tag, attributes in page.attributes if tag == "a"]
    assert names == [f"#{title.lower().replace(' ', '-')}" for title in titles]


def test_numbers_come_before_formulas(page: Page) -> None:
    """Counts and rates are in the row of a line, what defines it in the line below."""
    head, row = cells(page, "line")[0], cells(page, "H2")[0]
    got = dict(zip(head, row, strict=True))
    assert (got["fired"], got["prescale"], got["rate (Hz)"]) == ("400", "1", "500 ± 25")
    below = page.rows[page.rows.index(cells(page, "H2")[0]) + 1]
    assert below == [below[0]]
    assert "when a and b" in below[0]
    assert "talk & paper" in below[0]


def test_shows_rates_with_errors_limits_and_prescales(page: Page) -> None:
    assert "125.0 +5.9−4.6" in cells(page, "Q1")[0]
    assert "2\u2009000 ± 45" in cells(page, "Q1")[0]
    assert "< 2.3" in cells(page, "quiet")[0]  # nothing in 0.8 s
    assert "mode counter" in page.text
    assert "a guess" in page.text


def test_lines_stand_below_their_groups_and_physics_first(page: Page) -> None:
    rows = [row[0] for row in page.rows if row]
    order = ["l1", "H2", "quiet", "l1, prescaled", "Q1"]
    assert [row for row in rows[: rows.index("Q1") + 1] if row in order] == order


def test_units_are_on_every_column_with_a_unit(page: Page) -> None:
    heads = {cell for row in page.rows for cell in row}
    assert {"rate (Hz)", "before prescale (Hz)", "p99 (us)", "start (MiB)"} <= heads


def test_escapes_what_users_wrote(document: str, page: Page) -> None:
    assert "A <toy> run" in page.text
    assert "<toy>" not in document
    assert "Hits <by> cell" in page.text
    assert "<by>" not in document


def test_is_one_file_and_fits_any_view(document: str) -> None:
    assert too_wide(document) == []
    assert "http" not in re.sub(r"<pre>.*?</pre>", "", document, flags=re.S)


def test_pictures_have_names_and_no_colour_of_one_theme(document: str, page: Page) -> None:
    drawn = [attributes for tag, attributes in page.attributes if tag == "svg"]
    # Rates, efficiency against mass, map, spectrum, latency; the empty histogram is named.
    assert len(drawn) == 5
    assert all(each["aria-label"] for each in drawn)
    assert "Without any entry: Nothing." in page.text
    assert "currentColor" in document
    assert not re.search(r"#(?:000|fff|1b2331)\b", document.split("</style>")[1])


def test_efficiency_is_drawn_against_each_parameter_in_which_signals_differ() -> None:
    class Displaced(Signal):
        ctau: float = 1.0
        """Lifetime [mm]."""

    setup, totals = toy_setup(), toy_totals()
    signals = (Displaced(label="a"), Displaced(label="b", mass=0.5, ctau=5.0), Displaced(label="c", mass=0.5))
    changed = dataclasses.replace(setup, signals=signals)
    names = [
        a["aria-label"] or ""
        for t, a in read(render(changed, totals, summarise(changed, totals))).attributes
        if t == "svg"
    ]
    assert [name for name in names if "against mass" in name] != []
    assert [name for name in names if "against ctau" in name] != []
    alike = dataclasses.replace(setup, signals=(Displaced(label="a"),) * 3)
    assert "against" not in "".join(
        re.findall(r'aria-label="([^"]*)"', render(alike, totals, summarise(alike, totals)))
    ).replace("against percentiles", "")


def test_share_of_empty_cells_is_said() -> None:
    setup, totals = toy_setup(), toy_totals()
    text = read(render(setup, totals, summarise(setup, totals))).text
    counts = totals.monitor["map"]
    assert HISTOGRAMS["map"].shape == counts.shape
    assert f"66 entries; {np.count_nonzero(counts == 0)} of 12 cells are empty (8.33 %)" in text


def test_overlap_of_lines_is_shown_where_it_is_known() -> None:
    setup, totals = toy_setup(), toy_totals(overlap=np.array([[100, 30, 0], [30, 400, 0], [0, 0, 0]]))
    known = render(setup, totals, summarise(setup, totals))
    assert "Overlap of the lines" in known
    # 30 of Q1's 100 triggers are H2's, and 30 of H2's 400 are Q1's.
    assert "30 % of Q1 is also H2" in known
    assert "8 % of H2 is also Q1" in known
    setup, totals = toy_setup(), toy_totals()
    assert "Overlap" not in render(setup, totals, summarise(setup, totals))


def test_latency_of_a_lossless_run_is_called_closed_loop(page: Page) -> None:
    assert "Closed loop" in page.text
    setup, totals = toy_setup(policy="realtime"), toy_totals()
    assert "Open loop" in read(render(setup, totals, summarise(setup, totals))).text


def test_says_when_the_ledger_does_not_close() -> None:
    setup, totals = toy_setup(), toy_totals(closed=False, quality="incomplete")
    text = read(render(setup, totals, summarise(setup, totals))).text
    assert "the ledger does not close" in text


def test_is_written(tmp_path) -> None:
    setup = toy_setup()
    totals = toy_totals(latency={}, monitor={}, memory={}, replay={"compared": 5, "same": 5, "different": 0})
    write_report(tmp_path / "report.html", setup, totals, summarise(setup, totals))
    text = read((tmp_path / "report.html").read_text(encoding="utf-8")).text
    assert "replay" in text
    assert "What the detectors saw" not in text


@pytest.mark.parametrize(
    ("value", "error", "text"),
    [(125.0, 12.5, "125 ± 12"), (1.2345, 0.0123, "1.234 ± 0.012"), (3.0, 0.0, "3"), (None, 1.0, "–")],
)
def test_value_and_error_have_the_same_digits(value, error, text):
    assert numbers.with_error(value, error) == text


def test_rate_of_few_counts_has_two_errors_and_of_none_a_limit():
    def shown(counts):
        return numbers.rate(rate(counts, 2.0).to_dict())

    assert shown(1000) == "500 ± 16"
    assert shown(4) == "2.0 +1.6 −0.96" or shown(4) == "2.0 +1.6 −1.0"
    assert shown(0) == "< 0.92"
    assert numbers.rate(UNKNOWN.to_dict()) == "–"
    # Sums of weights of either sign have an error, but no interval.
    assert (
        numbers.rate({**rate(1000, 2.0).to_dict(), "rate_low_hz": None, "rate_high_hz": None}) == "500 ± 16"
    )


def test_interval_and_numbers():
    assert numbers.interval(0.974, 0.971, 0.9765) == "0.9740 +0.0025 −0.0030"
    assert numbers.interval(None, 0.0, 1.0) == "–"
    assert numbers.number(1234567) == "1\u2009234\u2009567"
    assert numbers.number(0.00012345) == "0.0001234" or numbers.number(0.00012345) == "0.0001235"
    assert numbers.number(float("nan")) == "–"
