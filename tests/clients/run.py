"""Runs each published program against a sandbox of its own and says what that proved: `make clients`.

A program whose registry does not answer is skipped with the reason; one that fails its exchange ends this with 1.
"""

import shutil
import signal
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from importlib import import_module
from pathlib import Path

from tests.clients.install import Missing, install, programs
from tests.clients.stand import Stand, served

MODULES = {
    "testery": "testery",
    "pytestomatio": "pytestomatio",
    "@testomatio/reporter": "reporter",
    "check-tests": "check_tests",
}


def main() -> int:
    # Whoever ends this early ends the sandbox with it, which a signal alone would leave running.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    begun, counts = time.monotonic(), Counter[str]()
    try:
        reasons = install()
    except Missing as error:
        print(f"clients: {error}", file=sys.stderr)
        return 1
    scratch = Path(tempfile.mkdtemp(prefix="testdesk-clients-"))
    try:
        for number, program in enumerate(programs()):
            if reason := reasons.get(program.registry):
                counts["skipped"] += 1
                print(f"skipped  {program}: {reason}", flush=True)
                continue
            exchange: Callable[[Stand], str] = import_module(f"tests.clients.{MODULES[program.name]}").exchange
            try:
                with served(scratch / str(number)) as stand:
                    print(f"ok       {program} {exchange(stand)}", flush=True)
                counts["ok"] += 1
            except Exception as error:  # noqa: BLE001 - the other programs still have their turn
                counts["failed"] += 1
                print(f"FAILED   {program}: {type(error).__name__}: {error}", flush=True)
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
    told = ", ".join(f"{counts[word]} {word}" for word in ("ok", "skipped", "failed"))
    print(f"clients: {told} ({time.monotonic() - begun:.0f}s)")
    return 1 if counts["failed"] else 0


if __name__ == "__main__":
    sys.exit(main())
