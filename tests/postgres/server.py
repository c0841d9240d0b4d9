"""A PostgreSQL server from the programs of Debian's packages, in a scratch folder, on a unix socket."""

import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parents[2]
PLACES: Final = ("/usr/lib/postgresql", "/usr/local/pgsql", "/opt/homebrew/opt")
USER: Final = "postgres"
"""The user of Debian's package; the server refuses to run as root."""
PATIENCE: Final = 30.0


class Missing(Exception):
    """There is no server here; the text says what is missing."""


class Server:
    """A server that can be stopped, killed and started again."""

    def __init__(self, folder: Path, programs: Path) -> None:
        self.folder, self._programs, self._process = folder, programs, 0
        self._as: list[str] = []
        if os.geteuid() == 0:
            self._as = ["runuser", "-u", USER, "--"]
            shutil.chown(folder, USER)
        self._run("initdb", "-D", str(self._data), "-U", "testdesk", "-A", "trust", "-N", "-E", "UTF8", "--locale=C")
        self.start()

    @property
    def _data(self) -> Path:
        return self.folder / "data"

    @property
    def address(self) -> str:
        """Where it is, for `TESTDESK_STORE`."""
        return f"postgresql://testdesk@/postgres?host={self.folder}"

    def start(self) -> None:
        """Start, also right after a kill: what was killed may take a moment to end."""
        options = f"-c listen_addresses= -k {self.folder} -c fsync=off -c max_connections=200"
        until = time.monotonic() + PATIENCE
        while True:
            log = str(self.folder / "log")
            ran = self._run("pg_ctl", "-D", str(self._data), "-w", "-l", log, "-o", options, "start", check=False)
            if ran.returncode == 0:
                break
            if time.monotonic() > until:
                raise RuntimeError((self.folder / "log").read_text(errors="replace")[-2_000:])
            time.sleep(0.1)
        self._process = int((self._data / "postmaster.pid").read_text().split()[0])

    def stop(self) -> None:
        """Stop at once, ending its connections."""
        self._run("pg_ctl", "-D", str(self._data), "-w", "-m", "fast", "stop", check=False)

    def kill(self) -> None:
        """Kill it, as the system does when it has no memory left."""
        os.kill(self._process, signal.SIGKILL)

    def _run(self, program: str, *arguments: str, check: bool = True) -> subprocess.CompletedProcess[str]:
        command = [*self._as, str(self._programs / program), *arguments]
        piped = subprocess.PIPE
        # The started server keeps its streams, so that none of them may be a pipe.
        output = subprocess.DEVNULL if program == "pg_ctl" else piped
        ran = subprocess.run(command, cwd="/", stdout=output, stderr=output, text=True)
        if check and ran.returncode:
            raise RuntimeError(f"{program}: {ran.stderr}")
        return ran


def programs() -> Path:
    """The folder of the newest server's programs.

    Raises:
        Missing: when there is none, or nobody whom it could run as.
    """
    found = shutil.which("postgres")
    candidates = [path.parent for place in PLACES for path in Path(place).glob("*/bin/postgres")]
    folders = sorted(candidates, key=lambda folder: folder.parent.name, reverse=True)
    if found:
        folders.append(Path(found).resolve().parent)
    if not folders:
        raise Missing("PostgreSQL is not installed here: on Debian, apt-get install postgresql")
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        import pwd  # elsewhere than here there is none

        try:
            pwd.getpwnam(USER)
        except KeyError:
            raise Missing(f"root cannot run PostgreSQL, and there is no user {USER}") from None
    return folders[0]


@contextmanager
def running_server() -> Iterator[Server]:
    """A server of one's own, which is gone afterwards.

    Raises:
        Missing: when there is none.
    """
    where = programs()
    # A socket's path has at most 107 characters, so it is in no folder of a test.
    folder = Path(tempfile.mkdtemp(prefix="tdpg-", dir="/tmp"))
    folder.chmod(0o755)
    try:
        server = Server(folder, where)
        try:
            yield server
        finally:
            server.stop()
    finally:
        shutil.rmtree(folder, ignore_errors=True)
