"""Decisions about many bugs at once: one plan, one question, and a result for each bug."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Annotated, Literal

from pydantic import Field

from tools.kit.asking import Ask, Asking
from tools.kit.errors import NotFound, OutcomeUnknown, PlatformError, Refused
from tools.kit.model import Answer, Sent
from tools.kit.text import Key, Untrusted, many, quote, word
from tools.kit.together import gather
from tools.kit.toolset import Progress, Toolset
from tools.testio.client.testio import TestIO
from tools.testio.models.bugs import Bug, RejectReason
from tools.testio.tools.bugs import BugId

tool = Toolset(TestIO)

MOST = 50
MOST_LINES = 12
"""A question lists up to this many bugs line by line; more are grouped by decision."""
AT_ONCE = 4

Verb = Literal["accept", "reject", "mark_known", "mark_fixed", "mark_exported"]
WANTED: dict[str, str] = {
    "accept": "accepted",
    "reject": "rejected",
    "mark_known": "marked as known",
    "mark_fixed": "marked as fixed",
    "mark_exported": "marked as exported",
}


class Decision(Sent):
    """What to do with one bug."""

    bug_id: BugId
    decision: Annotated[Verb, Field(description="What to do.")]
    reason: Annotated[
        str | None, Field(max_length=80, description="For reject; a key of testio_list_reject_reasons.")
    ] = None
    comment: Annotated[str | None, Field(max_length=2000, description="For reject; default: the reason's own.")] = None


Decisions = Annotated[
    list[Decision],
    Field(min_length=1, max_length=MOST, description="One for each bug or mark."),
]


@dataclass(frozen=True)
class Step:
    """A decision of a plan, with the bug as it is now."""

    bug: Bug
    decision: Verb
    reason: str | None
    comment: str | None
    state: Literal["to do", "already", "impossible"]


class Result(Answer):
    """The result for one bug."""

    bug_id: int
    title: Untrusted | None = None
    decision: Key
    outcome: Literal["planned", "done", "already so", "impossible", "failed", "unknown"]
    status: Key | None = Field(None, description="After the decision.")
    note: str | None = None


class TriageResults(Answer):
    """The result for each bug, in the order given, with counts."""

    done: int
    already_so: int
    not_done: int
    results: list[Result]
    next: str | None = None


def state_of(bug: Bug, decision: Verb) -> Literal["to do", "already", "impossible"]:
    """Whether a decision is still to be carried out, which makes a second call with the same list safe."""
    if decision in {"accept", "reject"}:
        if bug.status == WANTED[decision]:
            return "already"
        return "impossible" if bug.is_decided else "to do"
    marked = {"mark_known": bug.known, "mark_fixed": bug.fixed, "mark_exported": bug.exported_at}[decision]
    return "already" if marked else "to do"


async def plan(api: TestIO, decisions: Sequence[Decision]) -> list[Step]:
    """Read every bug and check every reason.

    Raises:
        Refused: with everything that cannot work: unknown bugs and reasons, bugs that are listed twice.
    """
    wrong = errors_of_list(decisions)
    if wrong:
        raise Refused(f"{'; '.join(wrong)}.")
    reasons = {}
    if any(decision.decision == "reject" for decision in decisions):
        reasons = {reason.key: reason for reason in await api.reject_reasons()}
    bugs = dict(await gather([partial(_read, api, number) for number in {d.bug_id for d in decisions}]))
    steps = []
    for decision in decisions:
        bug = bugs[decision.bug_id]
        problem = f"no bug {decision.bug_id}" if bug is None else _wrong_reason(decision, reasons)
        if problem or bug is None:
            wrong.append(problem)
            continue
        comment = decision.comment or (reasons[decision.reason].default_comment if decision.reason else None)
        state = state_of(bug, decision.decision)
        steps.append(Step(bug, decision.decision, decision.reason, comment, state))
    if wrong:
        ids = " testio_list_bugs shows ids." if any(w.startswith("no bug") for w in wrong) else ""
        keys = f" Valid reasons: {', '.join(reasons)}." if any("reason" in w for w in wrong) else ""
        raise Refused(f"{'; '.join(wrong)}.{ids}{keys}")
    return steps


def errors_of_list(decisions: Sequence[Decision]) -> list[str]:
    """The errors of a list that need no request to be found."""
    wrong, seen = [], set[tuple[int, str]]()
    for decision in decisions:
        kind = "decide" if decision.decision in {"accept", "reject"} else decision.decision
        if (decision.bug_id, kind) in seen:
            wrong.append(f"bug {decision.bug_id} is listed twice")
        seen.add((decision.bug_id, kind))
        if decision.decision == "reject" and not decision.reason:
            wrong.append(f"bug {decision.bug_id} has no reason to be rejected for")
        if decision.decision != "reject" and (decision.reason or decision.comment):
            wrong.append(f"bug {decision.bug_id}: reason and comment are for reject only")
    return wrong


async def _read(api: TestIO, bug_id: int) -> tuple[int, Bug | None]:
    try:
        return bug_id, await api.bug(bug_id)
    except NotFound:
        return bug_id, None


def _wrong_reason(decision: Decision, reasons: dict[str, RejectReason]) -> str:
    if decision.decision != "reject":
        return ""
    reason = reasons.get(decision.reason or "")
    if reason is None:
        return f"bug {decision.bug_id}: no such reason"
    if not (decision.comment or reason.default_comment or "").strip():
        return f"bug {decision.bug_id}: the reason {reason.key} needs a comment"
    return ""


def describe(steps: Sequence[Step]) -> str | None:
    """The question of a plan, with every bug and every comment; None where nothing is left to do."""
    todo = [step for step in steps if step.state == "to do"]
    if not todo:
        return None
    lines = [f"Decide {many(len(todo), 'bug')}? Testers are notified, accepted bugs are paid, and there is no undo."]
    lines += _one_by_one(todo) if len(todo) <= MOST_LINES else _grouped(todo)
    rest = [str(step.bug.id) for step in steps if step.state != "to do"]
    if rest:
        lines.append(f"Left alone, since they are decided or marked already: {', '.join(rest)}.")
    return "\n".join(lines)


def _one_by_one(todo: Sequence[Step]) -> list[str]:
    lines = []
    for step in todo:
        severity = word(step.bug.severity or "no severity")
        line = f"- {step.decision.replace('_', ' ')} {step.bug.id} {quote(step.bug.title)} ({severity})"
        if step.decision == "reject":
            line += f" as {word(step.reason)}, with the comment {quote(step.comment or '', at_most=2000)}"
        lines.append(line)
    return lines


def _grouped(todo: Sequence[Step]) -> list[str]:
    groups: dict[tuple[str, str | None, str | None], list[Step]] = {}
    for step in todo:
        is_rejected = step.decision == "reject"
        key = (step.decision, step.reason if is_rejected else None, step.comment if is_rejected else None)
        groups.setdefault(key, []).append(step)
    lines = []
    for (decision, reason, comment), group in groups.items():
        head = f"- {decision.replace('_', ' ')} {len(group)}"
        if comment is not None:
            head += f" as {word(reason)}, each with the comment {quote(comment, at_most=2000)}"
        lines.append(f"{head}: " + "; ".join(f"{s.bug.id} {quote(s.bug.title, at_most=50)}" for s in group))
    return lines


@tool.destroys(idempotent=True, verify_with="list_bugs", unasked_when=lambda dry_run: dry_run)
async def triage_bugs(
    api: TestIO,
    progress: Progress,
    decisions: Decisions,
    dry_run: Annotated[bool, Field(description="Show the plan and send nothing.")] = False,
) -> Asking[TriageResults]:
    """Accept, reject or mark up to 50 bugs, with a result for each; calling again is safe.

    Asks the user first, once for the whole list.
    """
    steps = await plan(api, decisions)
    yield Ask(None if dry_run else describe(steps))
    count = 0

    async def carry_out(step: Step) -> Result:
        nonlocal count
        result = await _result(api, step, dry_run=dry_run)
        count += 1
        await progress(count, len(steps), f"bug {step.bug.id}: {result.outcome}")
        return result

    results = await gather([partial(carry_out, step) for step in steps], at_once=AT_ONCE)
    not_done = [r for r in results if r.outcome in {"impossible", "failed", "unknown"}]
    follow = None
    if dry_run:
        follow = "Nothing was sent. Call again without dry_run: the user confirms once for all of them."
    elif any(r.outcome in {"failed", "unknown"} for r in not_done):
        follow = "Call again with the same list: what is done is skipped, the rest is tried again."
    yield TriageResults(
        done=sum(r.outcome == "done" for r in results),
        already_so=sum(r.outcome == "already so" for r in results),
        not_done=len(not_done),
        results=results,
        next=follow,
    )


async def _result(api: TestIO, step: Step, *, dry_run: bool) -> Result:
    result = Result(
        bug_id=step.bug.id, title=step.bug.title, decision=step.decision, outcome="planned", status=step.bug.status
    )
    if step.state == "already":
        result.outcome = "already so"
    elif step.state == "impossible":
        result.outcome, result.note = "impossible", f"It is already {step.bug.status}; that cannot be changed."
    elif dry_run:
        result.note = f"as {step.reason}" if step.reason else None
    else:
        try:
            after = await _act(api, step)
        except OutcomeUnknown as error:
            result.outcome, result.status, result.note = "unknown", None, str(error)
        except PlatformError as error:
            result.outcome, result.note = "failed", str(error)
        else:
            result.outcome, result.status = "done", after.status or step.bug.status
    return result


async def _act(api: TestIO, step: Step) -> Bug:
    number = step.bug.id
    if step.decision == "reject":
        return await api.reject_bug(number, reason=step.reason or "", comment=step.comment or "")
    acts = {
        "accept": api.accept_bug,
        "mark_known": api.mark_bug_known,
        "mark_fixed": api.mark_bug_fixed,
        "mark_exported": api.mark_bug_exported,
    }
    return await acts[step.decision](number)
