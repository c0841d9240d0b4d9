"""What failed in a run: failures grouped by error, each group with an example and the end of its output."""

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Annotated, Final

from pydantic import Field

from tools.kit.errors import PlatformError
from tools.kit.failure_groups import NO_WORDS, Group, group_failures, normalized_error
from tools.kit.history import Mark
from tools.kit.model import Answer, answer_from
from tools.kit.run_failures import Failure, describe_marks
from tools.kit.text import Key, Untrusted, many
from tools.kit.together import gather
from tools.kit.toolset import Toolset
from tools.kit.vocabulary import Said, Status
from tools.testery.client.testery import Testery
from tools.testery.models.results import Result
from tools.testery.models.runs import Run
from tools.testery.tools.log_tail import Tail, lines_of, tail_of
from tools.testery.tools.results import error_line, known_results, seconds_of
from tools.testery.tools.run_history import EARLIER, earlier_runs, explain_counts, passed_tests
from tools.testery.tools.runs import RunId, known_run, newest_runs, verdict

tool = Toolset(Testery)

NAMED: Final = 20
"""Tests of a group that are listed; the rest are counted."""
STACK_LINES: Final = 12


class Failing(Answer):
    """A test that failed."""

    result_id: int | None = None
    name: Untrusted | None = None
    file: Untrusted | None = None
    mark: Key = Field(description="new, known, flaky (also passed), or no history, against earlier runs.")


class Example(Answer):
    """The first result of a group, with its details."""

    result_id: int | None = None
    seconds: float | None = None
    stack: list[Untrusted] = Field(default_factory=list, description="Its first lines.")
    output: list[Untrusted] = Field(default_factory=list, description="Its last lines.")
    output_bytes_shown: int | None = None
    output_bytes: int | None = Field(None, description="Of the whole output.")
    screenshots: int = 0
    videos: int = 0
    why: str | None = Field(None, description="Why its details could not be read.")


class FailureGroup(Answer):
    """Failures whose errors differ only in numbers, ids and times."""

    error: str
    count: int
    marks: str
    tests: list[Failing]
    more_tests: int | None = None
    example: Example | None = None


class Failures(Answer):
    """What failed in a run; new failures first, then the largest group."""

    run_id: int
    run_name: Untrusted | None = None
    status: Status
    said: Said = None
    environment_key: Key | None = None
    failed_results: int
    marks: str = Field(description="How many of them are new, flaky, known.")
    earlier_runs: list[int] = Field(description="Runs they were compared with, newest first.")
    groups: list[FailureGroup]
    omitted: list[str] = Field(default_factory=list, description="What is not shown here, and how to get it.")
    note: str | None = None
    link: Key | None = None


@tool.reads(full_text_in="get_result")
async def get_failures(
    api: Testery,
    run_id: RunId,
    at_most: Annotated[int, Field(ge=1, le=50, description="Groups to show.")] = 10,
    output_bytes: Annotated[int, Field(ge=0, le=4_000, description="Of the example's output, per group.")] = 600,
    earlier: Annotated[int, Field(ge=0, le=10, description="Earlier runs to compare with.")] = EARLIER,
) -> Failures:
    """Tell why a run failed and what is new: failures by error, each new, known or flaky, with an example."""
    run = await known_run(api, run_id)
    results = await known_results(api, run_id)
    failing, passed = [one for one in results if one.status == "failed"], passed_tests(results)
    newest = await newest_runs(api) if failing and earlier else []
    before = await earlier_runs(run, newest, {one.test for one in failing}, api.results, at_most=earlier)
    marks = {id(one): before.mark(one, passed_too=one.test in passed) for one in failing}
    groups = group_failures(failing, lambda result: result.what)
    groups.sort(key=lambda group: (-sum(marks[id(one)] == "new" for one in group.members), -len(group.members)))
    read = partial(_example, api, run_id, budget=output_bytes)
    examples = await gather([partial(read, group.members[0]) for group in groups[:at_most]], at_once=4)
    shown = [failure_group(group, example, marks) for group, example in zip(groups, examples, strict=False)]
    return answer_from(
        Failures,
        run,
        run_id=run.id,
        run_name=run.name or run.test_name,
        failed_results=len(failing),
        marks=describe_marks(_failure(one, marks) for one in failing),
        earlier_runs=before.runs,
        groups=shown,
        omitted=_omitted(groups, shown),
        note=_note(run, results, len(groups), before.why),
        link=await api.link("test-runs", run.id, "test-results"),
    )


async def _example(api: Testery, run_id: int, result: Result, *, budget: int) -> Example:
    """A result with its details; if they cannot be read, with what the list has."""
    detail, tail, why = result, Tail(), None
    try:
        if result.id is not None:
            detail = await api.result(run_id, result.id)
        tail = tail_of(detail.output, budget)
    except PlatformError as error:
        why = str(error)
    stack = _without_error(lines_of(detail.stack_trace or result.stack_trace), result)
    return Example(
        result_id=result.id,
        seconds=seconds_of(result),
        stack=[*stack[:STACK_LINES]],
        output=list(tail.lines),
        output_bytes_shown=tail.shown if tail.total else None,
        output_bytes=tail.total or None,
        screenshots=len(detail.screenshots),
        videos=len(detail.videos),
        why=why,
    )


def _without_error(stack: Sequence[str], result: Result) -> list[str]:
    """The lines of a stack after those that repeat the group's error."""
    error = normalized_error(result.what)
    lines = list(stack)
    while lines and not lines[0].startswith((" ", "\t")) and normalized_error(lines[0]) in error:
        lines.pop(0)
    return lines


def _failure(result: Result, marks: Mapping[int, Mark]) -> Failure:
    return Failure(str(result.id) if result.id is not None else None, result.name, result.what, marks[id(result)])


def failure_group(group: Group[Result], example: Example, marks: Mapping[int, Mark]) -> FailureGroup:
    members = sorted(group.members, key=lambda one: marks[id(one)] != "new")
    return FailureGroup(
        error=next(filter(None, map(error_line, group.members)), NO_WORDS),
        count=len(members),
        marks=describe_marks(_failure(one, marks) for one in members),
        tests=[Failing(result_id=one.id, name=one.name, file=one.file, mark=marks[id(one)]) for one in members[:NAMED]],
        more_tests=len(members) - NAMED if len(members) > NAMED else None,
        example=example,
    )


def _omitted(groups: Sequence[Group[Result]], shown: Sequence[FailureGroup]) -> list[str]:
    """What the answer leaves out, and how to get it."""
    omitted = []
    rest = groups[len(shown) :]
    if rest:
        count = sum(len(group.members) for group in rest)
        omitted.append(f"{many(len(rest), 'smaller group')} with {many(count, 'failure')}: pass a larger at_most")
    examples = [group.example for group in shown if group.example is not None]
    cut = sum((one.output_bytes or 0) - (one.output_bytes_shown or 0) for one in examples)
    if cut:
        omitted.append(f"{cut} earlier bytes of outputs: testery_get_result, or a larger output_bytes")
    others = sum(group.count for group in shown) - len(shown)
    if others:
        omitted.append(f"stacks and outputs of {others} more failures of these groups: testery_get_result")
    shots = [str(one.result_id) for one in examples if one.screenshots]
    if shots:
        omitted.append(f"screenshots of results {', '.join(shots)}: testery_get_screenshots")
    videos = sum(one.videos for one in examples)
    if videos:
        omitted.append(f"{videos} videos: in the web app only")
    return omitted


def _note(run: Run, results: Sequence[Result], groups: int, unread: str | None) -> str | None:
    notes = [verdict(run), explain_counts(run, results), unread]
    if not run.is_over:
        notes.append("The run is not over: more may fail.")
    if not groups and run.status == "failed":
        notes.append("No result failed, so the run itself could not finish: testery_get_test_run shows the reason.")
    return " ".join(filter(None, notes)) or None
