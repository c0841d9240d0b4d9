"""What setup does to a host's file: planned first, then carried out; and the way back."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from server.hosts import files
from server.hosts.documents import (
    CannotEdit,
    entries_in,
    inputs_in,
    with_entry,
    with_inputs,
    without_entry,
    without_inputs,
)
from server.hosts.entries import NAME, NAMES, SANDBOX_NAME, Start, entry_of, start_of
from server.hosts.table import Host

SERVE: Final = "serve"
FILE: Final = "_FILE"
INPUT_PREFIX: Final = "testdesk-"
"""What the ids of our inputs begin with."""


@dataclass(frozen=True)
class Change:
    """What is to become of a file."""

    host: Host
    file: Path
    done: str
    """What happens, such as `added`; empty if nothing does."""
    before: bytes | None = None
    after: bytes | None = None
    """Its new content; None: it is deleted."""
    backs_up: bool = False
    drops_backup: bool = False
    in_the_open: tuple[str, ...] = ()
    """The variables of the entry that hold a credential itself."""


def planned(
    host: Host,
    file: Path,
    start: Start,
    *,
    name: str,
    inputs: Sequence[Mapping[str, Any]] = (),
    own: Iterable[str] = (),
) -> Change:
    """Add an entry or bring it up to date; the one of the sandbox leaves with the first real one.

    Variables and options that the user added to a present entry stay; of a credential (`own`) only the new one does.

    Raises:
        CannotEdit, FileProblem: with the reason.
    """
    before = files.read(file)
    text = files.decoded(before)
    present = entries_in(host, text)
    entry = _entry(host, start, present.get(name), set(own))
    new = text if present.get(name) == entry else with_entry(host, text, name, entry)
    if name == NAME:
        new = without_entry(host, new, SANDBOX_NAME)
    new = with_inputs(host, new, inputs)
    found = start_of(host, entry)
    held = found.variables if found is not None else {}
    in_the_open = tuple(one for one in own if held.get(one, "").strip() and "${" not in held[one])
    if new == text:
        return Change(host, file, "", before, before, in_the_open=in_the_open)
    ours = {one: present[one] for one in present if one in NAMES}
    has_backup = files.backup_of(file).exists()
    is_created = bool(ours) and _rebuilt(host, "", ours, _own_inputs(host, text)) == text
    return Change(
        host,
        file,
        "created" if before is None else "updated" if name in present else "added",
        before,
        new.encode(),
        backs_up=before is not None and not is_created and not (ours and has_backup),
        drops_backup=before is None and has_backup,
        in_the_open=in_the_open,
    )


def _entry(host: Host, start: Start, present: Any, own: set[str]) -> dict[str, Any]:
    """The entry, with what a present one has beside it."""
    if not isinstance(present, Mapping):
        return entry_of(host, start)
    before = start_of(host, present)
    if before is None:
        return entry_of(host, start)
    given = {name.removesuffix(FILE) for name in start.variables} & own
    variables = {name: value for name, value in before.variables.items() if name.removesuffix(FILE) not in given}
    arguments = _with_options(start.arguments, before.arguments)
    return entry_of(host, Start(start.command, arguments, {**variables, **start.variables}), present)


def _with_options(arguments: tuple[str, ...], before: tuple[str, ...]) -> tuple[str, ...]:
    """Arguments with the options that a present entry has beside them, if it starts the same kind of server."""
    if SERVE not in before or ("--sandbox" in before) != ("--sandbox" in arguments):
        return arguments
    options = before[before.index(SERVE) + 1 :]
    start = arguments.index(SERVE) + 1
    return (*arguments[:start], *options, *(word for word in arguments[start:] if word not in options))


def planned_undo(host: Host, file: Path) -> Change:
    """Take setup's entries out again; what was in their place before comes back.

    A file that nobody has changed since gets its old bytes back, and one that setup created is deleted.

    Raises:
        CannotEdit, FileProblem: with the reason.
    """
    before = files.read(file)
    text = files.decoded(before)
    present = entries_in(host, text)
    ours = {name: present[name] for name in present if name in NAMES}
    inputs = _own_inputs(host, text)
    backup = files.backup_of(file)
    if before is None or not (ours or inputs):
        return Change(host, file, "", before, before)
    old_bytes = files.read(backup)
    old = files.decoded(old_bytes)
    try:
        if _rebuilt(host, old, ours, inputs) == text:
            done = "deleted" if old_bytes is None else "restored"
            return Change(host, file, done, before, old_bytes, drops_backup=True)
        earlier = entries_in(host, old)
    except CannotEdit:
        earlier = {}
    for name in ours:
        text = with_entry(host, text, name, earlier[name]) if name in earlier else without_entry(host, text, name)
    text = without_inputs(host, text, [str(one["id"]) for one in inputs])
    return Change(host, file, "removed", before, text.encode(), drops_backup=True)


def _own_inputs(host: Host, text: str) -> list[dict[str, Any]]:
    return [one for one in inputs_in(host, text) if str(one.get("id", "")).startswith(INPUT_PREFIX)]


def _rebuilt(host: Host, old: str, ours: Mapping[str, Any], inputs: Sequence[Mapping[str, Any]]) -> str:
    """What setup makes of a file's old text."""
    for name in NAMES:
        old = with_entry(host, old, name, ours[name]) if name in ours else without_entry(host, old, name)
    return with_inputs(host, old, inputs)


def carry_out(change: Change) -> None:
    """Write the file, and its backup before it.

    Raises:
        FileProblem: with the reason.
    """
    if not change.done:
        return
    if change.backs_up and change.before is not None:
        files.back_up(change.file, change.before)
    try:
        files.replace(change.file, before=change.before, after=change.after)
    except files.FileProblem:
        if change.backs_up:
            files.delete(files.backup_of(change.file))  # of a change that did not happen
        raise
    if change.drops_backup:
        files.delete(files.backup_of(change.file))
