"""The report: complete, self-contained, well-formed, and honest about what was measured."""

from __future__ import annotations

from html.parser import HTMLParser

import pytest
from support.measured_run import toy_setup, toy_totals

from trigemu.measure.statistics import UNKNOWN, rate
from trigemu.measure.summary import summarise
from trigemu.render import numbers
from trigemu.report.run import render, write_report

VOID = {"meta", "br", "hr", "img", "input", "link"}


class Page(HTMLParser):
    """Collects ids, text and references, and checks that tags close in order."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.ids: list[str] = []
        self.links: list[str] = []
        self.tags: list[str] = []
        self.text = ""

    def handle_starttag(self, tag, attributes):
        self.tags.append(tag)
        if tag not in VOID:
            self.open.append(tag)
        for name, value in attributes:
            if name == "id":
                self.ids.append(value)
            if name in ("href", "src", "xlink:href") and not value.startswith("#"):
                self.links.append(value)

    def handle_startendtag(self, tag, attributes):
        self.handle_starttag(tag, attributes)
        if tag not in VOID:
            self.open.pop()

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        if not self.open or self.open[-1] != "style":
            self.text += data


def read(text: str) -> Page:
    page = Page()
    page.feed(text)
    page.close()
    assert page.open == []
    return page


@pytest.fixture(scope="module")
def document():
    setup, totals = toy_setup(), toy_totals()
    return render(setup, totals, summarise(setup, totals))


@pytest.fixture(scope="module")
def page(document):
    return read(document)


def test_has_every_section(page):
    for title in (
        "Trigger lines",
        "Signal efficiency",
        "What the detectors saw",
        "Latency",
        "Ledger",
        "Configuration",
    ):
        assert title in page.text


def test_shows_rates_with_errors_and_prescales(page):
    assert "125.0 +5.9 −4.6" in page.text
    assert "2\u2009000 ± 45" in page.text
    assert "< 2.3" in page.text  # nothing in 0.8 s
    assert "20 (counter)" in page.text
    assert "a guess" in page.text
    assert "talk & paper" in page.text


def test_escapes_what_users_wrote(document, page):
    assert "A <toy> run" in page.text
    assert "<toy>" not in document
    assert "Hits <by> cell" in page.text or "<by>" not in document


def test_needs_nothing_from_elsewhere(page):
    assert [link for link in page.links if not link.startswith("data:")] == []
    assert "script" not in page.tags


def test_ids_of_pictures_do_not_clash(page):
    assert page.tags.count("svg") == 4  # efficiency, map, spectrum, latency; the empty histogram is left out
    assert len(page.ids) == len(set(page.ids))


def test_pictures_follow_the_theme(document):
    assert "currentColor" in document
    assert "#1b2331" not in document.split("</style>")[1]


def test_latency_of_a_lossless_run_is_called_closed_loop(page):
    assert "Closed loop" in page.text
    setup, totals = toy_setup(policy="realtime"), toy_totals()
    assert "Open loop" in read(render(setup, totals, summarise(setup, totals))).text


def test_says_when_the_ledger_does_not_close():
    setup, totals = toy_setup(), toy_totals(closed=False, quality="incomplete")
    text = read(render(setup, totals, summarise(setup, totals))).text
    assert "the ledger does not close" in text


def test_is_written(tmp_path):
    setup = toy_setup()
    totals = toy_totals(latency={}, monitor={}, memory={}, replay={"compared": 5, "different": 0})
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
