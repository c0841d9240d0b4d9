"""An app is uploaded whole or not at all, and a broken upload reports how far it came."""

from dataclasses import replace
from pathlib import Path

import anyio
import httpx
import pytest

from tests.desk import ERAS, live_client
from tests.tools.testio.cloud import PLACE, TOOL, Cloud, open_desk, upload
from tools.kit.errors import PlatformError
from tools.kit.network import Network
from tools.kit.toolset import no_progress
from tools.kit.upload import PIECE
from tools.testio.models.binary_apps import UploadPlace
from tools.testio.tools.binary_apps import upload_binary_app

pytestmark = pytest.mark.anyio
both_eras = pytest.mark.parametrize("mode", ERAS)


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
