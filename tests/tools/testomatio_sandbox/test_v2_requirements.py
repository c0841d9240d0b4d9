"""The fake API of Testomat.io: requirements of v2."""

from typing import Any

import httpx
import pytest

from tests.tools.testomatio_sandbox.v2 import assert_gone, create, data, error, meta, read_data

pytestmark = pytest.mark.anyio

TEXT = "The shop refuses it. " * 30


async def titles(shop: httpx.AsyncClient, query: str) -> list[str]:
    return [one["title"] for one in await read_data(shop, f"/requirements?{query}")]


async def test_requirements_are_filtered_by_source_and_scope(shop: httpx.AsyncClient) -> None:
    assert meta(await shop.get("/requirements?count=true&group_by=source_type"))["group_by"] == {
        "confluence": 2, "jira": 1, "file": 1, "text": 1,
    }  # fmt: skip
    assert await titles(shop, "source=text") == ["Rules for coupons"]
    assert await titles(shop, "scope=global") == ["The shop can be used with the keyboard"]
    assert len(await titles(shop, "scope=attached")) == 3
    assert await titles(shop, "scope=detached") == ["Terms of delivery"]
    assert len(await titles(shop, "scope=without_suites")) == 2
    assert error(await shop.get("/requirements?scope=loose"), 422)


@pytest.mark.parametrize(
    "fields",
    [
        {"source_type": "jira"},
        {"source_type": "confluence", "confluence_url": "https://wiki.example.test/1"},
        {"source_type": "text", "description": TEXT},
    ],
)
async def test_every_source_has_its_own_fields(shop: httpx.AsyncClient, fields: dict[str, str]) -> None:
    one = await create(shop, "/requirements", requirement={"title": "New", "details": "x", "global": True, **fields})
    assert (one["source_type"], one["details"], one["global"], one["active"]) == (
        fields["source_type"],
        "x",
        True,
        True,
    )
    assert one["url"] == fields.get("confluence_url")
    assert one["description"] == fields.get("description")
    assert await read_data(shop, f"/requirements/{one['id']}") == one


async def test_files_come_in_a_form(shop: httpx.AsyncClient) -> None:
    files = [("files", ("a.pdf", b"%PDF", "application/pdf")), ("files", ("b.txt", b"b", "text/plain"))]
    form = {"title": "Terms", "source_type": "file", "active": "false", "global": "true"}
    one = data(await shop.post("/requirements", data=form, files=files), 201)
    assert (one["files"], one["active"], one["global"]) == (["a.pdf", "b.txt"], False, True)
    more = data(await shop.patch(f"/requirements/{one['id']}", files=[("files", ("c.txt", b"c", "text/plain"))]))
    assert more["files"] == ["a.pdf", "b.txt", "c.txt"]


@pytest.mark.parametrize(
    "fields",
    [
        {"title": ""},
        {"source_type": None},
        {"source_type": "dream"},
        {"source_type": "confluence"},
        {"source_type": "file"},
        {"source_type": "text"},
        {"source_type": "text", "description": "short"},
        {"active": "perhaps"},
    ],
)
async def test_a_requirement_that_is_not_sound_is_422(shop: httpx.AsyncClient, fields: dict[str, Any]) -> None:
    assert error(await shop.post("/requirements", json={"title": "x", "source_type": "jira", **fields}), 422)
    assert meta(await shop.get("/requirements"))["total"] == 5


@pytest.mark.parametrize("verb", ["PATCH", "PUT"])
async def test_a_requirement_is_changed_but_not_where_it_comes_from(shop: httpx.AsyncClient, verb: str) -> None:
    before = await read_data(shop, "/requirements/4e400001")
    fields = {"title": "Spring", "active": False, "source_type": "text", "description": "ignored"}
    after = data(await shop.request(verb, "/requirements/4e400001", json=fields))
    assert after == before | {"title": "Spring", "active": False, "updated_at": "2026-04-03T07:00:00Z"}
    assert error(await shop.request(verb, "/requirements/4e400004", json={"title": "x", "description": "short"}), 422)
    assert (await read_data(shop, "/requirements/4e400004"))["title"] == "Rules for coupons"


async def test_a_deleted_requirement_leaves_its_suites(shop: httpx.AsyncClient) -> None:
    assert (await read_data(shop, "/requirements/4e400001"))["suites"] == [{"id": "c0ffee01", "title": "Coupons"}]
    assert_gone(await shop.delete("/requirements/4e400001"))
    assert error(await shop.get("/requirements/4e400001"), 404) == "Requirement not found"
    assert await read_data(shop, "/suites/c0ffee01")


async def test_a_broken_form_is_400(shop: httpx.AsyncClient) -> None:
    headers = {"Content-Type": "multipart/form-data; boundary=x"}
    assert "form" in error(await shop.post("/requirements", content=b"--x\r\nnothing", headers=headers), 400)
