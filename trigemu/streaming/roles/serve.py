"""Starting one role: find control, be configured, work."""

from __future__ import annotations

import gc
import shutil
import time
import traceback
from collections.abc import Callable, Mapping
from contextlib import nullcontext
from pathlib import Path
from typing import Any

from trigemu.activity import doing
from trigemu.errors import InputError, RunError, TrigemuError
from trigemu.frames.records import run_tag
from trigemu.frames.rundir import create_run
from trigemu.frames.runfiles import read_run
from trigemu.setup.build import build_setup
from trigemu.setup.protocols import Generator
from trigemu.stopping import Stop, Stopped, held
from trigemu.streaming.core import protocol as p
from trigemu.streaming.core.endpoints import check_name
from trigemu.streaming.core.protocol import ROLES, Note
from trigemu.streaming.link.addresses import ipc_folder_of, own_address
from trigemu.streaming.link.keys import choose_keys, is_loopback
from trigemu.streaming.link.link import ControlLostError, Link
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
    tell: Callable[[str], None] | None = None,
) -> int:
    """Take part in a run as one role until control says goodbye.

    Parameters
    ----------
    role
        ``producer``, ``worker`` or ``recorder``.
    control
        Control's endpoint, ``tcp://host:port`` or ``ipc://path``.
    name
        What to be called in the run; where a role of this name takes part already, control gives another number.
    keys
        Folder with the CURVE keys that control uses; None: the user's own
        (`trigemu.streaming.link.keys.default_folder`), on loopback.
    insecure
        Use no keys, as control does.
    parent, ticket
        Process id of control and the number of its run, if it started this process.
    tell
        Told which part this process has got, for whoever started it.

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
    data = None if role == "producer" else transport.pull(4096)
    link = Link(transport, control, role, name, parent)
    link.tag = ticket
    # A recorder has something to close; the others can go at any moment (what control has started follows control).
    with held() if role == "recorder" and not parent else nullcontext(Stop()) as stop:
        try:
            link.send(p.REGISTER, {"role": role, "name": name, "endpoint": data.endpoint if data else ""})
            _serve(link, data, stop, tell or _nobody)
        except ControlLostError:
            # Only what control has made for itself: a user's own folder may hold anything.
            if folder is not None and parent:
                shutil.rmtree(folder, ignore_errors=True)
            raise
        except KeyboardInterrupt:
            link.send(p.LEAVE, {"reason": "was stopped by its user"})
            raise
        finally:
            link.close()
    return 0


def _nobody(sentence: str) -> None:
    """Tell nobody."""


def _serve(link: Link, data: Port | None, stop: Stop, tell: Callable[[str], None] = _nobody) -> None:
    with doing(f"waiting for control at {link.control}"):
        configuration = _configuration(link, stop)
    run_id = configuration.fields["identity"]["run_id"]
    link.tag = run_tag(run_id)
    asked, link.name = link.name, str(configuration.fields.get("name", link.name))
    taken = f" (another role is called {asked})" if link.name != asked else ""
    tell(f"{link.name} takes part in run {run_id}{taken}")
    shell: Shell | None = None
    try:
        with doing(f"setting up {link.name}"):
            shell = _shell(link, data, configuration.fields)
        shell.stop = stop
        # What is there by now stays: no need to look through it for garbage again and again.
        gc.freeze()
        with doing(f"{link.name} is at work"):
            shell.run()
        tell(f"{link.name}: the run has ended")
    except (OSError, MemoryError) as error:
        if shell is None and link.role == "recorder" and isinstance(error, OSError):
            # A recorder that cannot begin has no room, or is not allowed to: the next one would fare no better.
            reason = f"{link.name}: cannot begin to record ({error.strerror or error})"
            link.report(p.FAILED, 0, {}, {"reason": reason, "totals": {}})
            raise RunError(reason) from error
        # The next life may have more luck.
        raise
    except TrigemuError as error:
        if shell is None:
            link.report(p.FAILED, 0, {}, p.failed_fields(error))
        raise
    except Exception as error:
        # What is made and decided depends on nothing but the configuration: it would end so again and again.
        reason = f"{link.name}: {_story(error)}"
        totals = {} if shell is None else shell.last_words()
        trace = "".join(traceback.format_exception(error))[-p.MOST_DETAIL :]
        link.report(p.FAILED, 0, {}, {"reason": reason, "totals": totals, "trace": trace})
        raise RunError(reason) from error


def _story(error: Exception) -> str:
    """Return an error that nobody foresaw as one sentence that says where it came from."""
    last = traceback.extract_tb(error.__traceback__)[-1]
    return f"unexpected {type(error).__name__}: {error} ({Path(last.filename).name}, line {last.lineno})"


def _configuration(link: Link, stop: Stop) -> Note:
    """Wait for the configuration; `RunError` if control sends this role home."""
    while True:
        if stop.count:
            raise Stopped(stop.sentence)
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
        link.transport.wait(link.patience_s)


def _shell(link: Link, data: Port | None, given: Mapping[str, Any]) -> Shell:
    """Set up what works."""
    setup = build_setup(given["config"], "the run's configuration")
    streaming = setup.config.streaming
    link.configure(streaming.heartbeat_s, streaming.control_grace_s)
    frames, window = int(given["frames"]), int(given["window"])
    source = open_source(Path(given["replay"]), setup, frames) if given["replay"] else None
    schemas = {
        name: schema
        for name, schema in (source.schemas if source else setup.schemas).items()
        if name not in given["absent"]
    }
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
    elif read_run(path).run_id != given["identity"]["run_id"]:
        raise InputError(f"{path}: holds another run; remove it, or let control use another output directory")
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
