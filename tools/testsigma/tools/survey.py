"""Testsigma's runs and test cases in the words that all platforms share."""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import Final, TypeVar

from tools.kit.survey import Found, Kind, Query, Results, RunRow, RunStory, Survey, Untested, run_story
from tools.kit.when import parse_timestamp
from tools.testsigma.client.testsigma import Testsigma
from tools.testsigma.models.projects import Project
from tools.testsigma.models.test_cases import TestCase
from tools.testsigma.models.test_runs import TestRun
from tools.testsigma.tools.folder_tree import FolderTree
from tools.testsigma.tools.lookup import find_by_id, find_folders
from tools.testsigma.tools.names import lookup_names
from tools.testsigma.tools.run_failures import failures_of, project_runs
from tools.testsigma.tools.run_view import RunResults, known_run, results_of, why_run_counts_differ
from tools.testsigma.tools.statuses import Counts, reported_counts, result_status, run_status
from tools.testsigma.tools.test_cases import case_filter

T = TypeVar("T")

KEY: Final = "testsigma"
MOST_COUNTED: Final = 10
"""Runs whose results are read where the platform does not sum them up; each is a request or more."""
MOST_OPEN: Final = 20
"""Open runs that are looked through for what has no result yet."""


@dataclass
class _Reading:
    """What was read over all projects, and what could not be."""

    runs: list[tuple[Project, TestRun]] = field(default_factory=list)
    reasons: list[str] = field(default_factory=list)

    def keep(self, project: Project, query: Query, run: TestRun) -> None:
        if query.fits(run.title, start_of(run), end_of(run)):
            self.runs.append((project, run))

    def seen(self, rows: list[T]) -> Results[T]:
        """The rows, with everything that they leave out."""
        why = "; ".join(dict.fromkeys(self.reasons)) or None
        return Results(rows, why is None, why)


def start_of(run: TestRun) -> datetime | None:
    return parse_timestamp(run.start_date or run.created_at)


def end_of(run: TestRun) -> datetime | None:
    """When a closed run was closed; the end of an open one is a plan."""
    return parse_timestamp(run.end_date or run.updated_at) if run.is_closed else None


async def _matching(api: Testsigma, query: Query) -> _Reading:
    """The runs of all projects that fit, newest first; what is said of them later is the caller's own."""
    read = await query.once(f"{KEY} runs", partial(_read_runs, api, query))
    return _Reading(read.runs, list(read.reasons))


async def _results(api: Testsigma, query: Query, project: Project, run: TestRun) -> RunResults:
    return await query.once(f"{KEY} results {run.id}", partial(results_of, api, project, run))


async def _read_runs(api: Testsigma, query: Query) -> _Reading:
    reading = _Reading()
    projects = await api.projects()
    if not projects.coverage.complete:
        reading.reasons.append(f"projects: {projects.coverage.why}")
    for project in projects.rows:
        seen: list[TestRun] = []
        walked = await api.walk_test_runs(project.id, seen.append)
        query.memory[f"{KEY} all {project.id}"] = seen
        for run in seen:
            reading.keep(project, query, run)
        if why := walked.coverage(0).why:
            reading.reasons.append(f"{project.prefix}: {why}")
    earliest = datetime.min.replace(tzinfo=api.now().tzinfo)
    reading.runs.sort(key=lambda one: (start_of(one[1]) or earliest, one[1].key), reverse=True)
    return reading


def _page(project: Project, run: TestRun) -> str:
    return f"{KEY}://{project.key}/test-runs/{run.key}"


def _row(project: Project, run: TestRun, counts: Counts | None) -> RunRow:
    return RunRow(
        platform=KEY,
        run_id=run.key,
        title=run.title,
        status=run_status(run, counts),
        said=run.status,
        where=project.prefix or project.name,
        environment=", ".join(sorted(run.environments)) or None,
        started_at=run.start_date or run.created_at,
        ended_at=(run.end_date or run.updated_at) if run.is_closed else None,
        total=run.test_cases_count if run.test_cases_count is not None or counts is None else counts.total,
        passed=None if counts is None else counts.of("passed"),
        failed=None if counts is None else counts.of("failed"),
        blocked=None if counts is None else counts.of("blocked"),
        skipped=None if counts is None else counts.of("skipped"),
        page=_page(project, run),
    )


async def runs(api: Testsigma, query: Query) -> Results[RunRow]:
    """The runs that fit, newest first."""
    reading = await _matching(api, query)
    rows, read = list[RunRow](), 0
    for project, run in reading.runs[: query.limit]:
        counts = reported_counts(run)
        if counts is None and read < MOST_COUNTED:
            results, read = await _results(api, query, project, run), read + 1
            counts = results.counts
            if not results.coverage.complete:
                reading.reasons.append(f"results of {run.key}: {results.coverage.why}")
        rows.append(_row(project, run, counts))
    if any(row.passed is None for row in rows):
        reading.reasons.append(f"results were counted for the newest {MOST_COUNTED} runs that say nothing of them")
    if len(reading.runs) > query.limit:
        reading.reasons.append(f"{len(reading.runs) - query.limit} more runs fit")
    return reading.seen(rows)


async def _all_runs(api: Testsigma, query: Query, project: Project) -> list[TestRun]:
    return await query.once(f"{KEY} all {project.id}", partial(project_runs, api, project))


async def run(api: Testsigma, run_id: str, query: Query) -> RunStory:
    """A run with why it failed, seen with the runs before it."""
    project, found = await known_run(api, run_id, None)
    results = await _results(api, query, project, found)
    listed, read = partial(_all_runs, api, query, project), partial(_results, api, query, project)
    why = await failures_of(found, results, listed, read)
    notes = [why_run_counts_differ(found, results), results.coverage.why, why.why]
    return run_story(
        _row(project, found, results.counts),
        why.failures,
        earlier=len(why.earlier),
        note=" ".join(filter(None, notes)) or None,
        next_=f"testsigma_get_run_results with run_id {found.key} tells more.",
    )


async def search(api: Testsigma, words: str, kinds: Collection[Kind], limit: int) -> Results[Found]:
    """Test cases and runs whose titles have the words, or that have them for an id."""
    reading = await _matching(api, Query(text=words)) if "run" in kinds else _Reading()
    found: list[Found] = []
    if "test" in kinds:
        for project in (await api.projects()).rows:
            found += await _cases(api, project, words, reading.reasons)
    found += [_found_run(project, run) for project, run in reading.runs]
    if "suite" in kinds:
        found += await find_folders(api, words, reading.reasons)
    if len(found) > limit:
        reading.reasons.append(f"{len(found) - limit} more fit")
    seen = reading.seen(found[:limit])
    if "bug" in kinds:
        seen.why = "; ".join(filter(None, [seen.why, "the API lists no bugs"]))
    return seen


async def _cases(api: Testsigma, project: Project, words: str, reasons: list[str]) -> list[Found]:
    names = await lookup_names(api, "status")
    wanted = await case_filter(api, FolderTree([], (await api.projects()).coverage), text=words)
    cases: list[TestCase] = []

    def keep(case: TestCase) -> None:
        if wanted.fits(case, set()):
            cases.append(case)

    walked = await api.walk_test_cases(project.id, keep, filters=wanted.query)
    if why := walked.coverage(0).why:
        reasons.append(f"{project.prefix}: {why}")
    return [
        Found(
            platform=KEY,
            kind="test",
            id=case.key,
            title=case.title,
            said=names.get(case.status_id or ""),
            where=project.prefix or project.name,
            at=case.updated_at,
            page=f"{KEY}://{project.key}/test-cases/{case.key}",
        )
        for case in cases
    ]


def _found_run(project: Project, run: TestRun) -> Found:
    return Found(
        platform=KEY,
        kind="run",
        id=run.key,
        title=run.title,
        said=run.status,
        where=project.prefix or project.name,
        at=run.start_date or run.created_at,
        page=_page(project, run),
    )


async def untested(api: Testsigma, query: Query) -> Results[Untested]:
    """What open runs that fit still hold without a result."""
    reading = await _matching(api, query)
    rows: list[Untested] = []
    going = [(project, run) for project, run in reading.runs if not run.is_closed]
    for place, (project, run) in enumerate(going):
        if len(rows) >= query.limit or place == MOST_OPEN:
            reading.reasons.append(f"{len(going) - place} more open runs were not looked at")
            break
        results = await _results(api, query, project, run)
        rows += [
            Untested(platform=KEY, run_id=run.key, title=row.test_case.title, said=row.status, page=_page(project, run))
            for row in results.rows
            if result_status(row.status) in {"queued", "running"}
        ]
    if len(rows) > query.limit:
        reading.reasons.append(f"{len(rows) - query.limit} more of those looked at")
    return reading.seen(rows[: query.limit])


survey = Survey(runs=runs, run=run, search=search, untested=untested, lookup=find_by_id)
