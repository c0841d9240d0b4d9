"""How well look-alikes are found among the labelled reports: precision at five, and how many duplicates come up.

python -m tests.analysis.measure            print the figures
python -m tests.analysis.measure --write    write them into docs/analysis.md as well
"""

import sys
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

from tests.analysis.labelled import HALVES, Half, labelled
from tools.analysis.alike import Index

PAGE: Final = Path(__file__).parent.parent.parent / "docs" / "analysis.md"
BEGIN, END = "<!-- begin duplicates -->", "<!-- end duplicates -->"
AT: Final = 5
KINDS: Final = {True: "in other words", False: "in the same words, other details"}


@dataclass(frozen=True)
class Score:
    """What the first five look-alikes of some reports are."""

    reports: int
    shown: int
    right: int
    """Look-alikes that are reports of the same defect."""
    possible: int
    """Look-alikes that could be right: at most five for each report."""

    @property
    def precision(self) -> float:
        """The share of the five places with a duplicate; an empty place counts as wrong."""
        return self.right / (AT * self.reports)

    @property
    def precision_of_shown(self) -> float:
        return self.right / self.shown if self.shown else 0.0


@cache
def index() -> Index:
    return Index(labelled().reports)


@cache
def score(half: Half, *, reworded: bool) -> Score:
    """The score of the reports of one half that have five duplicates or more."""
    data, found = labelled(), index()
    place = {report.bug_id: number for number, report in enumerate(data.reports)}
    queries = data.queries(half, reworded=reworded)
    sizes, shown, right = Counter(data.label.values()), 0, 0
    for bug_id in queries:
        matches = found.similar_to(place[bug_id], at_most=AT)
        shown += len(matches)
        right += sum(data.label.get(data.reports[m.place].bug_id) == data.label[bug_id] for m in matches)
    possible = sum(min(AT, sizes[data.label[bug_id]] - 1) for bug_id in queries)
    return Score(len(queries), shown, right, possible)


def rows() -> Iterable[tuple[Half, bool, Score]]:
    for half in HALVES:
        for reworded in KINDS:
            yield half, reworded, score(half, reworded=reworded)


def markdown() -> str:
    """The figures for a page."""
    lines = ["| Half | Reports | How many | Precision at 5 | Of those shown |", "|---|---|---|---|---|"]
    lines += [
        f"| {half} | {KINDS[reworded]} | {one.reports} | {one.precision:.3f} | {one.precision_of_shown:.3f} |"
        for half, reworded, one in rows()
    ]
    data = labelled()
    defects = Counter(data.label.values())
    lines += [
        "",
        f"{len(data.reports)} reports, {len(data.label)} of them with a label: {len(defects)} defects. "
        f"{len(data.reworded)} reports tell {len({data.label[bug_id] for bug_id in data.reworded})} of them in other "
        "words.",
    ]
    return "\n".join(lines)


def main() -> None:
    print(markdown())
    if "--write" in sys.argv[1:]:
        before, _, rest = PAGE.read_text(encoding="utf-8").partition(BEGIN)
        after = rest.partition(END)[2]
        PAGE.write_text(f"{before}{BEGIN}\n{markdown()}\n{END}{after}", encoding="utf-8")


if __name__ == "__main__":
    main()
