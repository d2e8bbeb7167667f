from trigemu.measure.decisions import Decisions as Decisions
from trigemu.measure.efficiency import efficiency as efficiency
from trigemu.measure.offline import decide as decide
from trigemu.setup.build import load_setup as load_setup
from trigemu.streaming import replay as replay
from trigemu.streaming import run as run

__version__: str
__all__: list[str]
