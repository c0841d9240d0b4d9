"""The steps from an empty database to today's, written once for every database; each step only adds."""

from functools import cache
from importlib.resources import files

Step = tuple[str, ...]
"""The statements of one step."""


@cache
def migrations() -> tuple[Step, ...]:
    """All steps, in order; a database has done as many of them as its version says."""
    folder = files("server.store") / "migrations"
    return tuple(
        _statements(step.read_text(encoding="utf-8"))
        for step in sorted(folder.iterdir(), key=lambda f: f.name)
        if step.name.endswith(".sql")
    )


def _statements(text: str) -> Step:
    lines = (line for line in text.splitlines() if not line.startswith("--"))
    return tuple(statement for statement in "\n".join(lines).split(";") if statement.strip())
