"""The tools of trackers: is it there, what would it be, create it once, read it, comment on it, link to it."""

from functools import partial
from typing import Annotated, Final

from pydantic import Field

from tools.kit.asking import Ask, Asking
from tools.kit.defect import Defect
from tools.kit.errors import NotFound, OutcomeUnknown, Refused, TestdeskError
from tools.kit.text import given, many, quote, word
from tools.kit.together import gather
from tools.kit.toolset import Progress, Toolset
from tools.trackers import questions
from tools.trackers.answers import (
    Commented,
    HandedOver,
    HandedOverAll,
    IssueFound,
    IssueState,
    Preview,
    handed_over,
    ref,
)
from tools.trackers.client import TrackerClient, check_shut_down
from tools.trackers.desk import EXAMPLES, Desk
from tools.trackers.document import Paragraph
from tools.trackers.drafts import rendered
from tools.trackers.engine import Work, hand_over, link, look_for, read_issue
from tools.trackers.tracker import Setup, State

tool = Toolset(Desk)

MOST: Final = 50
GONE: Final = "It is not there any more: deleted, or the credential may not see it."
AT_ONCE: Final = 3

Item = Annotated[str, Field(min_length=3, max_length=300, description=f"{EXAMPLES}.")]
TrackerName = Annotated[
    str | None, Field(max_length=60, description="The operator's name of the tracker. Default: the only one.")
]
IssueId = Annotated[str, Field(min_length=1, max_length=100, description="Id or key, such as 42 or SHOP-42.")]
Title = Annotated[str | None, Field(max_length=250, description="Default: the defect's own.")]
MarkExported = Annotated[
    bool, Field(description="Then mark the bug as exported on its platform; no undo. Only if the user wants it.")
]


def lag_note(setup: Setup) -> str | None:
    """What "not found" is worth in a tracker."""
    tracker = setup.tracker
    if tracker.lag_seconds:
        return f"{tracker.title} may show new issues only after {round(tracker.lag_seconds)} seconds or so."
    return None


@tool.reads()
async def find_issue(desk: Desk, item: Item, tracker: TrackerName = None) -> IssueFound:
    """Is this bug or failing test in the team's tracker (Jira, GitHub, Azure DevOps ...) already? Finds its issue."""
    api, defect = desk.tracker(tracker), await desk.read(item)
    found, record = await look_for(api, desk.handovers, defect.marker)
    how = record.how if record is not None else None
    if found is None:
        pending = record is not None and record.state != "created"
        note = "An earlier create got no answer; calling tracker_create_issue again looks first." if pending else None
        return IssueFound(item=item, found=False, note=" ".join(filter(None, [note, lag_note(api.setup)])) or None)
    is_open = found.is_open
    if is_open is None:
        state = await _state_of(api, found.issue.id)
        if state is None:
            return IssueFound(item=item, found=False, note=f"{found.issue.key} is on record. {GONE}")
        is_open = state.is_open
    return IssueFound(item=item, found=True, issue=ref(api, found.issue), open=is_open, how=how)


async def _state_of(api: TrackerClient, issue_id: str) -> State | None:
    """An issue on record as it is now; None if it is not there, or not visible."""
    try:
        return await read_issue(api, issue_id)
    except NotFound:
        return None


@tool.reads(long_text=True)
async def preview_issue(desk: Desk, item: Item, tracker: TrackerName = None, title: Title = None) -> Preview:
    """Show the issue that a bug or failing test would become in the tracker; sends the tracker nothing."""
    api, defect = desk.tracker(tracker), await desk.read(item)
    drafted = desk.draft(api, defect, title=title)
    text = drafted.draft.text if isinstance(drafted.draft.text, str) else str(drafted.draft.text)
    notes = ["The text is cut at the tracker's limit, with a link to the whole."] if drafted.is_cut else []
    return Preview(
        item=item,
        tracker=api.setup.name,
        where=f"{api.setup.container} at {api.setup.tracker.title}",
        title=drafted.draft.title,
        severity=drafted.draft.severity or None,
        labels=list(drafted.draft.labels),
        text=text,
        files=[file.name for file in defect.files],
        uploads=len(drafted.uploaded),
        note=" ".join(notes) or None,
    )


@tool.destroys(idempotent=True, verify_with="find_issue")
async def create_issue(
    desk: Desk,
    item: Item,
    tracker: TrackerName = None,
    title: Title = None,
    mark_exported: MarkExported = False,
) -> Asking[HandedOver]:
    """Create the issue of a bug or failing test in the team's tracker, once; finds an existing one. Asks the user."""
    api, defect = desk.tracker(tracker), await desk.read(item)
    work = desk.work(api, defect, title=title, marks=mark_exported)
    found, record = await look_for(api, desk.handovers, defect.marker)
    gone = found is not None and record is not None and await _state_of(api, found.issue.id) is None
    if found is not None and gone:
        question = await questions.of_one(api, item, defect, work.drafted, marks=mark_exported)
        yield Ask(f"{word(found.issue.key)} is on record. {GONE} {question}")
        await desk.handovers.forget(api.setup.place, defect.marker, "it is not there any more")
    elif found is None:
        yield Ask(await questions.of_one(api, item, defect, work.drafted, marks=mark_exported))
    elif mark_exported and not (record is not None and "exported" in record.steps):
        yield Ask(
            f"{word(item)} has the issue {word(found.issue.key)} in {questions.where(api)}. Mark the bug as exported "
            f"on its platform? {questions.NO_UNDO}"
        )
    else:
        yield Ask(None)
    yield handed_over(api, item, await hand_over(work))


@tool.destroys(idempotent=True, verify_with="find_issue")
async def create_issues(
    desk: Desk,
    progress: Progress,
    items: Annotated[list[Item], Field(min_length=1, max_length=MOST, description="Such as testio:88101.")],
    tracker: TrackerName = None,
    mark_exported: MarkExported = False,
) -> Asking[HandedOverAll]:
    """Create the issues of up to 50 bugs or failing tests, a result for each; call again safely. Asks the user once."""
    api, wanted = desk.tracker(tracker), list(dict.fromkeys(item.strip() for item in items))
    check_shut_down(api.setup)
    defects = await gather([partial(_read, desk, item) for item in wanted], at_once=AT_ONCE)
    wrong = [f"{word(item)}: {defect}" for item, defect in zip(wanted, defects, strict=True) if isinstance(defect, str)]
    if wrong:
        raise Refused(" ".join(wrong))
    works = [
        (item, desk.work(api, defect, marks=mark_exported))
        for item, defect in zip(wanted, defects, strict=True)
        if isinstance(defect, Defect)
    ]
    yield Ask(
        await questions.of_many(api, [(item, work.defect, work.drafted) for item, work in works], marks=mark_exported)
    )
    count = 0

    async def create(item: str, work: Work) -> HandedOver:
        nonlocal count
        result = await _result(api, item, work)
        count += 1
        await progress(count, len(works), f"{item}: {result.outcome}")
        return result

    results = await gather([partial(create, item, work) for item, work in works], at_once=AT_ONCE)
    failed = sum(one.outcome == "failed" for one in results)
    yield HandedOverAll(
        tracker=api.setup.name,
        created=sum(one.outcome == "created" for one in results),
        already_there=sum(one.outcome in {"already_there", "linked"} for one in results),
        failed=failed,
        items=results,
        note="Call again with the same list: what has its issue is skipped." if failed else None,
    )


async def _read(desk: Desk, item: str) -> Defect | str:
    """A defect, or why it cannot be read."""
    try:
        return await desk.read(item)
    except TestdeskError as error:
        return str(error)


async def _result(api: TrackerClient, item: str, work: Work) -> HandedOver:
    try:
        return handed_over(api, item, await hand_over(work))
    except OutcomeUnknown as error:
        return HandedOver(item=item, outcome="failed", notes=[f"{error} Its outcome is unknown."])
    except TestdeskError as error:
        return HandedOver(item=item, outcome="failed", notes=[str(error)])


@tool.reads()
async def get_issue(
    desk: Desk,
    issue: Annotated[
        str | None, Field(max_length=100, description="Id or key, such as 42 or SHOP-42; or give item.")
    ] = None,
    item: Annotated[str | None, Field(max_length=300, description=f"{EXAMPLES}.")] = None,
    tracker: TrackerName = None,
) -> IssueState:
    """Read an issue of the team's tracker: open or closed, and its status there. By its id, or by the bug it is of."""
    api = desk.tracker(tracker)
    check_shut_down(api.setup)
    if (issue is None) == (item is None):
        raise Refused("Give issue or item, one of them.")
    if item is not None:
        found, _ = await look_for(api, desk.handovers, (await desk.read(item)).marker)
        if found is None:
            raise Refused(f"{word(item)} has no issue in {api.setup.name}. tracker_create_issue creates it.")
        issue = found.issue.id
    state = await read_issue(api, issue or "")
    status = "unknown" if state.is_open is None else "open" if state.is_open else "closed"
    return IssueState(issue=ref(api, state.issue), title=state.title, status=status, said=state.word or None, item=item)


@tool.writes(idempotent=False, verify_with="get_issue")
async def comment(
    desk: Desk,
    issue: IssueId,
    text: Annotated[str, Field(min_length=1, max_length=8_000, description="Plain text; it is not parsed as markup.")],
    tracker: TrackerName = None,
) -> Asking[Commented]:
    """Comment on an issue of the team's tracker. Asks the user first."""
    api = desk.tracker(tracker)
    check_shut_down(api.setup)
    state = await read_issue(api, issue)
    yield Ask(
        f"Comment on {word(state.issue.key)} {quote(state.title)} in {questions.where(api)}? Whoever follows it may be "
        f"notified.\n- Comment: {given(text)}"
    )
    body = rendered([Paragraph([text])], api.setup)
    await api.setup.tracker.comment.function(api, state.issue.id, body)
    yield Commented(issue=ref(api, state.issue))


@tool.destroys(idempotent=True, verify_with="find_issue")
async def link_bug(
    desk: Desk,
    item: Item,
    issue: IssueId,
    tracker: TrackerName = None,
    mark_exported: MarkExported = False,
) -> Asking[HandedOver]:
    """Link a bug or failing test to an existing issue: comments on the issue and remembers it. Asks the user first."""
    api, defect = desk.tracker(tracker), await desk.read(item)
    check_shut_down(api.setup)
    work = desk.work(api, defect, marks=mark_exported)
    found, _ = await look_for(api, desk.handovers, defect.marker)
    state = await read_issue(api, issue)
    if found is not None and found.issue.id != state.issue.id:
        raise Refused(f"{word(item)} has an issue in {api.setup.name} already: {word(found.issue.key)}.")
    names = f" and the names of {many(len(defect.files), 'file')}" if defect.files else ""
    after = f" Then the bug is marked as exported on its platform. {questions.NO_UNDO}" if mark_exported else ""
    yield Ask(
        f"Link {word(item)} {quote(defect.title)} to {word(state.issue.key)} {quote(state.title)} in "
        f"{questions.where(api)}? The issue gets a comment with the report"
        f"{names}.{after}"
    )
    yield handed_over(api, item, await link(work, state.issue))
