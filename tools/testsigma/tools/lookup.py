"""What of Testsigma has a word for its id, and which folders have words in their names."""

from typing import Final

from tools.kit.survey import Found, Results, none_if_missing
from tools.kit.text import clean
from tools.testsigma.client.testsigma import Testsigma
from tools.testsigma.models.projects import Project
from tools.testsigma.tools.case_view import known_case
from tools.testsigma.tools.folder_tree import tree_of
from tools.testsigma.tools.identity import is_human
from tools.testsigma.tools.run_view import known_run
from tools.testsigma.tools.test_plans import known_plan

KEY: Final = "testsigma"


def _place(project: Project) -> str:
    return project.prefix or project.id


async def lookup(api: Testsigma, word: str) -> Results[Found]:
    """The test case, run or plan with that human id; a UUID tells no project, so it is not looked up."""
    if not is_human(word):
        return Results()
    found: list[Found] = []
    if (case := await none_if_missing(known_case(api, word, None))) is not None:
        place, one = case
        page = f"{KEY}://{_place(place)}/test-cases/{one.key}"
        found.append(_found("test", place, one.key, one.title, page))
    if (run := await none_if_missing(known_run(api, word, None))) is not None:
        place, test_run = run
        page = f"{KEY}://{_place(place)}/test-runs/{test_run.key}"
        found.append(_found("run", place, test_run.key, test_run.title, page))
    if (plan := await none_if_missing(known_plan(api, word, None))) is not None:
        place, test_plan = plan
        found.append(_found("plan", place, test_plan.key, test_plan.title, None))
    return Results(found)


def _found(kind: str, project: Project, key: str, title: str | None, page: str | None) -> Found:
    return Found.model_validate(
        {"platform": KEY, "kind": kind, "id": key, "title": title, "where": _place(project), "page": page}
        | {"matched": "id"}
    )


async def folders_called(api: Testsigma, words: str, reasons: list[str]) -> list[Found]:
    """Folders of all projects whose paths have the words, by their paths."""
    wanted, found = words.casefold().split(), list[Found]()
    for project in (await api.projects()).rows:
        tree = await tree_of(api, project.id)
        if not tree.coverage.complete:
            reasons.append(f"folders of {_place(project)}: {tree.coverage.why}")
        for folder in tree.folders:
            if all(word in clean(folder.name or "").casefold() for word in wanted):
                path = tree.path(folder.id)
                found.append(Found(platform=KEY, kind="suite", id=folder.id, title=path, where=_place(project)))
    return found
