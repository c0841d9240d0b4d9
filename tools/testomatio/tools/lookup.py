"""Find things of Testomat.io by their id or by the key of a linked issue, and suites by words of their titles."""

import re
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Final

from tools.kit.survey import Found, FoundKind, Results, none_if_missing
from tools.kit.text import clean, many
from tools.kit.together import gather
from tools.testomatio.client.testomatio import Testomatio
from tools.testomatio.models.ids import bare_suite, bare_test
from tools.testomatio.models.results import FullResult
from tools.testomatio.models.runs import Run
from tools.testomatio.models.suites import Suite
from tools.testomatio.models.tests import Test
from tools.testomatio.tools.forest import read_forest
from tools.testomatio.tools.paging import drain
from tools.testomatio.tools.runs import bare_run

PLATFORM: Final = "testomatio"
ISSUE_PAGES: Final = 10
LINKED_TO: Final[dict[str, FoundKind]] = {
    "test": "test",
    "suite": "suite",
    "run": "run",
    "testrun": "result",
    "plan": "plan",
}
_ID: Final = re.compile(r"[0-9a-z]{8}")


async def in_project(api: Testomatio, word: str, project: str) -> Results[Found]:
    """The things of a project with that id, and those that an issue with that key is linked to."""
    found: list[Found] = []
    tasks = []
    # @T… is a test and @S… a suite; eight characters alone can be a test, a suite or a run.
    marked = word.removeprefix("@")[:1] if len(word.removeprefix("@")) == 9 else ""
    if _ID.fullmatch(bare_test(word)) and marked != "S":
        tasks.append(partial(_by_id, "test", project, partial(api.test, project, bare_test(word), [])))
    if _ID.fullmatch(bare_suite(word)) and marked != "T":
        tasks.append(partial(_by_id, "suite", project, partial(api.suite, project, bare_suite(word))))
    if _ID.fullmatch(bare_run(word)):
        tasks.append(partial(_by_id, "run", project, partial(api.run, project, bare_run(word))))
    if word.isascii() and word.isdecimal() and len(word) < 16:
        tasks.append(partial(_by_id, "result", project, partial(api.result, project, int(word))))
    found += [one for one in await gather(tasks, at_once=4) if one is not None]
    if not any(character.isdigit() for character in word):
        return Results(found)  # keys of trackers contain a digit
    issues = await drain(partial(api.issues_page, project, []), most_pages=ISSUE_PAGES)
    key = word.casefold()
    for issue in issues.rows:
        names = [issue.jira_id, (issue.url or "").rstrip("/").rpartition("/")[2], issue.url]
        kind = LINKED_TO.get(issue.resource_type or "")
        if kind is not None and key in {(name or "").casefold().removeprefix("#") for name in names}:
            found.append(found_row(kind, project, issue.resource_id or "?", issue.title, matched="linked issue"))
    why = None if issues.complete else f"only the first {many(len(issues.rows), 'link')} to issues were read"
    return Results(found, complete=issues.complete, why=why)


def found_row(kind: FoundKind, project: str, number: str, title: str | None, **more: str | None) -> Found:
    """Something that was found, with the resource that shows it."""
    pages = {"test": "tests", "run": "runs", "suite": "suites"}
    page = f"{PLATFORM}://{project}/{pages[kind]}/{number}" if kind in pages else None
    return Found(platform=PLATFORM, kind=kind, id=number, title=title, where=project, page=page, **more)


async def _by_id(
    kind: FoundKind, project: str, read: Callable[[], Awaitable[Test | Suite | Run | FullResult]]
) -> Found | None:
    """Something by its id; None where there is none."""
    thing = await none_if_missing(read())
    if thing is None:
        return None
    title = thing.test_title if isinstance(thing, FullResult) else thing.title
    return found_row(kind, project, str(thing.id), title, matched="id")


async def suites_called(api: Testomatio, words: list[str], project: str) -> Results[Found]:
    """Folders and suites of a project whose titles contain all words."""
    forest = await read_forest(api, project, [])
    return Results(
        [
            found_row("suite", project, suite.id, suite.title)
            for suite in forest.suites.values()
            if all(word in clean(suite.title or "").casefold() for word in words)
        ]
    )
