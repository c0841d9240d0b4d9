"""Testsigma's runs and test cases in the words that all platforms share."""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import Final, TypeVar

from tools.kit.evidence import TestResult
from tools.kit.survey import Found, Kind, Query, Results, RunRow, RunStory, Survey, Untested, run_story
from tools.kit.when import parse_timestamp
from tools.testsigma.client.testsigma import Testsigma
from tools.testsigma.models.projects import Project
from tools.testsigma.models.test_cases import TestCase
from tools.testsigma.models.test_runs import RunCase, TestRun
from tools.testsigma.tools.folder_tree import FolderTree
from tools.testsigma.tools.lookup import find_by_id, find_folders
from tools.testsigma.tools.names import lookup_names
from tools.testsigma.tools.run_failures import failures_of, project_runs
from tools.testsigma.tools.run_view import RunResults, known_run, results_of, run_link, why_run_counts_differ
from tools.testsigma.tools.statuses import Counts, reported_counts, result_status, run_status
from tools.testsigma.tools.test_cases import case_filter

T = TypeVar("T")

KEY: Final = "testsigma"
MOST_COUNTED: Final = 10
"""At most so many runs without counts have their results read; each takes a request or more."""
MOST_OPEN: Final = 20
"""At most so many open runs are searched for test cases without a result."""


@dataclass
class _Runs:
    """The matching runs of all projects, and why some could not be read."""

    runs: list[tuple[Project, TestRun]] = field(default_factory=list)
    reasons: list[str] = field(default_factory=list)

    def add(self, project: Project, query: Query, run: TestRun) -> None:
        if query.fits(run.title, start_of(run), end_of(run)):
            self.runs.append((project, run))

    def results(self, rows: list[T]) -> Results[T]:
        """Rows, with the reasons why they are incomplete."""
        why = "; ".join(dict.fromkeys(self.reasons)) or None
        return Results(rows, why is None, why)


def start_of(run: TestRun) -> datetime | None:
    return parse_timestamp(run.start_date or run.created_at)


def end_of(run: TestRun) -> datetime | None:
    """When a closed run ended; the end date of an open run is only planned."""
    return parse_timestamp(run.end_date or run.updated_at) if run.is_closed else None


async def _matching(api: Testsigma, query: Query) -> _Runs:
    """The matching runs of all projects, newest first, with a list of reasons for the caller to extend."""
    read = await query.once(f"{KEY} runs", partial(_read_runs, api, query))
    return _Runs(read.runs, list(read.reasons))


async def _results(api: Testsigma, query: Query, project: Project, run: TestRun) -> RunResults:
    return await query.once(f"{KEY} results {run.id}", partial(results_of, api, project, run))


async def _read_runs(api: Testsigma, query: Query) -> _Runs:
    reading = _Runs()
    projects = await api.projects()
    if not projects.coverage.complete:
        reading.reasons.append(f"projects: {projects.coverage.why}")
    for project in projects.rows:
        project_rows: list[TestRun] = []
        walked = await api.walk_test_runs(project.id, project_rows.append)
        query.memory[f"{KEY} all {project.id}"] = project_rows
        for run in project_rows:
            reading.add(project, query, run)
        if why := walked.coverage(0).why:
            reading.reasons.append(f"{project.prefix}: {why}")
    earliest = datetime.min.replace(tzinfo=api.now().tzinfo)
    reading.runs.sort(key=lambda one: (start_of(one[1]) or earliest, one[1].key), reverse=True)
    return reading


def _page(project: Project, run: TestRun) -> str:
    return f"{KEY}://{project.key}/test-runs/{run.key}"


def _row(api: Testsigma, project: Project, run: TestRun, counts: Counts | None) -> RunRow:
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
        link=run_link(api, run.id),
    )


async def runs(api: Testsigma, query: Query) -> Results[RunRow]:
    """The matching runs, newest first."""
    reading = await _matching(api, query)
    rows, read = list[RunRow](), 0
    for project, run in reading.runs[: query.limit]:
        counts = reported_counts(run)
        if counts is None and read < MOST_COUNTED:
            results, read = await _results(api, query, project, run), read + 1
            counts = results.counts
            if not results.coverage.complete:
                reading.reasons.append(f"results of {run.key}: {results.coverage.why}")
        rows.append(_row(api, project, run, counts))
    if any(row.passed is None for row in rows):
        reading.reasons.append(f"results were counted only for the newest {MOST_COUNTED} runs without a summary")
    if len(reading.runs) > query.limit:
        reading.reasons.append(f"{len(reading.runs) - query.limit} more runs match")
    return reading.results(rows)


async def run(api: Testsigma, run_id: str, query: Query) -> RunStory:
    """A run and why it failed, compared with earlier runs."""
    project, found = await known_run(api, run_id, None)
    results = await _results(api, query, project, found)
    list_runs = partial(query.once, f"{KEY} all {project.id}", partial(project_runs, api, project))
    why = await failures_of(found, results, list_runs, partial(_results, api, query, project))
    notes = [why_run_counts_differ(found, results), results.coverage.why, why.why]
    return run_story(
        _row(api, project, found, results.counts),
        why.failures,
        earlier=len(why.earlier),
        note=" ".join(filter(None, notes)) or None,
        next_=f"testsigma_get_run_results with run_id {found.key} shows more.",
    )


async def search(api: Testsigma, words: str, kinds: Collection[Kind], limit: int) -> Results[Found]:
    """Test cases and runs whose titles or ids have the words, and folders with them in their paths."""
    reading = await _matching(api, Query(text=words)) if "run" in kinds else _Runs()
    found: list[Found] = []
    if "test" in kinds:
        for project in (await api.projects()).rows:
            found += await _cases(api, project, words, reading.reasons)
    found += [_found_run(project, run) for project, run in reading.runs]
    if "suite" in kinds:
        found += await find_folders(api, words, reading.reasons)
    if len(found) > limit:
        reading.reasons.append(f"{len(found) - limit} more match")
    results = reading.results(found[:limit])
    if "bug" in kinds:
        results.why = "; ".join(filter(None, [results.why, "the API lists no bugs"]))
    return results


async def _cases(api: Testsigma, project: Project, words: str, reasons: list[str]) -> list[Found]:
    names = await lookup_names(api, "status")
    wanted = await case_filter(api, FolderTree([], (await api.projects()).coverage), text=words)
    cases: list[TestCase] = []

    def on_row(case: TestCase) -> None:
        if wanted.fits(case, set()):
            cases.append(case)

    walked = await api.walk_test_cases(project.id, on_row, filters=wanted.query)
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
    """Test cases without a result in the matching open runs."""
    reading = await _matching(api, query)
    rows: list[Untested] = []
    open_runs = [(project, run) for project, run in reading.runs if not run.is_closed]
    for place, (project, run) in enumerate(open_runs):
        if len(rows) >= query.limit or place == MOST_OPEN:
            reading.reasons.append(f"{len(open_runs) - place} more open runs were not read")
            break
        results = await _results(api, query, project, run)
        rows += [
            Untested(platform=KEY, run_id=run.key, title=row.test_case.title, said=row.status, page=_page(project, run))
            for row in results.rows
            if result_status(row.status) in {"queued", "running"}
        ]
    if len(rows) > query.limit:
        reading.reasons.append(f"{len(rows) - query.limit} more in the runs that were read")
    return reading.results(rows[: query.limit])


async def results(api: Testsigma, run_id: str, query: Query) -> Results[TestResult]:
    """The results of a run, which keeps only the last one of a case."""
    reading = await _matching(api, query)
    project, found = next((one for one in reading.runs if one[1].key == run_id), None) or await known_run(
        api, run_id, None
    )
    read = await _results(api, query, project, found)
    return Results([result_of(row, found) for row in read.rows], read.coverage.complete, read.coverage.why)


def result_of(row: RunCase, run: TestRun) -> TestResult:
    return TestResult(
        title=row.test_case.title or "",
        status=result_status(row.status),
        test_id=row.test_case.key or None,
        said=row.status,
        error=row.description,
        at=row.updated_at or run.start_date or run.created_at,
    )


survey = Survey(runs=runs, run=run, search=search, untested=untested, lookup=find_by_id, results=results)
