"""Recording results of a run in a named person's name, and assigning its test cases."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Final

from pydantic import Field

from tools.kit.asking import Ask, Asking
from tools.kit.changed import Changed
from tools.kit.errors import NotFound, Refused, UnexpectedShape
from tools.kit.model import Answer, Sent
from tools.kit.question import Lines
from tools.kit.text import Key, Untrusted, given, many, quote, word
from tools.kit.toolset import Toolset, no_progress
from tools.kit.vocabulary import Said
from tools.kit.wait import Pace, wait_until
from tools.kit.when import parse_timestamp
from tools.testsigma.client.testsigma import Testsigma
from tools.testsigma.client.variables import USER
from tools.testsigma.models.projects import Project
from tools.testsigma.models.settings import User
from tools.testsigma.models.test_runs import RunCase, RunCases, TestRun
from tools.testsigma.tools.changes import LongText, not_none
from tools.testsigma.tools.identity import CASE, CaseId, ProjectOfId, RunId, place_of
from tools.testsigma.tools.names import (
    Name,
    UserRef,
    find_lookup,
    find_user,
    find_user_or_default,
    lookup_names,
    normalized,
    user_names,
)
from tools.testsigma.tools.run_view import NEW_RUN, RunResults, describe_run, open_run, results_of
from tools.testsigma.tools.statuses import result_status
from tools.testsigma.tools.test_runs import assignee_of

tool = Toolset(Testsigma)

MOST_RESULTS: Final = 100
MOST_TITLES: Final = 40
"""Up to so many results, a question shows titles: hosts limit its length."""
APPEAR_MINUTES: Final = 0.25
"""How long to wait for the test cases of a new run, which appear some seconds after it (seen in a real client)."""
APPEAR_PACE: Final = Pace(first=1.5, last=4.0)
SANDBOX_APPEAR_PACE: Final = Pace(first=0.1, last=0.5)


class NewResult(Sent):
    """A result to record."""

    case_id: CaseId
    status: Annotated[Name, Field(description="From testsigma_list_lookups, such as Passed.")]
    comment: Annotated[LongText | None, Field(description="Replaces the old comment.")] = None


NewResults = Annotated[
    list[NewResult], Field(min_length=1, max_length=MOST_RESULTS, description="One for each test case.")
]


@dataclass(frozen=True)
class PlannedResult:
    """A result to record, with the test case as the run has it."""

    result: NewResult
    status_id: str
    status: str
    before: RunCase

    @property
    def is_first(self) -> bool:
        """Whether it replaces no result."""
        return result_status(self.before.status) == "queued"

    def fields(self, person: User) -> dict[str, Any]:
        fields = {"test_case_id": self.before.test_case.id, "test_run_status_id": self.status_id, "user_id": person.id}
        return fields | not_none(description=self.result.comment)


@dataclass(frozen=True)
class RecordingPlan:
    """What a call to record results will do."""

    project: Project
    run: TestRun
    person: User
    results: Sequence[PlannedResult]


async def plan_results(
    api: Testsigma, run_id: str, results: Sequence[NewResult], user: str | None, project: str | None
) -> RecordingPlan:
    """Resolve the run, the person and each result.

    Raises:
        Refused: for a closed run, a test case that is not in it, an unknown status, or no person.
    """
    person = await find_user_or_default(api, user)
    owner, run = await open_run(api, run_id, project)
    statuses = {result.status: await find_lookup(api, "result_status", result.status) for result in results}
    keys = [(await place_of(api, CASE, result.case_id, owner.id)).key for result in results]
    if repeated := sorted({key for key in keys if keys.count(key) > 1}):
        raise Refused(f"{', '.join(repeated[:10])} is in the list more than once.")
    in_run = await cases_in_run(api, owner, run, keys)
    planned = [
        PlannedResult(result, statuses[result.status].id, statuses[result.status].name or result.status, in_run[key])
        for result, key in zip(results, keys, strict=True)
    ]
    return RecordingPlan(owner, run, person, planned)


async def cases_in_run(api: Testsigma, project: Project, run: TestRun, keys: Sequence[str]) -> dict[str, RunCase]:
    """The test cases of a run with these ids; waits for those of a new run, which appear some seconds later.

    Raises:
        Refused: when some are not in the run.
    """

    def missing(results: RunResults) -> list[str]:
        return [key for key in keys if key not in by_key(results.rows)]

    def may_grow(results: RunResults) -> bool:
        created = parse_timestamp(run.created_at)
        is_new = created is not None and api.now() - created < NEW_RUN
        return is_new or len(results.rows) < (run.test_cases_count or 0)

    waited = await wait_until(
        lambda: results_of(api, project, run),
        lambda results: not missing(results) or not may_grow(results),
        minutes=APPEAR_MINUTES,
        pace=SANDBOX_APPEAR_PACE if api.is_sandbox else APPEAR_PACE,
        say=lambda results: f"waiting for the cases of {run.key}",
        progress=no_progress,
    )
    found = by_key(waited.seen.rows)
    for key in missing(waited.seen):
        found |= await _by_uuid(api, project, key, found)
    if absent := [key for key in keys if key not in found]:
        coverage = waited.seen.coverage
        short = "" if coverage.complete else f" Not all its test cases could be read: {coverage.why}."
        raise Refused(
            f"{', '.join(absent[:10])} {'is' if len(absent) == 1 else 'are'} not in test run {word(run.key)}. "
            f"testsigma_get_run_results shows its test cases.{short}"
        )
    return found


def by_key(rows: Sequence[RunCase]) -> dict[str, RunCase]:
    """The test cases of a run, by human id and by UUID."""
    found: dict[str, RunCase] = {}
    for row in rows:
        for key in (row.test_case.id, row.test_case.human_id):
            if key:
                found[key] = row
    return found


async def _by_uuid(api: Testsigma, project: Project, key: str, in_run: Mapping[str, RunCase]) -> dict[str, RunCase]:
    """A test case of a run whose answer has UUIDs only."""
    if not in_run or any(row.test_case.human_id for row in in_run.values()):
        return {}
    try:
        row = in_run.get((await api.test_case(project.id, key)).id)
    except NotFound:
        return {}
    return {} if row is None else {key: row}


def replace_question(plan: RecordingPlan) -> str | None:
    """The question where results would be replaced; None where none would."""
    replaced = [planned for planned in plan.results if not planned.is_first]
    if not replaced:
        return None
    lines = Lines(
        f"Record {many(len(plan.results), 'result')} in {describe_run(plan.run)} of project "
        f"{quote(plan.project.display_name)} as {quote(plan.person.display_name)}?"
    )
    comments = [planned.result.comment for planned in plan.results if planned.result.comment]
    shared = [comment for comment in dict.fromkeys(comments) if comments.count(comment) > 1]
    remarks = {comment: f", with the comment {given(comment)}" for comment in comments}
    remarks |= {comment: f", with comment {number}" for number, comment in enumerate(shared, 1)}
    for planned in plan.results:
        case = planned.before.test_case
        title = f" {quote(case.title or '', at_most=60)}" if len(plan.results) <= MOST_TITLES else ""
        was = "" if planned.is_first else f"{word(planned.before.status or '?')} becomes "
        remark = remarks.get(planned.result.comment or "", "")
        lines.add(f"{word(case.key)}{title}", f"{was}{word(planned.status)}{remark}")
    lines.fields({f"Comment {number}": comment for number, comment in enumerate(shared, 1)})
    verb = "replaces" if len(replaced) == 1 else "replace"
    lines.say(f"{len(replaced)} {verb} an existing result; every attempt stays in the history and cannot be removed.")
    return str(lines)


class RecordedResult(Answer):
    """A recorded result, with the one before it."""

    id: Key
    title: Untrusted | None = None
    before: Said = None
    after: Said = None


class RecordedResults(Answer):
    """The recorded results of a run."""

    done: str
    run_id: Key
    user: Untrusted
    results: list[RecordedResult]
    note: str | None = None


@tool.writes(idempotent=False, verify_with="get_run_results")
async def record_results(
    api: Testsigma,
    run_id: RunId,
    results: NewResults,
    user: Annotated[UserRef | None, Field(description=f"Whose results: e-mail or full name. Default: {USER}.")] = None,
    project: ProjectOfId = None,
) -> Asking[RecordedResults]:
    """Record results of test cases in a run, in a person's name.

    Asks the user first where a result would be replaced.
    """
    plan = await plan_results(api, run_id, results, user, project)
    yield Ask(replace_question(plan))
    rows = [planned.fields(plan.person) for planned in plan.results]
    try:
        answer = await api.record_results(plan.project.id, plan.run.key, rows)
    except UnexpectedShape:
        answer = RunCases(rows=[])  # accepted; the statuses are read below
    statuses = await _statuses_after(api, plan, answer)
    recorded = [
        RecordedResult(
            id=planned.before.test_case.key,
            title=planned.before.test_case.title,
            before=planned.before.status,
            after=statuses.get(planned.before.test_case.id or ""),
        )
        for planned in plan.results
    ]
    wrong = [
        one.id
        for one, planned in zip(recorded, plan.results, strict=True)
        if normalized(one.after) != normalized(planned.status)
    ]
    yield RecordedResults(
        done=f"{len(recorded) - len(wrong)} of {len(recorded)} recorded.",
        run_id=plan.run.key,
        user=plan.person.display_name,
        results=recorded,
        note=f"Not recorded as given: {', '.join(wrong[:20])}. testsigma_get_run_results shows them."
        if wrong
        else None,
    )


async def _statuses_after(api: Testsigma, plan: RecordingPlan, answer: RunCases) -> dict[str, str]:
    """The new statuses by the test case's UUID, from the answer or, where it leaves some out, from the run."""
    names = await lookup_names(api, "result_status")
    answered = {row.test_case.id or "": names.get(row.status_id or "", row.status or "") for row in answer.rows}
    if all(answered.get(planned.before.test_case.id or "") for planned in plan.results):
        return answered
    rows = (await results_of(api, plan.project, plan.run)).rows
    return {row.test_case.id or "": row.status or "" for row in rows}


class Assignment(Answer):
    """A test case of a run, and who is to run it."""

    run_id: Key
    case_id: Key
    assignee: Untrusted | None = None


@tool.writes(idempotent=True, verify_with="get_run_results")
async def assign_test_case(
    api: Testsigma, run_id: RunId, case_id: CaseId, user: UserRef, project: ProjectOfId = None
) -> Changed[Assignment]:
    """Assign a test case of a run to a user."""
    person = await find_user(api, user)
    owner, run = await open_run(api, run_id, project)
    key = (await place_of(api, CASE, case_id, owner.id)).key
    in_run = (await cases_in_run(api, owner, run, [key]))[key]
    users = await user_names(api)
    answer = await api.assign_test_case(owner.id, run.key, case_id=in_run.test_case.id or key, user_id=person.id)
    assignee = users.get(answer.assignee_id or "", answer.assignee_id) or person.display_name
    before = Assignment(run_id=run.key, case_id=in_run.test_case.key or key, assignee=assignee_of(in_run, users))
    return Changed(done="Assigned.", now=before.model_copy(update={"assignee": assignee}), before=before)
