"""`testdesk setup --check`: starts the entries of hosts as the hosts would, one after the other."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import anyio

from server.hosts import files
from server.hosts.check import Report, check
from server.hosts.documents import CannotEdit, entries_in
from server.hosts.entries import NAMES, start_of
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


def check_all(machine: Machine, hosts: Sequence[Host], say: Callable[[str], object]) -> bool:
    """Start each entry of these hosts and say what works; whether all do."""
    if not hosts:
        say("No host has an entry of setup's; `testdesk setup` lists the hosts of this machine.")
    works = bool(hosts)
    for host in hosts:
        for report in _reports(machine, host):
            say(f"{host.title}: {report.sentence}")
            works = works and report.works
    return works


def _reports(machine: Machine, host: Host) -> Iterator[Report]:
    """What is to be said of a host's entries."""
    found, file = entries(machine, host), machine.short(machine.file_of(host))
    if isinstance(found, str):
        yield Report(False, f"{file} cannot be used: {found}.")
    elif not found:
        yield Report(False, f"{file} has no entry of setup's.")
    else:
        for name, entry in found.items():
            start = start_of(host, entry) if isinstance(entry, dict) else None
            if start is None:
                yield Report(False, f"{name} starts no command.")
            else:
                report = anyio.run(check, host, start, machine.environment, machine.system)
                yield Report(report.works, f"{name} {report.sentence}")
