"""Finding things of Testsigma by their human ids, and folders by the words in their paths."""

from typing import Final

from tools.kit.survey import Found, FoundKind, Results, none_if_missing
from tools.kit.text import clean
from tools.testsigma.client.testsigma import Testsigma
from tools.testsigma.models.projects import Project
from tools.testsigma.models.test_cases import TestCase
from tools.testsigma.models.test_plans import TestPlan
from tools.testsigma.models.test_runs import TestRun
from tools.testsigma.tools.case_view import known_case
from tools.testsigma.tools.folder_tree import read_tree
from tools.testsigma.tools.identity import is_human_id
from tools.testsigma.tools.run_view import known_run
from tools.testsigma.tools.test_plans import known_plan

KEY: Final = "testsigma"


async def find_by_id(api: Testsigma, word: str) -> Results[Found]:
    """The test case, run or plan with a human id; a UUID names no project, so it is not looked up."""
    if not is_human_id(word):
        return Results()
    found: list[Found] = []
    if (case := await none_if_missing(known_case(api, word, None))) is not None:
        found.append(_found("test", *case, pages="test-cases"))
    if (run := await none_if_missing(known_run(api, word, None))) is not None:
        found.append(_found("run", *run, pages="test-runs"))
    if (plan := await none_if_missing(known_plan(api, word, None))) is not None:
        found.append(_found("plan", *plan))
    return Results(found)


def _found(kind: FoundKind, project: Project, thing: TestCase | TestRun | TestPlan, pages: str | None = None) -> Found:
    page = f"{KEY}://{project.key}/{pages}/{thing.key}" if pages else None
    return Found(platform=KEY, kind=kind, id=thing.key, title=thing.title, where=project.key, page=page, matched="id")


async def find_folders(api: Testsigma, words: str, reasons: list[str]) -> list[Found]:
    """Folders of all projects whose paths have the words, by their paths."""
    wanted, found = words.casefold().split(), list[Found]()
    for project in (await api.projects()).rows:
        tree = await read_tree(api, project.id)
        if not tree.coverage.complete:
            reasons.append(f"folders of {project.key}: {tree.coverage.why}")
        for folder in tree.folders:
            if all(word in clean(folder.name or "").casefold() for word in wanted):
                path = tree.path(folder.id)
                found.append(Found(platform=KEY, kind="suite", id=folder.id, title=path, where=project.key))
    return found
