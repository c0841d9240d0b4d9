"""What a plan of tests reads of Testery: suites, and the automated tests of the newest runs with their results."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Final

from tools.kit.history import Outcome, TestHistory, history_of
from tools.kit.subject import Area, Case
from tools.kit.survey import Query, Results
from tools.kit.text import many
from tools.kit.together import gather
from tools.testery.client.testery import Testery
from tools.testery.models.runs import Run
from tools.testery.tools.lookup import KEY
from tools.testery.tools.projects import project_keys
from tools.testery.tools.runs import newest_first, newest_runs
from tools.testery.tools.survey import survey as without_planning
from tools.testery.tools.test_history import outcome_of

NEWEST: Final = 12
"""Runs whose results are read; each takes a request."""
OF_A_PROJECT: Final = 6
"""Most of them for one project, so that a busy one does not hide the others."""

Test = tuple[str, str, str]
"""Project, file and name: the API gives tests no ids."""


@dataclass
class _Seen:
    """The tests of the newest runs, with their outcomes, the newest first."""

    outcomes: dict[Test, list[Outcome]] = field(default_factory=dict)
    why: str | None = None


async def areas(api: Testery, query: Query) -> Results[Area]:
    """Test suites of all projects."""
    projects = await api.projects()
    read = await gather([partial(api.test_suites, project.id) for project in projects], at_once=4)
    return Results(
        [
            Area(KEY, "suite", str(suite.id), suite.name or "", project.key or str(project.id))
            for project, suites in zip(projects, read, strict=True)
            for suite in suites
        ]
    )


async def _seen(api: Testery, query: Query) -> _Seen:
    return await query.once(f"{KEY} tests", partial(_read, api))


async def _read(api: Testery) -> _Seen:
    keys = await project_keys(api)
    chosen: list[Run] = []
    left_out = 0
    for run in sorted(await newest_runs(api), key=newest_first):
        if not run.is_over or run.total == 0:
            continue
        same = sum(one.project_id == run.project_id for one in chosen)
        if len(chosen) < NEWEST and same < OF_A_PROJECT:
            chosen.append(run)
        else:
            left_out += 1
    read = await gather([partial(api.results, run.id) for run in chosen], at_once=4)
    seen = _Seen()
    for run, results in zip(chosen, read, strict=True):
        project = keys.get(run.project_id or 0) or str(run.project_id or "")
        for result in reversed(results):  # the last try of a test is the newest
            seen.outcomes.setdefault((project, *result.test), []).append(outcome_of(run, result))
    if left_out:
        seen.why = (
            f"it lists no tests: those of the newest {many(len(chosen), 'run')} were read, not of {left_out} more"
        )
    return seen


async def cases(api: Testery, words: Collection[str], query: Query) -> Results[Case]:
    """Tests that ran lately."""
    seen = await _seen(api, query)
    rows = [Case(KEY, name, name, project, file, said="automated") for project, file, name in seen.outcomes]
    return Results(rows, seen.why is None, seen.why)


async def past(api: Testery, wanted: Sequence[Case], query: Query) -> Results[TestHistory]:
    """The results of tests in the newest runs."""
    seen = await _seen(api, query)
    return Results(
        [history_of(seen.outcomes.get((case.where, case.place, case.id), []), title=case.title) for case in wanted]
    )


survey = replace(without_planning, areas=areas, cases=cases, past=past)
