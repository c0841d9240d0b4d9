"""Looks up a word as the id of a bug or a test, or as a bug's id in another tracker."""

from typing import Final

from tools.kit.survey import Found, Results, none_if_missing
from tools.testio.client.testio import TestIO
from tools.testio.models.bugs import Bug, BugScan
from tools.testio.models.exploratory_tests import ExploratoryTest

PLATFORM: Final = "testio"


def found_bug(bug: Bug | BugScan, matched: str | None = None) -> Found:
    """A bug among the results of a search."""
    return Found(
        platform=PLATFORM,
        kind="bug",
        id=str(bug.id),
        title=bug.title,
        said=f"{bug.severity or 'no severity'}, {bug.status}",
        at=bug.reported_at,
        page=f"testio://bugs/{bug.id}",
        matched=matched,
    )


def found_test(test: ExploratoryTest, matched: str | None = None) -> Found:
    """A test among the results of a search."""
    return Found(
        platform=PLATFORM,
        kind="run",
        id=str(test.id),
        title=test.title,
        said=test.status,
        at=test.start_at,
        page=f"testio://exploratory-tests/{test.id}",
        matched=matched,
    )


async def lookup(api: TestIO, word: str) -> Results[Found]:
    """Find bugs and tests with that number, and bugs with that id in another tracker."""
    found: list[Found] = []
    number = word.removeprefix("#")
    if number.isascii() and number.isdecimal() and len(number) < 19:
        if (bug := await none_if_missing(api.bug(int(number)))) is not None:
            found.append(found_bug(bug, "id"))
        if (test := await none_if_missing(api.exploratory_test(int(number)))) is not None:
            found.append(found_test(test, "id"))
    known = {one.id for one in found if one.kind == "bug"}
    exported = await none_if_missing(api.find_bugs(word)) or []
    return Results(found + [found_bug(bug, "id in another tracker") for bug in exported if str(bug.id) not in known])
