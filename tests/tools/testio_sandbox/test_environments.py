"""The fake API of test IO: test environments and the apps that are installed in them."""

from datetime import timedelta
from typing import Any

import httpx
import pytest

from tests.tools.testio_sandbox.requests import error, get_json
from tools.kit.sandbox.sandbox import Sandbox
from tools.testio.sandbox import storage

PATH = "/products/71/test_environments"
WHERE = {"data_type": "custom", "page_url": "https://shop.example.test/qa"}


async def made(http: httpx.AsyncClient, **fields: object) -> Any:
    answer = await http.post(PATH, json={"test_environment": {"title": "Preview", **fields}})
    assert answer.status_code == 201, answer.text
    return answer.json()["test_environment"]


async def form(http: httpx.AsyncClient) -> dict[str, Any]:
    """What a client needs to upload by itself, without its token."""
    started: dict[str, Any] = await get_json(http, "/binary_apps/upload_url")
    del http.headers["Authorization"]
    return started


async def finalized(http: httpx.AsyncClient, binary_id: int, **fields: object) -> httpx.Response:
    http.headers["Authorization"] = "Token demo"
    sent = {"filename": "a.apk", "file_size": 5, "content_type": "application/vnd.android.package-archive", **fields}
    return await http.put(f"/binary_apps/{binary_id}", json=sent)


# Environments


@pytest.mark.anyio
async def test_an_environment_answers_what_was_sent(http: httpx.AsyncClient) -> None:
    environment = await made(
        http,
        url="preview.shop.example.test",
        username="demo",
        password="demo-pass",
        access="Ask Mara",
        proxy=True,
        allow_orders=True,
        environment_test_information={**WHERE, "data_type": "access_claims", "description": "x" * 255},
    )
    assert environment == {
        "id": 61,
        "title": "Preview",
        "url": "preview.shop.example.test",
        "username": "demo",
        "password": "demo-pass",
        "access": "Ask Mara",
        "proxy": True,
        "allow_orders": True,
        "access_type": "url",
        "environment_test_information": {
            "id": 21,
            "page_url": "https://shop.example.test/qa",
            "description": "x" * 255,
            "data_type": "access_claims",
        },
        "binary_app": None,
    }
    assert await get_json(http, f"{PATH}/61", "test_environment") == environment


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("fields", "filename", "file_size"),
    [
        ({"binary_app_id": 511}, "harbour-4.2.0-beta3.ipa", 48_234_496),
        ({"file_url": "https://files.example.test/a/app.apk?x=1"}, "app.apk", 0),
        ({"file_base_64": "QUJD", "file_name": "small.zip"}, "small.zip", 3),
    ],
)
async def test_a_file_is_an_access_method_too(
    http: httpx.AsyncClient, fields: dict[str, object], filename: str, file_size: int
) -> None:
    environment = await made(http, **fields)
    assert environment["access_type"] == "file"
    assert environment["url"] == ""
    binary = environment["binary_app"]
    assert (binary["filename"], binary["file_size"]) == (filename, file_size)
    assert isinstance(binary["id"], int)


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("fields", "status", "words"),
    [
        ({"url": "https://x.example", "title": None}, 400, "title is missing"),
        ({}, 422, "Exactly one of url, binary_app_id, file_url, file_base_64"),
        ({"url": "https://x.example", "binary_app_id": 511}, 422, "Exactly one of url, binary_app_id"),
        ({"url": "https://x.example", "title": "x" * 81}, 422, "maximum is 80"),
        ({"binary_app_id": 999}, 422, "Binary app must exist"),
        ({"file_base_64": "QUJD"}, 400, "file_name is missing"),
        ({"url": "x", "environment_test_information": "a page"}, 400, "environment_test_information is invalid"),
        ({"url": "x", "environment_test_information": {}}, 400, "data_type is missing, page_url is missing"),
        ({"url": "x", "environment_test_information": {**WHERE, "data_type": "wiki"}}, 400, "data_type does not"),
        ({"url": "x", "environment_test_information": {**WHERE, "page_url": "shop.example/qa"}}, 422, "absolute"),
        ({"url": "x", "environment_test_information": {**WHERE, "page_url": "ftp://x.example"}}, 422, "absolute"),
        ({"url": "x", "environment_test_information": {**WHERE, "description": "x" * 256}}, 422, "maximum is 255"),
    ],
)
async def test_an_unsound_environment_is_refused(
    http: httpx.AsyncClient, fields: dict[str, object], status: int, words: str
) -> None:
    answer = await http.post(PATH, json={"test_environment": {"title": "Preview", **fields}})
    assert words in await error(answer, status)
    assert len(await get_json(http, PATH, "test_environments")) == 2


@pytest.mark.anyio
async def test_a_change_keeps_what_was_not_sent_and_shows_in_tests_and_bugs(http: httpx.AsyncClient) -> None:
    before = await get_json(http, f"{PATH}/31", "test_environment")
    await get_json(http, "/bugs/88101")
    answer = await http.put(f"{PATH}/31", json={"test_environment": {"password": "demo-pass-4713"}})
    assert (answer.status_code, answer.json()) == (
        200,
        {"test_environment": {**before, "password": "demo-pass-4713"}},
    )
    for path, name in (("/bugs/88101", "bug"), ("/exploratory_tests/5512", "exploratory_test")):
        assert (await get_json(http, path, name))["test_environment"]["password"] == "demo-pass-4713"


@pytest.mark.anyio
async def test_another_access_method_takes_the_place_of_the_one_before(http: httpx.AsyncClient) -> None:
    changed = await http.put(f"{PATH}/31", json={"test_environment": {"binary_app_id": 511}})
    environment = changed.json()["test_environment"]
    assert (environment["url"], environment["access_type"], environment["binary_app"]["id"]) == ("", "file", 511)
    back = await http.put(f"{PATH}/31", json={"test_environment": {"url": "https://x.example"}})
    assert back.json()["test_environment"]["binary_app"] is None
    mixed = {"url": "https://x.example", "file_url": "https://x.example/a.apk"}
    assert "Exactly one" in await error(await http.put(f"{PATH}/31", json={"test_environment": mixed}), 422)


@pytest.mark.anyio
async def test_an_unsound_change_leaves_the_environment_alone(http: httpx.AsyncClient) -> None:
    before = await get_json(http, f"{PATH}/31", "test_environment")
    sent = {"username": "other", "title": "x" * 81}
    await error(await http.put(f"{PATH}/31", json={"test_environment": sent}), 422)
    assert await get_json(http, f"{PATH}/31", "test_environment") == before
    await error(await http.put("/products/72/test_environments/31", json={"test_environment": {"title": "x"}}), 404)


@pytest.mark.anyio
async def test_a_deleted_environment_is_gone_from_its_tests(http: httpx.AsyncClient) -> None:
    before = await get_json(http, f"{PATH}/31", "test_environment")
    answer = await http.delete(f"{PATH}/31")
    assert (answer.status_code, answer.json()) == (200, {"test_environment": before})
    await error(await http.get(f"{PATH}/31"), 404)
    assert (await get_json(http, "/exploratory_tests/5512", "exploratory_test"))["test_environment"] is None
    assert (await get_json(http, "/bugs/88101", "bug"))["test_environment"] is None


# Apps, sent here


@pytest.mark.anyio
async def test_an_app_is_uploaded_in_one_form(http: httpx.AsyncClient) -> None:
    answer = await http.post("/binary_apps", files={"file": ("shop 1.apk", b"12345")})
    binary = answer.json()["binary_app"]
    assert answer.status_code == 201
    assert (binary["id"], binary["filename"], binary["file_size"]) == (521, "shop 1.apk", 5)
    assert binary["url"].startswith(
        "http://sandbox.invalid/testio/storage/uploads/binary_app/package/521/shop%201.apk?"
    )
    assert (await made(http, binary_app_id=521))["binary_app"] == {
        "id": 521,
        "filename": "shop 1.apk",
        "file_size": 5,
    }


@pytest.mark.anyio
async def test_what_is_no_app_is_refused(http: httpx.AsyncClient) -> None:
    assert await error(await http.post("/binary_apps", json={"file": "x"}), 400) == "file is missing"
    assert await error(await http.post("/binary_apps", files={"app": ("a.apk", b"1")}), 400) == "file is missing"
    assert ".apk" in await error(await http.post("/binary_apps", files={"file": ("a.exe", b"1")}), 422)


# Apps, sent to the storage


@pytest.mark.anyio
async def test_an_app_goes_to_the_storage_and_is_finalized(http: httpx.AsyncClient) -> None:
    started = await form(http)
    assert started["binary_app_id"] == 521
    assert started["url"] == "http://sandbox.invalid/testio/storage/"
    assert started["fields"]["key"] == "uploads/binary_app/package/521/${filename}"
    stored = await http.post(started["url"], data=started["fields"], files={"file": ("a.apk", b"12345")})
    assert (stored.status_code, stored.headers["content-type"]) == (201, "application/xml")
    assert "<Key>uploads/binary_app/package/521/a.apk</Key>" in stored.text
    answer = await finalized(http, 521, bundle_identifier="test.example.shop")
    binary = answer.json()["binary_app"]
    assert answer.status_code == 200
    assert binary.pop("url").startswith("http://sandbox.invalid/testio/storage/uploads/")
    assert binary == {
        "id": 521,
        "filename": "a.apk",
        "file_size": 5,
        "content_type": "application/vnd.android.package-archive",
        "bundle_identifier": "test.example.shop",
        "bundle_version": None,
        "status": "new",
    }
    assert (await made(http, binary_app_id=521))["binary_app"]["filename"] == "a.apk"


@pytest.mark.anyio
async def test_a_client_may_fill_in_the_name_by_itself(http: httpx.AsyncClient) -> None:
    started = await form(http)
    fields = {**started["fields"], "key": "uploads/binary_app/package/521/a.apk"}
    assert (await http.post(started["url"], data=fields, files={"file": ("x", b"12345")})).status_code == 201
    assert (await finalized(http, 521)).status_code == 200


@pytest.mark.anyio
@pytest.mark.parametrize("name", ["key", "policy", "success_action_status", "x-amz-signature", "x-amz-date"])
async def test_the_storage_wants_every_field(http: httpx.AsyncClient, name: str) -> None:
    started = await form(http)
    del started["fields"][name]
    answer = await http.post(started["url"], data=started["fields"], files={"file": ("a.apk", b"12345")})
    assert answer.status_code == (400 if name == "key" else 403)
    assert name in answer.text


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("changes", "status", "code"),
    [
        ({"policy": "e30="}, 403, "SignatureDoesNotMatch"),
        ({"x-amz-signature": "0" * 64}, 403, "SignatureDoesNotMatch"),
        ({"key": "uploads/binary_app/package/511/${filename}"}, 403, "AccessDenied"),
        ({"success_action_status": "204"}, 403, "AccessDenied"),
    ],
)
async def test_the_storage_keeps_to_the_policy(
    http: httpx.AsyncClient, changes: dict[str, str], status: int, code: str
) -> None:
    started = await form(http)
    fields = {**started["fields"], **changes}
    answer = await http.post(started["url"], data=fields, files={"file": ("a.apk", b"12345")})
    assert (answer.status_code, f"<Code>{code}</Code>" in answer.text) == (status, True)


@pytest.mark.anyio
async def test_the_storage_refuses_a_second_credential(http: httpx.AsyncClient) -> None:
    started = await get_json(http, "/binary_apps/upload_url")
    answer = await http.post(started["url"], data=started["fields"], files={"file": ("a.apk", b"12345")})
    assert (answer.status_code, "Only one auth mechanism" in answer.text) == (400, True)


@pytest.mark.anyio
async def test_the_storage_refuses_no_file_an_empty_one_and_what_comes_behind_it(http: httpx.AsyncClient) -> None:
    started = await form(http)
    url, fields = started["url"], started["fields"]
    assert (await http.post(url, data=fields)).status_code == 400
    empty = await http.post(url, data=fields, files={"file": ("a.apk", b"")})
    assert (empty.status_code, "EntityTooSmall" in empty.text) == (400, True)
    form_fields = [(name, (None, value)) for name, value in fields.items()]
    behind = await http.post(url, files=[("file", ("a.apk", b"12345")), *form_fields])
    assert (behind.status_code, "'key'" in behind.text) == (400, True)


@pytest.mark.anyio
async def test_a_signed_form_holds_for_an_hour(http: httpx.AsyncClient, sandbox: Sandbox) -> None:
    started = await form(http)
    sandbox.clock.advance(timedelta(hours=1))
    answer = await http.post(started["url"], data=started["fields"], files={"file": ("a.apk", b"12345")})
    assert (answer.status_code, "Policy expired" in answer.text) == (403, True)


@pytest.mark.anyio
async def test_finalizing_names_all_that_is_missing(http: httpx.AsyncClient) -> None:
    started = await get_json(http, "/binary_apps/upload_url")
    path = f"/binary_apps/{started['binary_app_id']}"
    everything = "filename is missing, file_size is missing, content_type is missing"
    assert await error(await http.put(path, json={}), 400) == everything
    assert await error(await finalized(http, 521), 422) == "The uploaded file was not found in the storage"
    assert await error(await finalized(http, 999), 404) == "Binary app not found"


@pytest.mark.anyio
async def test_an_app_that_was_not_finalized_or_is_another_one_is_no_access(http: httpx.AsyncClient) -> None:
    started = await form(http)
    await http.post(started["url"], data=started["fields"], files={"file": ("a.apk", b"12345")})
    assert "File size" in await error(await finalized(http, 521, file_size=6), 422)
    assert "File must be" in await error(await finalized(http, 521, filename="a.exe"), 422)
    answer = await http.post(PATH, json={"test_environment": {"title": "x", "binary_app_id": 521}})
    assert "must exist and be uploaded" in await error(answer, 422)


@pytest.mark.anyio
async def test_the_storage_refuses_what_is_larger_than_the_policy_allows(
    http: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(storage, "LARGEST", 4)
    started = await form(http)
    for content, status in ((b"1234", 201), (b"12345", 400)):
        answer = await http.post(started["url"], data=started["fields"], files={"file": ("a.apk", content)})
        assert answer.status_code == status
    assert "EntityTooLarge" in answer.text
