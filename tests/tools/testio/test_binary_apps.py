"""An app is uploaded from an allowed directory, whole or not at all, and a broken upload says how far it came."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import anyio
import httpx
import pytest

from tests.desk import ERAS, Desk, desk, live_client, sandboxes, settings
from tools.kit.errors import PlatformError, Refused
from tools.kit.network import Account, Network
from tools.kit.sandbox.composition import Composition
from tools.kit.toolset import no_progress
from tools.kit.upload import PIECE
from tools.testio.client.testio import TestIO
from tools.testio.models.binary_apps import UploadPlace
from tools.testio.tools import binary_apps
from tools.testio.tools.binary_apps import upload_binary_app

pytestmark = pytest.mark.anyio
both_eras = pytest.mark.parametrize("mode", ERAS)

TOOL = "testio_upload_binary_app"
APK = "application/vnd.android.package-archive"
STORAGE = "https://bucket.s3.example/"
PLACE: dict[str, Any] = {
    "binary_app_id": 77,
    "url": STORAGE,
    "fields": {
        "key": "uploads/binary_app/package/77/${filename}",
        "success_action_status": "201",
        "policy": "geheime-policy",
        "x-amz-signature": "geheime-signatur",
    },
}


@pytest.fixture
def builds(tmp_path: Path) -> Path:
    folder = tmp_path / "builds"
    folder.mkdir()
    (folder / "shop 4.2.apk").write_bytes(b"PK\x03\x04" + b"x" * 3000)
    return folder


@asynccontextmanager
async def open_desk(builds: Path, mode: str = "auto", *, world: Composition | None = None) -> AsyncIterator[Desk]:
    async with desk(mode, told=settings({"TESTDESK_UPLOAD_DIRS": str(builds)}), world=world) as d:
        yield d


class Cloud:
    """The platform and its storage as a test writes them; each answer stands under its method and address."""

    def __init__(self, **answers: httpx.Response | Exception) -> None:
        self._answers: dict[str, httpx.Response | Exception] = {
            "place": httpx.Response(200, json=PLACE),
            "storage": httpx.Response(201, content=b"<PostResponse/>"),
            "finalize": httpx.Response(200, json={"binary_app": {"id": 77, "status": "new"}}),
            **answers,
        }
        self.arrived: list[httpx.Request] = []

    async def answer(self, request: httpx.Request) -> httpx.Response:
        await request.aread()
        self.arrived.append(request)
        step = {"GET": "place", "POST": "storage", "PUT": "finalize"}[request.method]
        given = self._answers[step]
        if isinstance(given, Exception):
            raise given
        return given

    @asynccontextmanager
    async def client(self, builds: Path) -> AsyncIterator[TestIO]:
        async with live_client(TESTDESK_UPLOAD_DIRS=str(builds)) as api:
            network = Network(httpx.MockTransport(self.answer))
            told = replace(api.account, base_url="https://api.test.io/customer/v2", network=network)
            yield TestIO(told)

    @property
    def steps(self) -> list[str]:
        return [f"{request.method} {request.url.host}{request.url.path}" for request in self.arrived]


async def upload(cloud: Cloud, builds: Path, **more: Any) -> binary_apps.Uploaded:
    async with cloud.client(builds) as api:
        return await upload_binary_app(api, no_progress, str(builds / "shop 4.2.apk"), presigned=True, **more)


@both_eras
async def test_a_small_file_goes_at_once_without_a_question(builds: Path, mode: str) -> None:
    async with open_desk(builds, mode) as d:
        made = await d.answer(TOOL, file=str(builds / "shop 4.2.apk"))
        (entry,) = d.sandboxes.journal.entries()
        assert (entry.method, entry.path, entry.status) == ("POST", "/binary_apps", 201)
        assert entry.headers["content-type"].startswith("multipart/form-data; boundary=")
        assert entry.headers["authorization"] == "Token present"
        assert isinstance(entry.body, dict)
        assert ("file", {"filename": "shop 4.2.apk", "content_type": APK, "bytes": 3004}) in entry.body["form"]
        assert d.asked == []
    assert made["binary_app_id"] > 0
    assert (made["file"], made["bytes"], made["content_type"]) == ("shop 4.2.apk", 3004, APK)
    assert made["done"] == "Uploaded 3,004 bytes."


@both_eras
async def test_a_file_through_the_storage_takes_three_requests_and_the_token_stays_behind(
    builds: Path, mode: str
) -> None:
    async with open_desk(builds, mode) as d:
        made = await d.answer(
            TOOL,
            file=str(builds / "shop 4.2.apk"),
            presigned=True,
            bundle_identifier="io.harbour.shop",
            bundle_version="4.2",
        )
        place, storage, finalize = d.sandboxes.journal.entries()
        assert (place.method, place.path, place.query) == ("GET", "/binary_apps/upload_url", [])
        assert (storage.method, storage.headers["authorization"]) == ("POST", "absent")
        assert (finalize.method, finalize.path) == ("PUT", f"/binary_apps/{made['binary_app_id']}")
        assert finalize.body == {
            "filename": "shop 4.2.apk",
            "file_size": 3004,
            "content_type": APK,
            "bundle_identifier": "io.harbour.shop",
            "bundle_version": "4.2",
        }
        assert [entry.status for entry in (place, storage, finalize)] == [200, 201, 200]
    assert made["status"] == "new"
    assert made["done"] == "Uploaded 3,004 bytes through the storage."


async def test_the_uploaded_app_can_be_given_to_testers(builds: Path) -> None:
    async with open_desk(builds) as d:
        for presigned in (False, True):
            made = await d.answer(TOOL, file=str(builds / "shop 4.2.apk"), presigned=presigned)
            environment = await d.answer(
                "testio_create_test_environment", product_id=72, title="App", binary_app_id=made["binary_app_id"]
            )
            assert "shop 4.2.apk" in json.dumps(environment)


async def test_all_fields_go_to_the_storage_with_the_file_last_and_its_name_in_the_key(builds: Path) -> None:
    cloud = Cloud()
    await upload(cloud, builds)
    assert cloud.steps == [
        "GET api.test.io/customer/v2/binary_apps/upload_url",
        "POST bucket.s3.example/",
        "PUT api.test.io/customer/v2/binary_apps/77",
    ]
    sent = cloud.arrived[1]
    names = [line for line in sent.content.split(b"\r\n") if line.startswith(b"Content-Disposition")]
    assert [line.split(b'"')[1] for line in names] == [
        b"key",
        b"success_action_status",
        b"policy",
        b"x-amz-signature",
        b"file",
    ]
    assert b"\r\nuploads/binary_app/package/77/shop 4.2.apk\r\n" in sent.content
    assert b"${filename}" not in sent.content
    assert "authorization" not in sent.headers
    assert [request.headers.get("authorization") is not None for request in cloud.arrived] == [True, False, True]


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("a.apk", APK),
        ("A.APK", APK),
        ("a.ipa", "application/octet-stream"),
        ("a.xap", "application/octet-stream"),
        ("a.appx", "application/octet-stream"),
        ("a.zip", "application/zip"),
        ("a.wgt", "application/octet-stream"),
    ],
)
async def test_every_extension_of_the_platform_is_taken_and_tells_the_kind(builds: Path, name: str, kind: str) -> None:
    (builds / name).write_bytes(b"x")
    async with live_client(TESTDESK_UPLOAD_DIRS=str(builds)) as api:
        assert (await upload_binary_app(api, no_progress, str(builds / name))).content_type == kind


async def test_the_way_is_chosen_by_size_and_by_what_is_told_of_the_bundle(
    builds: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = str(builds / "shop 4.2.apk")
    world = sandboxes()
    async with open_desk(builds, world=world) as d:

        async def steps(**more: Any) -> int:
            before = len(world.journal)
            await d.answer(TOOL, file=file, **more)
            return len(world.journal) - before

        assert await steps() == 1
        assert await steps(bundle_version="4.2") == 3
        monkeypatch.setattr(binary_apps, "DIRECT", 3000)
        assert await steps() == 3
        assert await steps(presigned=False) == 1


async def test_what_only_one_way_can_carry_is_refused_on_the_other_before_any_request(builds: Path) -> None:
    async with open_desk(builds) as d:
        told = await d.refusal(TOOL, file=str(builds / "shop 4.2.apk"), presigned=False, bundle_version="4.2")
        assert told == "bundle_identifier and bundle_version are for presigned uploads only. Nothing was sent."
        assert d.arrived() == []


@both_eras
@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("../secret.apk", "Only files below"),
        ("secret-link.apk", "Only files below"),
        ("notes.txt", "Only .ipa, .apk, .xap, .appx, .zip, .wgt files can be uploaded"),
        ("empty.apk", "It has 0 bytes; from 1 to 1,073,741,824 can be uploaded"),
        ("huge.apk", "It has 1,073,741,825 bytes; from 1 to 1,073,741,824 can be uploaded"),
        ("folder.apk", "not a regular file"),
        ("missing.apk", "no such file"),
    ],
)
async def test_a_file_that_may_not_leave_is_refused_before_any_request(
    builds: Path, mode: str, name: str, sentence: str
) -> None:
    (builds.parent / "secret.apk").write_bytes(b"secret")
    (builds / "secret-link.apk").symlink_to(builds.parent / "secret.apk")
    (builds / "notes.txt").write_bytes(b"x")
    (builds / "empty.apk").touch()
    (builds / "folder.apk").mkdir()
    with (builds / "huge.apk").open("wb") as huge:
        huge.truncate(2**30 + 1)
    async with open_desk(builds, mode) as d:
        told = await d.refusal(TOOL, file=str(builds / name))
        assert sentence in told
        assert told.endswith("Nothing was sent.")
        assert d.arrived() == []


@both_eras
async def test_without_an_allowed_directory_every_file_is_refused_with_how_to_allow(builds: Path, mode: str) -> None:
    async with desk(mode) as d:
        told = await d.refusal(TOOL, file=str(builds / "shop 4.2.apk"))
        assert "TESTDESK_UPLOAD_DIRS names no directory" in told
        assert d.arrived() == []


@pytest.mark.parametrize(
    ("base", "goes"),
    [("http://api.test.io/customer/v2", False), ("http://127.0.0.1:9/v2", True), ("https://api.test.io/v2", True)],
)
async def test_no_file_goes_over_plain_http_to_another_machine(builds: Path, base: str, goes: bool) -> None:
    async with live_client(TESTDESK_UPLOAD_DIRS=str(builds)) as live:
        # A real way out, which is never taken: what is allowed fails on the file that is missing.
        api = TestIO(Account("test IO", base, Network(), live.account.credentials, live.account.settings))
        with pytest.raises(Refused, match="no such file" if goes else "has no TLS"):
            await upload_binary_app(api, no_progress, str(builds / "missing.apk"))


async def test_a_storage_without_tls_is_sent_nothing(builds: Path) -> None:
    cloud = Cloud(place=httpx.Response(200, json=PLACE | {"url": "http://bucket.s3.example/"}))
    async with cloud.client(builds) as api:
        # As on a real network, where a mocked transport does not count as a sandbox.
        api.storage.account = replace(api.storage.account, network=Network())
        with pytest.raises(PlatformError, match=r"without TLS.*Binary app 77 was created and stays empty"):
            await upload_binary_app(api, no_progress, str(builds / "shop 4.2.apk"), presigned=True)
    assert len(cloud.arrived) == 1


@pytest.mark.parametrize("failure", [httpx.Response(503), httpx.Response(429), httpx.ReadTimeout("slow")])
async def test_asking_for_a_place_is_never_repeated_since_it_makes_something(
    builds: Path, failure: httpx.Response | Exception
) -> None:
    cloud = Cloud(place=failure)
    with pytest.raises(PlatformError, match=r"Requesting an upload URL failed\..* Nothing was uploaded\."):
        await upload(cloud, builds)
    assert cloud.steps == ["GET api.test.io/customer/v2/binary_apps/upload_url"]


@pytest.mark.parametrize(
    ("failure", "why"),
    [
        (httpx.Response(403, content=b"<Error><Message>Policy expired.</Message></Error>"), "It answered 403."),
        (httpx.Response(307, headers={"location": "https://elsewhere.example/"}), "It answered 307."),
        (httpx.Response(500), "It answered 500: it may or may not have happened."),
        (httpx.ConnectError("no"), "cannot be reached"),
        (httpx.ReadTimeout("slow"), "may or may not have happened"),
    ],
)
async def test_a_storage_that_fails_leaves_an_empty_app_whose_id_is_told(
    builds: Path, failure: httpx.Response | Exception, why: str
) -> None:
    cloud = Cloud(storage=failure)
    with pytest.raises(PlatformError) as caught:
        await upload(cloud, builds)
    told = str(caught.value)
    assert told.startswith("Sending the file to the storage failed. ")
    assert why in told
    assert "Binary app 77 was created and stays empty without its file. Calling again starts over" in told
    assert "geheim" not in told
    assert len(cloud.arrived) == 2
    assert type(caught.value) is PlatformError, "a storage's 403 says nothing about the token"


@pytest.mark.parametrize(
    ("failure", "why"),
    [
        (httpx.Response(422, json={"error": "Validation failed: File is not there"}), "It answered 422."),
        (httpx.Response(400, json={"error": "filename is missing"}), "It answered 400."),
        (httpx.Response(502), "It answered 502: it may or may not have happened."),
        (httpx.ReadTimeout("slow"), "may or may not have happened"),
    ],
)
async def test_finalizing_that_fails_says_that_the_file_is_there(
    builds: Path, failure: httpx.Response | Exception, why: str
) -> None:
    cloud = Cloud(finalize=failure)
    with pytest.raises(PlatformError) as caught:
        await upload(cloud, builds)
    told = str(caught.value)
    assert told.startswith("Finalizing failed. ")
    assert why in told
    assert (
        "The file is in the storage; binary app 77 cannot be used until it is finalized. Calling again starts over"
        in told
    )
    assert len(cloud.arrived) == 3


async def test_a_broken_upload_is_told_as_a_sentence_with_the_words_of_others_marked(builds: Path) -> None:
    async with open_desk(builds) as d:
        await d.fault(method="PUT", path="*", times=1, status=422, body={"error": "Validation failed: not there"})
        told = await d.refusal(TOOL, file=str(builds / "shop 4.2.apk"), presigned=True)
        assert "Finalizing failed. It answered 422." in told
        assert "|Validation failed: not there|" in told
        assert "shows whether it was done" not in told


async def test_a_direct_upload_without_an_answer_says_that_nothing_shows_it(builds: Path) -> None:
    async with open_desk(builds) as d:
        await d.fault(method="POST", path="/binary_apps", times=1, status=524, applied=True)
        told = await d.refusal(TOOL, file=str(builds / "shop 4.2.apk"))
        assert "may or may not have happened" in told
        assert "The API does not show whether it was done" in told
        assert len(d.writes()) == 1


@pytest.mark.parametrize("presigned", [True, False])
async def test_progress_is_told_in_bytes(builds: Path, presigned: bool) -> None:
    size = 3 * PIECE + 1
    (builds / "large.apk").write_bytes(b"x" * size)
    told: list[tuple[float, float | None]] = []

    async def progress(done: float, total: float | None = None, message: str | None = None) -> None:
        told.append((done, total))

    async with live_client(TESTDESK_UPLOAD_DIRS=str(builds)) as api:
        await upload_binary_app(api, progress, str(builds / "large.apk"), presigned=presigned)
    assert told == [(PIECE, size), (2 * PIECE, size), (3 * PIECE, size), (size, size)]


@both_eras
async def test_a_client_hears_the_progress(builds: Path, mode: str) -> None:
    told: list[float] = []

    async def hear(progress: float, total: float | None, message: str | None) -> None:
        told.append(progress)

    async with open_desk(builds, mode) as d:
        result = await d.client.call_tool(TOOL, {"file": str(builds / "shop 4.2.apk")}, progress_callback=hear)
        assert not result.is_error
    assert told == [3004]


@pytest.mark.parametrize("presigned", [True, False])
async def test_a_cancel_during_the_upload_ends_it_without_a_whole_request(builds: Path, presigned: bool) -> None:
    (builds / "large.apk").write_bytes(b"x" * 4 * PIECE)
    cloud = Cloud()
    with anyio.CancelScope() as caller:

        async def progress(done: float, total: float | None = None, message: str | None = None) -> None:
            if done >= 2 * PIECE:
                caller.cancel()

        async with cloud.client(builds) as api:
            await upload_binary_app(api, progress, str(builds / "large.apk"), presigned=presigned)
    assert caller.cancelled_caught
    assert cloud.steps == (["GET api.test.io/customer/v2/binary_apps/upload_url"] if presigned else [])


def test_the_place_of_an_upload_shows_neither_its_address_nor_its_fields() -> None:
    place = UploadPlace.model_validate(PLACE)
    for shown in (repr(place), str(place), str(place.model_dump())):
        assert "geheim" not in shown
        assert "bucket" not in shown


async def test_an_answer_is_taken_in_either_shape(builds: Path) -> None:
    bare = {"id": 77, "filename": "x", "file_size": 1, "url": "https://signed.example/?sig=geheim"}
    for body in (bare, {"binary_app": bare}):
        made = await upload(Cloud(finalize=httpx.Response(200, json=body)), builds)
        assert made.binary_app_id == 77
        assert "geheim" not in made.model_dump_json()
