"""Hands a defect over: looks for its issue, creates it once, attaches files, and marks the defect last."""

import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

import anyio

from tools.kit.defect import Content, Defect
from tools.kit.errors import OutcomeUnknown, PlatformError, Refused, TestdeskError, Unauthorized, UnexpectedShape
from tools.kit.hand_over import Handover, Handovers, How
from tools.kit.text import quote, word
from tools.trackers.client import TrackerClient, check_shut_down
from tools.trackers.drafts import Drafted, rendered, resolved
from tools.trackers.tracker import Created, Found, Setup, State, Who

PAUSES: Final = (0.0, 1.0, 3.0)
"""Seconds before each look for an issue whose creation got no answer."""
PATIENCE: Final = 20.0
"""Seconds that a call waits for a tracker's search to catch up; after that the caller tries again."""

Load = Callable[[Defect, int], Awaitable[Content]]
"""Loads a file of a defect."""
Mark = Callable[[Defect, str], Awaitable[None]]
"""Marks a defect as exported, with the key of its issue."""


class NotYet(Refused):
    """An earlier attempt has no known outcome, and the tracker cannot show it yet."""

    def __init__(self, sentence: str, wait: float) -> None:
        self.wait = wait
        super().__init__(sentence)


@dataclass(frozen=True)
class Done:
    """A defect that has its issue."""

    issue: Created
    how: How
    """How it got it, in this call or in an earlier one."""
    is_new: bool = False
    """Whether this call created it."""
    is_open: bool | None = None
    exported: bool = False
    notes: list[str] = field(default_factory=list)
    """What went wrong after the creation, and what was left out."""


@dataclass(frozen=True)
class Work:
    """One defect on its way into one tracker."""

    api: TrackerClient
    handovers: Handovers
    defect: Defect
    drafted: Drafted
    load: Load | None = None
    mark: Mark | None = None
    """None: it is not marked as exported."""

    @property
    def setup(self) -> Setup:
        return self.api.setup


async def hand_over(work: Work) -> Done:
    """Give a defect its issue, once; safe to call again, also after any failure.

    Raises:
        NotYet: when an earlier attempt may have created it and the tracker's search may lag behind.
        OutcomeUnknown: when the create got no answer and the issue was not found since.
        TestdeskError: when the tracker refused, or could not be read; then nothing was created.
    """
    check_shut_down(work.setup)
    done, known = await _issue(work)
    await _finish(work, done, known)
    await _attach(work, done, known)
    return await _mark(work, done, known)


async def look_for(api: TrackerClient, handovers: Handovers, marker: str) -> tuple[Found | None, Handover | None]:
    """The issue of a defect: from the record, else from the tracker."""
    check_shut_down(api.setup)
    record = await handovers.look(api.setup.place, marker)
    if record is not None and record.state == "created":
        return Found(Created(record.id, record.key, record.url)), record
    return await _find(api, marker), record


async def _find(api: TrackerClient, marker: str) -> Found | None:
    found: Found | None = await api.setup.tracker.find.function(api, marker)
    if found is not None and not found.issue.id:
        raise UnexpectedShape(f"{api.account.title} shows an issue without its id.")
    return found


async def read_issue(api: TrackerClient, issue: str) -> State:
    """An issue as it is now, by its id or key.

    Raises:
        UnexpectedShape: when the answer is not that of an issue.
    """
    state: State = await api.setup.tracker.read.function(api, issue.strip())
    if not state.issue.id:
        raise UnexpectedShape(f"{api.account.title} answered with something that is no issue.")
    return state


async def identify(api: TrackerClient) -> Who:
    """Whose credential it is.

    Raises:
        Unauthorized: also when the answer does not say.
    """
    who: Who = await api.setup.tracker.check.function(api)
    if not who.name:
        raise Unauthorized(f"{api.account.title} does not say whose credential it is, as if it had not been taken.")
    return who


async def _issue(work: Work) -> tuple[Done, Handover | None]:
    """The issue of the defect, created if there is none."""
    place, marker = work.setup.place, work.defect.marker
    earlier = await work.handovers.claim(place, marker, _about(work))
    if earlier is not None and earlier.state == "created":
        return Done(Created(earlier.id, earlier.key, earlier.url), earlier.how or "created"), earlier
    if earlier is not None and earlier.is_running:
        raise NotYet(
            f"Another call is creating the issue of {word(work.defect.item)} in {work.setup.name} right now. Wait for "
            "it, then look with tracker_find_issue.",
            wait=5.0,
        )
    is_open = sent = False
    try:
        if earlier is not None:
            is_open = True  # a create may have been sent: nothing may be sent before it is known not to have arrived
            await _wait_for_search(work, earlier)
        found = await _find(work.api, marker)
        if found is not None:
            # What an earlier attempt has created is ours: its files and the rest may be missing.
            how: How = "found" if earlier is None else "created"
            return await _record(work, found.issue, how, is_open=found.is_open), None
        draft = await resolved(work.api, work.drafted.draft)
        send = work.setup.tracker.create.function(draft, work.setup)
        is_open = sent = True
        try:
            answer = await work.api.act(send)
        except OutcomeUnknown as error:
            return await _found_again(work, error), None
        except TestdeskError:
            is_open = False
            raise
        issue = work.setup.tracker.read_created(answer, work.setup)
        if not issue.id:
            return await _found_again(work, None), None
        return await _record(work, issue, "created", is_new=True), None
    except BaseException as error:
        with anyio.CancelScope(shield=True):
            why = str(error) if isinstance(error, TestdeskError) else type(error).__name__
            if is_open:
                await work.handovers.unknown(place, marker, why, sent=sent)
            else:
                await work.handovers.withdrawn(place, marker, why)
        raise


async def _wait_for_search(work: Work, earlier: Handover) -> None:
    """Wait until the tracker shows what an earlier attempt may have created.

    Raises:
        NotYet: when that takes too long for one call.
    """
    left = work.setup.tracker.lag_seconds - (time.time() - earlier.at)
    if left <= 0:
        return
    if left > PATIENCE:
        raise NotYet(
            f"An earlier attempt for {word(work.defect.item)} got no answer, and {work.setup.tracker.title} shows new "
            f"issues with a delay. Call again in {round(left)} seconds: it is looked up before anything is sent.",
            wait=left,
        )
    await anyio.sleep(left)


async def _found_again(work: Work, error: OutcomeUnknown | None) -> Done:
    """Look for an issue whose creation got no readable answer.

    Raises:
        OutcomeUnknown: when it is not there, or not yet.
    """
    why = "its answer names no issue" if error is None else error.sentence
    for pause in PAUSES:
        await anyio.sleep(pause)
        try:
            found = await _find(work.api, work.defect.marker)
        except PlatformError as failure:
            why = f"{why} Looking for it failed: {failure}"
            break
        if found is not None:
            done = await _record(work, found.issue, "created", is_new=True, is_open=found.is_open)
            done.notes.append("The tracker gave no answer to the create; the issue was looked up by its marker.")
            return done
    raise OutcomeUnknown(
        f"{work.setup.tracker.title} gave no usable answer to the create ({why.rstrip('.')}), and the issue was not "
        "found since. Call again later: it is looked up by its marker before anything is sent.",
        request=error.request if error else "",
    )


async def _record(work: Work, issue: Created, how: How, *, is_new: bool = False, is_open: bool | None = None) -> Done:
    with anyio.CancelScope(shield=True):
        await work.handovers.created(
            work.setup.place, work.defect.marker, id=issue.id, key=issue.key, url=issue.url, how=how
        )
    return Done(issue, how, is_new, is_open)


def _about(work: Work) -> Mapping[str, Any]:
    """What the ledger says of it."""
    return {
        "account": work.setup.name,
        "container": work.setup.container,
        "platform": work.defect.platform,
        "item": work.defect.item,
        "title": work.drafted.draft.title,
        "marks_exported": work.mark is not None,
    }


async def _finish(work: Work, done: Done, known: Handover | None) -> None:
    """Do what the tracker needs after the creation, unless it was done."""
    finish = work.setup.tracker.finish
    if finish is None or done.how != "created" or (known is not None and "finished" in known.steps):
        return
    try:
        await finish.function(work.api, done.issue, work.drafted.draft)
    except TestdeskError as error:
        done.notes.append(f"The issue exists; completing it failed: {error} Call again to complete it.")
    else:
        await work.handovers.stepped(work.setup.place, work.defect.marker, "finished")


async def _attach(work: Work, done: Done, known: Handover | None) -> None:
    """Upload the files that are not there yet; one that cannot be uploaded is named in the notes."""
    is_ours = done.how == "created"
    if not is_ours or work.load is None or not work.drafted.uploaded:
        return
    before = known.steps if known is not None else ()
    attach: Any = work.setup.tracker.attach
    for number in work.drafted.uploaded:
        if (step := f"file:{number}") in before:
            continue
        try:
            await attach.function(work.api, done.issue.id, await work.load(work.defect, number))
        except TestdeskError as error:
            done.notes.append(f"{quote(work.defect.files[number].name)} could not be attached: {error}")
        else:
            await work.handovers.stepped(work.setup.place, work.defect.marker, step)


async def _mark(work: Work, done: Done, known: Handover | None) -> Done:
    """Mark the defect as exported, which has no undo and therefore comes last."""
    if work.mark is None or (known is not None and "exported" in known.steps):
        return Done(**{**vars(done), "exported": work.mark is not None})
    try:
        await work.mark(work.defect, done.issue.key)
    except TestdeskError as error:
        done.notes.append(f"The issue exists; marking the bug as exported failed: {error}")
        return done
    await work.handovers.stepped(work.setup.place, work.defect.marker, "exported")
    return Done(**{**vars(done), "exported": True})


async def link(work: Work, issue: Created) -> Done:
    """Record an existing issue as that of a defect, comment on it, and mark the defect where it was wanted.

    Raises:
        Refused: when the defect has another issue.
    """
    check_shut_down(work.setup)
    place, marker = work.setup.place, work.defect.marker
    earlier = await work.handovers.claim(place, marker, {**_about(work), "links": issue.key})
    if earlier is not None and earlier.state == "created":
        if earlier.id != issue.id:
            raise Refused(f"{word(work.defect.item)} has an issue in {work.setup.name} already: {earlier.key}.")
        return await _mark(work, Done(issue, earlier.how or "linked"), earlier)
    if earlier is not None and earlier.is_running:
        raise NotYet("Another call is creating its issue right now. Wait for it.", wait=5.0)
    try:
        text = rendered(work.drafted.document, work.setup, work.defect.link)
        await work.setup.tracker.comment.function(work.api, issue.id, text)
    except BaseException as error:
        with anyio.CancelScope(shield=True):
            if earlier is None:
                await work.handovers.withdrawn(place, marker, str(error))
            else:
                await work.handovers.unknown(place, marker, str(error), sent=False)
        raise
    return await _mark(work, await _record(work, issue, "linked"), None)
