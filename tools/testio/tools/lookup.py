"""What of test IO has a word for its id, or is exported to another tracker under it."""

from typing import Final

from tools.kit.survey import Found, Results, none_if_missing
from tools.testio.client.testio import TestIO
from tools.testio.models.bugs import Bug

PLATFORM: Final = "testio"


def _bug(bug: Bug, matched: str) -> Found:
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


async def lookup(api: TestIO, word: str) -> Results[Found]:
    """Bugs and tests of that number, and bugs of that id in another tracker."""
    found: list[Found] = []
    number = word.removeprefix("#")
    if number.isascii() and number.isdecimal() and len(number) < 19:
        if (bug := await none_if_missing(api.bug(int(number)))) is not None:
            found.append(_bug(bug, "id"))
        if (test := await none_if_missing(api.exploratory_test(int(number)))) is not None:
            found.append(
                Found(
                    platform=PLATFORM,
                    kind="run",
                    id=str(test.id),
                    title=test.title,
                    said=test.status,
                    at=test.start_at,
                    page=f"testio://exploratory-tests/{test.id}",
                    matched="id",
                )
            )
    known = {one.id for one in found if one.kind == "bug"}
    exported = await none_if_missing(api.find_bugs(word)) or []
    return Results(found + [_bug(bug, "id in another tracker") for bug in exported if str(bug.id) not in known])
