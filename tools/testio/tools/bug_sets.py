"""Reads several bugs at once, to compare them or to find duplicates."""

from functools import partial
from typing import Annotated

from pydantic import Field

from tools.kit.errors import NotFound, PlatformError, Unauthorized
from tools.kit.model import Answer, answer_from
from tools.kit.page import Coverage, Cursor, Page, decode_number, digest, encode_cursor
from tools.kit.rows import minute, true_or_none
from tools.kit.text import Key, Untrusted, many
from tools.kit.together import gather
from tools.kit.toolset import Progress, Toolset
from tools.testio.client.testio import TestIO
from tools.testio.models.bugs import Bug, Device, Report

tool = Toolset(TestIO)

MOST = 50


class BugRecord(Answer):
    """A bug without its files and comments, and without the environment where all bugs share it."""

    id: int
    title: Untrusted
    severity: Key | None = None
    status: Key | None = None
    known: bool | None = None
    fixed: bool | None = None
    author: Untrusted | None = None
    reported_at: Key | None = None
    external_idx: Untrusted | None = None
    test_id: int | None = None
    feature: Untrusted | None = None
    section: Untrusted | None = None
    location: Untrusted | None = None
    steps: list[Untrusted] = Field(default_factory=list)
    expected_result: Untrusted | None = None
    actual_result: Untrusted | None = None
    report: Report | None = None
    devices: list[Device] = Field(default_factory=list)
    comments: int | None = Field(None, description="How many.")
    attachments: int | None = Field(None, description="How many.")
    environment_id: int | None = Field(None, description="Where the bugs have several environments.")


class EnvironmentName(Answer):
    """A test environment in which bugs of a set were found."""

    id: int | None = None
    title: Untrusted | None = None
    url: Untrusted | None = None


class Unread(Answer):
    """A bug that could not be read."""

    bug_id: int
    why: str


class BugSet(Page[BugRecord | Bug]):
    """Bugs in the order of the call; environments are named once."""

    missing: list[int] = Field(default_factory=list, description="Ids that no bug has.")
    unread: list[Unread] = Field(default_factory=list)
    environments: list[EnvironmentName] = Field(default_factory=list, description="Where they were found.")


def record_of(bug: Bug, *, with_environment: bool) -> BugRecord:
    return answer_from(
        BugRecord,
        bug,
        known=true_or_none(bug.known),
        fixed=true_or_none(bug.fixed),
        reported_at=minute(bug.reported_at),
        test_id=bug.test.id if bug.test is not None else None,
        feature=bug.feature.title if bug.feature is not None else None,
        section=bug.section.name if bug.section is not None else None,
        comments=len(bug.comments) or None,
        attachments=len(bug.attachments) or None,
        environment_id=bug.test_environment.id if with_environment and bug.test_environment is not None else None,
    )


async def _read(api: TestIO, bug_id: int) -> Bug | PlatformError:
    try:
        return await api.bug(bug_id)
    except Unauthorized:
        raise  # it is the same for every bug
    except PlatformError as error:
        return error


@tool.reads(full_text_in="get_bug")
async def get_bugs(
    api: TestIO,
    progress: Progress,
    bug_ids: Annotated[
        list[Annotated[int, Field(gt=0)]],
        Field(min_length=1, max_length=MOST, description="From testio_list_bugs."),
    ],
    whole: Annotated[bool, Field(description="With comments, attachments, reproductions.")] = False,
    cursor: Cursor = None,
) -> BugSet:
    """Read up to 50 bugs at once, to compare them or find duplicates: steps, results, devices, comment counts."""
    ids = list(dict.fromkeys(bug_ids))
    filters = digest(bug_ids=ids, whole=whole)
    start = decode_number(cursor, filters)
    remaining, done = ids[start:], 0

    async def read(bug_id: int) -> Bug | PlatformError:
        nonlocal done
        answer = await _read(api, bug_id)
        done += 1
        await progress(done, len(remaining), f"bug {bug_id}")
        return answer

    answers = dict(zip(remaining, await gather([partial(read, bug_id) for bug_id in remaining]), strict=True))
    bugs = {number: answer for number, answer in answers.items() if isinstance(answer, Bug)}
    failed = {number: answer for number, answer in answers.items() if isinstance(answer, PlatformError)}
    unread = {number: error for number, error in failed.items() if not isinstance(error, NotFound)}
    if remaining and len(unread) == len(remaining):
        raise next(iter(unread.values()))
    found = {bug.test_environment.id: bug.test_environment for bug in bugs.values() if bug.test_environment is not None}
    missing = [number for number in failed if number not in unread]
    left_out = [many(len(missing), "id") + " of no bug"] if missing else []
    left_out += [f"{many(len(unread), 'bug')} could not be read"] if unread else []
    page = BugSet(
        items=[
            bug.model_copy(update={"test_environment": None})
            if whole
            else record_of(bug, with_environment=len(found) > 1)
            for bug in bugs.values()
        ],
        coverage=Coverage(
            total=len(ids),
            loaded=len(bugs),
            matched=len(bugs),
            complete=not failed,
            why="; ".join(left_out) or None,
        ),
        next_cursor=None,
        missing=missing,
        unread=[Unread(bug_id=number, why=str(error)) for number, error in unread.items()],
        environments=[EnvironmentName(id=one.id, title=one.title, url=one.url) for one in found.values()],
    )
    page.continue_at([encode_cursor([ids.index(number) + 1], filters) for number in bugs], more=False)
    return page
