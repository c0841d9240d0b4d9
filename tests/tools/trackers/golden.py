"""Golden files: what trackers are sent, on record."""

import os
from pathlib import Path

FOLDER = Path(__file__).parent / "golden"


def check_golden(name: str, text: str) -> None:
    """Compare a text with its file; UPDATE_SNAPSHOTS=1 writes it."""
    file = FOLDER / name
    if os.environ.get("UPDATE_SNAPSHOTS"):
        file.parent.mkdir(exist_ok=True)
        file.write_text(text + "\n", encoding="utf-8")
    assert file.read_text(encoding="utf-8") == text + "\n", f"{name} differs; UPDATE_SNAPSHOTS=1 writes it anew"
