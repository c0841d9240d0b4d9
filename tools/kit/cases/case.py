"""A test case as a file has it, the errors of its rows, and the checks that all formats share."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Final

from tools.kit.errors import Refused
from tools.kit.text import clean, many

MOST_CASES: Final = 500
LONGEST_TITLE: Final = 500
LONGEST_TEXT: Final = 50_000
"""Characters of a description, of preconditions, and of all steps together."""
DEEPEST: Final = 10
"""Suites around a test case."""
MOST_STEPS: Final = 200

_FORMULA: Final = re.compile(r"\s*(?:=|[+\-@](?=[A-Za-z.]+\())")


@dataclass(frozen=True)
class CaseStep:
    """What to do, and what should happen."""

    action: str
    expected: str = ""


@dataclass(frozen=True)
class Case:
    """A test case; None and empty: the file does not say."""

    line: int
    title: str
    id: str | None = None
    suites: tuple[str, ...] = ()
    """Titles of the suites or folders around it, outermost first."""
    suite_id: str | None = None
    """The id of the innermost one."""
    description: str | None = None
    preconditions: str | None = None
    steps: tuple[CaseStep, ...] = ()
    priority: str | None = None
    kind: str | None = None
    """Its type, such as Regression."""
    status: str | None = None
    automation: str | None = None
    """Manual or automated."""
    owner: str | None = None
    tags: tuple[str, ...] = ()
    labels: tuple[str, ...] = ()


@dataclass(frozen=True)
class Fault:
    """A row that cannot be imported."""

    line: int
    title: str
    why: str


@dataclass
class CaseFile:
    """The test cases of a file, the rows that cannot be imported, and what else a person should know."""

    cases: list[Case] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def fault(self, line: int, why: str, title: str = "") -> None:
        self.faults.append(Fault(line, title, why))


def one_line(text: str | None) -> str:
    """A text without invisible characters and line breaks."""
    return " ".join(clean(text or "").split())


def several(text: str | None, separators: str = ",;") -> tuple[str, ...]:
    """The words of a text that separates them, each once."""
    parts = re.split(f"[{re.escape(separators)}\n]", text or "")
    return tuple(dict.fromkeys(filter(None, map(one_line, parts))))


def checked(file: CaseFile) -> CaseFile:
    """The file with clean texts; what is too long, has no title or is there twice becomes an error of its row.

    Raises:
        Refused: for a file without test cases, and for one with too many.
    """
    refuse_too_many(file)
    found = CaseFile(faults=list(file.faults), notes=list(file.notes))
    lines: dict[tuple[str, ...], int] = {}
    for raw in file.cases:
        case = _clean(raw)
        why = _wrong(case)
        key = _identity(case)
        if why is None and (first := lines.setdefault(key, case.line)) != case.line:
            why = f"line {first} has the same {'id' if case.id else 'title in the same suite'}"
        if why is None:
            found.cases.append(case)
        else:
            found.fault(case.line, why, case.title[:LONGEST_TITLE])
    if not found.cases and not found.faults:
        raise Refused("The file has no test case.")
    found.faults.sort(key=lambda one: one.line)
    if formulas := [case.line for case in found.cases if any(map(_FORMULA.match, _texts(case)))]:
        is_one = len(formulas) == 1
        found.notes.append(
            f"{many(len(formulas), 'test case has', 'test cases have')} a text that begins as a formula does "
            f"({'line' if is_one else 'lines'} {name_lines(formulas)}). It is imported as text; a spreadsheet into "
            "which somebody exports it may run it."
        )
    return found


def refuse_too_many(file: CaseFile) -> None:
    """Refuse a file with too many test cases, before time is spent on all of them."""
    if len(file.cases) + len(file.faults) > MOST_CASES:
        raise Refused(f"The file has more than {MOST_CASES} test cases. Split it.")


def _identity(case: Case) -> tuple[str, ...]:
    """What no two rows share: the id, or without one the title in its suite."""
    return ("id", case.id.casefold()) if case.id else tuple(one.casefold() for one in ("", *case.suites, case.title))


def _clean(case: Case) -> Case:
    def text(value: str | None) -> str | None:
        return clean(value).strip() or None if value else None

    return replace(
        case,
        title=one_line(case.title),
        id=one_line(case.id) or None,
        suites=tuple(filter(None, map(one_line, case.suites))),
        description=text(case.description),
        preconditions=text(case.preconditions),
        steps=tuple(CaseStep(text(one.action) or "", text(one.expected) or "") for one in case.steps),
        tags=tuple(filter(None, (one_line(tag).lstrip("@").replace(" ", "-") for tag in case.tags))),
        priority=one_line(case.priority) or None,
        kind=one_line(case.kind) or None,
        status=one_line(case.status) or None,
        automation=one_line(case.automation) or None,
        owner=one_line(case.owner) or None,
    )


def _wrong(case: Case) -> str | None:
    """Why a test case cannot be imported."""
    if not case.title:
        return "it has no title"
    if len(case.title) > LONGEST_TITLE:
        return f"its title has {len(case.title):,} characters; {LONGEST_TITLE} are possible"
    if len(case.suites) > DEEPEST:
        return f"it is in {many(len(case.suites), 'nested suite')}; {DEEPEST} are possible"
    if any(len(one) > LONGEST_TITLE for one in case.suites):
        return f"the title of its suite is longer than {LONGEST_TITLE} characters"
    if len(case.steps) > MOST_STEPS:
        return f"it has more than {MOST_STEPS} steps"
    if sum(map(len, _texts(case))) > LONGEST_TEXT:
        return f"its texts have more than {LONGEST_TEXT:,} characters"
    return None


def _texts(case: Case) -> list[str]:
    steps = [text for step in case.steps for text in (step.action, step.expected)]
    return [case.title, case.description or "", case.preconditions or "", *steps]


def name_lines(lines: Iterable[int]) -> str:
    """Line numbers, the first ones by name."""
    numbers, most = sorted(set(lines)), 10
    more = f" and {len(numbers) - most} more" if len(numbers) > most else ""
    return ", ".join(map(str, numbers[:most])) + more
