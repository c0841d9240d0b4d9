"""Finding runs by ID or version, and suites by the words of their names."""

from functools import partial
from typing import Final

from tools.kit.survey import Found, Results, none_if_missing
from tools.kit.text import clean
from tools.kit.together import gather
from tools.testery.client.runs import PAGE
from tools.testery.client.testery import Testery
from tools.testery.models.runs import Run
from tools.testery.tools.runs import newest_runs

KEY: Final = "testery"


def run_uri(run: Run) -> str:
    return f"{KEY}://test-runs/{run.id}"


def run_found(run: Run, *, where: str | None = None, matched: str | None = None) -> Found:
    """A run that was found, with the resource that shows it."""
    return Found(
        platform=KEY,
        kind="run",
        id=str(run.id),
        title=run.name or run.test_name,
        said=run.said,
        where=where,
        at=run.at,
        page=run_uri(run),
        matched=matched,
    )


async def lookup(api: Testery, word: str) -> Results[Found]:
    """The run with that number, and the newest runs whose branch, build or commit contains the word."""
    found: list[Found] = []
    number = word.removeprefix("#")
    if number.isascii() and number.isdecimal() and len(number) < 19:
        run = await none_if_missing(api.test_run(int(number)))
        found += [run_found(run, matched="id")] if run is not None else []
    if number.isdecimal() or not any(character.isdigit() for character in word):
        return Results(found)  # neither a tracker's key nor a version
    newest = await newest_runs(api)
    term = word.casefold()
    for run in newest:
        if any(term in clean(text or "").casefold() for text in (run.branch, run.build, run.commit)):
            found.append(run_found(run, matched="branch, build or commit"))
    why = f"only the newest {PAGE} runs were searched by version" if len(newest) >= PAGE else None
    return Results(found, complete=why is None, why=why)


async def suites_called(api: Testery, words: str) -> list[Found]:
    """Test suites of all projects whose names contain the words."""
    wanted = words.casefold().split()
    projects = await api.projects()
    read = await gather([partial(api.test_suites, project.id) for project in projects], at_once=4)
    return [
        Found(platform=KEY, kind="suite", id=str(suite.id), title=suite.name, where=project.key)
        for project, suites in zip(projects, read, strict=True)
        for suite in suites
        if all(word in clean(suite.name or "").casefold() for word in wanted)
    ]
