"""The part of docs/coverage.md about trackers: each operation with its function, fake route and source."""

from collections.abc import Iterator
from typing import Final

from tools.trackers.listed import TRACKERS, load, load_sandbox
from tools.trackers.tracker import OPERATIONS, Absent, Op

MARKS: Final = {
    "D": "documented by the vendor",
    "C": "seen in the code of a client or of the server",
    "D2": "documented, second-hand",
    "I": "inferred",
    "R": "recalled; every plausible shape is accepted",
}


def tracker_rows() -> dict[str, list[str]]:
    """The cells of each tracker, by its key; an operation whose route the fake API lacks has an empty one."""
    return {key: _cells(key) for key in TRACKERS}


def _cells(key: str) -> list[str]:
    tracker = load(key)
    if tracker.shut_down:
        return [tracker.shut_down]
    routes = {f"{method} {path}" for method, path in load_sandbox(key).routes}
    return [_cell(op, routes) for op in tracker.operations.values()]


def _cell(op: Op | Absent, routes: set[str]) -> str:
    if isinstance(op, Absent):
        return op.why
    if not op.routes or set(op.routes) - routes:
        return ""
    made = "<br>".join(f"`{route}`" for route in op.routes)
    return f"`{op.function.__name__}` {op.source}<br>{made}"


def tracker_lines() -> Iterator[str]:
    """The section, line by line."""
    found = tracker_rows()
    whole = sum(all(cells) for cells in found.values())
    yield ""
    yield f"## Trackers: {whole} of {len(found)}"
    yield ""
    marks = "; ".join(f"{mark}: {meaning}" for mark, meaning in MARKS.items())
    yield f"Each cell has the function in `tools/trackers/vendors/`, the source of its facts, its requests. {marks}."
    yield ""
    yield f"| tracker | {' | '.join(OPERATIONS)} |"
    yield f"| --- |{' --- |' * len(OPERATIONS)}"
    for key, cells in found.items():
        rest = ["-"] * (len(OPERATIONS) - len(cells))  # of one that was shut down
        yield f"| {TRACKERS[key]} | {' | '.join(cells + rest)} |"
