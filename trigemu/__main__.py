"""``python -m trigemu``: the command line."""

from trigemu.cli import main

main()
