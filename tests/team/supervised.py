"""A supervisor in a process of its own, over three stub workers: python -m tests.team.supervised MODE [PORT]"""

import sys
from pathlib import Path
from unittest import mock

from server.team import running, supervisor

if __name__ == "__main__":
    mode, port = sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else 0
    with (
        mock.patch.object(running, "WORKER", Path(__file__).with_name("stub_worker.py")),
        mock.patch.object(supervisor, "PAUSES", (0.02,)),
    ):
        sys.exit(supervisor.Supervisor("127.0.0.1", port, 3, [mode]).run())
