"""The cut flow of a scan: pictures against the parameters, the steps, and what the cuts are."""

from __future__ import annotations

from trigemu.measure.cutflow import CutFlow
from trigemu.measure.cutflow_plots import YLABEL
from trigemu.measure.tables.cutflow import cuts_table, flow_table
from trigemu.plain import short
from trigemu.render.html.page import plots
from trigemu.render.html.table import show
from trigemu.render.html.text import paragraph
from trigemu.report.against import Point, pictures

SAID = (
    "After each cut: accepted and triggered events that passed it and all cuts before it. Efficiencies of "
    "reconstruction and resolution are part of the cuts as far as the table below says so."
)


def cutflow(flow: CutFlow) -> list[str]:
    """Return what is left after each cut against the parameters, all steps with intervals, and the cuts."""
    if not flow.rows:
        return []
    points = [
        Point(
            rows[0].point,
            {
                row.step: (row.of_triggered, row.of_triggered_low, row.of_triggered_high)
                for row in rows
                if row.kind == "cut"
            },
        )
        for rows in flow.points
    ]
    title = f"{flow.title}: {short(flow.selection)}"
    return [
        paragraph(SAID),
        plots(pictures(points, flow.units, title, [flow.cuts[-1].name], YLABEL)),
        show(flow_table(flow), caption=False),
        show(cuts_table(flow)),
    ]
