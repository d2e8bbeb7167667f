from trigemu.measure.comparison.compare import compare as compare
from trigemu.measure.deciding import decide_events as decide_events
from trigemu.measure.decisions import Decisions as Decisions
from trigemu.measure.efficiency import efficiency as efficiency
from trigemu.measure.offline import decide as decide
from trigemu.measure.results import read_result as read_result
from trigemu.measure.validation import validate as validate
from trigemu.report.running import replay as replay
from trigemu.report.running import run as run
from trigemu.setup.build import load_setup as load_setup

__version__: str
__all__: list[str]
