"""An invented experiment at a tau-charm factory: beams, chamber and crystals (mm), what is generated and read out."""

import numpy as np

from trigemu.collider.collider import Acceptance, Collider
from trigemu.collider.response.detector import Tdc
from trigemu.collider.response.layers import DriftChamber
from trigemu.collider.response.rings import Rings
from trigemu.collider.signals.offered import common_processes, dark_boson_signals, gun_signals
from trigemu.collider.sources import TIMING, TRUTH_SCHEMA, crossing_schema, timing_schema
from trigemu.frames.columns import Column
from trigemu.frames.frame import TRUTH
from trigemu.physics.beams import Beams

FIELD_T, LAYERS = 1.0, 16
TDC = Tdc(t0=100.0, count_ns=1.0)
_RADIUS = np.linspace(160.0, 520.0, LAYERS)
_TURN = np.repeat([0.0, 4.0, -4.0, 0.0], 4)  # in cells: superlayers axial, stereo, stereo, axial
WIRES = DriftChamber(
    radius=_RADIUS,
    backward=np.full(LAYERS, -900.0),
    forward=np.full(LAYERS, 900.0),
    wires=np.repeat([80, 112, 144, 176], 4),
    offset=np.tile([0.0, 0.5], 8) - 0.5 * _TURN,  # half-way between its ends wire 0 is near azimuth 0
    turn=_TURN,
    superlayer=np.repeat(np.arange(4), 4),
    inner=_RADIUS - 12.0,
    outer=_RADIUS + 12.0,
)

RINGS, AROUND = 28, 64
_ENDCAP, _BARREL = np.linspace(20.0, 32.0, 4), np.linspace(35.0, 145.0, 23)
_EDGES = [np.stack([e[:-1], e[1:]], axis=1) for e in (_ENDCAP, _BARREL, 180.0 - _ENDCAP[::-1])]
CRYSTALS = Rings(
    edges=np.radians(np.concatenate(_EDGES)),
    crystals=np.full(RINGS, AROUND),
    first=AROUND * np.arange(RINGS),
    begin=np.zeros(RINGS),
)

COLLIDER = Collider(
    name="the mini collider",
    beams=Beams(1.885, 1.885, electron_rad=0.011, positron_rad=0.011),
    spot_mm=(0.5, 0.01, 10.0),
    # Straight through all layers; calorimeter without its gaps.
    acceptance=Acceptance((31.0, 149.0), ((20.0, 32.0), (35.0, 145.0), (148.0, 160.0))),
)
SIGNALS = (*dark_boson_signals(COLLIDER), *gun_signals(COLLIDER))
PROCESSES = common_processes(COLLIDER)

CHAMBER, CALORIMETER = "chamber", "calorimeter"
WIRE = Column("channel", "<u2", high=int(WIRES.first[-1]) - 1)  # fragments with others are corrupt
CRYSTAL = Column("channel", "<u2", high=RINGS * AROUND - 1)
SCHEMAS = {
    TIMING: timing_schema(),
    CHAMBER: crossing_schema(CHAMBER, WIRE, ("tdc", "<i2")),  # counts of `TDC`
    CALORIMETER: crossing_schema(CALORIMETER, CRYSTAL, ("value", "<u2")),  # MeV
    TRUTH: TRUTH_SCHEMA,
}
