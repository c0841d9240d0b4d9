"""Which hosts have entries of setup's."""

from typing import Any

from server.hosts import files
from server.hosts.documents import CannotEdit, entries_in
from server.hosts.entries import NAMES
from server.hosts.files import FileProblem
from server.hosts.places import Machine
from server.hosts.table import HOSTS, Host


def with_entries(machine: Machine) -> list[Host]:
    """The hosts that have one of setup's entries, or whose file cannot be read."""
    return [host for host in HOSTS if isinstance(found := entries(machine, host), str) or found]


def entries(machine: Machine, host: Host) -> dict[str, Any] | str:
    """Setup's entries in a host's file, or why it cannot be read."""
    try:
        found = entries_in(host, files.decoded(files.read(machine.file_of(host))))
    except (CannotEdit, FileProblem) as error:
        return str(error)
    return {name: entry for name, entry in found.items() if name in NAMES}
