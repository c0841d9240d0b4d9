"""Monday: where the marker is, the text in an update, the labels of a board, and failures that come with 200."""

from dataclasses import replace
from typing import Any

import pytest
from pydantic import SecretStr

from tests.tools.kit.wire import Wire, says
from tests.trackers import DEFECT, bench, setup_of
from tools.kit.defect import bug_marker
from tools.kit.errors import (
    Invalid,
    NotFound,
    OutcomeUnknown,
    PlatformError,
    RateLimited,
    Refused,
    Unauthorized,
)
from tools.trackers.client import TrackerClient
from tools.trackers.engine import hand_over, look_for
from tools.trackers.graphql import mutation
from tools.trackers.vendors.monday import GRAPHQL, UPDATE, check, finish, read

pytestmark = pytest.mark.anyio

FIELDS = {"marker_field": "text_mk1", "link_field": "link"}


async def test_the_marker_is_in_the_name_unless_there_is_a_column_for_it() -> None:
    async with bench("monday") as tracker:
        work = tracker.work(replace(DEFECT, title="Long " * 100))
        await hand_over(work)
        (issue,) = tracker.ours()
        assert issue.title == work.drafted.draft.title
        assert issue.title.endswith(f"\u2026 [{DEFECT.marker}]")
        assert len(issue.title) <= 255
    async with bench("monday", values=FIELDS) as tracker:
        await hand_over(tracker.work())
        (issue,) = tracker.ours()
        assert issue.title == DEFECT.title
        assert issue.fields["columns"] == {
            "text_mk1": DEFECT.marker,
            "severity": "High",
            "link": f"{DEFECT.marker} - {DEFECT.link}",
        }


async def test_an_item_is_found_by_its_column_and_one_from_before_by_its_name() -> None:
    async with bench("monday") as tracker:
        made = (await hand_over(tracker.work())).issue
        async with bench("monday", values=FIELDS, sandboxes=tracker.sandboxes) as other:
            assert (await hand_over(other.work())).issue == made
            defect = replace(DEFECT, item="8810", marker=bug_marker("testio", 8810))
            second = await hand_over(other.work(defect))
            async with bench("monday", values=FIELDS, sandboxes=tracker.sandboxes) as fresh:
                found, _ = await look_for(fresh.api, fresh.handovers, defect.marker)
                assert found is not None
                assert found.issue == second.issue


async def test_the_text_is_written_once() -> None:
    async with bench("monday") as tracker:
        work = tracker.work()
        done = await hand_over(work)
        await finish(tracker.api, done.issue, work.drafted.draft)
        (issue,) = tracker.ours()
        assert len(issue.comments) == 1
        assert DEFECT.marker in issue.comments[0]
        issue.fields["updates"].clear()
        await finish(tracker.api, done.issue, work.drafted.draft)
        assert len(issue.comments) == 2


@pytest.mark.parametrize(
    ("option", "value", "there"),
    [
        ("board", "99", "1234567890"),
        ("group", "late", "group_1 .Later"),
        ("severity_field", "link", "severity .Severity"),
        ("marker_field", "status", "text_mk1 .test IO"),
    ],
)
async def test_what_a_board_does_not_have_is_refused_with_what_it_has(option: str, value: str, there: str) -> None:
    async with bench("monday", values={option: value}) as tracker:
        with pytest.raises((Refused, Invalid), match=rf"{value}.*there is .*{there}"):
            await hand_over(tracker.work())
        assert tracker.ours() == []


async def test_a_severity_is_one_of_the_column_s() -> None:
    async with bench("monday") as tracker:
        tracker.world.extra["severities"] = ["P1", "P2"]
        with pytest.raises(Refused, match=r"Severity .*High.*there is .*P1.*P2"):
            await hand_over(tracker.work())
        assert (await hand_over(tracker.work(replace(DEFECT, level="normal", severity="visual")))).is_new


async def test_an_item_that_is_gone_is_not_found() -> None:
    async with bench("monday") as tracker:
        with pytest.raises(NotFound, match="no item"):
            await read(tracker.api, "1")


def client(body: Any) -> TrackerClient:
    account = replace(Wire(says(json=body)).account(), credentials={"token": SecretStr("eyJ")})
    return TrackerClient(account, setup_of("monday"))


def error(code: str, status: int, **more: Any) -> dict[str, Any]:
    extensions = {"code": code, "status_code": status, "error_data": {}, **more}
    return {"data": None, "errors": [{"message": "No.", "extensions": extensions}], "account_id": 1}


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (error("UserUnauthorizedException", 403), Unauthorized),
        (error("ResourceNotFoundException", 404), NotFound),
        (error("ColumnValueException", 200), Invalid),
        (error("COMPLEXITY_BUDGET_EXHAUSTED", 429, retry_in_seconds=40), RateLimited),
        (error("DAILY_LIMIT_EXCEEDED", 429), RateLimited),
        (error("INTERNAL_SERVER_ERROR", 500), OutcomeUnknown),
        (
            {"error_code": "ComplexityException", "status_code": 429, "error_message": "No.", "errors": ["No."]},
            RateLimited,
        ),
    ],
)
async def test_a_failure_with_200_is_one(
    body: Any, expected: type[PlatformError], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tools.kit.client.pause", lambda *_: None)
    with pytest.raises(expected, match=r"No\."):
        await client(body).act(mutation(GRAPHQL, UPDATE, item="1", body="x"))


async def test_a_token_of_nobody_is_a_wrong_one() -> None:
    with pytest.raises(Unauthorized, match="whose token"):
        await check(client({"data": {"me": None, "boards": [{"id": "1"}]}, "errors": [{"message": "No."}]}))


@pytest.mark.parametrize(
    ("state", "status", "expected"),
    [
        ("active", {"text": "Done", "is_done": True}, (False, "Done")),
        ("active", {"text": None, "is_done": False}, (True, "no status")),
        ("archived", {"text": "Stuck", "is_done": False}, (False, "archived")),
    ],
)
async def test_an_item_is_open_unless_it_is_done_or_put_away(
    state: str, status: dict[str, Any], expected: tuple[bool, str]
) -> None:
    item = {"id": "1", "name": "A", "url": "https://a.example", "state": state, "column_values": [status]}
    found = await read(client({"data": {"items": [item]}}), "1")
    assert (found.is_open, found.word) == expected
