"""Decisions about bugs: accept, reject, and three marks; none of them can be undone."""

from typing import Annotated

from pydantic import Field

from tools.kit.asking import Ask, Asking
from tools.kit.changed import Changed
from tools.kit.errors import Refused
from tools.kit.model import Answer
from tools.kit.text import Key, Untrusted, given, quote, word
from tools.kit.toolset import Toolset
from tools.testio.client.testio import TestIO
from tools.testio.models.bugs import Bug, RejectReason
from tools.testio.tools.bugs import BugId, known_bug

tool = Toolset(TestIO)

Reason = Annotated[str, Field(min_length=1, max_length=80, description="Key from testio_list_reject_reasons.")]
CommentText = Annotated[
    str | None,
    Field(max_length=2000, description="For the tester. Default: the reason's."),
]


class BugState(Answer):
    """What a decision can change about a bug."""

    id: int
    title: Untrusted
    status: Key | None = None
    known: bool | None = None
    fixed: bool | None = None
    exported_at: Key | None = None


def describe(bug: Bug) -> str:
    """A bug as a question names it."""
    by = f", reported by {quote(bug.author, at_most=60)}" if bug.author else ""
    return f"bug {bug.id} {quote(bug.title)} ({word(bug.severity or 'no severity')}{by})"


async def open_bug(api: TestIO, bug_id: int) -> Bug:
    """Read a bug that can still be decided.

    Raises:
        Refused: where it is accepted or rejected already.
    """
    bug = await known_bug(api, bug_id)
    if bug.is_decided:
        raise Refused(f"Bug {bug.id} is already {word(bug.status)}; a decision cannot be changed.")
    return bug


async def valid_reason(api: TestIO, reason: str) -> RejectReason:
    """Look a reason up among those that the platform offers.

    Raises:
        Refused: with the valid keys, where it is none of them.
    """
    reasons = await api.reject_reasons()
    for known in reasons:
        if known.key == reason:
            return known
    keys = ", ".join(word(known.key) for known in reasons)
    raise Refused(f"{reason[:80]!r} is not a reject reason. Valid: {keys}.")


async def carried_out(api: TestIO, before: Bug, answer: Bug, done: str) -> Changed[BugState]:
    """A bug before and after a decision; where the answer lacks fields, the bug is read again."""
    changeable = {"status", "known", "fixed", "exported_at"}
    after = answer if changeable <= answer.model_fields_set else await api.bug(before.id)
    was, now = (
        BugState(id=before.id, title=before.title, **bug.model_dump(include=changeable)) for bug in (before, after)
    )
    return Changed(done=done, now=now, before=was)


@tool.destroys(idempotent=True, verify_with="get_bug")
async def accept_bug(api: TestIO, bug_id: BugId) -> Asking[Changed[BugState]]:
    """Accept a bug, which pays the tester. Asks the user first."""
    bug = await open_bug(api, bug_id)
    yield Ask(f"Accept {describe(bug)}? The tester is paid for it and notified; there is no undo.")
    yield await carried_out(api, bug, await api.accept_bug(bug_id), "Accepted.")


@tool.destroys(idempotent=True, verify_with="get_bug")
async def reject_bug(
    api: TestIO, bug_id: BugId, reason: Reason, comment: CommentText = None
) -> Asking[Changed[BugState]]:
    """Reject a bug with a reason; the tester is notified. Asks the user first."""
    bug = await open_bug(api, bug_id)
    valid = await valid_reason(api, reason)
    message = comment or valid.default_comment or ""
    if not message.strip():
        raise Refused(f"The reason {word(valid.key)} has no comment of its own; write one for the tester.")
    rendered = given(message) if comment else quote(message, at_most=2000)
    yield Ask(
        f"Reject {describe(bug)} as {word(valid.key)}? The tester is notified, with the comment {rendered}, and it "
        "affects their pay; there is no undo."
    )
    answer = await api.reject_bug(bug_id, reason=valid.key, comment=message)
    yield await carried_out(api, bug, answer, f"Rejected as {valid.key}.")


@tool.destroys(idempotent=True, verify_with="get_bug")
async def mark_bug_known(api: TestIO, bug_id: BugId) -> Asking[Changed[BugState]]:
    """Mark a bug as known. Asks the user first."""
    bug = await known_bug(api, bug_id)
    if bug.known:
        raise Refused(f"Bug {bug.id} is already marked as known.")
    yield Ask(f"Mark {describe(bug)} as known? The mark cannot be removed.")
    yield await carried_out(api, bug, await api.mark_bug_known(bug_id), "Marked as known.")


@tool.destroys(idempotent=True, verify_with="get_bug")
async def mark_bug_fixed(api: TestIO, bug_id: BugId) -> Asking[Changed[BugState]]:
    """Mark a bug as fixed. Asks the user first."""
    bug = await known_bug(api, bug_id)
    if bug.fixed:
        raise Refused(f"Bug {bug.id} is already marked as fixed.")
    yield Ask(f"Mark {describe(bug)} as fixed? The mark cannot be removed.")
    yield await carried_out(api, bug, await api.mark_bug_fixed(bug_id), "Marked as fixed.")


@tool.destroys(idempotent=True, verify_with="get_bug")
async def mark_bug_exported(api: TestIO, bug_id: BugId) -> Asking[Changed[BugState]]:
    """Mark a bug as exported to a tracker. Asks the user first."""
    bug = await known_bug(api, bug_id)
    if bug.exported_at:
        raise Refused(f"Bug {bug.id} is already marked as exported ({word(bug.exported_at)}).")
    yield Ask(f"Mark {describe(bug)} as exported? The mark cannot be removed; the bug is not sent anywhere.")
    yield await carried_out(api, bug, await api.mark_bug_exported(bug_id), "Marked as exported.")
