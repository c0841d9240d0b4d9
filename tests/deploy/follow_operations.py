"""Types the blocks of docs/operations.md in one shell, in order, and compares what they print with the page.

    python -m tests.deploy.follow_operations

Of the page it changes only what stands in `Operator.replaced`: places, ports, and the address of the database.
"""

import contextlib
import os
import re
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import Final

from tests.deploy.page import PAGE, Step, fits, steps
from tests.deploy.programs import ROOT
from tests.install.person import Failed, Person
from tests.postgres.server import Server, programs, running_server

PATIENCE: Final = 120.0
DONE: Final = "-- the block has ended --"


class Operator:
    """Somebody at a shell, beside a PostgreSQL server whose administrator they are."""

    def __init__(self, folder: Path, server: Server) -> None:
        person = Person(folder, [Path(sys.executable).parent, programs()])
        self.home = folder
        self._as_page_says = f"@/testdesk?host={server.folder}"
        self._ports = {"8765": free_port(), "8766": free_port()}
        (person.folder / "deploy").symlink_to(ROOT / "deploy")
        environment = person.environment | {"PGHOST": str(server.folder), "PGUSER": "postgres", "no_proxy": "127.0.0.1"}
        self._shell = subprocess.Popen(
            ["bash", "--norc", "--noprofile"],
            cwd=person.folder,
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        self._send("set -Ee -o pipefail; trap 'echo \"FAILED: $BASH_COMMAND\"' ERR")

    def replaced(self, text: str) -> str:
        """A block as it is typed here."""
        places = {
            "/etc/testdesk": f"{self.home}/etc",
            "/var/lib/testdesk": f"{self.home}/var",
            "@db.example.com/testdesk?sslmode=verify-full": self._as_page_says,
            **{f"127.0.0.1:{port}": f"127.0.0.1:{own}" for port, own in self._ports.items()},
            **{f"--port {port}": f"--port {own}" for port, own in self._ports.items()},
        }
        for old, new in places.items():
            text = text.replace(old, str(new))
        return text

    def types(self, step: Step) -> str:
        """Type a block; what it printed.

        Raises:
            Failed: a command of it failed, or printed something else than the page says.
        """
        block = self.home / "block.sh"
        block.write_text(self.replaced(step.commands))
        begun = time.monotonic()
        self._send(f"source {block} </dev/null; echo '{DONE}'")
        printed = self._heard()
        print(f"  {time.monotonic() - begun:5.1f} s  {step.heading}: {step.commands.splitlines()[0]}", flush=True)
        if step.printed and not fits(printed, self.replaced(step.printed)):
            raise Failed(f"{step.heading}: the page says\n{step.printed}\nand this was printed:\n{printed}")
        return printed

    def close(self) -> None:
        """End the shell, and the servers that it has left running."""
        for file in self.home.rglob("*.pid"):
            with contextlib.suppress(ValueError, ProcessLookupError):
                os.kill(int(file.read_text()), signal.SIGTERM)
        self._shell.kill()
        with contextlib.suppress(BrokenPipeError), self._shell:
            pass  # waits, and closes its pipes

    def _send(self, line: str) -> None:
        assert self._shell.stdin is not None
        self._shell.stdin.write(f"{line}\n")
        self._shell.stdin.flush()

    def _heard(self) -> str:
        assert self._shell.stdout is not None
        heard = ""
        watchdog = threading.Timer(PATIENCE, self._shell.kill)
        watchdog.start()
        try:
            for line in self._shell.stdout:
                heard += line
                if heard.endswith(f"{DONE}\n"):
                    return heard.removesuffix(f"{DONE}\n")
        finally:
            watchdog.cancel()
        raise Failed(f"a block ended the shell:\n{heard}")


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


def administered(server: Server) -> None:
    """Give the server an administrator of the usual name, and want the password of the role that the page makes."""

    def says(statement: str, user: str) -> None:
        psql = [str(programs() / "psql"), "-q", "-h", str(server.folder), "-U", user, "-d", "postgres", "-c", statement]
        subprocess.run(psql, check=True, capture_output=True)

    says("CREATE ROLE postgres SUPERUSER LOGIN", "testdesk")
    says("ALTER ROLE testdesk RENAME TO first", "postgres")
    file = server.folder / "data" / "pg_hba.conf"
    file.write_text("local all testdesk scram-sha-256\nlocal all all trust\n")
    says("SELECT pg_reload_conf()", "postgres")


def follow() -> list[Step]:
    """Type all blocks that can be typed here; those that were.

    Raises:
        Failed: a block did not do what the page says.
        Missing: there is no PostgreSQL.
    """
    typed = [step for step in steps(PAGE.read_text(encoding="utf-8")) if not step.needs]
    with running_server() as server, tempfile.TemporaryDirectory(prefix="testdesk-operations-") as name:
        administered(server)
        operator = Operator(Path(name) / "home", server)
        try:
            for step in typed:
                operator.types(step)
        finally:
            operator.close()
    return typed


def main() -> int:
    # Whoever ends this early ends the servers with it, which a signal alone would leave running.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    try:
        typed = follow()
    except Failed as error:
        print(re.sub(r"(tdk_\w+?_)\w+", r"\1...", str(error)), file=sys.stderr)
        return 1
    print(f"operations: {len(typed)} blocks typed")
    return 0


if __name__ == "__main__":
    sys.exit(main())
