"""The fake API of Testomat.io: templates of the web API."""

from typing import Any

import httpx
import pytest

from tests.tools.testomatio_sandbox.small import SMALL, document, error, json_of
from tools.kit.sandbox.sandbox import Sandbox

pytestmark = pytest.mark.anyio

TEMPLATES = f"/api/{SMALL}/templates"


async def ids(client: httpx.AsyncClient, query: str = "") -> list[str]:
    return [row["id"] for row in json_of(await client.get(f"{TEMPLATES}?{query}"))["data"]]


async def made(client: httpx.AsyncClient, **attributes: object) -> Any:
    return json_of(await client.post(TEMPLATES, json=document("templates", attributes)))["data"]


async def test_a_template_has_its_attributes_and_no_document(client: httpx.AsyncClient) -> None:
    assert json_of(await client.get(f"{TEMPLATES}/32"))["data"] == {
        "id": "32",
        "type": "template",
        "attributes": {
            "title": "Bug",
            "kind": "defect",
            "body": "What happened",
            "is-default": False,
            "framework": None,
            "lang": None,
            "defect_title": "{{title}} fails",
            "tags": [],
            "document": None,
        },
    }


async def test_a_document_is_filled_in_for_the_test_that_is_named(client: httpx.AsyncClient) -> None:
    attributes = json_of(await client.get(f"{TEMPLATES}/31?test_id=t0000004"))["data"]["attributes"]
    assert attributes["document"] == "Try Payment is refused"


async def test_templates_are_listed_by_kind_and_all_where_a_kind_has_none(client: httpx.AsyncClient) -> None:
    assert await ids(client) == ["31", "32"]
    assert await ids(client, "kind=defect") == ["32"]
    assert await ids(client, "kind=suite") == ["31", "32"]


async def test_the_default_of_a_kind_has_a_path_of_its_own(client: httpx.AsyncClient) -> None:
    assert json_of(await client.get(f"{TEMPLATES}/kind/test")) == json_of(await client.get(f"{TEMPLATES}/31"))
    error(await client.get(f"{TEMPLATES}/kind/defect"), 404)


async def test_a_template_is_made_and_takes_the_place_of_the_default(client: httpx.AsyncClient) -> None:
    template = await made(client, title="Steps", kind="test", body="1.", **{"is-default": True})
    assert template["attributes"]["body"] == "1."
    assert json_of(await client.get(f"{TEMPLATES}/kind/test"))["data"] == template
    assert json_of(await client.get(f"{TEMPLATES}/31"))["data"]["attributes"]["is-default"] is False


@pytest.mark.parametrize("attributes", [{"title": "Steps"}, {"kind": "test"}, {"title": "", "kind": "test"}])
async def test_a_template_needs_a_title_and_a_kind(client: httpx.AsyncClient, attributes: dict[str, object]) -> None:
    error(await client.post(TEMPLATES, json=document("templates", attributes)), 422)


async def test_a_template_sent_flat_is_400(client: httpx.AsyncClient) -> None:
    error(await client.post(TEMPLATES, json={"title": "Steps", "kind": "test"}), 400)
    error(await client.put(f"{TEMPLATES}/31", json={"title": "Steps"}), 400)


async def test_a_template_is_changed_in_what_was_sent(client: httpx.AsyncClient) -> None:
    sent = document("template", {"body": "New", "tags": ["a"], "defect_title": "Fails"})
    changed = json_of(await client.put(f"{TEMPLATES}/31", json=sent))["data"]["attributes"]
    assert (changed["title"], changed["body"], changed["tags"]) == ("Plain", "New", ["a"])
    assert (changed["defect_title"], changed["is-default"]) == ("Fails", True)
    error(await client.put(f"{TEMPLATES}/31", json=document("template", {"title": " "})), 422)


async def test_a_template_is_deleted_with_200_and_its_tests_stay(client: httpx.AsyncClient, sandbox: Sandbox) -> None:
    sandbox.world.tests.main["t0000001"].template_id = 31
    assert json_of(await client.delete(f"{TEMPLATES}/31")) == {}
    error(await client.get(f"{TEMPLATES}/31"), 404)
    test = json_of(await client.get(f"/api/{SMALL}/tests/t0000001"))["data"]
    assert test["attributes"]["template-id"] is None


@pytest.mark.parametrize("template_id", ["1", "nothing"])
async def test_an_unknown_template_is_404(client: httpx.AsyncClient, template_id: str) -> None:
    error(await client.get(f"{TEMPLATES}/{template_id}"), 404)
