"""Starting one role: find control, be configured, work."""

from __future__ import annotations

import gc
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from trigemu.errors import InputError, RunError, TrigemuError
from trigemu.frames.records import run_tag
from trigemu.frames.rundir import create_run
from trigemu.setup.build import build_setup
from trigemu.setup.experiment import Generator
from trigemu.streaming.core import protocol as p
from trigemu.streaming.core.endpoints import check_name
from trigemu.streaming.core.protocol import ROLES, Note
from trigemu.streaming.link.addresses import ipc_folder_of, own_address
from trigemu.streaming.link.keys import choose_keys, is_loopback
from trigemu.streaming.link.link import Link
from trigemu.streaming.link.transport import Port, Transport, load_keys
from trigemu.streaming.recorded import open_comparison, open_source
from trigemu.streaming.roles.producer import Producer
from trigemu.streaming.roles.recorder import Recorder
from trigemu.streaming.roles.recording import Recording
from trigemu.streaming.roles.shell import Shell
from trigemu.streaming.roles.worker import Worker


def serve_role(
    role: str,
    control: str,
    name: str,
    *,
    keys: Path | None = None,
    insecure: bool = False,
    parent: int = 0,
    ticket: int | None = None,
) -> int:
    """Take part in a run as one role until control says goodbye.

    Parameters
    ----------
    role
        ``producer``, ``worker`` or ``recorder``.
    control
        Control's endpoint, ``tcp://host:port`` or ``ipc://path``.
    name
        A name of its own within the run.
    keys
        Folder with the CURVE keys that control uses; None: the user's own
        (`trigemu.streaming.link.keys.default_folder`), on loopback.
    insecure
        Use no keys, as control does.
    parent, ticket
        Process id of control and the number of its run, if it started this process.

    Returns
    -------
    int
        Exit code.

    Raises
    ------
    InputError
        No such role, or no such endpoint, or the run's configuration does not work here.
    RunError
        Control is gone, or has no use for this role, or there is no space left.
    """
    if role not in ROLES:
        raise InputError(f"role {role!r} is not one of {', '.join(ROLES)}")
    folder = ipc_folder_of(control)
    host = "127.0.0.1" if folder else own_address(control)
    if wrong := check_name(name):
        raise InputError(wrong)
    # Sockets in control's own folder need no keys: nobody else gets in there.
    where = None if parent else choose_keys(keys, insecure, control if folder else f"tcp://{host}")
    # Whichever of control and the roles of one machine is there first makes the user's keys.
    create = keys is None and is_loopback(control)
    found = load_keys(where, create=create) if where else None
    transport = Transport(keys=found, folder=folder, host=host)
    try:
        data = None if role == "producer" else transport.pull(4096)
        link = Link(transport, control, role, name, parent)
        link.tag = ticket
        link.send(p.REGISTER, {"role": role, "name": name, "endpoint": data.endpoint if data else ""})
        configuration = _configuration(link)
        link.tag = run_tag(configuration.fields["identity"]["run_id"])
        try:
            shell = _shell(link, data, configuration.fields)
        except TrigemuError as error:
            link.report(p.FAILED, 0, {}, {"reason": str(error), "totals": {}})
            raise
        # What is there by now stays: no need to look through it for garbage again and again.
        gc.freeze()
        shell.run()
    finally:
        transport.close()
    return 0


def _configuration(link: Link) -> Note:
    """Wait for the configuration; `RunError` if control sends this role home."""
    while True:
        for note in link.notes():
            if note.kind == p.CONFIGURE:
                return note
            if note.kind == p.BYE:
                reason = note.fields.get("reason") or "the run ended before it began"
                raise RunError(f"{link.name}: {reason}")
        link.beat_due(time.monotonic())
        if link.transport.locked_out:
            raise InputError(
                f"{link.name}: control at {link.control} and this process do not have the same keys (--keys DIR), or "
                "only one of them is --insecure"
            )
        link.transport.wait(0.5)


def _shell(link: Link, data: Port | None, given: Mapping[str, Any]) -> Shell:
    """Set up what works."""
    setup = build_setup(given["config"], "the run's configuration")
    streaming = setup.config.streaming
    link.configure(streaming.heartbeat_s, streaming.lives)
    frames, window = int(given["frames"]), int(given["window"])
    source = open_source(Path(given["replay"]), setup, frames) if given["replay"] else None
    schemas = source.schemas if source else setup.schemas
    if data is None:
        sources = tuple(given["sources"])
        generator: Generator = source or setup.make_generator(sources)
        if source is None:
            # What is compiled on first use is compiled before the role says that it is ready: from then on it
            # must beat.
            for name in sources:
                generator.fragment(name, 0)
        return Producer(link, setup, generator, schemas, sources)
    if link.role == "worker":
        return Worker(link, setup, data, schemas, frames, window)
    path = Path(given["path"])
    if not (path / "run.json").exists():
        create_run(path, given["config"], given["identity"]["run_id"])
    recording = Recording(
        setup,
        path,
        frames=frames,
        window=2 * window,
        sources=tuple(schemas),
        tag=link.tag,
        comparison=open_comparison(Path(given["replay"]), setup) if given["replay"] else None,
    )
    return Recorder(link, recording, data, path, given["identity"])
