"""The fake API of test IO: the public list of devices, on a host of its own."""

import httpx
import pytest

from server.settings import SANDBOX_ORIGIN
from tests.tools.testio_sandbox.requests import error, get_json
from tools.testio.sandbox.versions import VERSIONS

API = f"{SANDBOX_ORIGIN}/testio/devices/api"


@pytest.mark.anyio
async def test_the_list_of_devices_asks_for_no_token(http: httpx.AsyncClient) -> None:
    del http.headers["Authorization"]
    assert await get_json(http, f"{API}/categories", "categories") == [
        {"id": 1, "key": "computer", "name": "Computers"},
        {"id": 2, "key": "smartphone", "name": "Smartphones"},
        {"id": 6, "key": "tablet", "name": "Tablets"},
    ]


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("query", "ids"),
    [
        ("", [1, 2, 6, 7, 9]),
        ("?filter[category]=1", [6, 7]),
        ("?filter[category]=2", [1, 2, 9]),
        ("?filter[category]=6", [1, 2, 6]),
        ("?filter[category]=99", []),
    ],
)
async def test_operating_systems_are_picked_by_category(http: httpx.AsyncClient, query: str, ids: list[int]) -> None:
    systems = await get_json(http, f"{API}/operating_systems{query}", "operating_systems")
    assert [system["id"] for system in systems] == ids
    assert all(set(system) == {"id", "key", "name"} for system in systems)


@pytest.mark.anyio
async def test_versions_are_read_page_by_page(http: httpx.AsyncClient) -> None:
    path, pages, total = f"{API}/operating_system_versions?filter[operating_system]=2", 0, 1
    found: list[dict[str, object]] = []
    while len(found) < total:
        body = await get_json(http, f"{path}&offset={len(found)}")
        assert (body["pagination"]["limit"], body["pagination"]["offset"]) == (50, len(found))
        found += body["operating_system_versions"]
        pages, total = pages + 1, body["pagination"]["total"]
    assert (pages, len(found)) == (4, total)
    assert len({version["id"] for version in found}) == total
    beyond = await get_json(http, f"{path}&offset={total}")
    assert beyond["operating_system_versions"] == []


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("system", "known"),
    [
        (1, {22: "4.0.1", 266: "8.0", 314: "8.1 (go edition)", 380: "10"}),
        (2, {76: "7.0.2", 144: "8.0.2", 224: "10.1", 559: "15", 809: "17.0.1"}),
        (6, {198: "10"}),
    ],
)
async def test_the_known_versions_have_their_ids(http: httpx.AsyncClient, system: int, known: dict[int, str]) -> None:
    found: dict[int, str] = {}
    for offset in (0, 50, 100, 150):
        path = f"{API}/operating_system_versions?filter[operating_system]={system}&offset={offset}"
        rows = await get_json(http, path, "operating_system_versions")
        found |= {version["id"]: version["name"] for version in rows}
    assert known.items() <= found.items()


def test_an_id_of_a_version_is_used_once_in_all_systems() -> None:
    ids = [version["id"] for versions in VERSIONS.values() for version in versions]
    assert len(set(ids)) == len(ids)


@pytest.mark.anyio
async def test_a_smaller_page_is_heeded_a_larger_one_is_not(http: httpx.AsyncClient) -> None:
    path = f"{API}/operating_system_versions?filter[operating_system]=1"
    assert (await get_json(http, f"{path}&limit=10", "pagination")) == {"total": 54, "limit": 10, "offset": 0}
    assert len(await get_json(http, f"{path}&limit=500&offset=soon", "operating_system_versions")) == 50


@pytest.mark.anyio
@pytest.mark.parametrize("name", ["vendors", "devices", "browsers", "input_devices", "categories/1", ""])
async def test_paths_that_nobody_has_found_are_404(http: httpx.AsyncClient, name: str) -> None:
    assert await error(await http.get(f"{API}/{name}"), 404) == "Not found"
