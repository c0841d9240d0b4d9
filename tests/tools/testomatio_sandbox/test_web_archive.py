"""The fake API of Testomat.io: groups that are put away, and runs that begin anew."""

from typing import Any

import httpx
import pytest

from tests.tools.testomatio_sandbox.small import SMALL, document, error, json_of
from tools.kit.sandbox.sandbox import Sandbox

pytestmark = pytest.mark.anyio

RUNS, GROUPS = f"/api/{SMALL}/runs", f"/api/{SMALL}/rungroups"


async def results(client: httpx.AsyncClient, run_id: str) -> list[Any]:
    return [row["attributes"] for row in json_of(await client.get(f"/api/{SMALL}/testruns?run_id={run_id}"))["data"]]


async def test_a_group_is_archived_and_taken_back(client: httpx.AsyncClient, sandbox: Sandbox) -> None:
    sent = {"rungroups_ids": ["g0000001"]}
    assert json_of(await client.post(f"{GROUPS}/archive", json=sent)) == {}
    assert sandbox.world.rungroups["g0000001"].archived_at == sandbox.clock.now()
    assert json_of(await client.post(f"{GROUPS}/unarchive", json=sent)) == {}
    assert sandbox.world.rungroups["g0000001"].archived_at is None


async def test_archiving_a_group_archives_no_run(client: httpx.AsyncClient) -> None:
    json_of(await client.post(f"{GROUPS}/archive", json={"rungroups_ids": ["g0000001", "g0000002"]}))
    assert json_of(await client.get(f"{RUNS}/archives"))["meta"]["num"] == 1
    assert json_of(await client.get(f"{RUNS}/r0000001"))["data"]["attributes"]["is-archived"] is False


@pytest.mark.parametrize("sent", [{}, {"rungroups_ids": []}, document("rungroups", {"rungroups-ids": ["g0000001"]})])
async def test_groups_are_named_in_a_flat_body(client: httpx.AsyncClient, sent: dict[str, object]) -> None:
    error(await client.post(f"{GROUPS}/archive", json=sent), 400)


async def test_an_unknown_group_keeps_the_others_from_being_archived(
    client: httpx.AsyncClient, sandbox: Sandbox
) -> None:
    error(await client.post(f"{GROUPS}/archive", json={"rungroups_ids": ["g0000001", "nothing0"]}), 404)
    assert sandbox.world.rungroups["g0000001"].archived_at is None


async def test_a_relaunched_run_keeps_its_id_and_waits_for_results(client: httpx.AsyncClient) -> None:
    run = json_of(await client.post(f"{RUNS}/r0000001/relaunch", json={}))["data"]
    assert (run["id"], run["type"]) == ("r0000001", "run")
    told_of = {name: run["attributes"][name] for name in ("status", "passed", "failed", "finished-at", "duration")}
    assert told_of == {"status": "running", "passed": 0, "failed": 0, "finished-at": None, "duration": 0}
    assert run["attributes"]["launched-at"] == "2026-04-03T07:00:00.000Z"
    for result in await results(client, "r0000001"):
        assert (result["status"], result["message"], result["run-time"], result["substatus"]) == (
            "pending",
            *[None] * 3,
        )
        assert (result["attachments"], [one["source"] for one in result["extras"]]) == ([], ["system"])


async def test_a_copy_has_an_id_of_its_own_and_leaves_the_run_as_it_was(client: httpx.AsyncClient) -> None:
    before = json_of(await client.get(f"{RUNS}/r0000001"))
    copy = json_of(await client.post(f"{RUNS}/r0000001/relaunch_copy", json={}))["data"]
    assert copy["id"] != "r0000001"
    assert (copy["attributes"]["title"], copy["attributes"]["status"]) == ("Night", "running")
    assert copy["attributes"]["created-by"]["name"] == "Mara Lindt"
    assert [result["status"] for result in await results(client, copy["id"])] == ["pending", "pending"]
    assert json_of(await client.get(f"{RUNS}/r0000001")) == before


async def test_a_copy_of_an_archived_run_is_not_archived(client: httpx.AsyncClient) -> None:
    copy = json_of(await client.post(f"{RUNS}/r0000003/relaunch_copy", json={}))["data"]
    assert copy["attributes"]["is-archived"] is False


async def test_the_values_of_a_row_stay_when_a_run_begins_anew(client: httpx.AsyncClient) -> None:
    copy = json_of(await client.post(f"{RUNS}/r0000002/relaunch_copy", json={}))["data"]
    assert (await results(client, copy["id"]))[0]["example"] == ["credit card", "20.00"]


@pytest.mark.parametrize("act", ["relaunch", "relaunch_copy"])
async def test_an_unknown_run_is_not_relaunched(client: httpx.AsyncClient, act: str) -> None:
    error(await client.post(f"{RUNS}/nothing0/{act}", json={}), 404)
