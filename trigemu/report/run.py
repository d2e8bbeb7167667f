"""``report.html``: one page, without anything from elsewhere, that shows what a run was and what came out."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from trigemu.frames.rundir import write_whole
from trigemu.measure.summary import signal_labels
from trigemu.measure.tables.lines import NO_RATES, rates_known
from trigemu.render import numbers
from trigemu.render.html import parts as html
from trigemu.render.pictures.canvas import to_svg
from trigemu.render.pictures.curves import Curve, curves_figure
from trigemu.render.pictures.histograms import histogram_figure
from trigemu.render.pictures.latency import latency_figure
from trigemu.render.shown import most_efficient, that_fired
from trigemu.report import compared
from trigemu.report.advice import overload
from trigemu.report.taints import taints
from trigemu.setup.experiment import Setup
from trigemu.streaming.core.totals import RunTotals

QUANTILES = tuple(1.0 - 10.0**-x for x in np.linspace(0.05, 4.0, 80))
"""Points of the latency curve: evenly in nines."""

QUALITY = {
    "good": "every frame was decided and recorded",
    "tainted": "not all is as it was recorded",
    "incomplete": "some frames were lost",
    "interrupted": "stopped by the user; what was decided is complete",
    "aborted": "stopped by a failure",
    "overloaded": "some frames were not looked at, because the machine did not keep up with the beam",
    "degraded": "every frame was decided; a process had to be restarted on the way",
}


def write_report(path: Path, setup: Setup[Any], totals: RunTotals, summary: Mapping[str, Any]) -> None:
    """Write the report of a run.

    Parameters
    ----------
    path
        The file.
    setup
        The run's configuration.
    totals
        What the run counted, monitoring histograms included.
    summary
        What `trigemu.measure.summary.summarise` made of it.
    """
    write_whole(path, render(setup, totals, summary))


def render(setup: Setup[Any], totals: RunTotals, summary: Mapping[str, Any]) -> str:
    """Return the report as a document."""
    title = setup.config.title or f"{setup.config.experiment} run"
    return html.page(
        f"{title} - run {summary['run']['number']}",
        [
            _headline(title, setup, summary),
            html.section("Trigger lines", _lines(setup, summary)),
            html.section("Comparison with recorded words", *compared.sections(setup, summary)),
            html.section("Signal efficiency", *_efficiency(setup, summary)),
            html.section("What the detectors saw", _monitor(setup, totals)),
            html.section("Latency", *_latency(setup, totals, summary)),
            html.section("Ledger", *_ledger(summary)),
            html.section("Processes", _processes(summary)),
            html.section("Configuration", *_configuration(setup, summary)),
        ],
    )


def _headline(title: str, setup: Setup[Any], summary: Mapping[str, Any]) -> html.Html:
    run = summary["run"]
    quality = run["quality"]
    style = "good" if quality == "good" and summary["closed"] else "bad"
    closed = "the ledger closes" if summary["closed"] else "the ledger does not close"
    figures = [
        (
            "quality",
            html.Html(f'<span class="{style}">{html.text(quality)}</span>'),
        ),
        ("frames decided", numbers.number(_decided(summary))),
        ("decisions", numbers.number(summary["decisions"])),
        ("live time", f"{numbers.number(summary['live_time_s'])} s"),
        ("dead fraction", f"{100 * summary['dead_fraction']:.3g} %"),
        ("wall time", f"{numbers.number(run['wall_s'], 3)} s"),
    ]
    return html.Html(
        f"<header><h1>{html.text(title)}</h1>"
        f'<p class="soft">{html.text(run["experiment"])}, run {run["number"]}, seed {run["seed"]}, '
        f"trigemu {html.text(run['versions'].get('trigemu', ''))}</p>"
        f"{html.cards(figures)}"
        f"<p>{html.text(QUALITY.get(quality, quality).capitalize())}; {closed}. {html.text(overload(summary))} "
        f"Decisions {html.code(summary['decisions_sha256'])}</p>"
        f"{''.join(html.paragraph(each, 'bad') for each in taints(summary))}</header>"
    )


def _decided(summary: Mapping[str, Any]) -> int:
    frames = summary["frames"]
    return int(frames.get("accepted", 0)) + int(frames.get("rejected", 0))


def _lines(setup: Setup[Any], summary: Mapping[str, Any]) -> str:
    rows = []
    shown, rest = that_fired({name: line["fired"] for name, line in summary["lines"].items()})
    for line in setup.menu.lines:
        if line.name not in shown:
            continue
        got = summary["lines"][line.name]
        mode = "" if got["prescale_mode"] == "event" or got["prescale"] == 1 else f" ({got['prescale_mode']})"
        rows.append(
            (
                html.Html(f"<b>{html.text(line.name)}</b>{'' if line.level == 'l1' else f' {line.level}'}"),
                html.code(
                    line.when
                    + (f" [{line.on}]" if line.on else "")
                    + (f" + {line.select}" if line.select else "")
                ),
                numbers.number(got["before_prescale"]),
                f"{numbers.number(got['prescale'])}{mode}",
                numbers.number(got["accepted"]),
                numbers.rate(got),
                numbers.rate(got, "before_prescale_"),
                line.source,
            )
        )
    head = (
        "line",
        "when",
        "fired",
        "prescale",
        "accepted",
        "rate (Hz)",
        "before prescale (Hz)",
        "source, remark",
    )
    note = (
        "Rate: recorded triggers over live time. Fired, before prescale: candidates over all time that was looked at, "
        "before dead time and selections; of a software line, those that level 1 sent and its selection passed, over "
        "live time. Errors: 68.27 %; of a line without counts the upper end of that interval."
    )
    if not rates_known(summary):
        note = NO_RATES
    return html.table(head, rows, numeric=(2, 3, 4, 5, 6)) + html.paragraph(f"{rest} {note}".strip(), "soft")


def _efficiency(setup: Setup[Any], summary: Mapping[str, Any]) -> list[str]:
    if not setup.signals:
        return []
    labels = signal_labels(setup)
    every = (*setup.menu.names, *setup.menu.totals)
    values = {name: [summary["efficiency"][label][name]["value"] for label in labels] for name in every}
    names, rest = most_efficient(values)
    rows = []
    for label, signal in zip(labels, setup.signals, strict=True):
        acceptance = summary["acceptance"][label]
        got = summary["efficiency"][label]
        mass = getattr(signal, "mass", None)
        rows.append(
            (
                label,
                numbers.number(mass) if isinstance(mass, int | float) else "–",
                numbers.number(acceptance["total"]),
                html.stacked(acceptance["value"], acceptance["low"], acceptance["high"]),
                *(html.stacked(got[n]["value"], got[n]["low"], got[n]["high"]) for n in names),
            )
        )
    head = ("signal", "mass (GeV)", "generated", "acceptance", *names)
    note = (
        "Acceptance: events whose products cross every plane the search needs, over generated. "
        "Efficiency: accepted events that the line passes, before prescale and dead time, over accepted. "
        "Intervals: Clopper-Pearson, 68.27 %."
    )
    figures = [
        to_svg(
            _against_mass(kind, members, summary, names), f"e{index}", f"efficiency of {kind} against mass"
        )
        for index, (kind, members) in enumerate(_by_kind(setup, labels).items())
    ]
    return [
        html.table(head, rows, numeric=range(1, len(head))),
        html.paragraph(f"{rest} {note}".strip(), "soft"),
        html.plots(figures),
    ]


def _by_kind(setup: Setup[Any], labels: Sequence[str]) -> dict[str, list[tuple[float, str]]]:
    kinds: dict[str, list[tuple[float, str]]] = {}
    for label, signal in zip(labels, setup.signals, strict=True):
        mass = getattr(signal, "mass", None)
        if isinstance(mass, int | float):
            kinds.setdefault(str(getattr(signal, "signal", "signal")), []).append((float(mass), label))
    return {kind: sorted(members) for kind, members in kinds.items()}


def _against_mass(
    kind: str, members: Sequence[tuple[float, str]], summary: Mapping[str, Any], names: Sequence[str]
) -> Any:
    x = [mass for mass, _ in members]

    def curve(label: str, counted: Sequence[Mapping[str, Any]]) -> Curve:
        value = [np.nan if item["value"] is None else item["value"] for item in counted]
        return label, x, value, [item["low"] for item in counted], [item["high"] for item in counted]

    curves = [curve("acceptance", [summary["acceptance"][label] for _, label in members])]
    curves += [curve(name, [summary["efficiency"][label][name] for _, label in members]) for name in names]
    return curves_figure(curves, "mass (GeV)", "acceptance, efficiency", kind)


def _monitor(setup: Setup[Any], totals: RunTotals) -> str:
    specs = setup.histograms
    pictures = []
    for index, (name, spec) in enumerate(specs.items()):
        counts = totals.monitor.get(name)
        if counts is not None and np.any(counts):
            pictures.append(
                to_svg(histogram_figure(spec, np.asarray(counts)), f"m{index}", html.text(spec.title))
            )
    if not pictures:
        return ""
    every = setup.config.record.monitor_every
    return html.plots(pictures) + html.paragraph(f"Filled from one frame in {every}.", "soft")


def _latency(setup: Setup[Any], totals: RunTotals, summary: Mapping[str, Any]) -> list[str]:
    hardware: list[str] = [
        html.paragraph(
            f"{level}: {got['modelled']:.4g} us modelled of {got['budget']:.4g} us allowed ({got['source']}).",
            "soft",
        )
        for level, got in summary["hardware_latency_us"].items()
    ]
    stages = summary["latency_us"]
    if not stages:
        return hardware
    rows = [
        (
            stage,
            numbers.number(got["count"]),
            *(numbers.number(got[q], 4) for q in ("p50", "p99", "p99_9", "max")),
        )
        for stage, got in stages.items()
    ]
    curves = {stage: [totals.latency[stage].percentile(100 * q) / 1e3 for q in QUANTILES] for stage in stages}
    open_loop = setup.config.streaming.policy == "realtime"
    note = (
        "Open loop: measured from the planned time of each frame, so that waiting counts."
        if open_loop
        else "Closed loop: a lossless run takes the next frame when there is room for it, so these "
        "figures are service times under full load and not the delay that a beam would see (--realtime)."
    )
    figure = to_svg(latency_figure(curves, QUANTILES), "l0", "latency percentiles")
    head = ("stage", "entries", "p50 (us)", "p99 (us)", "p99.9 (us)", "max (us)")
    shown = [html.table(head, rows, numeric=range(1, 6)), html.paragraph(note, "soft"), html.plots([figure])]
    return [*shown, *hardware]


def _ledger(summary: Mapping[str, Any]) -> list[str]:
    parts: list[str] = []
    for what in ("frames", "fragments", "triggers"):
        items = {key: value for key, value in summary[what].items() if not isinstance(value, bool)}
        parts.append(
            html.table((what, *items), [("", *map(numbers.number, items.values()))], range(1, len(items) + 1))
        )
    replay = summary.get("replay")
    if replay:
        rows = [(key, json.dumps(value)) for key, value in replay.items()]
        parts.append(html.table(("replay", ""), rows))
    return parts


def _processes(summary: Mapping[str, Any]) -> str:
    rows = [(key.replace("_", " "), _plain(value)) for key, value in summary["throughput"].items()]
    throughput = html.table(("throughput", ""), rows, (1,)) if rows else ""
    uses = [
        (role, *(_plain(value) for value in use.values())) for role, use in sorted(summary["memory"].items())
    ]
    if not uses:
        return throughput
    head = ("memory", *next(iter(summary["memory"].values())))
    return throughput + html.table(head, uses, range(1, len(head)))


def _plain(value: Any) -> str:
    if value is None:
        return "–"
    if isinstance(value, bool):
        return "yes" if value else "no"
    return numbers.number(value) if isinstance(value, int | float) else str(value)


def _configuration(setup: Setup[Any], summary: Mapping[str, Any]) -> list[str]:
    resolved = json.dumps(setup.to_dict(), indent=2)
    packages = ", ".join(f"{name} {number}" for name, number in summary["run"]["versions"].items())
    return [
        html.paragraph(html.Html(f"Hash {html.code(summary['run']['config_hash'])}")),
        html.paragraph(packages, "soft"),
        html.Html(f"<details><summary>resolved configuration</summary>{html.listing(resolved)}</details>"),
    ]
