"""The rows of a batch of tests: what is sent for each, what came of it, and how existing tests are changed."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Final

from pydantic import Field

from tools.kit.errors import NotFound, PlatformError, Refused
from tools.kit.model import Answer
from tools.kit.text import Key, Untrusted
from tools.kit.together import gather
from tools.testomatio.client.testomatio import Testomatio
from tools.testomatio.models.tests import Test
from tools.testomatio.tools.label_values import LabelValue
from tools.testomatio.tools.link_calls import lost_labels
from tools.testomatio.tools.scope import Pairs
from tools.testomatio.tools.test_changes import with_tags
from tools.testomatio.tools.written_tests import NewTest

STATUS_WORDS: Final = {
    "exists": "there already",
    "would_create": "would be created",
    "would_update": "would be changed",
    "unknown": "not known",
    "not_sent": "not sent",
}
"""How the summary of a batch words the statuses of its rows."""


class Row(Answer):
    """The outcome for one test, by its number in the list."""

    number: int
    title: Untrusted | None = None
    id: Key | None = None
    status: Key = Field(description="created, updated, exists, would_create, would_update, failed, unknown, not_sent.")
    why: Untrusted | None = None
    like: Untrusted | None = Field(default=None, description="A test of the suite with almost the same title.")


class Rows(Answer):
    """The outcome for each test."""

    done: str
    items: list[Row]
    left_out: list[Untrusted] = Field(default_factory=list, description="What is in the Markdown and was not imported.")
    next: str | None = None


@dataclass
class Planned:
    """A row, and what is sent for it; None where nothing is to be done."""

    row: Row
    entry: dict[str, Any] | None
    labels: list[LabelValue] = field(default_factory=list)
    """Labels that are added after the test is written, since a bulk write takes none."""
    done: str | None = None
    """The status of a success that the platform answers without one; None: that of the whole call."""


def summarize(rows: list[Row], again: str, left_out: Sequence[str] = ()) -> Rows:
    """The rows, with how many have which status."""
    counts = Counter(row.status for row in rows)
    words = ", ".join(f"{count} {STATUS_WORDS.get(status, status)}" for status, count in counts.items())
    is_partial = bool({"failed", "unknown", "not_sent"} & set(counts))
    return Rows(done=f"{words}.", items=rows, left_out=list(left_out), next=again if is_partial else None)


def with_suites(tests: Sequence[NewTest], suite_id: str | None, *, may_differ: bool) -> list[NewTest]:
    """The tests, each new one with its suite.

    Raises:
        Refused: for a new test without a suite, and for one whose suite is not `suite_id`, unless it may differ.
    """
    for number, test in enumerate(tests, 1):
        if not may_differ and test.id is None and None not in {suite_id, test.suite_id} and suite_id != test.suite_id:
            raise Refused(
                f"The Markdown puts test {number} into suite {str(test.suite_id)[:40]}, and suite_id is "
                f"{str(suite_id)[:40]}. Leave suite_id out, or take the id out of the suite's comment."
            )
        if test.id is None and test.suite_id is None and suite_id is None:
            raise Refused(f"Give suite_id: test {number} names no suite. testomatio_get_suite_tree shows suites.")
    return [test if test.suite_id else test.model_copy(update={"suite_id": suite_id}) for test in tests]


async def stored_tests(api: Testomatio, project: str, ids: Sequence[str], query: Pairs) -> dict[str, Test | None]:
    """Tests by their ids, read fresh; None where there is none."""

    async def stored(test_id: str) -> Test | None:
        try:
            return await api.test(project, test_id, query)
        except NotFound:
            return None

    return dict(zip(ids, await gather([partial(stored, one) for one in ids], at_once=4), strict=True))


def plan_existing(
    number: int, test: NewTest, before: Test | None, labels: list[LabelValue], *, update: bool
) -> Planned:
    """What to do for a test that has the id of an existing one."""
    title = with_tags(test.title, test.tags)
    row = Row(number=number, title=title, id=test.id, status="exists")
    if before is None:
        row.status, row.why = "failed", "The project has no test with this id. Without an id it would be a new test."
        return Planned(row, None)
    if before.is_shared:
        row.status, row.why = "failed", "It is a copy shared from another project, and is changed there."
        return Planned(row, None)
    fields = test.differing(title, before)
    missing = set(lost_labels(before.labels, labels))
    more = [one for one in labels if one.by_title in missing]
    changes = [*("tags" if name == "title" and test.title in (before.title or "") else name for name in fields)]
    changes += ["labels"] if more else []
    if not changes:
        return Planned(row, None)
    if not update:
        row.why = f"Left as it is: {', '.join(changes)} differ; with update they are changed."
        return Planned(row, None)
    row.status, row.why = "would_update", f"Changes {', '.join(changes)}."
    return Planned(row, {"id": before.id, **fields} if fields else None, more, "updated")


async def put_labels(api: Testomatio, project: str, planned: Sequence[Planned], query: Pairs) -> None:
    """Add labels to the tests that were written, and note those that were not applied."""

    async def put(one: Planned) -> None:
        test_id = one.row.id or ""
        try:
            await api.update_test(project, test_id, {"link": [label.link("add") for label in one.labels]}, query)
            lost = lost_labels((await api.test(project, test_id, query)).labels, one.labels)
        except PlatformError as error:
            one.row.why = f"Its labels may be missing: {error}"
            return
        if one.entry is None:
            one.row.status = "updated"
        if lost:
            one.row.why = f"The platform accepted these labels and did not apply them: {', '.join(lost)}."

    written = {"created", "updated", "would_update"}
    await gather(
        [partial(put, one) for one in planned if one.labels and one.row.id and one.row.status in written], at_once=4
    )
