"""The cut flow of a scan: pictures against the parameters, the steps, and what the cuts are."""

from __future__ import annotations

from trigemu.measure.cutflow import CutFlow
from trigemu.measure.cutflow_plots import YLABEL, drawn_cuts, upright
from trigemu.measure.tables.cutflow import cuts_table, flow_table, flow_tables
from trigemu.plain import short
from trigemu.render.html.page import beside, folded, plots
from trigemu.render.html.table import show
from trigemu.render.html.text import paragraph
from trigemu.report.against import Point, pictures

SAID = (
    "Accepted and triggered events that passed a cut and all cuts before it. Efficiencies of reconstruction and "
    "resolution are in the cuts as far as the last table says so."
)


def cutflow(flow: CutFlow) -> list[str]:
    """Return what is left after each cut against the parameters, all steps with intervals, and the cuts."""
    if not flow.rows:
        return []
    kept, silent = drawn_cuts(flow)
    rest = f"Cuts that lose nothing are not drawn: {', '.join(silent)}." if silent else ""
    points = [
        Point(
            rows[0].point,
            {
                row.step: (row.of_triggered, row.of_triggered_low, row.of_triggered_high)
                for row in rows
                if row.step in kept
            },
        )
        for rows in flow.points
    ]
    title, last = f"{flow.title}: {short(flow.selection)}", flow.cuts[-1].name
    drawn = pictures(points, flow.units, title, [last], YLABEL, upright(flow))
    steps = show(flow_table(flow), caption=False)
    few = [show(each) for each in flow_tables(flow, "")] if len(points) > 1 else []
    return [
        paragraph(SAID),
        plots(drawn),
        *([paragraph(rest, "soft small")] if drawn and rest else []),
        beside(few) if few else steps,
        *([folded("all steps with their intervals", steps)] if few else []),
        show(cuts_table(flow)),
    ]
