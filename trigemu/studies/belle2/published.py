"""Belle II: published and golden numbers.

Sources: TSIM is the experiment's own trigger simulation and its validation histograms of 5000 single leptons; MENU its
trigger algebra and prescales; PLAN the design tables of the trigger (Iwasaki et al., TNS 2011); REF closed forms
and reference calculations at 10.58 GeV; TOY ideal helices through the experiment's network.  Rows with certainty M
are recalled: shown, never judged; comparisons are with numbers got in other conditions.
"""

from __future__ import annotations

from trigemu.studies.belle2 import physics_rows as physics
from trigemu.studies.belle2 import trigger_rows as trigger

ROWS = (
    *physics.cross_sections(),
    *physics.kinematics(),
    *trigger.rules(),
    *trigger.network(),
    *trigger.chain(),
)
