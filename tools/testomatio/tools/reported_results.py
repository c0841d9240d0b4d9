"""Results as pipelines report them, in batches; the platform accepts them first and processes them later."""

from collections import Counter
from typing import Annotated, Any, Final, Literal

from pydantic import BeforeValidator, Field

from tools.kit.asking import Ask, Asking
from tools.kit.errors import Invalid, NotFound, OutcomeUnknown, PlatformError, Refused
from tools.kit.model import Answer, Sent
from tools.kit.pairs import NamedTexts
from tools.kit.question import Lines, render_fields
from tools.kit.text import Key, Untrusted, many
from tools.kit.text import given as given_text
from tools.kit.toolset import Progress, Toolset
from tools.kit.wait import wait_for_change
from tools.kit.when import parse_time
from tools.testomatio.client.testomatio import Testomatio
from tools.testomatio.models.ids import SuiteId, TestId
from tools.testomatio.models.tests import plain_title
from tools.testomatio.tools.paging import drain
from tools.testomatio.tools.projects import ProjectSlug
from tools.testomatio.tools.reporting import default_project
from tools.testomatio.tools.result_changes import RECORD
from tools.testomatio.tools.run_changes import given
from tools.testomatio.tools.runs import RunId, describe, known_run
from tools.testomatio.tools.scope import place

tool = Toolset(Testomatio, needs="report")

BATCH: Final = 100
"""Most results in one request (API reference: Reporting API)."""
MOST_RESULTS: Final = 1000


def _named(value: Any) -> Any:
    """Name the values: the platform accepts an array and then silently drops the result."""
    if isinstance(value, list | tuple) and not all(isinstance(pair, dict) for pair in value):
        raise ValueError(
            "the platform drops a result with an array; name the values, such as [{'name': 'amount', 'value': '10'}]"
        )
    if isinstance(value, str):
        return {"example": value}
    return value


class ReportedStep(Sent):
    """A step of a result; the platform keeps 250 characters of its texts."""

    title: Annotated[str, Field(description="What it does.")]
    status: Annotated[Literal["passed", "failed", "none", "custom"] | None, Field(description="Outcome.")] = None
    duration_ms: Annotated[float | None, Field(description="Milliseconds.")] = None
    error: Annotated[str | None, Field(description="Message.")] = None
    log: Annotated[str | None, Field(description="Output.")] = None

    def describe(self) -> str:
        """The step as a question shows it: its log by its size."""
        fields = render_fields({"status": self.status, "duration_ms": self.duration_ms, "error": self.error})
        log = f"a log of {many(len(self.log), 'character')}" if self.log else ""
        parts = ", ".join(filter(None, (fields, log)))
        return f" ({parts})" if parts else ""

    def wire(self) -> dict[str, Any]:
        return given(
            title=self.title,
            status=self.status,
            category="user",
            duration=self.duration_ms,
            error={"message": self.error} if self.error else None,
            log=self.log,
        )


class ReportedResult(Sent):
    """A result; give test_id or title."""

    status: Annotated[Literal["passed", "failed", "skipped"], Field(description="Outcome.")]
    test_id: TestId | None = None
    title: Annotated[str | None, Field(description="Of the test, as the code has it.")] = None
    suite_title: Annotated[str | None, Field(description="Of the suite the test is in.")] = None
    suite_id: SuiteId | None = None
    file: Annotated[str | None, Field(description="Path of the test's code.")] = None
    message: Annotated[str | None, Field(description="Error, or a note.")] = None
    stack: Annotated[str | None, Field(description="Stack trace.")] = None
    run_time_ms: Annotated[float | None, Field(description="Duration, such as 1500.")] = None
    finished_at: Annotated[str | None, Field(description="Such as 2026-04-03T06:10:00Z.")] = None
    rid: Annotated[str | None, Field(description="Id of this execution, to tell repeats apart.")] = None
    example: Annotated[
        NamedTexts | None, BeforeValidator(_named), Field(description="Values of the test's parameters.")
    ] = None
    steps: Annotated[list[ReportedStep] | None, Field(description="In their order.")] = None
    artifacts: Annotated[list[str] | None, Field(description="URLs.")] = None
    meta: Annotated[NamedTexts | None, Field(description="Such as browser: chrome.")] = None
    labels: Annotated[list[str] | None, Field(description="'Label' or 'Label:value'.")] = None
    jira: Annotated[list[str] | None, Field(description="Such as SHOP-412.")] = None
    tags: Annotated[list[str] | None, Field(description="Such as smoke.")] = None
    substatus: Annotated[str | None, Field(description="Such as Known issue.")] = None
    overwrite: Annotated[bool | None, Field(description="It is not a retry.")] = None

    @property
    def name(self) -> str:
        return self.test_id or self.title or "?"

    def describe_test(self) -> str:
        """The test of the result, as a question names it."""
        return render_fields({"test": self.test_id, "test titled": self.title}) or "no test"

    def describe(self) -> str:
        """The result as a question shows it: stacks and logs by their size, all else in full."""
        plain = self.model_dump(exclude_none=True, exclude={"test_id", "title", "stack", "steps", "overwrite"})
        steps = [given_text(step.title) + step.describe() for step in self.steps or ()]
        parts = [
            render_fields(plain),
            f"a stack of {many(len(self.stack), 'character')}" if self.stack else "",
            f"steps {'; '.join(steps)}" if steps else "",
            {True: "it is no retry", False: "it is a retry", None: ""}[self.overwrite],
        ]
        return ", ".join(filter(None, parts))

    def wire(self, api: Testomatio, *, create: bool) -> dict[str, Any]:
        """The fields as the platform takes them: the time in seconds, the run time in milliseconds."""
        direct = self.model_dump(exclude_none=True, exclude={"run_time_ms", "finished_at", "steps", "jira", "labels"})
        instant = parse_time(self.finished_at, api.now()).timestamp() if self.finished_at else None
        links = [{"jira": key} for key in self.jira or ()]
        return direct | given(
            run_time=self.run_time_ms,
            timestamp=instant,
            steps=[step.wire() for step in self.steps] if self.steps else None,
            labels=self.labels,
            links=links or None,
            create=create or None,
        )


Outcome = Literal["refused in part", "refused", "unknown", "not sent"]


class NotAccepted(Answer):
    """A result that was not simply accepted."""

    number: int = Field(description="Its place in the list, from 1.")
    test: Untrusted
    outcome: Outcome


class ReportedResults(Answer):
    """The outcome of the results that were sent."""

    done: str
    run_id: Key
    accepted: int
    seen: int | None = Field(default=None, description="How many of them the run shows already.")
    not_accepted: list[NotAccepted] = Field(default_factory=list)
    why: list[str] = Field(default_factory=list)
    next: str


@tool.writes(idempotent=False, verify_with="list_results")
async def report_results(
    api: Testomatio,
    progress: Progress,
    run_id: RunId,
    results: Annotated[
        list[ReportedResult], Field(min_length=1, max_length=MOST_RESULTS, description="Sent in batches of 100.")
    ],
    create: Annotated[bool, Field(description="Create tests that are unknown.")] = False,
    project: ProjectSlug = None,
) -> Asking[ReportedResults]:
    """Report CI results; by hand: testomatio_add_results. If the run is over, it asks the user first."""
    for number, result in enumerate(results, 1):
        if not (result.test_id or result.title):
            raise Refused(f"Result {number} names no test: give test_id or title.")
    wires = [result.wire(api, create=create) for result in results]
    slug = default_project(api, project)
    run = await known_run(api, slug, run_id) if slug is not None else None
    if slug is None or run is None or not run.is_over:
        yield Ask(None)
    else:
        lines = Lines(f"Report {many(len(results), 'result')} into {describe(run)} of {place(slug)}, which is over?")
        lines.rows((result.describe_test(), result.describe()) for result in results)
        if create:
            lines.say("Tests that are unknown are created.")
        lines.say(RECORD)
        yield Ask(str(lines))
    rows: list[NotAccepted] = []
    why: list[str] = []
    stopped = False
    for batch, start in enumerate(range(0, len(wires), BATCH)):
        numbers = range(start, min(start + BATCH, len(wires)))
        outcome: Outcome | None = "not sent"
        if not stopped:
            outcome, words, stopped = await send_batch(api, run_id, [wires[number] for number in numbers], batch)
            why += [f"Results {start + 1} to {numbers[-1] + 1}: {words}"] if words else []
        if outcome is not None:
            rows += [NotAccepted(number=n + 1, test=results[n].name, outcome=outcome) for n in numbers]
        await progress(numbers[-1] + 1, len(wires), f"{numbers[-1] + 1} of {len(wires)} sent")
    accepted, seen = len(wires) - len(rows), None
    if slug is not None:
        seen = await wait_for_change(
            lambda: count_visible(api, slug, run_id, results),
            lambda count: count is None or count >= accepted,
            is_sandbox=api.is_sandbox,
            say=f"waiting for the results in run {run_id}",
            progress=progress,
        )
    yield ReportedResults(
        done=f"{accepted} of {len(wires)} accepted. They are processed later; accepted does not mean stored.",
        run_id=run_id,
        accepted=accepted,
        seen=seen,
        not_accepted=rows,
        why=why,
        next=f"testomatio_list_results with run_id {run_id} shows the processed results, a few seconds later.",
    )


async def send_batch(
    api: Testomatio, run_id: str, results: list[dict[str, Any]], batch: int
) -> tuple[Outcome | None, str | None, bool]:
    """Send one batch; return its outcome unless it was accepted, the reason, and whether to stop there."""
    try:
        await api.report_results(run_id, results, batch=batch)
    except OutcomeUnknown as error:
        return "unknown", str(error), True
    except (NotFound, Invalid) as error:
        # The platform takes the rest of such a batch and leaves out only the unknown tests.
        is_match = "match" in error.words.casefold()
        is_final = error.status == 402 or (isinstance(error, NotFound) and not is_match)
        reason = f"{error} With create, unknown tests are created." if is_match else str(error)
        return "refused in part" if is_match and len(results) > 1 else "refused", reason, is_final
    except PlatformError as error:
        return "refused", str(error), True
    return None, None, False


async def count_visible(api: Testomatio, project: str, run_id: str, results: list[ReportedResult]) -> int | None:
    """Count the results that the run shows already; None where they cannot be read."""
    try:
        read = await drain(lambda page: api.results_page(project, [("run_id", run_id)], page))
    except PlatformError:
        return None
    by_id: Counter[tuple[str | None, str | None]] = Counter((row.test_id, row.status) for row in read.rows)
    by_title: Counter[tuple[str | None, str | None]] = Counter(
        (plain_title(row.test_title or ""), row.status) for row in read.rows
    )
    seen = 0
    for result in results:
        name = plain_title(result.title or "") if result.test_id is None else result.test_id
        rows = by_title if result.test_id is None else by_id
        if rows[name, result.status] > 0:
            rows[name, result.status] -= 1
            seen += 1
    return seen
