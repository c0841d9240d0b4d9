"""Whether the process that began an act can still carry it out: on this machine, and on another one."""

import os
import subprocess
import sys
import time

import pytest

from server.store import processes
from server.store.processes import LONGEST_ACT, MACHINE, SILENCE_SECONDS, has_ended

ENDED = 2**22 + 1
"""A number that no process has."""


def silent(seconds: float | None) -> processes.Silence:
    return lambda process: seconds


def test_this_process_names_its_number_and_its_machine() -> None:
    number, _, machine = processes.OWN.split("-")
    assert (int(number), machine) == (os.getpid(), MACHINE)
    assert not has_ended(processes.OWN, time.time(), silent(None))


@pytest.mark.skipif(os.name != "posix", reason="whether a process runs is not known elsewhere")
@pytest.mark.parametrize("machine", ["", f"-{MACHINE}"])
def test_on_this_machine_the_number_decides_however_silent_a_process_is(machine: str) -> None:
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as running:
        name = f"{running.pid}-0badcafe{machine}"
        assert not has_ended(name, time.time(), silent(SILENCE_SECONDS * 2))
        assert has_ended(name, time.time() - LONGEST_ACT - 1, silent(0))
    assert has_ended(f"{ENDED}-0badcafe{machine}", time.time(), silent(0))
    assert has_ended(f"{os.getpid()}-0badcafe{machine}", time.time(), silent(0)), "another one of this number"


@pytest.mark.parametrize("runs_here", [True, False])
def test_on_another_machine_the_silence_decides_whatever_the_number_is_here(runs_here: bool) -> None:
    name, now = f"{os.getpid() if runs_here else ENDED}-0badcafe-anothermachine", time.time()
    assert not has_ended(name, now, silent(SILENCE_SECONDS / 2))
    assert has_ended(name, now, silent(SILENCE_SECONDS + 1))
    assert not has_ended(name, now, silent(None)), "nobody records it, and acts take as long"
    assert has_ended(name, now - LONGEST_ACT - 1, silent(None))
