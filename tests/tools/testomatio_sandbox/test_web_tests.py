"""The fake API of Testomat.io: tests of the web API, their parameters and the rows of their values."""

from typing import Any

import httpx
import pytest

from tests.tools.testomatio_sandbox.small import SMALL, document, error, json_of
from tools.kit.sandbox.sandbox import Sandbox
from tools.testomatio.sandbox.reporter.ingestion import add_issue

pytestmark = pytest.mark.anyio

TESTS, EXAMPLES = f"/api/{SMALL}/tests", f"/api/{SMALL}/examples"


async def rows(client: httpx.AsyncClient, test_id: str = "t0000003") -> Any:
    included = json_of(await client.get(f"{TESTS}/{test_id}"))["included"]
    return {row["id"]: row["attributes"]["data"] for row in included}


async def test_a_test_has_dasherised_attributes(client: httpx.AsyncClient) -> None:
    body = json_of(await client.get(f"{TESTS}/t0000001"))
    assert (body["data"]["id"], body["data"]["type"]) == ("t0000001", "test")
    assert list(body["data"]["attributes"]) == [
        "title", "public-title", "description", "state", "code", "file", "sync", "to-url", "tags", "labels",
        "has-examples", "params", "run-statuses", "attachments", "issues", "jira-issues", "assigned-to", "created-by",
        "created-at", "updated-at", "emoji", "priority", "run-at", "is-branched", "is-detail", "is-linked", "is-shared",
        "comments-count", "template-id", "position", "import-id", "forks-count", "suite-id", "suite-title",
    ]  # fmt: skip


async def test_a_test_tells_its_tags_labels_and_last_results_as_words(
    client: httpx.AsyncClient, sandbox: Sandbox
) -> None:
    add_issue(sandbox.world, SMALL, "SHOP-412", "test", "t0000001")
    attributes = json_of(await client.get(f"{TESTS}/t0000001"))["data"]["attributes"]
    assert attributes["tags"] == ["smoke"]
    assert attributes["labels"] == ["Severity:critical"]
    assert attributes["priority"] == "high"
    assert attributes["jira-issues"] == ["SHOP-412"]
    assert (attributes["run-statuses"], attributes["run-at"]) == (["failed"], "2026-04-01T08:05:00.000Z")
    assert (attributes["suite-id"], attributes["suite-title"]) == ("s0000003", "Coupons")


async def test_the_rows_of_a_parametrised_test_are_included(client: httpx.AsyncClient) -> None:
    body = json_of(await client.get(f"{TESTS}/t0000003"))
    assert body["data"]["attributes"]["params"] == ["card", "amount"]
    assert body["data"]["attributes"]["has-examples"] is True
    assert body["data"]["relationships"]["examples"]["data"][0] == {"type": "example", "id": "61"}
    assert body["included"][0] == {
        "id": "61",
        "type": "example",
        "attributes": {"data": ["credit card", "20.00"]},
        "relationships": {"test": {"data": {"type": "test", "id": "t0000003"}}},
    }


@pytest.mark.parametrize(
    ("target", "path", "key"),
    [
        ("test_id=t0000001", "tests/t0000001", "displayUrl"),
        ("suite_id=s0000003", "suites/s0000003", "displayUrl"),
        ("testrun_id=8002", "testruns/8002", "display_url"),
    ],
)
async def test_a_file_is_told_with_the_address_it_lies_at(
    client: httpx.AsyncClient, target: str, path: str, key: str
) -> None:
    headers = {"Authorization": "Bearer testomat_demo"}
    files = {"file": ("cart.png", b"a picture", "image/png")}
    sent = await client.post(f"/api/v2/{SMALL}/attachments?{target}", files=files, headers=headers)
    file = json_of(await client.get(f"/api/{SMALL}/{path}"))["data"]["attributes"]["attachments"][0]
    assert (file["name"], file["type"], file["url"]) == ("cart.png", "image/png", sent.json()["data"]["url"])
    assert (await client.get(file[key])).content == b"a picture"


@pytest.mark.parametrize("source", [None, "x0000001"])
async def test_a_copy_out_of_another_project_says_so(
    client: httpx.AsyncClient, sandbox: Sandbox, source: str | None
) -> None:
    sandbox.world.tests.main["t0000001"].shared_from = sandbox.world.suites.main["s0000003"].shared_from = source
    for path in (f"{TESTS}/t0000001", f"/api/{SMALL}/suites/s0000003"):
        attributes = json_of(await client.get(path))["data"]["attributes"]
        assert {attributes[name] for name in ("is-shared", "is-linked")} == {source is not None}


async def test_a_plain_test_includes_nothing(client: httpx.AsyncClient) -> None:
    body = json_of(await client.get(f"{TESTS}/t0000001"))
    assert body["included"] == []
    assert body["data"]["attributes"]["has-examples"] is False


async def test_an_unknown_test_is_404(client: httpx.AsyncClient) -> None:
    assert error(await client.get(f"{TESTS}/nothing0"), 404) == "Test not found"
    error(await client.patch(f"{TESTS}/nothing0", json=document("test", {"params": []})), 404)


@pytest.mark.parametrize("type_", ["test", "tests"])
async def test_parameters_are_set_by_a_document_of_either_number(client: httpx.AsyncClient, type_: str) -> None:
    body = json_of(await client.patch(f"{TESTS}/t0000002", json=document(type_, {"params": ["code"]})))
    assert body["data"]["attributes"]["params"] == ["code"]
    assert json_of(await client.get(f"{TESTS}/t0000002")) == body


async def test_no_parameters_clear_the_rows(client: httpx.AsyncClient) -> None:
    body = json_of(await client.patch(f"{TESTS}/t0000003", json=document("tests", {"params": []})))
    assert (body["data"]["attributes"]["params"], body["included"]) == ([], [])


async def test_other_attributes_of_a_test_are_left_alone(client: httpx.AsyncClient) -> None:
    sent = document("tests", {"title": "Renamed", "params": ["code"]})
    assert json_of(await client.patch(f"{TESTS}/t0000002", json=sent))["data"]["attributes"]["title"] == (
        "A valid code lowers the total"
    )


@pytest.mark.parametrize(
    "sent",
    [
        {"params": ["code"]},
        {"test": {"params": ["code"]}},
        {"data": {"params": ["code"]}},
        {"data": {"attributes": {"params": ["code"]}}},
        {"data": {"type": "suites", "attributes": {"params": ["code"]}}},
        {"data": {"type": "tests", "attributes": {"params": ["code"], "suite_id": "s0000001"}}},
        {"data": {"type": "tests", "attributes": ["params"]}},
        {"data": [{"type": "tests", "attributes": {"params": ["code"]}}]},
        [],
    ],
)
async def test_a_write_in_any_other_shape_is_400(client: httpx.AsyncClient, sent: object) -> None:
    error(await client.patch(f"{TESTS}/t0000002", json=sent), 400)
    assert json_of(await client.get(f"{TESTS}/t0000002"))["data"]["attributes"]["params"] == []


async def test_a_body_that_is_no_json_is_400(client: httpx.AsyncClient) -> None:
    error(await client.patch(f"{TESTS}/t0000002", content=b"{"), 400)


async def test_a_document_may_come_under_the_type_of_json_api(client: httpx.AsyncClient) -> None:
    headers = {"content-type": "application/vnd.api+json"}
    json_of(await client.patch(f"{TESTS}/t0000002", json=document("tests", {"params": ["a"]}), headers=headers))


async def test_a_row_is_added_behind_the_others_and_answers_200(client: httpx.AsyncClient) -> None:
    sent = document("examples", {"data": ["gift card", 5]}, test="t0000003")
    made = json_of(await client.post(EXAMPLES, json=sent))["data"]
    assert (made["type"], made["attributes"]["data"]) == ("example", ["gift card", "5"])
    assert made["id"].isdecimal()
    assert list(await rows(client)) == ["61", "62", made["id"]]


async def test_a_cell_is_cut_at_250_characters(client: httpx.AsyncClient) -> None:
    sent = document("examples", {"data": ["x" * 251, "y" * 250]}, test="t0000003")
    cells = json_of(await client.post(EXAMPLES, json=sent))["data"]["attributes"]["data"]
    assert cells == ["x" * 250, "y" * 250]
    changed = document("examples", {"data": ["z" * 300]})
    assert json_of(await client.patch(f"{EXAMPLES}/61", json=changed))["data"]["attributes"]["data"] == ["z" * 250]


@pytest.mark.parametrize("attributes", [{"data": []}, {}, {"data": None}])
async def test_a_row_without_cells_is_refused_in_the_words_of_the_api(
    client: httpx.AsyncClient, attributes: dict[str, object]
) -> None:
    sent = document("examples", attributes, test="t0000003")
    assert error(await client.post(EXAMPLES, json=sent), 400) == "Data can't be empty"
    assert error(await client.patch(f"{EXAMPLES}/61", json=sent), 400) == "Data can't be empty"
    assert (await rows(client))["61"] == ["credit card", "20.00"]


async def test_a_row_needs_a_test_that_is_there(client: httpx.AsyncClient) -> None:
    error(await client.post(EXAMPLES, json=document("examples", {"data": ["a"]})), 400)
    error(await client.post(EXAMPLES, json=document("examples", {"data": ["a"]}, test="nothing0")), 404)


async def test_a_row_sent_flat_is_400(client: httpx.AsyncClient) -> None:
    error(await client.post(EXAMPLES, json={"data": ["a"], "test_id": "t0000003"}), 400)


async def test_a_row_is_changed(client: httpx.AsyncClient) -> None:
    changed = json_of(await client.patch(f"{EXAMPLES}/62", json=document("example", {"data": ["cash", "1"]})))
    assert changed["data"]["id"] == "62"
    assert (await rows(client))["62"] == ["cash", "1"]


async def test_a_row_is_deleted_with_200(client: httpx.AsyncClient) -> None:
    assert json_of(await client.delete(f"{EXAMPLES}/61")) == {}
    assert list(await rows(client)) == ["62"]
    error(await client.delete(f"{EXAMPLES}/61"), 404)


async def test_a_row_of_another_project_is_not_there(client: httpx.AsyncClient) -> None:
    path = "/api/harbour-app-2d41c/examples/61"
    error(await client.patch(path, json=document("examples", {"data": ["a"]})), 404)
    error(await client.delete(path), 404)
