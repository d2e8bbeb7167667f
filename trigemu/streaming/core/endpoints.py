"""Addresses that roles send to one another: which of them anybody would connect to."""

from __future__ import annotations

import ipaddress
import re

MAX_ENDPOINT = 256
"""Characters of an address; paths of sockets and IP addresses are shorter."""

MAX_NAME = 64
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")


def check_name(name: str) -> str:
    """Return what is wrong with the name of a role, "" if it may be one."""
    if len(name) <= MAX_NAME and _NAME.fullmatch(name):
        return ""
    shown = name if len(name) <= MAX_NAME else name[:MAX_NAME] + "..."
    return f"{shown!a} is no name of a role: it needs 1 to {MAX_NAME} letters, digits, dots, dashes or underscores"


def check_endpoint(endpoint: str, control: str) -> str:
    """Return what is wrong with an address that a role says it takes data at, "" if it may be one.

    Sockets of one machine lie in the folder of control's own (``ipc://``); others have a numeric address and a port
    (``tcp://``), on this machine where control cannot be reached from another.

    Parameters
    ----------
    endpoint
        What the role says.
    control
        Where control listens.
    """
    shown = repr(endpoint[:60] + ("..." if len(endpoint) > 60 else ""))
    if len(endpoint) > MAX_ENDPOINT or not endpoint.isprintable():
        return f"{shown} is no address"
    if control.startswith("ipc://"):
        folder = control.rpartition("/")[0] + "/"
        file = endpoint.removeprefix(folder)
        if file == endpoint or not file or "/" in file or file in (".", ".."):
            return f"{shown} is not in the folder of this run's sockets"
        return ""
    found = split_address(endpoint)
    if found is None:
        return f"{shown} is not tcp://ADDRESS:PORT with a numeric address and a port from 1 to 65535"
    address = found[0]
    if address.is_unspecified or address.is_multicast:
        return f"{shown} cannot be connected to"
    here = split_address(control)
    if here is not None and here[0].is_loopback and not address.is_loopback:
        return f"{shown} is on another machine, which this run's control cannot be reached from"
    return ""


def split_address(endpoint: str) -> tuple[ipaddress.IPv4Address | ipaddress.IPv6Address, int] | None:
    """Return the numeric address and the port of ``tcp://ADDRESS:PORT``, or None if it is something else."""
    host, _, port = endpoint.removeprefix("tcp://").rpartition(":")
    if not endpoint.startswith("tcp://") or not re.fullmatch(r"[1-9][0-9]{0,4}", port) or int(port) > 65535:
        return None
    if host.startswith("[") != (":" in host) or host.startswith("[") != host.endswith("]"):
        return None
    try:
        return ipaddress.ip_address(host.strip("[]")), int(port)
    except ValueError:
        return None
