"""Writes the counts of docs/reliability.md; with --check it only compares."""

import re
import sys
from typing import Final

from server.reference import markdown_table
from tests.faults import cases, test_every_request
from tests.faults.calls import CALLS
from tests.faults.kinds import KINDS
from tests.starts import ROOT

PAGE: Final = ROOT / "docs" / "reliability.md"
BEGIN, END = "<!-- begin cases (generated) -->", "<!-- end cases -->"


def table() -> str:
    """The counts, by group of faults."""
    found = cases.counts()
    rows = [(name, str(faults), str(count)) for name, (faults, count) in found.items()]
    rows.append(("all", str(len(KINDS)), str(len(cases.CASES))))
    requests = len(test_every_request.CASES)
    return (
        markdown_table(("faults", "kinds", "cases"), rows)
        + f"\n\nThese are tried at {len(CALLS)} calls. {requests} more cases break every request of a call in turn: "
        f"{len(test_every_request.CALLS)} calls, {len(test_every_request.WAYS)} ways. "
        f"`make check` runs {cases.FAST} and {len(test_every_request.SOME)} of them, `make soak` all."
    )


def page() -> str:
    """The page with its counts as they are now."""
    text = PAGE.read_text(encoding="utf-8")
    pattern = re.compile(f"{re.escape(BEGIN)}.*?{re.escape(END)}", re.DOTALL)
    return pattern.sub(lambda _: f"{BEGIN}\n{table()}\n{END}", text)


def main() -> int:
    new = page()
    if "--check" in sys.argv:
        return int(new != PAGE.read_text(encoding="utf-8"))
    PAGE.write_text(new, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
