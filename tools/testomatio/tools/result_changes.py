"""Writing results: pending ones are filled in, none is doubled, and each is read back."""

from functools import partial
from typing import Annotated, Any, Final, Literal

from pydantic import Field

from tools.kit.asking import Ask, Asking
from tools.kit.changed import Changed
from tools.kit.editing import Edits, apply_edits, describe_edits, text_fields
from tools.kit.errors import OutcomeUnknown, PlatformError, Refused
from tools.kit.model import Answer, Sent
from tools.kit.question import Lines, render_fields
from tools.kit.text import Key, Untrusted, many, quote, word
from tools.kit.together import gather
from tools.kit.toolset import Progress, Toolset
from tools.testomatio.client.testomatio import Testomatio
from tools.testomatio.models.ids import TestId
from tools.testomatio.models.results import FullResult, Result
from tools.testomatio.models.runs import Run
from tools.testomatio.tools.paging import drain
from tools.testomatio.tools.projects import ProjectSlug
from tools.testomatio.tools.results import ResultId, ResultRow, ResultStatus, known_result, row_of
from tools.testomatio.tools.run_changes import Email, change_of, given
from tools.testomatio.tools.runs import RunId, describe, known_run
from tools.testomatio.tools.scope import Pairs, place

tool = Toolset(Testomatio, needs="api")

MOST_RESULTS: Final = 50
AT_ONCE: Final = 4

Message = Annotated[str | None, Field(description="Error or comment.")]
Milliseconds = Annotated[int | None, Field(description="Duration, such as 1500.")]


class NewResult(Sent):
    """result_id picks one of several pending results."""

    test_id: TestId | None = None
    result_id: Annotated[int | None, Field(gt=0, description="From testomatio_list_results.")] = None
    test_title: Annotated[str | None, Field(description="If it has no test.")] = None
    status: ResultStatus
    message: Message = None
    run_time_ms: Milliseconds = None
    assigned_to: Email = None

    @property
    def name(self) -> str:
        return self.test_id or (f"result {self.result_id}" if self.result_id else self.test_title or "?")

    def describe_test(self) -> str:
        """The test of the result, as a question names it."""
        named = {"test": self.test_id, "result": self.result_id, "test titled": self.test_title}
        return render_fields(named) or "no test"

    def wire(self) -> dict[str, Any]:
        """The fields as the platform takes them; reads show the run time in the same unit."""
        return given(status=self.status, message=self.message, run_time=self.run_time_ms, assigned_to=self.assigned_to)


Outcome = Literal["updated", "added", "impossible", "failed", "unknown"]


class Written(Answer):
    """The outcome of one result."""

    test: Untrusted
    outcome: Outcome
    result_id: int | None = None
    status: Key | None = Field(default=None, description="As a read shows it.")
    note: str | None = None


class WrittenResults(Answer):
    """The outcome of each result, in the order given."""

    done: str
    results: list[Written]
    next: str | None = None


class _Target:
    """Where a result is written: into a pending one, or as a new one."""

    def __init__(self, new: NewResult) -> None:
        self.new = new
        self.into: int | None = None
        self.why_not: str | None = None


def _target(new: NewResult, stored: list[Result], *, another: bool) -> _Target:
    """Find the pending result to fill in; where there are several, or one that is done, say so instead of guessing."""
    target = _Target(new)
    if new.result_id is not None:
        if new.result_id in {result.id for result in stored}:
            target.into = new.result_id
        else:
            target.why_not = f"the run has no result {new.result_id}"
        return target
    own = [result for result in stored if result.test_id == new.test_id] if new.test_id else []
    waiting = [result for result in own if result.status == "pending"]
    if len(waiting) == 1:
        target.into = waiting[0].id
    elif waiting:
        named = ", ".join(f"{result.id} {quote(result.test_title or '', at_most=60)}" for result in waiting[:10])
        target.why_not = f"{len(waiting)} results of it are pending; name one by result_id: {named}"
    elif own and not another:
        named = ", ".join(f"{result.id} ({word(result.status)})" for result in own[:10])
        target.why_not = f"it has a result already: {named}. testomatio_update_result changes it, another adds one more"
    return target


async def _targets(
    api: Testomatio, project: str, run_id: str, results: list[NewResult], another: bool, progress: Progress
) -> list[_Target]:
    """Where each result goes, from one read of the run's results."""
    query: Pairs = [("run_id", run_id)]
    tests = sorted({new.test_id for new in results if new.test_id})
    if tests and all(new.result_id is None for new in results):
        query.append(("test_ids", ",".join(tests)))
    read = await drain(lambda page: api.results_page(project, query, page), progress=progress)
    stored = [result for result in read.rows if result.run_id in {None, run_id}]
    return [_target(new, stored, another=another) for new in results]


RECORD: Final = "This changes the record of what was tested."


@tool.writes(idempotent=False, verify_with="list_results")
async def add_results(
    api: Testomatio,
    progress: Progress,
    run_id: RunId,
    results: Annotated[list[NewResult], Field(min_length=1, max_length=MOST_RESULTS, description="One for each test.")],
    another: Annotated[bool, Field(description="Add a second result to a test.")] = False,
    project: ProjectSlug = None,
) -> Asking[WrittenResults]:
    """Set results of tests in a run, filling in pending ones. If it is over, it asks the user first."""
    for number, new in enumerate(results, 1):
        if not (new.test_id or new.result_id or new.test_title):
            raise Refused(f"Result {number} names no test: give test_id, result_id or test_title.")
    names = [(new.test_id, new.result_id, new.test_title) for new in results]
    if twice := next((new.name for new, name in zip(results, names, strict=True) if names.count(name) > 1), None):
        raise Refused(f"{twice[:60]!r} is listed twice.")
    slug = api.project_of(project)
    run = await known_run(api, slug, run_id)
    if not run.is_over:
        yield Ask(None)
    else:
        lines = Lines(f"Write {many(len(results), 'result')} into {describe(run)} of {place(slug)}, which is over?")
        lines.rows((new.describe_test(), render_fields(given(status=new.status) | new.wire())) for new in results)
        if another:
            lines.say("A test that has a result already gets another one beside it.")
        lines.say(RECORD)
        yield Ask(str(lines))
    targets = await _targets(api, slug, run.id, results, another, progress)
    rows = await gather([partial(_write, api, slug, run, target) for target in targets], at_once=AT_ONCE)
    written = sum(row.outcome in {"updated", "added"} for row in rows)
    left = len(rows) - written
    yield WrittenResults(
        done=f"{written} of {len(rows)} written.",
        results=rows,
        next="Call again with the ones that are left; note says why." if left else None,
    )


async def _write(api: Testomatio, project: str, run: Run, target: _Target) -> Written:
    """Write one result and read it back; a failure does not stop the others."""
    new = target.new
    if target.why_not is not None:
        return Written(test=new.name, outcome="impossible", note=target.why_not)
    result_id = target.into
    try:
        if result_id is not None:
            await api.update_result(project, result_id, new.wire())
        else:
            fields = given(run_id=run.id, test_id=new.test_id, test_title=new.test_title) | new.wire()
            if run.kind == "automated":
                fields["automated"] = True
            result_id = (await api.create_result(project, fields)).id
    except OutcomeUnknown as error:
        return Written(test=new.name, outcome="unknown", result_id=target.into, note=str(error))
    except PlatformError as error:
        return Written(test=new.name, outcome="failed", result_id=target.into, note=str(error))
    done: Outcome = "updated" if target.into is not None else "added"
    try:
        after = await api.result(project, result_id)
    except PlatformError as error:
        return Written(test=new.name, outcome=done, result_id=result_id, note=f"It could not be read back: {error}")
    wrong = None if after.status == new.status else f"accepted, but a read says {after.status}"
    return Written(test=new.name, outcome=done, result_id=result_id, status=after.status, note=wrong)


def describe_result(result: FullResult) -> str:
    """A result as questions and answers name it."""
    return f"result {result.id} of {quote(result.test_title or 'a test')} ({word(result.status or 'no status')})"


@tool.writes(idempotent=True, verify_with="get_result")
async def update_result(
    api: Testomatio,
    result_id: ResultId,
    status: ResultStatus | None = None,
    message: Message = None,
    run_time_ms: Milliseconds = None,
    assigned_to: Email = None,
    test_title: Annotated[str | None, Field(min_length=1, description="Title that the result shows.")] = None,
    edits: Edits = None,
    project: ProjectSlug = None,
) -> Asking[Changed[FullResult]]:
    """Change a result. For a run that is over, it asks the user first."""
    fields = given(
        status=status,
        message=message,
        run_time=run_time_ms,
        assigned_to=assigned_to,
        test_title=test_title,
        edits=edits,
    )
    if not fields:
        raise Refused("Give at least one thing to change.")
    slug = api.project_of(project)
    before = await known_result(api, slug, result_id)
    fields |= apply_edits(text_fields(before, "message", "test_title"), fields.pop("edits", None), fields)
    run = await known_run(api, slug, before.run_id) if before.run_id is not None else None
    if run is None or not run.is_over:
        yield Ask(None)
    else:
        lines = Lines(f"Change {describe_result(before)} in {describe(run)} of {place(slug)}, which is over?")
        lines.becomes("Status", before.status, status)
        lines.becomes("Message", before.message, message)
        lines.becomes("Run time in milliseconds", before.run_time, run_time_ms)
        lines.becomes("Assigned to", before.assigned_to, assigned_to)
        lines.becomes("Title", before.test_title, test_title)
        lines.parts(describe_edits(edits))
        lines.say(RECORD)
        yield Ask(str(lines))
    await api.update_result(slug, result_id, fields)
    yield change_of(before, await api.result(slug, result_id), fields)


@tool.destroys(idempotent=True, verify_with="list_results")
async def delete_result(
    api: Testomatio, result_id: ResultId, project: ProjectSlug = None
) -> Asking[Changed[ResultRow]]:
    """Delete one result. Asks the user first."""
    slug = api.project_of(project)
    result = await known_result(api, slug, result_id)
    run = await known_run(api, slug, result.run_id) if result.run_id is not None else None
    message = f", with its message {quote(result.message, at_most=200)}" if result.message else ""
    where = f" from {describe(run)}" if run is not None else ""
    yield Ask(f"Delete {describe_result(result)}{where} of {place(slug)}{message}? There is no undo.")
    await api.delete_result(slug, result_id)
    where = f" in run {word(run.id)}" if run is not None else ""
    yield Changed(done=f"Deleted {describe_result(result)}{where} of {place(slug)}.", before=row_of(result))
