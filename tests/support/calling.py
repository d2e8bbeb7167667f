"""The command line called in the process of the test."""

from __future__ import annotations

from click.testing import CliRunner, Result

from trigemu.cli import cli


def call(*arguments: object, code: int = 0) -> Result:
    """Call ``trigemu ARGUMENTS``; its exit code must be this."""
    done = CliRunner().invoke(cli, [str(each) for each in arguments])
    assert done.exit_code == code, done.output
    return done
