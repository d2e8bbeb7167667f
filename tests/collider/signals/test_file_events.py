"""Weights, partons and energies of event files at the door of a collider."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from support.colliders import MODELS, make_sampler
from support.event_texts import hepmc, lhe

from trigemu.collider.signals.file_events import rescaled
from trigemu.errors import InputError
from trigemu.physics.beams import SUPERKEKB
from trigemu.physics.particles import Particles


def write(path: Path, text: str) -> str:
    path.write_text(text)
    return str(path)


def totals(particles: Particles) -> np.ndarray:
    return np.stack(
        [
            np.bincount(particles.event, particles.momentum[:, i], minlength=particles.events)
            for i in range(4)
        ],
        axis=1,
    )


@pytest.mark.parametrize(
    ("codes", "message"),
    [
        ((2, -2), r"event 0 has a final quark \(PDG code -2; 20 such in the file\): shower and hadronise"),
        ((21, 21), r"event 0 has a final gluon \(PDG code 21; 40 such"),
        ((2101, -2101), "has a final parton .PDG code -2101"),
        ((92, 13), "has a final parton .PDG code 92"),
        (
            (310, 13),
            r"final particle with PDG code 310 \(20 such in the file\), .*let the generator decay it",
        ),
        ((421, 13), "PDG code 421"),
        ((1000022, 13), r"PDG code 1000022 .*set invisible = \[1000022\] if it leaves no trace"),
    ],
)
def test_what_no_detector_knows_is_refused(tmp_path: Path, codes: tuple[int, int], message: str) -> None:
    one = write(tmp_path / "a.lhe", lhe(codes=codes))
    two = write(tmp_path / "a.hepmc3", hepmc(codes=codes))
    for table in (
        MODELS["lhe-signal"](file=one),
        MODELS["lhe"](file=one),
        MODELS["hepmc-signal"](file=two),
        MODELS["hepmc"](file=two, rate_hz=1.0),
    ):
        with pytest.raises(InputError, match=message):
            make_sampler(table, 1, 0)


def test_what_leaves_no_trace_may_be_said(tmp_path: Path) -> None:
    for code, said in ((14, ()), (52, ()), (4900023, ()), (1000022, (1000022,)), (-9000005, (9000005,))):
        path = write(tmp_path / f"{code}.lhe", lhe(codes=(code, 13)))
        made = make_sampler(MODELS["lhe-signal"](file=path, invisible=said), 1, 0).sample(0, 5)
        assert (made.particles.charge[made.particles.pdg == code] == 0).all()


def test_a_nucleus_has_its_charge(tmp_path: Path) -> None:
    path = write(tmp_path / "a.lhe", lhe(codes=(1000010020, -1000020040)))
    p = make_sampler(MODELS["lhe-signal"](file=path), 1, 0).sample(0, 2).particles
    assert list(p.charge) == [1, -2, 1, -2]


SCALES = 10.52 / SUPERKEKB.sqrt_s


def test_a_file_of_data_below_the_resonance_is_refused_or_brought_to_the_run(tmp_path: Path) -> None:
    one = write(tmp_path / "a.lhe", lhe(scale=SCALES))
    two = write(tmp_path / "a.hepmc3", hepmc(scale=SCALES))
    bare = write(tmp_path / "b.hepmc3", hepmc(scale=SCALES, beams=False))
    for name, path, what in (
        ("lhe-signal", one, "beams have"),
        ("hepmc-signal", two, "beams have"),
        ("hepmc-signal", bare, "final states add up to"),
    ):
        sentence = rf"its {what} 10\.52 GeV in the CM, 10\.5796 GeV are allowed .*set rescale = true"
        with pytest.raises(InputError, match=sentence):
            make_sampler(MODELS[name](file=path), 1, 0)
        table = MODELS[name](file=path, rescale=True, beam_spot_mm=(0, 0, 0))
        made = make_sampler(table, 1, 0).sample(0, 50).particles
        np.testing.assert_allclose(totals(made), np.tile(SUPERKEKB.total, (50, 1)), atol=1e-4)
        square = made.momentum[:, 3] ** 2 - (made.momentum[:, :3] ** 2).sum(axis=1)
        np.testing.assert_allclose(square, made.mass**2, atol=1e-6)


def test_energies_that_are_the_run_s_within_the_spread_of_beams(tmp_path: Path) -> None:
    for scale in (1.0, 1.0015, 0.9985):
        path = write(tmp_path / f"{scale}.hepmc3", hepmc(scale=scale))
        make_sampler(MODELS["hepmc-signal"](file=path), 1, 0)
    for scale in (1.0025, 0.9975, 1.03):
        path = write(tmp_path / f"{scale}.hepmc3", hepmc(scale=scale))
        with pytest.raises(InputError, match="is not of this collider"):
            make_sampler(MODELS["hepmc-signal"](file=path), 1, 0)
    far = write(tmp_path / "far.hepmc3", hepmc(scale=1.03))
    with pytest.raises(InputError, match="is not of this collider"):
        make_sampler(MODELS["hepmc-signal"](file=far, rescale=True), 1, 0)


def test_a_file_of_two_energies_is_refused(tmp_path: Path) -> None:
    # Every event is looked at, not only the first.
    low, high = hepmc(scale=SCALES), hepmc()
    text = high.replace("HepMC::Asciiv3-END_EVENT_LISTING\n\n", "") + low[low.index("E 0") :]
    path = write(tmp_path / "a.hepmc3", text)
    with pytest.raises(InputError, match="is not of this collider"):
        make_sampler(MODELS["hepmc-signal"](file=path), 1, 0)
    with pytest.raises(InputError, match="events are of several energies"):
        make_sampler(MODELS["hepmc-signal"](file=path, rescale=True), 1, 0)


def test_events_that_lack_particles_are_not_taken_for_others(tmp_path: Path) -> None:
    # Without beams, and one muon lost in some events: nothing says what the energy was.
    lines = hepmc(beams=False).splitlines(keepends=True)
    lost = [at for at, line in enumerate(lines) if line.startswith("P 2")][::2]
    text = "".join(line for at, line in enumerate(lines) if at not in lost)
    for number in range(0, 20, 2):
        text = text.replace(f"E {number} 1 2\n", f"E {number} 1 1\n")
    path = write(tmp_path / "a.hepmc3", text)
    make_sampler(MODELS["hepmc-signal"](file=path), 1, 0)
    with pytest.raises(InputError, match="rescale = true needs the energy"):
        make_sampler(MODELS["hepmc-signal"](file=path, rescale=True), 1, 0)


def test_rescaling_conserves_energy_and_masses() -> None:
    rng = np.random.default_rng(3)
    event = np.repeat(np.arange(100), 5)
    mass = rng.choice([0.0, 0.14, 0.94], 500)
    p = rng.normal(size=(500, 3))
    p -= np.add.reduceat(p, np.arange(0, 500, 5))[event] / 5
    momentum = np.column_stack([p, np.sqrt((p**2).sum(axis=1) + mass**2)])
    out = rescaled(momentum, mass, event, 100, 1.006)
    energy = np.bincount(event, momentum[:, 3])
    np.testing.assert_allclose(np.bincount(event, out[:, 3]), 1.006 * energy, rtol=1e-12)
    np.testing.assert_allclose(out[:, 3] ** 2 - (out[:, :3] ** 2).sum(axis=1), mass**2, atol=1e-9)
    np.testing.assert_allclose(np.add.reduceat(out[:, :3], np.arange(0, 500, 5)), 0.0, atol=1e-12)


WEIGHTS = [1.0, 100.0] * 10


@pytest.mark.parametrize("name", ["lhe-signal", "hepmc-signal"])
def test_random_events_are_drawn_in_proportion_to_their_weight(tmp_path: Path, name: str) -> None:
    text = lhe(WEIGHTS) if name.startswith("lhe") else hepmc([(w, 1.0) for w in WEIGHTS], names=("a", "b"))
    path = write(tmp_path / f"a.{name[:3]}", text)
    drawn = make_sampler(MODELS[name](file=path), 1, 0).sample(0, 4000).drawn
    assert drawn is not None
    light = np.mean(drawn.event % 2 == 0)
    assert light == pytest.approx(1 / 101, abs=4 * np.sqrt(0.01 / 4000))
    assert (drawn.weight == 1.0).all()
    np.testing.assert_allclose(drawn.share, np.array(WEIGHTS)[drawn.event] / 1010.0)
    other = MODELS[name](file=path, weight="b" if name == "hepmc-signal" else "none")
    drawn = make_sampler(other, 1, 0).sample(0, 4000).drawn
    assert drawn is not None
    assert np.mean(drawn.event % 2 == 0) == pytest.approx(0.5, abs=0.04)


def test_weights_without_names_are_used(tmp_path: Path) -> None:
    path = write(tmp_path / "a.hepmc3", hepmc([(w,) for w in WEIGHTS], names=()))
    drawn = make_sampler(MODELS["hepmc-signal"](file=path), 1, 0).sample(0, 1000).drawn
    assert drawn is not None
    assert np.mean(drawn.event % 2 == 0) < 0.05


def test_an_event_without_its_weights_is_refused(tmp_path: Path) -> None:
    path = write(tmp_path / "a.hepmc3", hepmc([(1.0, 2.0)] * 3 + [(1.0,)], names=("a", "b")))
    with pytest.raises(InputError, match="event 3 has 1 weights, the first has 2"):
        make_sampler(MODELS["hepmc-signal"](file=path), 1, 0)


def test_signs_are_carried_and_more_events_made(tmp_path: Path) -> None:
    weights = [-1.0, 1.0, 1.0, 1.0] * 5
    path = write(tmp_path / "a.lhe", lhe(weights))
    sampler = make_sampler(MODELS["lhe-signal"](file=path), 1, 0)
    drawn = sampler.sample(0, 2000).drawn
    assert drawn is not None
    np.testing.assert_array_equal(drawn.weight, np.array(weights)[drawn.event])
    assert getattr(sampler, "mean_sign") == pytest.approx(0.5)  # noqa: B009
    assert drawn.weight.mean() == pytest.approx(0.5, abs=4 * 0.87 / np.sqrt(2000))
    with pytest.raises(InputError, match="the sum of its weights is not positive"):
        make_sampler(MODELS["lhe-signal"](file=write(tmp_path / "b.lhe", lhe([-1.0, -1.0, 1.0]))), 1, 0)
    with pytest.raises(InputError, match="weights of all its 2 events are 0"):
        make_sampler(MODELS["lhe-signal"](file=write(tmp_path / "c.lhe", lhe([0.0, 0.0]))), 1, 0)
    with pytest.raises(InputError, match="its weights differ, which needs order = 'random'"):
        make_sampler(MODELS["lhe-signal"](file=path, order="file"), 1, 0)


def test_events_in_turn_carry_their_weight(tmp_path: Path) -> None:
    path = write(tmp_path / "a.lhe", lhe(WEIGHTS))
    sampler = make_sampler(MODELS["lhe-signal"](file=path, every_ns=1e4), 1, 0)
    drawn = [sampler.sample(frame, 15).drawn for frame in range(3)]
    events = np.concatenate([each.event for each in drawn if each is not None])
    np.testing.assert_array_equal(events, np.arange(45) % 20)
    weights = np.concatenate([each.weight for each in drawn if each is not None])
    np.testing.assert_allclose(weights, np.array(WEIGHTS)[events] / 100.0)
    negative = write(tmp_path / "b.lhe", lhe([-1.0, 1.0, 1.0]))
    with pytest.raises(InputError, match=r"1 of its 3 events have negative weights.*weight = \"none\""):
        make_sampler(MODELS["lhe-signal"](file=negative, every_ns=1e4), 1, 0)
    make_sampler(MODELS["lhe-signal"](file=negative, every_ns=1e4, weight="none"), 1, 0)


def test_equal_weights_change_nothing(tmp_path: Path) -> None:
    one = write(tmp_path / "a.lhe", lhe([1.0] * 20))
    seven = write(tmp_path / "b.lhe", lhe([7.0] * 20))
    for name in (one, seven):
        sampler = make_sampler(MODELS["lhe-signal"](file=name), 1, 0)
        drawn = sampler.sample(0, 100).drawn
        assert drawn is not None
        assert (drawn.weight == 1.0).all()
        assert (drawn.share == 0.05).all()
    made = [make_sampler(MODELS["lhe-signal"](file=f), 1, 0).sample(0, 100) for f in (one, seven)]
    np.testing.assert_array_equal(made[0].particles.momentum, made[1].particles.momentum)


def boosted(text: str, velocity: float, *, beams: bool = True) -> str:
    """Return Les Houches events seen from a system that moves along z, with or without their beams."""
    gamma = 1.0 / np.sqrt(1.0 - velocity**2)
    lines = []
    for line in text.splitlines():
        words = line.split()
        if len(words) == 13:
            pz, e = float(words[8]), float(words[9])
            words[8:10] = [repr(float(gamma * (pz + velocity * e))), repr(float(gamma * (e + velocity * pz)))]
            if words[1] == "-1" and not beams:
                continue
            if not beams:
                words[2:4] = ["0", "0"]
            line = " ".join(words)
        elif len(words) == 6 and not beams and words[0] == "4":
            line = " ".join(["2", *words[1:]])
        lines.append(line)
    return "\n".join(lines) + "\n"


@pytest.mark.parametrize("velocity", [0.27, 0.9])
@pytest.mark.parametrize("beams", [True, False])
def test_events_that_move_come_to_the_collider_whether_or_not_they_list_beams(
    tmp_path: Path, velocity: float, beams: bool
) -> None:
    still = write(tmp_path / "still.lhe", lhe())
    moving = write(tmp_path / "moving.lhe", boosted(lhe(), velocity, beams=beams))
    expected, found = (
        make_sampler(MODELS["lhe-signal"](file=file, order="file"), 1, 0).sample(0, 5).particles
        for file in (still, moving)
    )
    np.testing.assert_allclose(found.momentum, expected.momentum, atol=1e-8)


def test_of_weights_with_one_name_the_first_counts(tmp_path: Path) -> None:
    rows = [(1.0, 10.0 * (number % 2)) for number in range(20)]
    file = write(tmp_path / "a.hepmc3", hepmc(rows, names=("nominal", "nominal")))
    drawn = make_sampler(MODELS["hepmc-signal"](file=file), 1, 0).sample(0, 200).drawn
    assert drawn is not None
    assert set(drawn.event) == set(range(20))
