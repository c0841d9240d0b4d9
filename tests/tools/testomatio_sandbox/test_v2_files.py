"""The fake API of Testomat.io: attachments of v2, and what is shared between projects."""

from typing import Any

import httpx
import pytest

from server.settings import SANDBOX_ORIGIN
from tests.tools.testomatio_sandbox.v2 import account, advance, assert_gone, data, error, read_data, set_switches
from tools.kit.sandbox.sandbox import Sandbox

pytestmark = pytest.mark.anyio

APP = "harbour-app-2d41c"
APP_SUITE, APP_FOLDER = "a9950001", "a99f0001"


def upload(field: str = "file", name: str = "a.txt", content: bytes = b"hello") -> Any:
    return [(field, (name, content, "text/plain"))]


async def result_id(shop: httpx.AsyncClient) -> int:
    return int((await read_data(shop, "/testruns?run_id=9a01aa01"))[0]["id"])


# Attachments


@pytest.mark.parametrize("field", ["file", "files"])
async def test_a_file_is_uploaded_read_and_deleted(shop: httpx.AsyncClient, field: str) -> None:
    for target in ("test_id=c0de0011", "suite_id=ca4d0001", f"testrun_id={await result_id(shop)}"):
        one = data(await shop.post(f"/attachments?{target}", files=upload(field)), 201)
        assert (one["name"], one["content_type"], one["size"]) == ("a.txt", "text/plain", 5)
        assert await read_data(shop, f"/attachments?{target}") == [one]
        stored = await shop.get(one["url"], headers={"Authorization": ""})
        assert stored.content == b"hello"
        assert_gone(await shop.delete(f"/attachments/{one['id']}?{target}"))
        assert await read_data(shop, f"/attachments?{target}") == []


async def test_a_file_does_not_show_among_a_results_artifacts(shop: httpx.AsyncClient) -> None:
    number = await result_id(shop)
    data(await shop.post(f"/attachments?testrun_id={number}", files=upload()), 201)
    assert (await read_data(shop, f"/testruns/{number}"))["artifacts"] == []


async def test_exactly_one_target_and_one_file_are_asked_for(shop: httpx.AsyncClient) -> None:
    for query in ("", "?test_id=c0de0010&suite_id=c0ffee01"):
        assert error(await shop.get(f"/attachments{query}"), 422)
        assert error(await shop.post(f"/attachments{query}", files=upload()), 422)
    assert error(await shop.post("/attachments?test_id=c0de0010", json={}), 422)
    assert error(await shop.post("/attachments?test_id=c0de0010", files=upload() * 2), 422)
    assert error(await shop.post("/attachments?test_id=c0de0010", files=upload("picture")), 422)
    assert error(await shop.post("/attachments?test_id=00000000", files=upload()), 404)


async def test_a_file_is_deleted_on_its_own_target_only(shop: httpx.AsyncClient) -> None:
    assert error(await shop.delete("/attachments/a77ac4000001?test_id=c0de0011"), 404) == "Attachment not found"
    assert_gone(await shop.delete("/attachments/a77ac4000001?test_id=c0de0010"))
    assert error(await shop.get(f"{SANDBOX_ORIGIN}/testomatio-files/a77ac4000001/cart.png"), 404)


async def test_a_switch_takes_attachments_away(shop: httpx.AsyncClient) -> None:
    await set_switches(shop, without_attachments=True)
    for answer in (
        await shop.get("/attachments?test_id=c0de0010"),
        await shop.post("/attachments?test_id=c0de0010", files=upload()),
        await shop.delete("/attachments/a77ac4000001?test_id=c0de0010"),
    ):
        assert error(answer, 404) == "Not found"


# Shares


async def share(shop: httpx.AsyncClient, kind: str, **fields: object) -> Any:
    target = (
        {"target_project_id": APP, "target_suite_id": APP_SUITE} if kind == "tests" else {"target_project_ids": [APP]}
    )
    return await shop.post(f"/shares/{kind}", json={**target, **fields})


async def test_shared_tests_appear_some_seconds_later_as_copies(shop: httpx.AsyncClient, story: Sandbox) -> None:
    async with account(story, project=APP) as app:
        assert data(await share(shop, "tests", test_ids=["c0de0010", "c0de0011"])) == {"status": "queued"}
        assert len(await read_data(app, f"/tests?suites[]={APP_SUITE}")) == 3
        advance(story, "6s")
        copies = [test for test in await read_data(app, f"/tests?suites[]={APP_SUITE}") if test["is_shared"]]
        assert {test["clean_title"] for test in copies} == {
            "An expired code is refused",
            "A valid code lowers the total",
        }
        assert not {test["id"] for test in copies} & {"c0de0010", "c0de0011"}

        await share(shop, "tests", test_ids=["c0de0010"])
        advance(story, "6s")
        assert len(await read_data(app, f"/tests?suites[]={APP_SUITE}")) == 5


async def test_a_copy_is_read_only_follows_its_origin_and_can_be_made_a_test_of_its_own(
    shop: httpx.AsyncClient, story: Sandbox
) -> None:
    async with account(story, project=APP) as app:
        await share(shop, "tests", labels=["Team Cart"], test_ids=["c0de0010"])
        advance(story, "6s")
        copy = next(test for test in await read_data(app, "/tests") if test["is_shared"])
        assert "shared" in error(await app.put(f"/tests/{copy['id']}", json={"title": "x"}), 422)
        data(await shop.put("/tests/c0de0010", json={"title": "Renamed"}))
        assert (await read_data(app, f"/tests/{copy['id']}"))["title"] == "Renamed"
        assert data(await app.delete(f"/shares/tests/{copy['id']}")) == {"id": copy["id"]}
        assert data(await app.put(f"/tests/{copy['id']}", json={"title": "x"}))["is_shared"] is False
        assert error(await app.delete(f"/shares/tests/{copy['id']}"), 404)
        assert error(await shop.delete("/shares/tests/c0de0010"), 404)


async def test_copies_that_are_shared_on_are_skipped_and_told(shop: httpx.AsyncClient, story: Sandbox) -> None:
    await share(shop, "tests", test_ids=["c0de0010"])
    advance(story, "6s")
    async with account(story, project=APP) as app:
        copy = next(test for test in await read_data(app, "/tests") if test["is_shared"])
        answer = await app.post(
            "/shares/tests",
            json={"target_project_id": "harbour-shop-6f98f", "target_suite_id": "c0ffee01", "test_ids": [copy["id"]]},
        )
        assert data(answer) == {"status": "queued", "skipped_test_ids": [copy["id"]]}


async def test_labels_choose_tests_by_slug_or_title(shop: httpx.AsyncClient, story: Sandbox) -> None:
    assert data(await share(shop, "tests", labels=["owner-77c3d"]))
    advance(story, "6s")
    async with account(story, project=APP) as app:
        assert len([test for test in await read_data(app, "/tests") if test["is_shared"]]) == 2


async def test_a_folder_is_shared_with_what_is_below_it_and_once(shop: httpx.AsyncClient, story: Sandbox) -> None:
    for _ in range(2):
        assert data(await share(shop, "suites", suite_ids=["f01de004"], destination_folder_id=APP_FOLDER))
        advance(story, "6s")
    async with account(story, project=APP) as app:
        folder = (await read_data(app, f"/suites/{APP_FOLDER}"))["children"]
        shared = [suite for suite in folder if suite["is_shared"]]
        assert [(suite["title"], suite["test_count"]) for suite in shared] == [("Discounts", 36)]
        coupons = shared[0]["children"][0]
        assert error(await app.put(f"/suites/{coupons['id']}", json={"title": "x"}), 422)
        assert data(await app.delete(f"/shares/suites/{shared[0]['id']}")) == {"id": shared[0]["id"]}
        assert data(await app.put(f"/suites/{coupons['id']}", json={"title": "x"}))["is_shared"] is False
        assert error(await app.delete(f"/shares/suites/{coupons['id']}"), 404)


@pytest.mark.parametrize(
    ("kind", "fields", "status"),
    [
        ("tests", {}, 422),
        ("tests", {"test_ids": ["00000000"]}, 422),
        ("tests", {"test_ids": ["c0de0010"] * 1001}, 422),
        ("tests", {"test_ids": ["c0de0010"], "target_suite_id": APP_FOLDER}, 422),
        ("tests", {"test_ids": ["c0de0010"], "target_suite_id": None}, 422),
        ("tests", {"test_ids": ["c0de0010"], "target_suite_id": "00000000"}, 422),
        ("tests", {"test_ids": ["c0de0010"], "target_suite_id": "c0ffee01"}, 422),
        ("tests", {"test_ids": ["c0de0010"], "target_project_id": "payroll-77d01"}, 404),
        ("tests", {"test_ids": ["c0de0010"], "target_project_id": "harbour-archive-11aa2"}, 403),
        ("tests", {"test_ids": ["c0de0010"], "target_project_id": "harbour-kiosk-5e0aa"}, 422),
        ("tests", {"test_ids": ["c0de0010"], "target_project_id": "harbour-shop-6f98f"}, 422),
        ("suites", {}, 422),
        ("suites", {"suite_ids": ["00000000"]}, 422),
        ("suites", {"suite_ids": ["c0ffee01"] * 201}, 422),
        ("suites", {"suite_ids": ["c0ffee01"], "target_project_ids": []}, 422),
        ("suites", {"suite_ids": ["c0ffee01"], "destination_folder_id": APP_SUITE}, 422),
        (
            "suites",
            {"suite_ids": ["c0ffee01"], "target_project_ids": [APP, APP], "destination_folder_id": APP_FOLDER},
            422,
        ),
    ],
)
async def test_a_share_that_is_not_sound_is_refused(
    shop: httpx.AsyncClient, kind: str, fields: dict[str, object], status: int
) -> None:
    assert error(await share(shop, kind, **fields), status)
