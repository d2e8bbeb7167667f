"""Run control's states and the transitions between them."""

from __future__ import annotations

from enum import StrEnum


class State(StrEnum):
    """Where a run is.

    idle: roles are being gathered; configured: all have their configuration; running; draining: no new
    frames; stopped: every role has delivered its totals; failed.
    """

    IDLE = "idle"
    CONFIGURED = "configured"
    RUNNING = "running"
    DRAINING = "draining"
    STOPPED = "stopped"
    FAILED = "failed"


_NEXT = {
    State.IDLE: {State.CONFIGURED, State.STOPPED, State.FAILED},
    State.CONFIGURED: {State.RUNNING, State.STOPPED, State.FAILED},
    State.RUNNING: {State.DRAINING, State.STOPPED, State.FAILED},
    State.DRAINING: {State.STOPPED, State.FAILED},
    State.STOPPED: set(),
    State.FAILED: set(),
}


class InvalidTransitionError(RuntimeError):
    """A transition that the table does not have; carries the states so far."""


class RunState:
    """The state of one run; a run ends in ``stopped`` or ``failed`` and is never used again.

    Attributes
    ----------
    state, story
        Where it is, and all states so far.
    """

    def __init__(self) -> None:
        self.state = State.IDLE
        self.story = [State.IDLE]

    def to(self, state: State) -> None:
        """Go to another state.

        Raises
        ------
        InvalidTransitionError
            The table does not have this transition.
        """
        if state not in _NEXT[self.state]:
            raise InvalidTransitionError(f"{self.state} -> {state} after {' -> '.join(self.story)}")
        self.state = state
        self.story.append(state)

    @property
    def over(self) -> bool:
        """Whether the run has ended."""
        return self.state in (State.STOPPED, State.FAILED)
