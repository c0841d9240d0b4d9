"""The results of one test over the runs of its project."""

from collections.abc import Sequence
from functools import partial
from typing import Annotated, Final

from pydantic import Field

from tools.kit.errors import NotFound, Refused
from tools.kit.failure_groups import first_words, plain_text
from tools.kit.history import Outcome, TestHistory, history_of
from tools.kit.text import many, quote
from tools.kit.together import gather
from tools.kit.toolset import Progress, Toolset
from tools.testery.client.testery import Testery
from tools.testery.models.results import Result
from tools.testery.models.runs import Run
from tools.testery.tools.environments import EnvironmentKey, known_environment
from tools.testery.tools.projects import ProjectKey, known_project

tool = Toolset(Testery)

NEWEST: Final = 1_000
"""Runs of the account that are read to find those of the project."""
SHORT: Final = 160


def outcome_of(run: Run, result: Result) -> Outcome:
    return Outcome(
        run_id=str(run.id),
        run=run.name or run.test_name,
        environment=run.environment_key,
        at=run.ended_at or run.at,
        status=result.status,
        said=result.said,
        result_id=str(result.id) if result.id is not None else None,
        error=first_words(plain_text(result.what), SHORT) or None if result.status == "failed" else None,
    )


@tool.reads(full_text_in="get_result")
async def get_test_history(
    api: Testery,
    progress: Progress,
    project_key: ProjectKey,
    name: Annotated[str, Field(min_length=1, max_length=500, description="From testery_get_results.")],
    file: Annotated[str | None, Field(max_length=500, description="File, if several share the name.")] = None,
    environment_key: EnvironmentKey | None = None,
    branch: Annotated[str | None, Field(max_length=300, description="Git branch.")] = None,
    runs: Annotated[int, Field(ge=1, le=50, description="Newest runs to read.")] = 15,
) -> TestHistory:
    """Tell whether a test is flaky or broken, and since when, from its results over runs."""
    project = await known_project(api, project_key)
    environment = await known_environment(api, environment_key) if environment_key is not None else None
    fitting: list[Run] = []

    def on_run(run: Run) -> None:
        if (
            run.project_id == project.id
            and run.total != 0
            and (environment is None or environment.is_where(run.environment_key, run.environment_id))
            and (branch is None or (run.branch or "").casefold() == branch.casefold())
        ):
            fitting.append(run)

    walked = await api.walk_test_runs(on_run, newest=NEWEST, is_past=lambda run: len(fitting) > runs, progress=progress)
    fitting.sort(key=lambda run: -run.id)
    newest = fitting[:runs]
    read = await gather([partial(api.results, run.id) for run in newest], at_once=4)
    outcomes, files = list[Outcome](), dict[str, None]()
    for run, results in zip(newest, read, strict=True):
        tries = [one for one in results if _is_test(one, name, file)]
        files |= dict.fromkeys(one.file or "" for one in tries)
        outcomes += [outcome_of(run, one) for one in reversed(tries)]
    _check_name(name, list(files), len(newest))
    why = (
        f"only the newest {many(len(newest), 'run')} of the project were read; raise runs"
        if len(fitting) > runs
        else None
    )
    return history_of(outcomes, title=name, why=why or walked.coverage(len(newest)).why)


def _is_test(result: Result, name: str, file: str | None) -> bool:
    is_there = file is None or (result.file or "").casefold() == file.casefold()
    return is_there and (result.name or "").strip().casefold() == name.strip().casefold()


def _check_name(name: str, files: Sequence[str], runs: int) -> None:
    """Check that the name matches exactly one test.

    Raises:
        NotFound: if no run has it.
        Refused: if several tests have the name.
    """
    if not files:
        raise NotFound(
            f"None of the newest {runs} runs of the project has a test {quote(name, at_most=80)}. "
            "testery_get_results shows names; raise runs to look further back.",
            status=404,
        )
    if len(files) > 1:
        where = ", ".join(quote(one, at_most=80) for one in files[:10])
        raise Refused(f"Several tests are named {quote(name, at_most=80)}. Pass file, one of: {where}.")
