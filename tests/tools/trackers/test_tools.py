"""The tools of trackers, over MCP: what they ask, create, find, read and refuse."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from mcp.types import ElicitResult

from tests.desk import NO, YES, Answer, Desk, change_bug, desk, sandboxes, settings
from tools.trackers import engine

pytestmark = pytest.mark.anyio

BUG = "testio:88101"


@pytest.fixture(autouse=True)
def no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine, "PAUSES", (0.0, 0.0))


@asynccontextmanager
async def with_tracker(person: Answer | ElicitResult | None = YES, **options: Any) -> AsyncIterator[Desk]:
    async with desk(person=person, told=settings(trackers=("github",), **options), world=sandboxes("github")) as opened:
        yield opened


def issues(desk: Desk) -> list[Any]:
    """The issues that we created."""
    return [issue for issue in desk.sandboxes.sandboxes["github"].world.issues if "testio-bug" in str(issue.text)]


async def test_a_bug_becomes_one_issue_after_one_yes() -> None:
    async with with_tracker() as desk:
        first = await desk.answer("tracker_create_issue", item=BUG)
        assert first["outcome"] == "created"
        assert first["issue"]["url"].startswith("https://github.com/harbour/shop/issues/")
        (question,) = desk.asked
        assert "harbour/shop at GitHub" in question
        assert "private" in question, "who can read it there"
        again = await desk.answer("tracker_create_issue", item=BUG)
        assert (again["outcome"], again["issue"]["id"]) == ("already_there", first["issue"]["id"])
        assert len(desk.asked) == 1, "nothing is asked about what is there"
        assert len(issues(desk)) == 1
        found = await desk.answer("tracker_find_issue", item=BUG)
        assert (found["found"], found["open"], found["how"]) == (True, True, "created")


async def test_a_no_creates_nothing_and_leaves_no_record() -> None:
    async with with_tracker(person=NO) as desk:
        await desk.refusal("tracker_create_issue", item=BUG)
        assert issues(desk) == []
        assert desk.writes("github") == []
        found = await desk.answer("tracker_find_issue", item=BUG)
        assert not found["found"]


async def test_the_mark_comes_last_and_only_when_it_is_wanted() -> None:
    async with with_tracker() as desk:
        await desk.answer("tracker_create_issue", item=BUG)
        assert desk.writes() == []
        marked = await desk.answer("tracker_create_issue", item=BUG, mark_exported=True)
        assert (marked["outcome"], marked["exported"]) == ("already_there", True)
        assert "no undo" in desk.asked[-1]
        assert desk.writes() == ["PUT /bugs/88101/mark_as_exported"]
        await desk.answer("tracker_create_issue", item=BUG, mark_exported=True)
        assert len(desk.writes()) == 1


async def test_a_preview_sends_the_tracker_nothing() -> None:
    async with with_tracker() as desk:
        shown = await desk.answer("tracker_preview_issue", item=BUG)
        assert shown["title"]
        assert "testio-bug-88101" in shown["text"]
        assert desk.arrived(platform="github") == []


async def test_a_list_is_asked_about_once_and_is_safe_to_send_again() -> None:
    async with with_tracker() as desk:
        bugs = (await desk.answer("testio_list_bugs", limit=3))["items"]
        items = [f"testio:{bug['id']}" for bug in bugs]
        first = await desk.answer("tracker_create_issues", items=[*items, items[0]])
        assert (first["created"], first["failed"]) == (3, 0)
        assert len(desk.asked) == 1
        again = await desk.answer("tracker_create_issues", items=items)
        assert (again["created"], again["already_there"]) == (0, 3)
        assert len(issues(desk)) == 3


async def test_one_that_cannot_be_read_is_named_before_anything_is_sent() -> None:
    async with with_tracker() as desk:
        refusal = await desk.refusal("tracker_create_issues", items=[BUG, "testio:1"])
        assert "testio:1" in refusal
        assert desk.writes("github") == []


async def test_a_failing_test_becomes_an_issue_with_its_error() -> None:
    async with with_tracker() as desk:
        runs = await desk.answer("across_list_runs", platforms=["testery"], status=["failed"])
        story = await desk.answer("across_get_run", platform="testery", run_id=runs["items"][0]["run_id"])
        failed = story["groups"][0]["failed"][0]
        item = f"testery:{runs['items'][0]['run_id']}/{failed.get('id') or failed['title']}"
        done = await desk.answer("tracker_create_issue", item=item)
        assert done["outcome"] == "created"
        refusal = await desk.refusal("tracker_create_issue", item=item, mark_exported=True)
        assert "no mark" in refusal


async def test_an_issue_is_read_by_its_number_or_its_bug_and_commented_on() -> None:
    async with with_tracker() as desk:
        done = await desk.answer("tracker_create_issue", item=BUG)
        by_bug = await desk.answer("tracker_get_issue", item=BUG)
        by_key = await desk.answer("tracker_get_issue", issue=done["issue"]["key"])
        assert by_bug["issue"] == by_key["issue"] == done["issue"]
        assert by_bug["status"] == "open"
        await desk.answer("tracker_comment", issue=done["issue"]["key"], text="Seen on *two* devices, @all")
        assert "Seen on *two* devices, @all" in desk.asked[-1]
        assert len(issues(desk)[0].comments) == 1


async def test_a_bug_is_linked_to_an_issue_that_is_there() -> None:
    async with with_tracker() as desk:
        linked = await desk.answer("tracker_link_bug", item=BUG, issue="2")
        assert (linked["outcome"], linked["issue"]["id"]) == ("linked", "2")
        found = await desk.answer("tracker_find_issue", item=BUG)
        assert (found["issue"]["id"], found["how"]) == ("2", "linked")
        created = await desk.answer("tracker_create_issue", item=BUG)
        assert created["outcome"] == "linked"
        assert len(desk.sandboxes.sandboxes["github"].world.issues) == 2
        assert "has an issue" in await desk.refusal("tracker_link_bug", item=BUG, issue="1")


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ({"item": "88101"}, "Write an item as testio:88101"),
        ({"item": "shop:1"}, "Platforms here: testio"),
        ({"item": "testio:1"}, "No bug"),
        ({"item": BUG, "tracker": "jira"}, "There is: github"),
    ],
)
async def test_what_cannot_be_says_what_can(arguments: dict[str, str], sentence: str) -> None:
    async with with_tracker() as desk:
        assert sentence in await desk.refusal("tracker_create_issue", **arguments)
        assert desk.writes("github") == []


async def test_a_read_only_session_offers_the_reading_tools_and_says_why() -> None:
    async with with_tracker(read_only=True) as desk:
        names = {tool.name for tool in (await desk.client.list_tools()).tools if tool.name.startswith("tracker_")}
        assert names == {"tracker_find_issue", "tracker_get_issue", "tracker_preview_issue"}


async def test_without_a_tracker_there_is_no_such_tool_and_the_refusal_says_how_to_get_one() -> None:
    async with desk(told=settings({"TESTDESK_TOOLSETS": "auto"})) as plain:
        assert not [tool for tool in (await plain.client.list_tools()).tools if tool.name.startswith("tracker_")]
        refusal = await plain.refusal("call_tool", name="tracker_create_issue", arguments={"item": BUG})
        assert "[trackers.NAME]" in refusal


async def test_the_acts_are_on_record_with_the_place_and_the_key() -> None:
    async with with_tracker() as desk:
        await desk.answer("tracker_create_issue", item=BUG)
        acts = await desk.answer("testdesk_list_acts")
        (act,) = [one for one in acts["items"] if one["tool"] == "tracker_create_issue"]
        assert act["outcome"] == "done"


async def test_an_issue_that_was_deleted_there_is_created_anew_after_another_yes() -> None:
    async with with_tracker() as desk:
        first = await desk.answer("tracker_create_issue", item=BUG)
        world = desk.sandboxes.sandboxes["github"].world
        world.issues[-1].number, world.issues[-1].text = 999, "deleted"
        found = await desk.answer("tracker_find_issue", item=BUG)
        assert not found["found"]
        assert first["issue"]["key"] in found["note"]
        again = await desk.answer("tracker_create_issue", item=BUG)
        assert again["outcome"] == "created"
        assert "not there any more" in desk.asked[-1]


async def test_a_secret_in_a_bug_does_not_reach_the_tracker() -> None:
    async with with_tracker() as desk:
        change_bug(desk.sandboxes, 88101, title="Token ghp_" + "a1B2" * 9 + " is in the page")
        await desk.answer("tracker_create_issue", item=BUG)
        (issue,) = issues(desk)
        assert "ghp_a1B2" not in f"{issue.title} {issue.text}"
        assert "is in the page" in issue.title
