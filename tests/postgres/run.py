"""Runs the tests of the store, and of all that is in it, on a PostgreSQL server that it starts.

    python -m tests.postgres.run [-n JOBS]

Without Debian's packages it installs them where it may; else it skips with the reason, except in CI.
"""

import os
import subprocess
import sys
from typing import Final

from tests.postgres.server import ROOT, Missing, programs, running_server
from tests.stores import SERVER

SELECTED: Final = (
    "tests/store",
    "tests/postgres",
    "tests/server/inbox/test_events.py",
    "tests/server/inbox/test_kill.py",
    "tests/server/inbox/test_receiver.py",
    "tests/server/test_approval.py",
    "tests/server/test_budgets.py",
    "tests/server/test_ledger_command.py",
    "tests/server/test_recording.py",
    "tests/server/standing/test_command.py",
    "tests/server/standing/test_kill.py",
    "tests/server/standing/test_worker.py",
    "tests/team/test_session_guards.py",
    "tests/team/test_session_streams.py",
    "tests/team/test_sessions.py",
    "tests/team/test_shared_rounds.py",
    "tests/team/test_sharing.py",
    "tests/team/test_workers.py",
)
INSTALL: Final = ("apt-get", "install", "--yes", "--no-install-recommends", "postgresql")


def installed() -> None:
    """Install the server where this is root of a Debian.

    Raises:
        Missing: when it cannot be had.
    """
    try:
        programs()
    except Missing as missing:
        if not hasattr(os, "geteuid") or os.geteuid() != 0:
            raise
        try:
            subprocess.run(["apt-get", "update", "-qq"], check=True, stdout=subprocess.DEVNULL)
            quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
            subprocess.run(INSTALL, check=True, stdout=subprocess.DEVNULL, env=quiet)
        except (OSError, subprocess.CalledProcessError) as error:
            raise Missing(f"{missing}; installing it failed: {error}") from error
        programs()


def main() -> int:
    """Run the tests; their exit code."""
    try:
        installed()
    except Missing as missing:
        print(f"make test-postgres: skipped. {missing}", file=sys.stderr)
        return 1 if os.environ.get("CI") else 0
    with running_server() as server:
        command = [sys.executable, "-m", "pytest", "--dist", "worksteal", *(sys.argv[1:] or ["-n0"])]
        if not any(word.startswith("tests/") for word in sys.argv):
            command += SELECTED
        return subprocess.run(command, cwd=ROOT, env={**os.environ, SERVER: server.address}).returncode


if __name__ == "__main__":
    sys.exit(main())
