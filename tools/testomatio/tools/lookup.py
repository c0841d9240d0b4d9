"""Find things of Testomat.io by their id or by the key of a linked issue, and suites by words of their titles."""

import re
from functools import partial
from typing import Final

from tools.kit.survey import Found, FoundKind, Results, none_if_missing
from tools.kit.text import clean, many
from tools.kit.together import gather
from tools.testomatio.client.testomatio import Testomatio
from tools.testomatio.models.ids import bare_suite, bare_test
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
        tasks.append(partial(_test, api, project, bare_test(word)))
    if _ID.fullmatch(bare_suite(word)) and marked != "T":
        tasks.append(partial(_suite, api, project, bare_suite(word)))
    if _ID.fullmatch(bare_run(word)):
        tasks.append(partial(_run, api, project, bare_run(word)))
    if word.isascii() and word.isdecimal() and len(word) < 16:
        tasks.append(partial(_result, api, project, int(word)))
    found += [one for one in await gather(tasks, at_once=4) if one is not None]
    if not any(character.isdigit() for character in word):
        return Results(found)  # keys of trackers contain a digit
    issues = await drain(partial(api.issues_page, project, []), most_pages=ISSUE_PAGES)
    key = word.casefold()
    for issue in issues.rows:
        names = [issue.jira_id, (issue.url or "").rstrip("/").rpartition("/")[2], issue.url]
        kind = LINKED_TO.get(issue.resource_type or "")
        if kind is not None and key in {(name or "").casefold().removeprefix("#") for name in names}:
            found.append(_found(kind, project, issue.resource_id or "?", issue.title, "linked issue"))
    why = None if issues.complete else f"only the first {many(len(issues.rows), 'link')} to issues were read"
    return Results(found, complete=issues.complete, why=why)


def _found(kind: FoundKind, project: str, number: str, title: str | None, matched: str) -> Found:
    pages = {"test": "tests", "run": "runs", "suite": "suites"}
    page = f"testomatio://{project}/{pages[kind]}/{number}" if kind in pages else None
    return Found(platform=PLATFORM, kind=kind, id=number, title=title, where=project, page=page, matched=matched)


async def _test(api: Testomatio, project: str, number: str) -> Found | None:
    test = await none_if_missing(api.test(project, number, []))
    return _found("test", project, test.id, test.title, "id") if test is not None else None


async def _suite(api: Testomatio, project: str, number: str) -> Found | None:
    suite = await none_if_missing(api.suite(project, number))
    return _found("suite", project, suite.id, suite.title, "id") if suite is not None else None


async def _run(api: Testomatio, project: str, number: str) -> Found | None:
    run = await none_if_missing(api.run(project, number))
    return _found("run", project, run.id, run.title, "id") if run is not None else None


async def _result(api: Testomatio, project: str, number: int) -> Found | None:
    result = await none_if_missing(api.result(project, number))
    return _found("result", project, str(result.id), result.test_title, "id") if result is not None else None


async def suites_called(api: Testomatio, words: list[str], project: str) -> Results[Found]:
    """Folders and suites of a project whose titles contain all words."""
    forest = await read_forest(api, project, [])
    return Results(
        [
            Found(
                platform=PLATFORM,
                kind="suite",
                id=suite.id,
                title=suite.title,
                where=project,
                page=f"testomatio://{project}/suites/{suite.id}",
            )
            for suite in forest.suites.values()
            if all(word in clean(suite.title or "").casefold() for word in words)
        ]
    )
