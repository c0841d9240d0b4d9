"""Starts Python programs as forks of a process that has imported what they need, which takes a fraction of a start.

For tests of what a process of its own does, and not of how it starts. `Forks.command` is a command line like any other:
what it starts hands its standard streams to the fork, passes signals on to it, ends as it ends, and takes it along
where it is killed. Where a system cannot fork, it is a start. A fork has no terminal; what a module makes once per
process is made before it, and the same for all forks, such as `server.store.processes.OWN`.
"""

import gc
import json
import os
import runpy
import select
import signal
import socket
import subprocess
import sys
from collections.abc import Sequence
from contextlib import suppress
from importlib import import_module
from pathlib import Path

ROOT = Path(__file__).parent.parent
CAN_FORK = hasattr(os, "fork")
MOST = 1 << 20
"""Bytes of an order: arguments and environment."""
STARTER = """
import array, json, os, signal, socket, sys
address, *arguments = sys.argv[1:]
line = socket.socket(socket.AF_UNIX)
line.connect(address)
for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
    signal.signal(number, lambda number, _: line.send(bytes([number])))
order = json.dumps([arguments, dict(os.environ), os.getcwd()]).encode()
line.sendmsg([len(order).to_bytes(4, "big")], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", [0, 1, 2]))])
line.sendall(order)
for number in (0, 1):
    os.close(number)
code = int.from_bytes(line.recv(4), "big", signed=True)
if code < 0:
    signal.signal(-code, signal.SIG_DFL)
    os.kill(os.getpid(), -code)
os._exit(code)
"""


class Forks:
    """A process that forks; closed with the block."""

    def __init__(self, folder: Path, *modules: str) -> None:
        self._address = str(folder / "forks")
        self._process = self._started(modules) if CAN_FORK else None

    def command(self, module: str, *arguments: str) -> list[str]:
        """The command line of `python -m MODULE ARGUMENTS`."""
        if self._process is None:
            return [sys.executable, "-m", module, *arguments]
        return [sys.executable, "-IS", "-c", STARTER, self._address, module, *arguments]

    def __enter__(self) -> "Forks":
        return self

    def __exit__(self, *_: object) -> None:
        if self._process is not None:
            self._process.communicate()

    def _started(self, modules: Sequence[str]) -> "subprocess.Popen[bytes]":
        command = [sys.executable, "-W", "error", "-P", "-m", "tests.forking", self._address, *modules]
        environment = {**os.environ, "PYTHONPATH": str(ROOT)}
        process = subprocess.Popen(command, cwd=ROOT, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        assert process.stdout is not None
        assert process.stdout.readline() == b"ready\n"
        return process


def serve(address: str, modules: Sequence[str]) -> None:
    """Fork for each order until standard input ends; what a program runs as `__main__` is not kept as imported."""
    for name in modules:
        import_module(name)
        if name.startswith("tests."):
            del sys.modules[name]
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(address)
        listener.listen(64)
        gc.freeze()  # a collection would copy all of it for each fork
        print("ready", flush=True)
        others = 0
        while True:
            ready, _, _ = select.select([listener.fileno(), 0], [], [])
            if 0 in ready:
                for _ in range(others):
                    os.wait()
                os._exit(0)
            line, _ = listener.accept()
            if not os.fork():
                listener.close()
                break
            line.close()
            others += 1
    look_after(line)


def look_after(line: socket.socket) -> None:
    """Fork what was ordered, pass signals on to it, and report how it ended."""
    size, streams, _, _ = socket.recv_fds(line, 4, 3)
    order = b""
    while len(order) < int.from_bytes(size, "big"):
        order += line.recv(MOST)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    woken, wake = os.pipe()
    os.set_blocking(wake, False)
    signal.set_wakeup_fd(wake)
    if not (child := os.fork()):
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        for number in (woken, wake):
            os.close(number)
        line.close()
        become(order, streams)
    for number in (0, 1, *streams):
        os.close(number)
    ended = 0
    while not ended:
        ready, _, _ = select.select([line.fileno(), woken], [], [])
        if woken in ready:
            os.read(woken, 64)
            ended, status = os.waitpid(child, os.WNOHANG)
        elif signals := line.recv(64):
            for number in signals:
                os.kill(child, number)
        else:
            os.kill(child, signal.SIGKILL)  # what started it is gone
            os._exit(0)
    with suppress(OSError):
        line.sendall(os.waitstatus_to_exitcode(status).to_bytes(4, "big", signed=True))
    os._exit(0)


def become(order: bytes, streams: Sequence[int]) -> None:
    """Run a program in this process, as if it had been started so."""
    (module, *arguments), environment, folder = json.loads(order)
    os.setsid()
    for number, stream in enumerate(streams):
        os.dup2(stream, number)
        os.close(stream)
    os.environ.clear()
    os.environ.update(environment)
    os.chdir(folder)
    sys.argv = [module, *arguments]
    runpy.run_module(module, run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    serve(sys.argv[1], sys.argv[2:])
