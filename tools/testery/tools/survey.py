"""Testery's part of the tools across platforms: runs, their failures, and what has not run."""

from collections.abc import Collection
from dataclasses import replace
from functools import partial
from typing import Final

from tools.kit.errors import Refused
from tools.kit.evidence import TestResult
from tools.kit.failure_groups import plain_text
from tools.kit.model import answer_from
from tools.kit.run_failures import Failure
from tools.kit.survey import Found, Kind, Query, Results, RunRow, RunStory, Survey, Untested, run_story
from tools.kit.together import gather
from tools.kit.when import parse_timestamp
from tools.testery.client.testery import Testery
from tools.testery.models.results import Result
from tools.testery.models.runs import Run
from tools.testery.tools.lookup import KEY, lookup, run_found, run_uri, suites_called
from tools.testery.tools.projects import project_keys
from tools.testery.tools.results import known_results
from tools.testery.tools.run_history import earlier_runs, explain_counts, passed_tests
from tools.testery.tools.runs import known_run, newest_runs, verdict

NEWEST: Final = 1_000
OPEN_RUNS: Final = 10
"""Runs whose results are read to find what has not run."""


def row_of(run: Run, keys: dict[int, str]) -> RunRow:
    return answer_from(
        RunRow,
        run,
        platform=KEY,
        run_id=str(run.id),
        title=run.name or run.test_name,
        where=keys.get(run.project_id or 0),
        environment=run.environment_key or (str(run.environment_id) if run.environment_id is not None else None),
        started_at=run.started_at or run.at,
        skipped=run.ignored,
        page=run_uri(run),
    )


async def _matching_runs(api: Testery, query: Query) -> Results[Run]:
    found, unread = await query.once(f"{KEY} runs", partial(_read_runs, api, query))
    whys = [unread, f"{len(found) - query.limit} more runs fit" if len(found) > query.limit else None]
    why = "; ".join(filter(None, whys)) or None
    return Results(found[: query.limit], why is None, why)


async def _read_runs(api: Testery, query: Query) -> tuple[list[Run], str | None]:
    """All runs that match, newest first, and what was not read."""
    found: list[Run] = []
    read: list[Run] = []

    def on_run(run: Run) -> None:
        read.append(run)
        began, ended = parse_timestamp(run.started_at or run.at), parse_timestamp(run.ended_at)
        if query.fits(run.name or run.test_name, began, ended):
            found.append(run)

    def is_past(run: Run) -> bool:
        last = parse_timestamp(run.ended_at or run.at)
        return run.is_over and query.since is not None and last is not None and last < query.since

    advice = f"{KEY}_list_test_runs looks further back with newest"
    walked = await api.walk_test_runs(on_run, newest=NEWEST, is_past=is_past, advice=advice)
    query.memory[f"{KEY} newest"] = sorted(read, key=lambda run: -run.id)
    return sorted(found, key=lambda run: -run.id), walked.coverage(len(found)).why


async def runs(api: Testery, query: Query) -> Results[RunRow]:
    """Runs that match, newest first."""
    fitting, keys = await _matching_runs(api, query), await _project_keys(api, query)
    rows = [row_of(run, keys) for run in fitting.rows]
    if query.links and rows and (pages := await api.link("test-runs")):
        rows = [row.model_copy(update={"link": f"{pages}/{row.run_id}"}) for row in rows]
    return Results(rows, fitting.complete, fitting.why)


def run_number(run_id: str) -> int:
    """The numeric id of a run.

    Raises:
        Refused: if it is not a number.
    """
    if not (run_id.isascii() and run_id.isdecimal() and len(run_id) < 19):
        raise Refused("The id of a Testery run is a whole number, from testery_list_test_runs.")
    return int(run_id)


async def _project_keys(api: Testery, query: Query) -> dict[int, str]:
    return await query.once(f"{KEY} projects", partial(project_keys, api))


async def _results(api: Testery, query: Query, run_id: int) -> list[Result]:
    return await query.once(f"{KEY} results {run_id}", partial(known_results, api, run_id))


async def run(api: Testery, run_id: str, query: Query) -> RunStory:
    """A run with its failures, compared with the runs before it."""
    test_run = await known_run(api, run_number(run_id))
    results = await _results(api, query, test_run.id)
    failed, passed = [result for result in results if result.status == "failed"], passed_tests(results)
    newest = await query.once(f"{KEY} newest", partial(newest_runs, api)) if failed else []
    before = await earlier_runs(test_run, newest, {one.test for one in failed}, partial(_results, api, query))
    failures = [
        Failure(
            str(one.id) if one.id is not None else None,
            one.name,
            plain_text(one.what) or None,
            before.mark(one, passed_too=one.test in passed),
        )
        for one in failed
    ]
    notes = [verdict(test_run), explain_counts(test_run, results), before.why]
    next_step = f"testery_get_failures with run_id {test_run.id} shows stacks and output." if failed else None
    return run_story(
        row_of(test_run, await _project_keys(api, query)),
        failures,
        earlier=len(before.runs),
        note=" ".join(filter(None, notes)) or None,
        next_=next_step,
    )


async def search(api: Testery, words: str, kinds: Collection[Kind], limit: int) -> Results[Found]:
    """Runs and suites whose names match; the API lists no bugs and no tests."""
    why: list[str | None] = [f"the API lists no {kind}s" for kind in ("bug", "test") if kind in kinds]
    rows, complete = list[Found](), True
    if "run" in kinds:
        query = Query(text=words, limit=limit)
        fitting, keys = await _matching_runs(api, query), await _project_keys(api, query)
        rows = [run_found(one, where=keys.get(one.project_id or 0)) for one in fitting.rows]
        complete, why = fitting.complete, [fitting.why, *why]
    if "suite" in kinds:
        rows += await suites_called(api, words)
    return Results(rows, complete, "; ".join(filter(None, why)) or None)


async def untested(api: Testery, query: Query) -> Results[Untested]:
    """Tests without a result in the runs that match, and runs that have not started."""
    fitting = await _matching_runs(api, replace(query, limit=NEWEST))
    waiting = [one for one in fitting.rows if one.status == "queued"]
    rows = [
        Untested(platform=KEY, run_id=str(one.id), title=one.name or one.test_name, said=one.said, page=run_uri(one))
        for one in waiting
    ]
    open_runs = [one for one in fitting.rows if one not in waiting and (one.not_run or not one.is_over)]
    read = await gather([partial(_results, api, query, one.id) for one in open_runs[:OPEN_RUNS]], at_once=4)
    for one, results in zip(open_runs, read, strict=False):
        rows += [
            Untested(platform=KEY, run_id=str(one.id), title=result.name, said=result.said, page=run_uri(one))
            for result in results
            if result.status in {"queued", "running"}
        ]
    whys = [fitting.why]
    if len(open_runs) > OPEN_RUNS:
        whys.append(f"results of {len(open_runs) - OPEN_RUNS} older runs were not read")
    if len(rows) > query.limit:
        whys.append(f"{len(rows) - query.limit} more without a result")
    why = "; ".join(filter(None, whys)) or None
    return Results(rows[: query.limit], why is None, why)


async def results(api: Testery, run_id: str, query: Query) -> Results[TestResult]:
    """The tries of the tests of a run; only the run has a time."""
    number = run_number(run_id)
    run = next((one for one in (await _matching_runs(api, query)).rows if one.id == number), None)
    at = (run.ended_at or run.at) if run is not None else None
    return Results([result_of(one, at) for one in await _results(api, query, number)])


def result_of(result: Result, at: str | None) -> TestResult:
    return TestResult(
        title=result.name or "",
        status=result.status,
        place=result.file or "",
        said=result.said,
        error=plain_text(result.what) or None if result.status == "failed" else None,
        at=at,
        result_id=str(result.id) if result.id is not None else None,
    )


survey = Survey(runs=runs, run=run, search=search, untested=untested, lookup=lookup, results=results)
