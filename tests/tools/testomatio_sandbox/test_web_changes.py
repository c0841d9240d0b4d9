"""The fake Testomat.io: what the vendor's programs write over the web API, besides comments and templates."""

from typing import Any

import httpx
import pytest

from tests.tools.testomatio_sandbox.small import SMALL, document, error, http, json_of, small, web
from tools.kit.sandbox.sandbox import Sandbox
from tools.testomatio.sandbox.world import Switches

pytestmark = pytest.mark.anyio

API = f"/api/{SMALL}"
FILE = {"file": ("shot.png", b"\x89PNG", "image/png")}


def attributes(answer: httpx.Response) -> Any:
    return json_of(answer)["data"]["attributes"]


def originated(type_: str, values: dict[str, object], origin: str) -> Any:
    sent: Any = document(type_, values)
    sent["data"]["origin_id"] = origin
    return sent


# Files


@pytest.mark.parametrize(("path", "target"), [("tests/t0000001", "test"), ("testruns/8001", "testrun")])
async def test_a_file_is_attached_and_its_address_answered(client: httpx.AsyncClient, path: str, target: str) -> None:
    answer = json_of(await client.post(f"{API}/{path}/attachment", files=FILE))
    assert list(answer) == ["url"]
    assert (await client.get(answer["url"], headers={"Authorization": ""})).content == b"\x89PNG"
    files = attributes(await client.get(f"{API}/{path}"))["attachments"]
    assert [one["name"] for one in files if one["url"] == answer["url"]] == ["shot.png"]
    for missing in ("tests/nope/attachment", "testruns/77/attachment", "testruns/x/attachment"):
        error(await client.post(f"{API}/{missing}", files=FILE), 404)
    error(await client.post(f"{API}/{path}/attachment", files={"files": FILE["file"]}), 422)
    error(await client.post(f"{API}/{path}/attachment", json={}), 422)


async def test_the_switch_takes_attachments_from_v2_and_leaves_them_to_the_web() -> None:
    sandbox = small(Switches(without_attachments=True))
    async with web(sandbox) as client:
        json_of(await client.post(f"{API}/tests/t0000001/attachment", files=FILE))
        with_token = {"Authorization": "Bearer testomat_demo"}
        public = f"/api/v2/{SMALL}/attachments?test_id=t0000001"
        error(await client.post(public, files=FILE, headers=with_token), 404)
        error(await client.get(public, headers=with_token), 404)


# Runs and groups


async def test_a_run_is_finished_by_an_event(client: httpx.AsyncClient) -> None:
    done = attributes(
        await client.put(f"{API}/runs/r0000002", json=document("runs", {"status-event": "finish_manual"}))
    )
    assert (done["status"], done["has-finished"], done["skipped"]) == ("finished", True, 2)
    error(await client.put(f"{API}/runs/r0000002", json=document("runs", {"status-event": "finish_manual"})), 422)
    error(await client.put(f"{API}/runs/r0000001", json=document("run", {"status-event": "explode"})), 422)
    error(await client.put(f"{API}/runs/r0000001", json={"status_event": "rerun"}), 400)


async def test_what_is_sent_of_a_run_is_written(client: httpx.AsyncClient) -> None:
    sent: dict[str, object] = {"title": "Nightly", "env": ["prod"], "rungroup-id": "g0000001"}
    run = attributes(await client.put(f"{API}/runs/r0000001", json=document("runs", sent)))
    assert {name: run[name] for name in sent} == sent
    assert run["status"] == "failed"
    error(await client.put(f"{API}/runs/r0000001", json=document("runs", {"rungroup-id": "nope"})), 404)


async def test_a_group_names_those_it_is_in(client: httpx.AsyncClient) -> None:
    group = attributes(await client.get(f"{API}/rungroups/g0000002"))
    assert (group["title"], group["path"], group["is-root"]) == ("Hotfix", [{"id": "g0000001"}], False)
    assert (group["runs-count"], group["tests-count"], group["passed"], group["failed"]) == (1, 2, 1, 1)
    error(await client.get(f"{API}/rungroups/nope"), 404)


async def test_the_dashboard_is_no_run(client: httpx.AsyncClient, sandbox: Sandbox) -> None:
    sandbox.world.runs["r0000002"].rungroup_id = None
    body = json_of(await client.get(f"{API}/runs/dashboard"))
    assert {(row["type"], row["id"]) for row in body["data"]} == {("run", "r0000002"), ("rungroup", "g0000001")}
    assert body["meta"] == {"page": 1, "perPage": 30, "totalCount": 2, "totalPages": 1}


# Results


async def test_a_result_is_written_and_given_to_somebody(client: httpx.AsyncClient) -> None:
    where = f"{API}/testruns/8003"
    row = attributes(await client.put(where, json=document("testruns", {"status": "passed", "assigned-to": "4104"})))
    assert (row["status"], row["assigned-to"]) == ("passed", "ann.weber@shop.example.test")
    assert row["finished-at"] is not None
    row = attributes(await client.put(where, json=document("testruns", {"assigned-to": None, "message": "slow"})))
    assert (row["status"], row["assigned-to"], row["message"]) == ("passed", None, "slow")
    error(await client.put(where, json=document("testruns", {"assigned-to": "4105"})), 422)
    error(await client.put(where, json=document("testruns", {"status": "fine"})), 422)


async def test_a_custom_status_is_set_and_cleared(client: httpx.AsyncClient) -> None:
    where = f"{API}/testruns/8002/testrun_extras/substatus"
    assert attributes(await client.put(where, json={"value": "With remarks"}))["substatus"] == "With remarks"
    error(await client.put(where, json={}), 422)
    assert attributes(await client.delete(where))["substatus"] is None


async def test_a_value_replaces_the_one_of_its_old_key(client: httpx.AsyncClient) -> None:
    where = f"{API}/testruns/8001/testrun_extras/bulk_update"
    sent = {"metafields": [{"key": "browser", "value": "Safari", "oldKey": "browser"}, {"key": "os", "value": "mac"}]}
    extras = attributes(await client.post(where, json=sent))["extras"]
    given = {row["key"]: row["value"] for row in extras if row["source"] == "user"}
    assert given == {"browser": "Safari", "os": "mac"}


async def test_a_step_replaces_the_one_at_its_position(client: httpx.AsyncClient) -> None:
    where = f"{API}/testruns/8003/steps"
    for title, position in (("Open", 1), ("Pay", 0), ("Open again", 1)):
        json_of(await client.post(where, json={"step": {"title": title, "status": "passed", "pos": position}}))
    assert [step["title"] for step in json_of(await client.get(where))["steps"]] == ["Pay", "Open again"]
    automated = f"{API}/testruns/8002/steps"
    assert json_of(await client.post(automated, json={"step": {"title": "x", "status": "passed", "pos": 0}})) == {
        "steps": []
    }
    error(await client.post(where, json={"step": {"title": "x", "pos": -1}}), 422)


# Tests and suites, as a migration writes them


async def test_what_a_migration_brings_twice_is_made_once(client: httpx.AsyncClient, sandbox: Sandbox) -> None:
    suite = originated("suites", {"title": "Refunds", "file-type": "file", "parent-id": "s0000001"}, "section-7")
    made = json_of(await client.post(f"{API}/suites", json=suite))["data"]
    again = await client.post(f"{API}/suites", json=suite)
    assert (again.status_code, again.json()["data"]["id"]) == (208, made["id"])
    test = originated("tests", {"title": "A refund is paid", "priority": 2, "suite-id": made["id"]}, "case-12")
    first = json_of(await client.post(f"{API}/tests", json=test))["data"]
    second = await client.post(f"{API}/tests", json=test)
    assert (second.status_code, second.json()["data"]["id"]) == (208, first["id"])
    assert first["attributes"]["priority"] == "high"
    assert [test.title for test in sandbox.world.tests.of(SMALL) if test.suite_id == made["id"]] == ["A refund is paid"]
    sandbox.world.drop_test(sandbox.world.tests.main[first["id"]])
    assert (await client.post(f"{API}/tests", json=test)).status_code == 200, "what was deleted is made anew"


async def test_a_test_comes_with_what_it_is_tied_to(client: httpx.AsyncClient) -> None:
    sent: dict[str, object] = {
        "title": "Ties",
        "tags": ["smoke"],
        "jira-issues": ["SHOP-1"],
        "labels_ids": ["severity-s0001:minor"],
        "custom-fields": {"Web": "yes"},
        "file": "a.spec.ts",
    }
    sent_document: Any = document("test", sent)
    sent_document["data"]["relationships"] = {"suite": {"data": {"type": "suites", "id": "s0000003"}}}
    made = json_of(await client.post(f"{API}/tests", json=sent_document))["data"]
    row = made["attributes"]
    assert (row["tags"], row["jira-issues"], row["file"]) == (["smoke"], ["SHOP-1"], "a.spec.ts")
    assert row["labels"][0] == "Severity:minor"
    moved = await client.put(
        f"{API}/tests/{made['id']}", json=document("tests", {"title": "T", "suite-id": "s0000004"})
    )
    assert (attributes(moved)["title"], attributes(moved)["suite-id"]) == ("T", "s0000004")
    error(await client.post(f"{API}/tests", json=document("tests", {"title": "x", "suite-id": "s0000001"})), 422)
    error(await client.post(f"{API}/tests", json=document("tests", {"title": "x"})), 404)


async def test_a_list_of_titles_becomes_tests(client: httpx.AsyncClient) -> None:
    yaml = "- \"One: \\\"quoted\\\"\"\n- 'It''s two'\n- Three\n"
    rows = json_of(await client.post(f"{API}/bulk", json={"append": True, "suite": "s0000004", "yaml": yaml}))["data"]
    assert [row["attributes"]["title"] for row in rows] == ['One: "quoted"', "It's two", "Three"]
    assert [row["attributes"]["suite-id"] for row in rows] == ["s0000004"] * 3
    for bad in ("", "title: x", '- "open', "-"):
        error(await client.post(f"{API}/bulk", json={"suite": "s0000004", "yaml": bad}), 422)


async def test_suites_without_a_test_are_deleted(client: httpx.AsyncClient, sandbox: Sandbox) -> None:
    changed = await client.put(f"{API}/suites/s0000002", json=document("suites", {"file-type": "folder"}))
    assert attributes(changed)["file-type"] == "folder"
    json_of(await client.post(f"{API}/suites", json=document("suites", {"title": "Hollow", "parent-id": "s0000002"})))
    assert "s0000002" in json_of(await client.delete(f"{API}/suites/delete_empty"))["deleted"]
    assert {suite.title for suite in sandbox.world.suites.of(SMALL)} == {"Shop", "Checkout", "Coupons", "Payment"}


async def test_labels_are_made_and_put_on(client: httpx.AsyncClient) -> None:
    sent = document("label", {"title": "Risk", "scope": ["tests"], "field": {"type": "list", "value": "a\nb"}})
    slug = json_of(await client.post(f"{API}/labels", json=sent))["data"]["id"]
    link = f"{API}/labels/{slug}/link"
    json_of(await client.post(f"{link}?test_id=t0000002&value=a|b", json={}))
    assert attributes(await client.get(f"{API}/tests/t0000002"))["labels"] == ["Risk:a", "Risk:b"]
    json_of(await client.post(link, json={"test_id": "t0000002", "event": "remove", "value": "a"}))
    assert attributes(await client.get(f"{API}/tests/t0000002"))["labels"] == ["Risk:b"]
    error(await client.post(link, json={"test_id": "t0000002", "value": "z"}), 422)
    error(await client.post(link, json={"value": "a"}), 422)
    listed = json_of(await client.get(f"{API}/labels", params={"scope[]": "tests"}))["data"]
    assert [(row["id"], row["attributes"]["title"]) for row in listed] == [(slug, "Risk")]
    json_of(await client.delete(f"{API}/labels/{slug}"))
    assert attributes(await client.get(f"{API}/tests/t0000002"))["labels"] == []


async def test_issues_are_linked_once(client: httpx.AsyncClient) -> None:
    for _ in range(2):
        json_of(await client.post(f"{API}/jira/issues?test_id=t0000002&jira_id=SHOP-9", json={}))
        json_of(await client.post(f"{API}/ims/issues/link", json={"test_id": "t0000002", "url": "https://x.example/1"}))
    row = attributes(await client.get(f"{API}/tests/t0000002"))
    assert (row["jira-issues"], row["issues"]) == (["SHOP-9"], ["https://x.example/1"])
    projects = json_of(await client.get(f"{API}/jira/projects"))["data"]
    assert [one["attributes"]["project-key"] for one in projects] == ["SHOP"]
    error(await client.post(f"{API}/jira/issues?test_id=t0000002&jira_id=nonsense", json={}), 422)


async def test_a_path_that_begins_with_two_slashes_is_the_same_path(client: httpx.AsyncClient) -> None:
    assert (await client.get(f"{client.base_url}/{API}/labels")).status_code == 200


async def test_a_reader_writes_nothing_of_it() -> None:
    async with web(small(), "testomat_reader") as client:
        for method, path in (("PUT", "runs/r0000002"), ("POST", "tests"), ("POST", "tests/t0000001/attachment"),
                             ("DELETE", "suites/delete_empty"), ("POST", "bulk")):  # fmt: skip
            error(await client.request(method, f"{API}/{path}", json={}), 403)


@pytest.mark.parametrize("number", [0, -1])
async def test_an_id_of_0_or_below_in_a_body_is_refused(sandbox: Sandbox, number: int) -> None:
    before = len(list(sandbox.world.tests.of(SMALL)))
    entry = {"id": number, "title": "Mine", "suite_id": "s0000003"}
    async with http(sandbox, Authorization="Bearer testomat_demo") as client:
        error(await client.post(f"/api/v2/{SMALL}/tests/bulk", json={"tests": [entry]}), 422)
        error(await client.post(f"/api/v2/{SMALL}/testruns", json={"run_id": "r0000001", "test_id": number}), 422)
    assert len(list(sandbox.world.tests.of(SMALL))) == before


async def test_keys_that_would_be_null_stay_away_by_a_switch() -> None:
    sandbox = small(Switches(without_nulls=True))
    async with http(sandbox, Authorization="Bearer testomat_demo") as client:
        answer = await client.get(f"/api/v2/{SMALL}/runs")
    assert answer.status_code == 200
    assert ":null" not in answer.text
