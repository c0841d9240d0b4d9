"""What a plan of tests reads of Testsigma: folders, test cases, and their results in the newest runs."""

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import replace
from functools import partial
from typing import Final

from tools.kit.history import Outcome, TestHistory, history_of
from tools.kit.subject import Area, Case
from tools.kit.survey import Query, Results
from tools.kit.text import many
from tools.kit.together import gather
from tools.testsigma.client.testsigma import Testsigma
from tools.testsigma.models.projects import Project
from tools.testsigma.models.test_cases import TestCase
from tools.testsigma.models.test_runs import TestRun
from tools.testsigma.tools.folder_tree import FolderTree, read_tree
from tools.testsigma.tools.identity import newest_first
from tools.testsigma.tools.lookup import KEY
from tools.testsigma.tools.names import lookup_names
from tools.testsigma.tools.run_view import results_of
from tools.testsigma.tools.survey import survey as without_planning
from tools.testsigma.tools.test_history import outcome_of

NEWEST: Final = 8
"""Runs of a project whose results are read; each takes a request or more."""


async def _tree(api: Testsigma, query: Query, project: Project) -> FolderTree:
    return await query.once(f"{KEY} folders {project.id}", partial(read_tree, api, project.id))


async def _cases_of(api: Testsigma, query: Query, project: Project) -> tuple[list[TestCase], str | None]:
    """The test cases of a project, and what could not be read."""

    async def read() -> tuple[list[TestCase], str | None]:
        rows: list[TestCase] = []
        walked = await api.walk_test_cases(project.id, rows.append)
        return rows, walked.coverage(len(rows)).why

    return await query.once(f"{KEY} cases {project.id}", read)


async def areas(api: Testsigma, query: Query) -> Results[Area]:
    """Folders of all projects."""
    found, why = list[Area](), list[str]()
    for project in (await api.projects()).rows:
        tree = await _tree(api, query, project)
        if not tree.coverage.complete:
            why.append(f"folders of {project.key}: {tree.coverage.why}")
        read, left_out = await _cases_of(api, query, project)
        counts = Counter(case.folder_id for case in read)
        for folder in tree.folders:
            above = (tree.path(folder.parent_id) or "") if folder.parent_id else ""
            count = None if left_out or tree.children(folder.id) else counts[folder.id]
            found.append(Area(KEY, "folder", folder.id, folder.name or "", project.key, above, cases=count))
    return Results(found, complete=not why, why="; ".join(why) or None)


async def cases(api: Testsigma, words: Collection[str], query: Query) -> Results[Case]:
    """All test cases, with the paths of their folders; the API searches for one word only."""
    found, why = list[Case](), list[str]()
    names = await lookup_names(api, "status")
    for project in (await api.projects()).rows:
        tree = await _tree(api, query, project)
        read, left_out = await _cases_of(api, query, project)
        why += [f"{project.key}: {left_out}"] if left_out else []
        found += [
            Case(
                KEY,
                case.key,
                case.title or "",
                project.key,
                tree.path(case.folder_id) or "",
                case.steps or "",
                names.get(case.status_id or ""),
                f"{KEY}://{project.key}/test-cases/{case.key}",
            )
            for case in read
        ]
    return Results(found, complete=not why, why="; ".join(why) or None)


async def past(api: Testsigma, wanted: Sequence[Case], query: Query) -> Results[TestHistory]:
    """The results of test cases in the newest runs of their projects; a run keeps only the last result of a case."""
    outcomes: dict[str, list[Outcome]] = {}
    why: list[str] = []
    keys = {case.where for case in wanted}
    for project in (one for one in (await api.projects()).rows if one.key in keys):
        runs: list[TestRun] = []
        await api.walk_test_runs(project.id, runs.append)
        runs.sort(key=newest_first)
        read = await gather([partial(results_of, api, project, run) for run in runs[:NEWEST]], at_once=3)
        for run, results in zip(runs, read, strict=False):
            for row in results.rows:
                outcomes.setdefault(row.test_case.key, []).append(outcome_of(run, row))
        if len(runs) > NEWEST:
            why.append(f"{project.key}: results of {many(len(runs) - NEWEST, 'older run')} were not read")
    histories = [history_of(outcomes.get(case.id, []), test_id=case.id, title=case.title) for case in wanted]
    return Results(histories, complete=not why, why="; ".join(why) or None)


survey = replace(without_planning, areas=areas, cases=cases, past=past)
