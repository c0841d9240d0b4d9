"""What docs/install.md tells a reader to type."""

import re
from pathlib import Path
from typing import Final, NamedTuple

ROOT: Final = Path(__file__).resolve().parent.parent.parent
PAGE: Final = ROOT / "docs" / "install.md"
README: Final = ROOT / "README.md"
_PART: Final = re.compile(r"^#+ ([^\n]+)$|^```sh\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_ROW: Final = re.compile(r"^\| ([^|]+) \| `(testdesk setup [a-z-]+)` \|", re.MULTILINE)


class Block(NamedTuple):
    """One shell snippet, below its heading."""

    heading: str
    lines: list[str]


def blocks(text: str | None = None) -> list[Block]:
    """All shell snippets of the page."""
    found, heading = [], ""
    for title, snippet in _PART.findall(PAGE.read_text(encoding="utf-8") if text is None else text):
        if title:
            heading = title
        else:
            found.append(Block(heading, snippet.splitlines()))
    return found


def block(first: str) -> Block:
    """The snippet whose first line begins like this."""
    return next(one for one in blocks() if one.lines[0].startswith(first))


def first_steps() -> list[Block]:
    """What a new user types, wherever it is said: in the README and on the page."""
    text = README.read_text(encoding="utf-8")
    return [one for one in [*blocks(text), *blocks()] if one.lines[0].startswith("pipx install")]


def host_lines() -> dict[str, str]:
    """The command of each host in the page's table."""
    return dict(_ROW.findall(PAGE.read_text(encoding="utf-8")))
