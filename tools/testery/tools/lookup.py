"""What of Testery has a word for its id, and which suites have words in their names."""

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


def _found(run: Run, matched: str) -> Found:
    return Found(
        platform=KEY,
        kind="run",
        id=str(run.id),
        title=run.name or run.test_name,
        said=run.said,
        at=run.at,
        page=f"{KEY}://test-runs/{run.id}",
        matched=matched,
    )


async def lookup(api: Testery, word: str) -> Results[Found]:
    """The run of that number, and the newest runs of a branch, build or commit that names the word."""
    found: list[Found] = []
    number = word.removeprefix("#")
    if number.isascii() and number.isdecimal() and len(number) < 19:
        run = await none_if_missing(api.test_run(int(number)))
        found += [_found(run, "id")] if run is not None else []
    if number.isdecimal() or not any(character.isdigit() for character in word):
        return Results(found)  # neither a key of a tracker nor a version
    newest = await newest_runs(api)
    here = word.casefold()
    for run in newest:
        if any(here in clean(text or "").casefold() for text in (run.branch, run.build, run.commit)):
            found.append(_found(run, "branch, build or commit"))
    why = f"branches and builds of the newest {PAGE} runs alone were looked at" if len(newest) >= PAGE else None
    return Results(found, complete=why is None, why=why)


async def suites_called(api: Testery, words: str) -> list[Found]:
    """Test suites of all projects whose names have the words."""
    wanted = words.casefold().split()
    projects = await api.projects()
    read = await gather([partial(api.test_suites, project.id) for project in projects], at_once=4)
    return [
        Found(platform=KEY, kind="suite", id=str(suite.id), title=suite.name, where=project.key)
        for project, suites in zip(projects, read, strict=True)
        for suite in suites
        if all(word in clean(suite.name or "").casefold() for word in wanted)
    ]
