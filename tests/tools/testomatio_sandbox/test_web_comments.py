"""The fake API of Testomat.io: comments of the web API."""

from typing import Any

import httpx
import pytest

from tests.tools.testomatio_sandbox.small import SMALL, document, error, json_of

pytestmark = pytest.mark.anyio

COMMENTS = f"/api/{SMALL}/comments"


async def said(client: httpx.AsyncClient, body: str, **target: object) -> Any:
    answer = await client.post(COMMENTS, json=document("comments", {"body": body, **target}))
    return json_of(answer)["data"]


async def test_a_comment_comes_back_with_its_author_and_its_time(client: httpx.AsyncClient) -> None:
    comment = await said(client, "Please look again", test_id="t0000001")
    assert comment == {
        "id": comment["id"],
        "type": "comment",
        "attributes": {
            "body": "Please look again",
            "test_id": "t0000001",
            "created-at": "2026-04-03T07:00:00.000Z",
            "created-by": {"id": "4101", "name": "Mara Lindt", "email": "mara.lindt@shop.example.test"},
        },
    }


@pytest.mark.parametrize(
    "target",
    [
        {"test_id": "t0000001"},
        {"test-id": "t0000001"},
        {"suite_id": "s0000003"},
        {"run_id": "r0000001"},
        {"testrun_id": 8001},
    ],
)
async def test_comments_are_listed_by_what_they_are_on(client: httpx.AsyncClient, target: dict[str, object]) -> None:
    other = await said(client, "Elsewhere", test_id="t0000004")
    comment = await said(client, "Here", **target)
    name, value = next(iter(target.items()))
    body = json_of(await client.get(COMMENTS, params={name.replace("-", "_"): str(value)}))
    assert body["data"] == [comment]
    assert list(body["meta"]) == ["num", "total_pages", "page", "per_page", "rId"]
    ids = [row["id"] for row in json_of(await client.get(COMMENTS))["data"]]
    assert {comment["id"], other["id"]} <= set(ids)


@pytest.mark.parametrize(
    ("path", "target"),
    [
        ("tests/t0000001", {"test_id": "t0000001"}),
        ("suites/s0000003", {"suite_id": "s0000003"}),
        ("runs/r0000001", {"run_id": "r0000001"}),
    ],
)
async def test_comments_are_counted_on_what_they_are_on(
    client: httpx.AsyncClient, path: str, target: dict[str, object]
) -> None:
    for comments in ({"test_id": "t0000004"}, target, target):
        await said(client, "Here", **comments)
    assert json_of(await client.get(f"/api/{SMALL}/{path}"))["data"]["attributes"]["comments-count"] == 2


@pytest.mark.parametrize(
    ("attributes", "status"),
    [
        ({"body": "x"}, 400),
        ({"body": "x", "test_id": "t0000001", "run_id": "r0000001"}, 400),
        ({"body": "x", "test_id": "nothing0"}, 404),
        ({"body": "x", "testrun_id": "nothing"}, 404),
        ({"body": " ", "test_id": "t0000001"}, 422),
        ({"test_id": "t0000001"}, 422),
        ({"body": "x", "test_id": "t0000001", "created_by": 1}, 400),
    ],
)
async def test_an_unsound_comment_is_refused(
    client: httpx.AsyncClient, attributes: dict[str, object], status: int
) -> None:
    error(await client.post(COMMENTS, json=document("comments", attributes)), status)


async def test_a_comment_sent_flat_is_400(client: httpx.AsyncClient) -> None:
    error(await client.post(COMMENTS, json={"body": "x", "test_id": "t0000001"}), 400)


async def test_a_comment_is_edited(client: httpx.AsyncClient) -> None:
    comment = await said(client, "First", test_id="t0000001")
    path = f"{COMMENTS}/{comment['id']}"
    changed = json_of(await client.patch(path, json=document("comment", {"body": "Second"})))["data"]
    assert changed["attributes"] == {**comment["attributes"], "body": "Second"}
    error(await client.patch(path, json=document("comment", {"body": ""})), 422)
    error(await client.patch(path, json={"body": "Third"}), 400)


async def test_a_comment_is_deleted_with_200(client: httpx.AsyncClient) -> None:
    comment = await said(client, "First", test_id="t0000001")
    assert json_of(await client.delete(f"{COMMENTS}/{comment['id']}")) == {}
    error(await client.delete(f"{COMMENTS}/{comment['id']}"), 404)


async def test_a_comment_of_another_project_is_not_there(client: httpx.AsyncClient) -> None:
    comment = await said(client, "First", test_id="t0000001")
    error(await client.delete(f"/api/harbour-app-2d41c/comments/{comment['id']}"), 404)
