"""Steps, issues, requirements, branches, milestones and shares: what tests are tied to."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.acts import confirmed, question
from tests.desk import ERAS, desk, sandboxes, settings
from tests.tools.testomatio.holding import OF_THE_PROJECT, SHOP, V2, holding
from tools.kit.errors import Refused, Unauthorized
from tools.kit.toolset import no_progress
from tools.testomatio.client.credentials import TOKEN
from tools.testomatio.tools.branches import create_branch, list_branches
from tools.testomatio.tools.shares import share_tests, unshare
from tools.testomatio.tools.test_changes import update_test

pytestmark = pytest.mark.anyio

TEST, APP = "c0de0012", "harbour-app-2d41c"


# Steps and snippets


@pytest.mark.parametrize(("kind", "number", "used"), [("step", 311, 41), ("snippet", 321, 9)])
async def test_steps_and_snippets_are_changed_alike_under_their_own_paths(kind: str, number: int, used: int) -> None:
    async with desk() as d:
        listed = await d.answer("testomatio_list_steps", kind=kind)
        made = await d.answer("testomatio_create_step", kind=kind, title="New", labels=["Hotfix"])
        changed = await d.answer("testomatio_update_step", kind=kind, step_id=number, title="Renamed")
        await d.answer("testomatio_delete_step", kind=kind, step_id=number)
        writes = d.writes("testomatio")
        asked = d.asked[0]
    name = f"{V2}/{kind}s"
    assert [line.split("?")[0] for line in writes] == [
        f"POST {name}",
        f"PUT {name}/{number}",
        f"DELETE {name}/{number}",
    ]
    assert next(row for row in listed["items"] if row["id"] == number)["used_by"] == used
    assert made["now"]["labels"][0]["title"] == "Hotfix"
    assert changed["now"]["title"] == "Renamed"
    assert f"used by {used} tests" in asked


async def test_a_step_of_the_other_kind_is_not_there() -> None:
    async with desk() as d:
        sentence = await d.refusal("testomatio_get_step", kind="snippet", step_id=311)
    assert "testomatio_list_steps" in sentence
    assert "check that kind fits" in sentence


# Issues


async def test_issues_are_listed_of_one_thing_or_of_all() -> None:
    async with desk() as d:
        one = await d.answer("testomatio_list_issues", target="test", target_id="@Tc0de0014")
        jira = await d.answer("testomatio_list_issues", source="jira")
        sentence = await d.refusal("testomatio_list_issues", target="test")
    assert [(row["id"], row["type"]) for row in one["items"]] == [(301, "issue")]
    assert {row["type"] for row in jira["items"]} == {"jira_issue"}
    assert "go together" in sentence


async def test_an_issue_is_linked_once_with_its_target_in_the_query() -> None:
    async with desk() as d:
        first = await d.answer("testomatio_link_issue", target="test", target_id=TEST, jira_id="SHOP-430")
        query, body = d.sent("POST", f"{V2}/issues")
        again = await d.answer("testomatio_link_issue", target="test", target_id=TEST, jira_id="SHOP-430")
        assert len(d.writes("testomatio")) == 1
    assert (query, body) == ([("test_id", TEST)], {"jira_id": "SHOP-430"})
    assert first["done"] == "Linked."
    assert "already" in again["done"]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({}, "exactly one of url and jira_id"),
        ({"url": "https://x.example", "jira_id": "A-1"}, "exactly one"),
        ({"url": "javascript:alert(1)"}, "whole address"),
        ({"target": "testrun", "target_id": "abc", "jira_id": "A-1"}, "testomatio_list_results"),
        ({"target_id": "00000000", "jira_id": "A-1"}, "no test '00000000'"),
    ],
)
async def test_a_link_that_cannot_be_is_refused(arguments: dict[str, Any], words: str) -> None:
    async with desk() as d:
        assert words in await d.refusal("testomatio_link_issue", **({"target": "test", "target_id": TEST} | arguments))
        assert not d.writes("testomatio")


@pytest.mark.parametrize("mode", ERAS)
async def test_unlinking_tells_two_links_of_one_number_apart_by_their_type(mode: str) -> None:
    async with desk(mode) as d:
        other = await d.answer("testomatio_unlink_issue", issue_id=301, issue_type="issue")
        d.asked.clear()
        await d.answer("testomatio_unlink_issue", issue_id=301, issue_type="jira_issue")
        query, _ = d.sent("DELETE", f"{V2}/issues/301")
        assert "testomatio_list_issues" in await d.refusal(
            "testomatio_unlink_issue", issue_id=999, issue_type="jira_issue"
        )
        asked = d.asked[0]
    assert query == [("type", "jira_issue")]
    assert other["before"]["url"].endswith("/issues/77")
    assert "Unlink issue 'SHOP-398' (jira issue 301) from test c0de0010" in asked
    assert "stays in its tracker" in asked


# Requirements


async def test_a_text_requirement_shorter_than_the_platform_wants_is_refused() -> None:
    async with desk() as d:
        short = await d.refusal("testomatio_create_requirement", title="R", source="text", description="short")
        mixed = await d.refusal("testomatio_create_requirement", title="R", source="jira", files=["/x.md"])
        assert not d.writes("testomatio")
        made = await d.answer("testomatio_create_requirement", title="R", source="text", description="word " * 120)
        _, body = d.sent("POST", f"{V2}/requirements")
        changed = await d.answer(
            "testomatio_update_requirement", requirement_id=made["now"]["id"], is_global=True, active=False
        )
        assert "only a text one" in await d.refusal(
            "testomatio_update_requirement", requirement_id="4e400001", description="x"
        )
    assert "500 characters" in short
    assert "files with source file" in mixed
    assert body["source_type"] == "text"
    assert (changed["now"]["is_global"], changed["now"]["active"]) == (True, False)


async def test_files_of_a_requirement_go_as_a_form_whose_truths_are_words(tmp_path: Path) -> None:
    (tmp_path / "rules.md").write_text("# Rules")
    (tmp_path / "more.pdf").write_bytes(b"%PDF")
    async with desk(told=settings({"TESTDESK_UPLOAD_DIRS": str(tmp_path)})) as d:
        files = [str(tmp_path / "rules.md"), str(tmp_path / "more.pdf")]
        made = await d.answer("testomatio_create_requirement", title="R", source="file", active=True, files=files)
        _, body = d.sent("POST", f"{V2}/requirements")
        outside = await d.refusal("testomatio_create_requirement", title="R", source="file", files=["/etc/hosts"])
    assert body["form"][:3] == [("title", "R"), ("source_type", "file"), ("active", "true")]
    assert [(name, told["filename"]) for name, told in body["form"][3:]] == [
        ("files", "rules.md"),
        ("files", "more.pdf"),
    ]
    assert made["now"]["source_type"] == "file"
    assert "TESTDESK_UPLOAD_DIRS" in outside


async def test_deleting_a_requirement_names_it() -> None:
    async with desk() as d:
        listed = await d.answer("testomatio_list_requirements", source="text")
        await d.answer("testomatio_delete_requirement", requirement_id="4e400004")
        asked = d.asked[0]
    assert [row["id"] for row in listed["items"]] == ["4e400004"]
    assert "'Rules for coupons' (text)" in asked


# Branches and milestones


async def test_branches_are_listed_made_renamed_and_deleted_with_what_they_hold() -> None:
    async with desk() as d:
        active = await d.answer("testomatio_list_branches", state="active")
        one = await d.answer("testomatio_list_branches", branch="coupon-rework-4c5d6")
        made = await d.answer("testomatio_create_branch", title="Search 2")
        renamed = await d.answer("testomatio_rename_branch", branch=made["now"]["slug"], title="Search 3")
        await d.answer("testomatio_delete_branch", branch="checkout-10-1a2b3")
        asked = d.asked[0]
    assert [row["slug"] for row in active["items"]] == ["checkout-10-1a2b3"]
    assert one["items"][0]["state"] == "merged"
    assert (renamed["before"]["title"], renamed["now"]["title"]) == ("Search 2", "Search 3")
    held = active["items"][0]
    assert f"{held['tests_count']} test" in asked
    assert "What was not merged is lost" in asked


@pytest.mark.parametrize("status", [403, 402])
async def test_a_plan_without_branches_is_told_as_that(status: int) -> None:
    async with desk() as d:
        await d.switch("testomatio", without_branches=True, gate_is_402=status == 402)
        sentence = await d.refusal("testomatio_list_branches")
        also = await d.refusal("testomatio_list_tests", branch="checkout-10-1a2b3")
        assert f"GET {V2}/tests" not in d.arrived(platform="testomatio")
    assert ("larger plans" if status == 403 else "not part of the plan") in sentence
    assert ("larger plans" if status == 403 else "not part of the plan") in also


async def test_a_project_that_is_not_there_has_no_branches_either() -> None:
    async with holding(OF_THE_PROJECT) as api:
        with pytest.raises(Exception, match="No project"):
            await list_branches(api, no_progress, project="nowhere")
    async with holding({TOKEN: "testomat_reader"}) as api:
        with pytest.raises(Unauthorized):
            await create_branch(api, "X")


async def test_milestones_are_read_by_slug_or_title() -> None:
    async with desk() as d:
        sprints = await d.answer("testomatio_list_milestones", type="Sprint")
        by_slug = await d.answer("testomatio_get_milestone", milestone="release-9-0-1-5d3e1")
        by_title = await d.answer("testomatio_get_milestone", milestone="release 9.0.1")
        none = await d.refusal("testomatio_get_milestone", milestone="Release 77")
    assert [row["title"] for row in sprints["items"]] == ["Sprint 12"]
    assert by_slug == by_title
    assert by_slug["id"] == "release-9-0-1-5d3e1"
    assert "testomatio_list_milestones" in none


# Shares


@pytest.mark.parametrize("mode", ERAS)
async def test_sharing_asks_with_what_is_shared_and_where_to(mode: str) -> None:
    async with desk(mode) as d:
        told = await d.answer(
            "testomatio_share_tests",
            target_project=APP,
            target_suite_id="@Sa9950001",
            test_ids=["@Tc0de0010", "c0de0011"],
            labels=["automatable"],
        )
        _, body = d.sent("POST", f"{V2}/shares/tests")
        asked = d.asked[0]
    assert body == {
        "target_project_id": APP,
        "target_suite_id": "a9950001",
        "test_ids": ["c0de0010", "c0de0011"],
        "labels": ["automatable-3e4f5"],
    }
    assert told["status"] == "queued"
    assert "2 tests (c0de0010 'An expired code is refused" in asked
    assert "every test labelled 'Automatable'" in asked
    assert APP in asked


@pytest.mark.parametrize(
    ("tool", "arguments", "words"),
    [
        ("share_tests", {"target_project": APP, "target_suite_id": "a9950001"}, "what to share"),
        ("share_tests", {"target_project": SHOP, "target_suite_id": "c0ffee01", "test_ids": [TEST]}, "into itself"),
        ("share_tests", {"target_project": APP, "target_suite_id": "a9950001", "test_ids": ["00000000"]}, "no test"),
        (
            "share_suites",
            {"target_projects": [APP, "x"], "suite_ids": ["c0ffee01"], "destination_folder_id": "a99f0001"},
            "one target project only",
        ),
        ("share_suites", {"target_projects": [APP], "labels": ["Nope"]}, "testomatio_create_label"),
        ("unshare", {"kind": "test", "copy_id": TEST}, "no shared copy"),
    ],
)
async def test_a_share_that_cannot_be_is_refused_before_anybody_is_asked(
    tool: str, arguments: dict[str, Any], words: str
) -> None:
    async with desk() as d:
        assert words in await d.refusal(f"testomatio_{tool}", **arguments)
        assert not d.asked
        assert not d.writes("testomatio")


async def test_a_copy_is_shared_into_a_suite_of_tests_only_and_changed_only_once_it_stands_by_itself() -> None:
    world = sandboxes()
    async with holding({TOKEN: "testomat_iris"}, world) as api:
        with pytest.raises(Refused, match="folder holds no tests"):
            await question(share_tests(api, APP, "a99f0001", [TEST]))
        assert "a9950001" in await question(share_tests(api, APP, "a9950001", [TEST]))
        await confirmed(share_tests(api, APP, "a9950001", [TEST]))
        world.sandboxes["testomatio"].clock.advance(timedelta(minutes=5))  # it is queued first
        copies = await api.tests(APP, [("suites[]", "a9950001")])
        copy = next(test for test in copies.data if test.is_shared)
        with pytest.raises(Refused, match="testomatio_unshare"):
            await update_test(api, copy.id, title="X", project=APP)
        assert "no longer follows" in await question(unshare(api, "test", copy.id, APP))
        await confirmed(unshare(api, "test", copy.id, APP))
        assert (await api.test(APP, copy.id, ())).is_shared is False
