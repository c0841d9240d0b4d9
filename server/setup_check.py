"""`testdesk setup --check`: starts the entries of hosts as the hosts would, one after the other."""

from collections.abc import Callable, Iterator, Sequence

import anyio

from server.hosts.check import Report, check
from server.hosts.entries import start_of
from server.hosts.places import Machine
from server.hosts.present import entries
from server.hosts.table import Host


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
