"""Entry of the role processes that control starts: as few imports as possible, so that they start fast."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Sequence


def main(arguments: Sequence[str]) -> int:
    """Run ``ROLE CONTROL NAME PARENT``; control alone hears the signals that end a run."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    from trigemu.errors import TrigemuError
    from trigemu.plain import one_sentence
    from trigemu.streaming.process import TICKET
    from trigemu.streaming.roles.serve import serve_role

    role, control, name, parent = arguments
    try:
        ticket = int(os.environ.pop(TICKET))
        return serve_role(role, control, name, parent=int(parent), ticket=ticket)
    except TrigemuError as error:
        sys.stderr.write(f"{one_sentence(str(error))}\n")
        return error.exit_code


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
