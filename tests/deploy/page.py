"""What docs/operations.md tells an operator to type, what comes of it, and which of it no test can type."""

import re
from typing import Final, NamedTuple

from tests.deploy.programs import ROOT

PAGE: Final = ROOT / "docs" / "operations.md"
NEEDS: Final = ("a package registry", "root and systemd", "Docker", "a cluster")
"""What a test does not have: `# needs ...` in the first line of a block."""
_PART: Final = re.compile(r"^#+ ([^\n]+)$|^```sh\n(.*?)^```$(?:\n+^```\n(.*?)^```$)?", re.MULTILINE | re.DOTALL)


class Step(NamedTuple):
    """One block of commands, below its heading, with the lines that stand below it for what it prints."""

    heading: str
    commands: str
    printed: str

    @property
    def needs(self) -> str:
        """What it needs that no test has."""
        first = self.commands.partition("\n")[0]
        return first.removeprefix("# needs ") if first.startswith("# needs ") else ""


def steps(text: str) -> list[Step]:
    """All blocks of a page, in order."""
    found, heading = [], ""
    for title, commands, printed in _PART.findall(text):
        if title:
            heading = title
        else:
            found.append(Step(heading, commands, printed))
    return found


def fits(printed: str, expected: str) -> bool:
    """Whether something printed is what a page says, in which `...` stands for anything, also for lines."""
    pattern = re.escape(expected.strip()).replace(re.escape("..."), ".*")
    return re.fullmatch(rf"\s*{pattern}\s*", printed, re.DOTALL) is not None
