"""Folders: listed flat, made at the root, moved, and deleted with all that is below."""

import httpx
import pytest

from tests.tools.testsigma_sandbox.workspace import (
    BAD_ID,
    HRB,
    KSK,
    NOBODY,
    case_id,
    created,
    error,
    folder_id,
    get_json,
    set_switches,
)
from tools.testsigma.sandbox.identity import uuid_of

pytestmark = pytest.mark.anyio

FOLDERS = f"{HRB}/folders"


async def test_folders_come_flat_with_their_parents_and_without_children(http: httpx.AsyncClient) -> None:
    folders = await get_json(http, FOLDERS, "folders")
    assert len(folders) == 16
    assert all(folder["children"] == [] for folder in folders)
    names = {folder["id"]: folder["name"] for folder in folders}
    below = {f["name"]: names.get(f["parent_folder_id"]) for f in folders}
    assert (below["Cards"], below["Complications"], below["Watch"]) == ("Payment", "Watch", "App")
    roots = [f for f in folders if f["parent_folder_id"] is None]
    assert [f["name"] for f in roots][:4] == ["Cart", "Coupons", "Delivery address", "Payment"]
    assert len(roots) == 10


async def test_one_folder_shows_those_below_it(http: httpx.AsyncClient) -> None:
    folder = await get_json(http, f"{FOLDERS}/{folder_id('payment')}", "folder")
    assert [child["name"] for child in folder["children"]] == ["Cards", "Wallets"]
    assert folder["project_id"] == uuid_of("project/HRB")


async def test_a_folder_is_created_at_the_root_with_201_whatever_parent_is_sent(http: httpx.AsyncClient) -> None:
    answer = await http.post(FOLDERS, json={"name": "Returns", "parent_folder_id": folder_id("payment")})
    folder = await created(answer, "folder", 201)
    assert (folder["name"], folder["parent_folder_id"], folder["order"]) == ("Returns", None, -1)
    assert (await created(await http.post(FOLDERS, json={"name": "B", "order": 3}), "folder", 201))["order"] == 3
    assert await error(await http.post(FOLDERS, json={"order": 1}), 400) == "name is required"
    assert await error(await http.post(FOLDERS, json={"name": "B", "order": "1"}), 400) == "order must be an integer"
    assert len(await get_json(http, FOLDERS, "folders")) == 18


async def test_a_folder_is_renamed_and_reordered(http: httpx.AsyncClient) -> None:
    path = f"{FOLDERS}/{folder_id('ideas')}"
    folder = await created(await http.put(path, json={"name": "Later"}), "folder")
    assert (folder["name"], folder["order"]) == ("Later", 16)
    folder = await created(await http.put(path, json={"order": 2}), "folder")
    assert (folder["name"], folder["order"]) == ("Later", 2)
    assert await error(await http.put(path, json={"name": ""}), 400) == "name is required"


async def test_a_folder_is_moved_and_its_test_cases_stay_in_it(http: httpx.AsyncClient) -> None:
    path = f"{FOLDERS}/{folder_id('coupons')}"
    folder = await created(await http.post(f"{path}/move", json={"parent_folder_id": folder_id("cart")}), "folder")
    assert folder["parent_folder_id"] == folder_id("cart")
    assert (await get_json(http, f"{HRB}/test_cases/HRB-7", "test_case"))["folder_id"] == folder_id("coupons")
    assert (await created(await http.post(f"{path}/move", json={"parent_folder_id": None}), "folder"))[
        "parent_folder_id"
    ] is None


async def test_a_folder_cannot_be_moved_just_anywhere(http: httpx.AsyncClient) -> None:
    path = f"{FOLDERS}/{folder_id('app')}/move"
    for sent in ({}, {"parent_folder_id": ""}, {"parent_folder_id": "Cart"}):
        assert await error(await http.post(path, json=sent), 400) == BAD_ID
    for parent in (NOBODY, uuid_of("folder/KSK/scan")):
        expected = f"Folder not found with ID: {parent}"
        assert await error(await http.post(path, json={"parent_folder_id": parent}), 404) == expected
    for below in ("app", "watch", "complications"):
        answer = await http.post(path, json={"parent_folder_id": folder_id(below)})
        assert await error(answer, 422) == "A folder cannot be moved into itself"


async def test_the_way_to_the_root_can_be_shut(http: httpx.AsyncClient) -> None:
    await set_switches(http, refuse_move_to_root=True)
    answer = await http.post(f"{FOLDERS}/{folder_id('cards')}/move", json={"parent_folder_id": None})
    assert await error(answer, 400) == BAD_ID


async def test_a_deleted_folder_takes_subfolders_and_test_cases_along(http: httpx.AsyncClient) -> None:
    before = (await get_json(http, f"{HRB}/test_runs/HRB-R-3", "test_run"))["test_cases_count"]
    answer = await http.delete(f"{FOLDERS}/{folder_id('watch')}")
    assert (answer.status_code, answer.json()) == (200, {"message": ""})
    for gone in ("watch", "complications"):
        await error(await http.get(f"{FOLDERS}/{folder_id(gone)}"), 404)
    for number in (42, 43, 44):
        await error(await http.get(f"{HRB}/test_cases/HRB-{number}"), 404)
    assert (await get_json(http, f"{HRB}/test_cases"))["page_info"]["total_count"] == 57
    run = await get_json(http, f"{HRB}/test_runs/HRB-R-3", "test_run")
    assert run["test_cases_count"] == before - 3
    rows = await get_json(http, f"{HRB}/test_runs/HRB-R-3/test_cases", "test_run_cases", page_size=100)
    assert len(rows) == before - 3
    assert case_id(42) not in {row["test_case"]["id"] for row in rows}


async def test_a_folder_of_another_project_is_not_found(http: httpx.AsyncClient) -> None:
    await error(await http.get(f"{KSK}/folders/{folder_id('cart')}"), 404)
    assert len(await get_json(http, f"{KSK}/folders", "folders")) == 2
