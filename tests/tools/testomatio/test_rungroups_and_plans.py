"""Groups of runs and plans: trees from every kind of server, and deletions that count what they take along."""

from typing import Any

import pytest

from tests.acts import confirmed, question
from tests.desk import DECLINE, desk
from tests.tools.testomatio.holding import LOGIN, OF_THE_PROJECT, V2, WEB, holding
from tests.tools.testomatio.host import Host, page_of
from tools.kit.errors import NotFound
from tools.kit.toolset import no_progress
from tools.testomatio.tools.plans import get_plan, list_plans, update_plan
from tools.testomatio.tools.rungroups import delete_rungroup, list_rungroups
from tools.testomatio.tools.web_changes import archive_rungroups

pytestmark = pytest.mark.anyio

RELEASE_9, OLD = "9a090000", "9a070000"


async def test_groups_come_as_a_tree_with_their_parents() -> None:
    async with desk() as d:
        rows = (await d.answer("testomatio_list_rungroups"))["items"]
        part = await d.answer("testomatio_list_rungroups", limit=2)
        rest = await d.answer("testomatio_list_rungroups", limit=50, cursor=part["next_cursor"])
    by = {row["id"]: row for row in rows}
    assert by["9a010002"]["depth"] == 2
    assert by[by["9a010002"]["parent_id"]]["parent_id"] == RELEASE_9
    assert [row["id"] for row in part["items"] + rest["items"]] == [row["id"] for row in rows]


async def test_a_server_that_lists_roots_alone_is_told() -> None:
    async with desk() as d:
        await d.switch("testomatio", flat_rungroups=True)
        answer = await d.answer("testomatio_list_rungroups")
    assert "Only roots came" in answer["note"]
    assert {row["depth"] for row in answer["items"]} == {0}


async def test_archived_groups_are_told_apart() -> None:
    async with holding(OF_THE_PROJECT) as api:
        archived = await list_rungroups(api, no_progress, archived=True)
        others = await list_rungroups(api, no_progress, archived=False, text="release")
    assert [row.id for row in archived.items] == [OLD]
    assert OLD not in {row.id for row in others.items}
    assert len(others.items) > 3


async def test_a_group_tells_its_subgroups_and_newest_runs() -> None:
    async with desk() as d:
        answer = await d.answer("testomatio_get_rungroup", group_id="9a010001")
        assert "testomatio_list_rungroups shows ids" in await d.refusal("testomatio_get_rungroup", group_id="zz")
    assert [group["id"] for group in answer["subgroups"]] == ["9a010002"]
    assert "9a01f1x0" in {run["id"] for run in answer["runs"]}
    assert answer["runs_total"] == len(answer["runs"])


async def test_groups_are_made_changed_and_moved() -> None:
    async with desk() as d:
        made = await d.answer("testomatio_create_rungroup", title="9.2", subgroups=[{"title": "iOS"}], kind="build")
        group_id = made["now"]["id"]
        moved = await d.answer("testomatio_update_rungroup", group_id=group_id, parent_id=RELEASE_9, pin=True)
        rows = (await d.answer("testomatio_list_rungroups"))["items"]
        assert d.asked == []
    assert made["done"] == "Created with 1 subgroup."
    assert moved["now"]["parent_id"] == RELEASE_9
    assert {"9.2": 1, "iOS": 2}.items() <= {row["title"]: row["depth"] for row in rows}.items()


async def test_deleting_a_group_counts_the_runs_of_its_subgroups_too() -> None:
    async with desk(person=DECLINE) as d:
        await d.answer("testomatio_list_rungroups")
        world = d.sandboxes.sandboxes["testomatio"].world
        inside = {RELEASE_9}
        for _ in range(3):
            inside |= {group.id for group in world.rungroups.values() if group.parent_id in inside}
        runs = sum(run.rungroup_id in inside and run.branch is None for run in world.runs.values())
        await d.refusal("testomatio_delete_rungroup", group_id=RELEASE_9)
        assert f"{len(inside) - 1} subgroups and {runs} runs" in d.asked[0]
        assert d.writes("testomatio") == []


async def test_groups_that_a_server_lists_flat_are_counted_by_their_parents() -> None:
    groups = [{"id": "g1", "title": "A"}, {"id": "g2", "parent_id": "g1"}, {"id": "g3", "parent_id": "g2"}]
    host = Host()
    host.says("GET /rungroups/g1", {"data": groups[0]})
    host.says("GET /rungroups", lambda request: page_of(groups, request))
    host.says("GET /runs", {"meta": {"total": 4}})
    assert "2 subgroups and 12 runs" in await question(delete_rungroup(host.api(), "g1"))


async def test_archiving_asks_with_what_is_hidden_and_is_taken_back_without() -> None:
    async with desk() as d:
        answer = await d.answer("testomatio_archive_rungroups", group_ids=[RELEASE_9])
        assert "'Release 9' with" in d.asked[0]
        assert "the runs inside are not archived" in d.asked[0]
        assert answer["groups"][0]["archived_at"]
        assert "already" in await d.refusal("testomatio_archive_rungroups", group_ids=[RELEASE_9])
        back = await d.answer("testomatio_unarchive_rungroups", group_ids=[RELEASE_9])
        assert len(d.asked) == 1
        _, body = d.sent("POST", f"{WEB}/rungroups/archive")
    assert body == {"rungroups_ids": [RELEASE_9]}
    assert "archived_at" not in back["groups"][0]


async def test_a_login_alone_archives_by_ids() -> None:
    async with holding(LOGIN) as api:
        asked = await question(archive_rungroups(api, [RELEASE_9]))
        answer = await confirmed(archive_rungroups(api, [RELEASE_9]))
    assert RELEASE_9 in asked
    assert "with 9 runs" in asked
    assert answer.done == "Archived 1 group."


async def test_plans_are_listed_by_the_filters_of_a_newer_server_and_of_an_older_one() -> None:
    async with desk() as d:
        answer = await d.answer("testomatio_list_plans", kind="manual", hidden=False, labels=["Hotfix"], text="hand")
        query, _ = d.sent("GET", f"{V2}/plans")
    assert [plan["id"] for plan in answer["items"]] == ["5a0c0004"]
    assert query[:4] == [("kind", "manual"), ("search_text", "hand"), ("labels[]", "Hotfix"), ("hidden", "false")]
    rows = [{"id": "1", "title": "By hand", "kind": "manual"}, {"id": "2", "title": "x", "kind": "mixed"}]
    host = Host()
    host.says("GET /plans", lambda request: page_of(rows, request))
    page = await list_plans(host.api(), no_progress, kind="manual", text="HAND")
    assert [plan.id for plan in page.items] == ["1"]


async def test_a_plan_is_made_of_a_query_that_was_looked_at() -> None:
    async with desk() as d:
        assert "character" in await d.refusal("testomatio_create_plan", title="x", tql="priority = 'high'")
        answer = await d.answer("testomatio_create_plan", title="Urgent", tql="priority >= 'high'", kind="mixed")
        _, body = d.sent("POST", f"{V2}/plans")
    assert body == {"title": "Urgent", "kind": "mixed", "tql": "priority >= 'high'"}
    assert answer["now"]["id"] in answer["next"]


async def test_a_change_of_a_plan_is_read_back() -> None:
    host = Host()
    host.says("GET /plans/9f21ab04", {"data": {"id": "9f21ab04", "title": "Smoke", "hidden": False}})
    host.says("PUT /plans/9f21ab04", {"data": {}})
    answer = await confirmed(update_plan(host.api(), "9f21ab04", hidden=True, test_ids=["264409fe"]))
    assert answer.not_applied == ["hidden"]


async def test_another_selection_is_asked_about_since_nothing_tells_the_old_one() -> None:
    async with desk(person=DECLINE) as d:
        await d.refusal("testomatio_update_plan", plan_id="5a0c0002", tql="priority >= 'high'", test_ids=["c0de0010"])
        assert "- By query: 'priority >= ’high’'\n- Tests: 'c0de0010'" in d.asked[0]  # noqa: RUF001
        assert "write ==" in await d.refusal("testomatio_update_plan", plan_id="5a0c0002", tql="tag = 'x'")
        await d.answer("testomatio_update_plan", plan_id="5a0c0002", title="Regression")
        assert len(d.asked) == 1
        assert d.writes("testomatio") == [f"PUT {V2}/plans/5a0c0002"]


async def test_deleting_a_plan_says_what_it_was_for() -> None:
    async with desk() as d:
        answer = await d.answer("testomatio_delete_plan", plan_id="5a0c0002")
        assert "'Release regression' (mixed)" in d.asked[0]
        assert "no undo" in d.asked[0]
        assert "has no plan" in await d.refusal("testomatio_get_plan", plan_id="5a0c0002")
    assert answer["before"]["title"] == "Release regression"


@pytest.mark.parametrize("plan_id", ["../x", "a/b", "zz"])
async def test_an_unknown_plan_says_where_ids_come_from(plan_id: str) -> None:
    async with holding(OF_THE_PROJECT) as api:
        with pytest.raises(NotFound, match="testomatio_list_plans shows ids"):
            await get_plan(api, plan_id)


@pytest.mark.parametrize("sent", [{"title": "New"}, {"kind": "manual"}])
async def test_a_plan_changes_only_in_what_was_sent(sent: dict[str, Any]) -> None:
    async with desk() as d:
        await d.answer("testomatio_update_plan", plan_id="5a0c0001", **sent)
        _, body = d.sent("PUT", f"{V2}/plans/5a0c0001")
    assert body == sent
