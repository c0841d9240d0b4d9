"""Deciding about bugs: accept, reject, and the three marks; none of them can be taken back."""

from typing import Annotated

from pydantic import Field

from tools.kit.errors import Refused
from tools.kit.model import Answer
from tools.kit.text import Key, Untrusted, given, quote, word
from tools.kit.toolset import Toolset
from tools.testio.client.testio import TestIO
from tools.testio.models.bugs import Bug, RejectReason
from tools.testio.tools.bugs import BugId, known_bug

tool = Toolset(TestIO)

Reason = Annotated[str, Field(min_length=1, max_length=80, description="Key, as testio_list_reject_reasons gives it.")]
CommentText = Annotated[
    str | None,
    Field(max_length=2000, description="What the tester reads. Default: the reason's own comment."),
]


class BugState(Answer):
    """What a decision can change about a bug."""

    status: Key | None = None
    known: bool | None = None
    fixed: bool | None = None
    exported_at: Key | None = None

    @classmethod
    def of(cls, bug: Bug) -> "BugState":
        return cls(status=bug.status, known=bug.known, fixed=bug.fixed, exported_at=bug.exported_at)


class Decided(Answer):
    """A decision that was carried out, with the bug before and after."""

    bug_id: int
    title: Untrusted
    done: str
    before: BugState
    after: BugState


def describe(bug: Bug) -> str:
    """A bug as a question names it."""
    by = f", reported by {quote(bug.author, at_most=60)}" if bug.author else ""
    return f"bug {bug.id} {quote(bug.title)} ({word(bug.severity or 'no severity')}{by})"


async def open_bug(api: TestIO, bug_id: int) -> Bug:
    """Read a bug that can still be decided.

    Raises:
        Refused: when it was accepted or rejected before.
    """
    bug = await known_bug(api, bug_id)
    if bug.is_decided:
        raise Refused(f"Bug {bug.id} is already {word(bug.status)}; a decision cannot be changed. Nothing was sent.")
    return bug


async def valid_reason(api: TestIO, reason: str) -> RejectReason:
    """Look a reason up among the live ones.

    Raises:
        Refused: with the valid keys, when it is none of them.
    """
    reasons = await api.reject_reasons()
    for known in reasons:
        if known.key == reason:
            return known
    keys = ", ".join(word(known.key) for known in reasons)
    raise Refused(f"{reason[:80]!r} is no reject reason. Valid: {keys}. Nothing was sent.")


async def carried_out(api: TestIO, before: Bug, answer: Bug, done: str) -> Decided:
    """Show a bug before and after; an answer that leaves fields out is completed by reading again."""
    sent = answer.model_fields_set
    after = answer if {"status", "known", "fixed", "exported_at"} <= sent else await api.bug(before.id)
    return Decided(
        bug_id=before.id, title=before.title, done=done, before=BugState.of(before), after=BugState.of(after)
    )


async def about_to_accept(api: TestIO, bug_id: int) -> str:
    bug = await open_bug(api, bug_id)
    return f"Accept {describe(bug)}? The tester is paid for it and told so; there is no undo."


@tool.destroys(about_to_accept, idempotent=True, verify_with="get_bug")
async def accept_bug(api: TestIO, bug_id: BugId) -> Decided:
    """Accept a bug, after a person said yes: the tester is paid."""
    before = await open_bug(api, bug_id)
    return await carried_out(api, before, await api.accept_bug(bug_id), "Accepted.")


async def about_to_reject(api: TestIO, bug_id: int, reason: str, comment: str | None) -> str:
    bug = await open_bug(api, bug_id)
    valid = await valid_reason(api, reason)
    told = given(comment) if comment else quote(valid.default_comment or "", at_most=2000)
    if not (comment or valid.default_comment or "").strip():
        raise Refused(
            f"The reason {word(valid.key)} has no comment of its own; write one for the tester. Nothing was sent."
        )
    return (
        f"Reject {describe(bug)} as {word(valid.key)}? The tester is told, with the comment {told}, and it affects "
        "their pay; there is no undo."
    )


@tool.destroys(about_to_reject, idempotent=True, verify_with="get_bug")
async def reject_bug(api: TestIO, bug_id: BugId, reason: Reason, comment: CommentText = None) -> Decided:
    """Reject a bug with a reason, after a person said yes: the tester is told."""
    before = await open_bug(api, bug_id)
    valid = await valid_reason(api, reason)
    told = comment or valid.default_comment or ""
    answer = await api.reject_bug(bug_id, reason=valid.key, comment=told)
    return await carried_out(api, before, answer, f"Rejected as {valid.key}.")


async def about_to_mark_known(api: TestIO, bug_id: int) -> str:
    bug = await known_bug(api, bug_id)
    if bug.known:
        raise Refused(f"Bug {bug.id} is already marked as known. Nothing was sent.")
    return f"Mark {describe(bug)} as known? The mark cannot be taken off again."


@tool.destroys(about_to_mark_known, idempotent=True, verify_with="get_bug")
async def mark_bug_known(api: TestIO, bug_id: BugId) -> Decided:
    """Mark a bug as known, after a person said yes."""
    before = await known_bug(api, bug_id)
    return await carried_out(api, before, await api.mark_bug_known(bug_id), "Marked as known.")


async def about_to_mark_fixed(api: TestIO, bug_id: int) -> str:
    bug = await known_bug(api, bug_id)
    if bug.fixed:
        raise Refused(f"Bug {bug.id} is already marked as fixed. Nothing was sent.")
    return f"Mark {describe(bug)} as fixed? The mark cannot be taken off again."


@tool.destroys(about_to_mark_fixed, idempotent=True, verify_with="get_bug")
async def mark_bug_fixed(api: TestIO, bug_id: BugId) -> Decided:
    """Mark a bug as fixed, after a person said yes."""
    before = await known_bug(api, bug_id)
    return await carried_out(api, before, await api.mark_bug_fixed(bug_id), "Marked as fixed.")


async def about_to_mark_exported(api: TestIO, bug_id: int) -> str:
    bug = await known_bug(api, bug_id)
    if bug.exported_at:
        raise Refused(f"Bug {bug.id} is already marked as exported ({word(bug.exported_at)}). Nothing was sent.")
    return f"Mark {describe(bug)} as exported? The mark cannot be taken off again; it sends the bug nowhere."


@tool.destroys(about_to_mark_exported, idempotent=True, verify_with="get_bug")
async def mark_bug_exported(api: TestIO, bug_id: BugId) -> Decided:
    """Mark a bug as exported to a tracker, after a person said yes."""
    before = await known_bug(api, bug_id)
    return await carried_out(api, before, await api.mark_bug_exported(bug_id), "Marked as exported.")
