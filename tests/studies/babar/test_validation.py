"""Published numbers of BaBar, the samples behind them, and what moves them."""

from __future__ import annotations

import numpy as np
import pytest

from trigemu.errors import InputError
from trigemu.measure.inputs import MissingInputError, input_folder
from trigemu.measure.published import select
from trigemu.measure.validate import results
from trigemu.setup.build import build_setup
from trigemu.setup.registry import find_experiment
from trigemu.studies.babar import detector, guesses, searches
from trigemu.studies.babar.samples import FILES, charm, file_sample, sample

ROWS = select("babar")
GENERATED = ("RB-1.", "rate.", "guess.", "B3.7.", "B9.tautau", "B9.mumu", "RC-3", "RB-11.trigger.")
"""Rows that need event files."""

FREE = [r for r in ROWS if not r.id.startswith(GENERATED)]
FILED = [r for r in ROWS if r.id.startswith(GENERATED)]


def test_table_is_sound():
    assert len({r.id for r in ROWS}) == len(ROWS) > 160
    assert all(r.source for r in ROWS)
    assert {r.role for r in ROWS} == {"prediction", "input", "comparison"}
    # What leans on guesses proves nothing.
    assert {r.role for r in ROWS if r.id.startswith(("RB-1.", "guess."))} == {"input"}


def check(wanted):
    (result,) = results([wanted])
    assert not result.failed, f"{wanted.quantity}: {result.emulated} instead of {wanted.published}"
    assert np.isfinite(result.emulated)
    return result


def marked(rows, slow):
    return [pytest.param(r, marks=pytest.mark.slow if slow(r) else (), id=r.id) for r in rows]


@pytest.mark.parametrize("wanted", marked(FREE, lambda row: row.id == "RB-11.scan"))
def test_agrees(wanted):
    # Monte Carlo rows have fixed seeds; their statistical errors are smaller than the tolerances.
    result = check(wanted)
    if result.judged and wanted.tolerance > 0:
        assert result.error <= 0.6 * wanted.tolerance


QUICK = ("RB-1.", "guess.1", "guess.9", "guess.14", "B3.7.", "RC-3")
"""Rows on event files that are always tried; the others make more events."""


@pytest.mark.parametrize("wanted", marked(FILED, lambda row: not row.id.startswith(QUICK)))
def test_agrees_on_events_of_files(shared_data, wanted):
    with input_folder(shared_data / "events"):
        check(wanted)


def test_rows_on_event_files_are_left_open_without_them():
    assert all(result.missing for result in results([r for r in FILED if r.id in ("RC-3", "guess.1")]))


def test_published_table_is_that_of_the_rows():
    rows = iter([row.published for row in ROWS if row.id.startswith("RB-1.")])
    assert [value for values in detector.PUBLISHED.values() for value in values] == list(rows)


@pytest.mark.slow
def test_single_lines_and_their_or_are_near_the_published_ones(shared_data):
    """DCT and EMT columns within 3 %, single lines within 5 % or by as much as one of the guesses is worth."""
    with input_folder(shared_data / "events"):
        for name, published in detector.PUBLISHED.items():
            for kind, value in zip(("BB", "ccbar", "uds"), published, strict=True):
                found, *_ = detector.line(kind, name)
                room = 3.0 if name.startswith("all") else 5.0
                if abs(found - value) > room:
                    moved = [
                        abs(guesses.line(kind, name, variant)[0] - found) for variant in guesses.VARIANTS
                    ]
                    assert max(moved) > abs(found - value) - room, (name, kind)


def test_guesses_move_only_what_they_touch(shared_data):
    with input_folder(shared_data / "events"):
        for name in ("3M&M*", "EM*", "all EMT lines"):
            for variant in ("links within 3 supercells (5 and 3)", "B back to back from 7 bins"):
                assert guesses.line("BB", name, variant) == guesses.line("BB", name, "as it is")
        assert guesses.line("BB", "D2*'", "B back to back from 7 bins") < guesses.line(
            "BB", "D2*'", "as it is"
        )
        assert guesses.line("BB", "3A&B*", "as it is") == detector.line("BB", "3A&B*")


def test_table_of_guesses_as_text():
    still = dict.fromkeys(guesses.ALL_LINES, (0.04, -0.3))
    rows = [
        guesses.Moved("as it is", dict.fromkeys(guesses.ALL_LINES, (98.0, 50.0))),
        guesses.Moved("wider", {**still, "EM*": (0.04, -1.26), "3A&B*": (2.0, 0.0)}),
        guesses.Moved("held", still),
    ]
    assert guesses.markdown(rows).splitlines()[2:] == [
        "| wider | 3A&B* +2.0 / +0.0; EM* +0.0 / -1.3 |",
        "| held | – |",
    ]


def test_event_files_are_taken_in_their_order(shared_data):
    with input_folder(shared_data / "events"):
        sampled = file_sample("ccbar", {"conditions": "2001"}, 60)
        assert len(sampled.events) == 60
        mask = charm(shared_data / "events" / FILES["ccbar"], 60)
        np.testing.assert_array_equal(sampled.chosen, mask)
        other = file_sample("uds", {"conditions": "2001"}, 60)
        np.testing.assert_array_equal(other.chosen, ~mask)
        assert sampled.share(np.ones(60, bool)) == (mask.sum(), mask.sum())
        # Events of charm have charmed hadrons' kaons more often than not.
        kaons = np.bincount(sampled.events.particles.event, np.abs(sampled.events.particles.pdg) == 321, 60)
        assert kaons[mask].mean() > kaons[~mask].mean()
    with pytest.raises(MissingInputError):
        file_sample("uds")


def test_other_bs_that_can_be_reconstructed(shared_data):
    with input_folder(shared_data / "events"):
        events = searches.dark_fermions("lambda_psid", 2.0, True, 500)
        mine = searches.reconstructable("lambda_psid", 2.0, 500)
    particles = events.particles
    neutrinos = np.bincount(particles.event, np.isin(np.abs(particles.pdg), (12, 14, 16)), len(events))
    assert not neutrinos[mine].any()
    assert 0.05 < mine.mean() < 0.3
    assert events.bits("line_1")[mine].mean() > 0.99


def test_samples_are_reproducible():
    table = {"signal": "muon-gun", "pt": 1.5, "theta": 60.0, "theta_max": 120.0}
    one, two = sample(table, 100), sample(table, 100)
    assert np.array_equal(one.words, two.words)
    assert len(one) >= 100
    np.testing.assert_allclose(one.pt, 1.5)
    assert one.bits("b_1", "a_1").mean() > 0.98


def test_modelled_latency_is_fixed():
    spec = find_experiment("babar")
    data = {"experiment": "babar", "run": {"frames": 1}, "menu": {"line": [{"name": "a", "when": "line_1"}]}}
    latency = spec.hardware_latency(build_setup(data).section)["level 1"]
    assert latency.modelled_us == latency.budget_us == 12.0


def test_folder_of_events_must_be_there(tmp_path):
    with pytest.raises(InputError, match="is not a folder"), input_folder(tmp_path / "none"):
        pass
