"""An app is uploaded from an allowed directory, in the way that its size wants."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.desk import ERAS, desk, live_client, sandboxes
from tests.tools.testio.cloud import TOOL, Cloud, open_desk, upload
from tools.kit.errors import Refused
from tools.kit.network import Account, Network
from tools.kit.toolset import no_progress
from tools.testio.client.testio import TestIO
from tools.testio.tools import binary_apps
from tools.testio.tools.binary_apps import upload_binary_app

pytestmark = pytest.mark.anyio
both_eras = pytest.mark.parametrize("mode", ERAS)

APK = "application/vnd.android.package-archive"


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
