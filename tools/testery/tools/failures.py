"""What failed in a run: equal failures together, each with an example and the end of what it printed."""

from collections.abc import Sequence
from functools import partial
from typing import Annotated, Final

from pydantic import Field

from tools.kit.errors import PlatformError
from tools.kit.failure_groups import NO_WORDS, Group, grouped
from tools.kit.model import Answer
from tools.kit.text import Key, Untrusted
from tools.kit.together import together
from tools.kit.toolset import Toolset
from tools.kit.vocabulary import Said, Status
from tools.testery.client.testery import Testery
from tools.testery.models.results import Result
from tools.testery.models.runs import Run
from tools.testery.tools.log_tail import OutputBytes, Tail, lines_of, tail_of
from tools.testery.tools.results import known_results, said_of, seconds_of
from tools.testery.tools.runs import RunId, known_run, verdict

tool = Toolset(Testery)

NAMED: Final = 20
"""Tests of a group that are named; the rest is counted."""
STACK_LINES: Final = 12


class Failing(Answer):
    """A test that failed."""

    result_id: int | None = None
    name: Untrusted | None = None
    file: Untrusted | None = None
    passed_on_retry: bool | None = None


class Example(Answer):
    """The first result of a group, in depth."""

    result_id: int | None = None
    seconds: float | None = None
    stack: list[Untrusted] = Field(default_factory=list, description="Its first lines.")
    output: list[Untrusted] = Field(default_factory=list, description="Its last lines.")
    output_bytes_shown: int | None = None
    output_bytes: int | None = Field(None, description="Of the whole output.")
    screenshots: int = 0
    videos: int = 0
    why: str | None = Field(None, description="Why it could not be read in depth.")


class FailureGroup(Answer):
    """Failures with the same error, but for numbers, ids and times."""

    error: str
    count: int
    tests: list[Failing]
    more_tests: int | None = None
    example: Example | None = None


class Failures(Answer):
    """What failed in a run, the largest group first."""

    run_id: int
    run_name: Untrusted | None = None
    status: Status
    said: Said = None
    environment_key: Key | None = None
    failed_results: int
    groups: list[FailureGroup]
    omitted: list[str] = Field(default_factory=list, description="What is not shown here, and how to get it.")
    note: str | None = None
    link: Key | None = None


def failed(results: Sequence[Result]) -> list[Result]:
    return [result for result in results if result.status == "failed"]


def passed_tests(results: Sequence[Result]) -> set[tuple[str, str]]:
    """The tests that passed at some try."""
    return {result.test for result in results if result.status == "passed"}


@tool.reads(rest_in="get_result")
async def get_failures(
    api: Testery,
    run_id: RunId,
    at_most: Annotated[int, Field(ge=1, le=50, description="Groups to show.")] = 10,
    output_bytes: OutputBytes = 6_000,
) -> Failures:
    """Group what failed in a run by its error, with an example of each group and the end of what it printed."""
    run = await known_run(api, run_id)
    results = await known_results(api, run_id)
    groups = grouped(failed(results), lambda result: result.what)
    shown = groups[:at_most]
    share = output_bytes // len(shown) if shown else 0
    read = await together([partial(_example, api, run_id, group.members[0], share) for group in shown], at_once=4)
    passed = passed_tests(results)
    told = [_told(group, example, passed) for group, example in zip(shown, read, strict=True)]
    return Failures(
        run_id=run.id,
        run_name=run.name or run.test_name,
        status=run.status,
        said=run.said,
        environment_key=run.environment_key,
        failed_results=sum(len(group.members) for group in groups),
        groups=told,
        omitted=_omitted(groups, told),
        note=_note(run, len(groups)),
        link=await api.link("test-runs", run.id, "test-results"),
    )


async def _example(api: Testery, run_id: int, result: Result, budget: int) -> Example:
    """A result in depth; where that cannot be had, what the list told of it."""
    deep, tail, why = result, Tail(), None
    try:
        if result.id is not None:
            deep = await api.result(run_id, result.id)
        tail = tail_of(deep.output, budget)
    except PlatformError as error:
        why = str(error)
    stack = lines_of(deep.stack_trace or result.stack_trace)
    return Example(
        result_id=result.id,
        seconds=seconds_of(result),
        stack=[*stack[:STACK_LINES]],
        output=list(tail.lines),
        output_bytes_shown=tail.shown if tail.total else None,
        output_bytes=tail.total or None,
        screenshots=len(deep.screenshots),
        videos=len(deep.videos),
        why=why,
    )


def _told(group: Group[Result], example: Example, passed: set[tuple[str, str]]) -> FailureGroup:
    return FailureGroup(
        error=next(filter(None, map(said_of, group.members)), NO_WORDS),
        count=len(group.members),
        tests=[
            Failing(result_id=one.id, name=one.name, file=one.file, passed_on_retry=one.test in passed or None)
            for one in group.members[:NAMED]
        ],
        more_tests=len(group.members) - NAMED if len(group.members) > NAMED else None,
        example=example,
    )


def _omitted(groups: Sequence[Group[Result]], told: Sequence[FailureGroup]) -> list[str]:
    """What is not in the answer, and how to get it."""
    omitted = []
    rest = groups[len(told) :]
    if rest:
        count = sum(len(group.members) for group in rest)
        omitted.append(f"{len(rest)} smaller groups with {count} failures: pass a larger at_most")
    examples = [group.example for group in told if group.example is not None]
    cut = sum((one.output_bytes or 0) - (one.output_bytes_shown or 0) for one in examples)
    if cut:
        omitted.append(f"{cut} earlier bytes of outputs: testery_get_result, or a larger output_bytes")
    others = sum(group.count for group in told) - len(told)
    if others:
        omitted.append(f"stacks and outputs of {others} more failures of these groups: testery_get_result")
    shots = [str(one.result_id) for one in examples if one.screenshots]
    if shots:
        omitted.append(f"screenshots of results {', '.join(shots)}: testery_get_screenshots")
    videos = sum(one.videos for one in examples)
    if videos:
        omitted.append(f"{videos} videos: in the web app only")
    return omitted


def _note(run: Run, groups: int) -> str | None:
    notes = [verdict(run)]
    if not run.is_over:
        notes.append("The run is not over: more may fail.")
    if not groups and run.status == "failed":
        notes.append("No result failed, so the run itself could not finish: testery_get_test_run has its reason.")
    return " ".join(filter(None, notes)) or None
