"""Metrics of several workers on one machine: a folder in which each process keeps its files.

The process that starts the workers makes the folder and names it in `PROMETHEUS_MULTIPROC_DIR` before it starts them.
"""

import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Final

FOLDER: Final = "PROMETHEUS_MULTIPROC_DIR"
"""The variable of prometheus_client, which reads it when it is imported."""


def folder(environment: Mapping[str, str]) -> Path | None:
    """The folder that the workers share; None where there is one process."""
    named = environment.get(FOLDER, "").strip()
    return Path(named) if named else None


def new_folder() -> Path:
    """A new folder that only this user can open; files of an earlier start would count as this one's."""
    return Path(tempfile.mkdtemp(prefix="testdesk-metrics-"))


def forget(shared: Path, pid: int) -> None:
    """Drop what a worker that has ended had in flight; what it counted stays, so that no counter goes back."""
    for file in shared.glob(f"gauge_live*_{pid}.db"):
        file.unlink(missing_ok=True)


def remove_folder(shared: Path) -> None:
    """Remove the folder with its files, after the last worker has ended."""
    shutil.rmtree(shared, ignore_errors=True)
