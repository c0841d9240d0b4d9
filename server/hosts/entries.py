"""A host's entry for Testdesk: what it starts, in the form that the host reads."""

import os
import re
import shutil
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from server.hosts.table import Host

NAME: Final = "testdesk"
SANDBOX_NAME: Final = "testdesk-sandbox"
NAMES: Final = (NAME, SANDBOX_NAME)
"""What setup calls its entries."""


@dataclass(frozen=True)
class Start:
    """How a server is started."""

    command: str
    arguments: tuple[str, ...] = ()
    variables: Mapping[str, str] = field(default_factory=dict)


def own_command() -> tuple[str, ...]:
    """The command of this installation, in full: a host started from a desktop has a shorter PATH than a shell.

    Links are not followed: an update of the installation may move what is behind them.
    """
    name = "testdesk.exe" if os.name == "nt" else "testdesk"
    beside = Path(sys.executable).absolute().parent / name
    started = Path(sys.argv[0]).absolute()
    on_path = shutil.which("testdesk")
    if on_path and beside.exists() and os.path.realpath(on_path) == os.path.realpath(beside):
        return (os.path.abspath(on_path),)
    if started.name == name and started.exists():
        return (str(started),)
    return (str(beside),) if beside.exists() else (str(Path(sys.executable).absolute()), "-m", "testdesk")


def entry_of(host: Host, start: Start, present: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """The entry of a host; of a present one it keeps what says nothing of the start."""
    form, entry = host.form, dict[str, Any](host.form.before)
    entry |= _started(host, start)
    if start.variables:
        entry[form.variables] = dict(start.variables)
    entry |= form.after
    if present is None:
        return entry
    ours = {"command", "args", form.variables, *form.before}
    return {**entry, **{key: value for key, value in present.items() if key not in ours}}


def _started(host: Host, start: Start) -> dict[str, Any]:
    if host.form.is_one_list:
        return {"command": [start.command, *start.arguments]}
    return {"command": start.command, "args": list(start.arguments)}


def start_of(host: Host, entry: Mapping[str, Any]) -> Start | None:
    """What an entry starts; None for one that starts nothing, such as an address."""
    command, arguments = entry.get("command"), entry.get("args", [])
    if host.form.is_one_list and isinstance(command, list) and command:
        command, arguments = command[0], command[1:]
    if not isinstance(command, str) or not isinstance(arguments, list):
        return None
    variables = entry.get(host.form.variables) or {}
    if not isinstance(variables, Mapping):
        return None
    return Start(command, tuple(map(str, arguments)), {str(name): str(value) for name, value in variables.items()})


_REFERENCE = re.compile(r"\$\{(?:env:)?([A-Za-z_]\w*)(?::-([^}]*))?\}")


def filled(value: str, environment: Mapping[str, str]) -> str | None:
    """A value with the variables that hosts fill in; None if only the host knows it, such as an input of a user."""
    text = _REFERENCE.sub(lambda found: environment.get(found[1]) or found[2] or "", value)
    return None if "${" in text else text
