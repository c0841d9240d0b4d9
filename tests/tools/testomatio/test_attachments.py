"""Files are attached from allowed directories, and a host without that route is told from a thing that is not there."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from tests.desk import ERAS, Desk, desk, settings
from tests.tools.testomatio.holding import V2
from tools.kit.errors import Refused
from tools.kit.network import Account, Network
from tools.kit.toolset import in_silence
from tools.testomatio.client.families import PROJECT
from tools.testomatio.client.testomatio import Testomatio
from tools.testomatio.tools.attachments import upload_attachment

pytestmark = pytest.mark.anyio

TEST, FILE = "c0de0010", "a77ac4000001"
ROUTE = f"{V2}/attachments"


@pytest.fixture
def shots(tmp_path: Path) -> Path:
    (tmp_path / "cart.png").write_bytes(b"\x89PNG" + b"x" * 900)
    (tmp_path / "evil.sh").write_text("#!/bin/sh")
    return tmp_path


@asynccontextmanager
async def open_desk(shots: Path, mode: str = "auto") -> AsyncIterator[Desk]:
    async with desk(mode, told=settings({"TESTDESK_UPLOAD_DIRS": str(shots)})) as d:
        yield d


async def test_a_file_is_attached_and_found_again(shots: Path) -> None:
    async with open_desk(shots) as d:
        made = await d.answer(
            "testomatio_upload_attachment", target="test", target_id=f"@T{TEST}", file=str(shots / "cart.png")
        )
        query, body = d.sent("POST", ROUTE)
        listed = await d.answer("testomatio_list_attachments", target="test", target_id=TEST)
    assert query == [("test_id", TEST)]
    assert body["form"] == [("file", {"filename": "cart.png", "content_type": "image/png", "bytes": 904})]
    assert made["done"] == "Attached 904 bytes."
    assert made["attachment"]["id"] in {row["id"] for row in listed["items"]}
    assert listed["total"] == 2


@pytest.mark.parametrize("name", ["evil.sh", "nothing.png", "../../etc/hosts"])
async def test_other_files_stay_where_they_are(shots: Path, name: str) -> None:
    async with open_desk(shots) as d:
        sentence = await d.refusal(
            "testomatio_upload_attachment", target="test", target_id=TEST, file=str(shots / name)
        )
        assert not d.writes("testomatio")
    assert "Nothing was sent." in sentence


async def test_a_host_that_misses_the_file_in_one_field_gets_it_in_the_later_one(shots: Path) -> None:
    async with open_desk(shots) as d:
        await d.fault(
            platform="testomatio",
            method="POST",
            path=ROUTE,
            status=422,
            body={"error": "File can't be blank"},
            applied=False,
        )
        await d.answer("testomatio_upload_attachment", target="test", target_id=TEST, file=str(shots / "cart.png"))
        _, body = d.sent("POST", ROUTE)
        assert len(d.writes("testomatio")) == 2
    assert [name for name, _ in body["form"]] == ["files"]


async def test_a_host_without_the_route_is_told_from_a_test_without_a_place(shots: Path) -> None:
    async with open_desk(shots) as d:
        await d.switch("testomatio", without_attachments=True)
        sentences = [
            await d.refusal("testomatio_list_attachments", target="test", target_id=TEST),
            await d.refusal("testomatio_list_attachments", target="suite", target_id="c0ffee01"),
            await d.refusal("testomatio_list_attachments", target="testrun", target_id="9002008"),
            await d.refusal(
                "testomatio_upload_attachment", target="test", target_id=TEST, file=str(shots / "cart.png")
            ),
        ]
        gone = await d.refusal("testomatio_list_attachments", target="test", target_id="00000000")
        result = await d.refusal("testomatio_list_attachments", target="testrun", target_id="12")
    for sentence in sentences:
        assert "this host does not have (404)" in sentence
    assert "no test '00000000'" in gone
    assert "no result 12" in result


@pytest.mark.parametrize("mode", ERAS)
async def test_deleting_a_file_names_it(mode: str, shots: Path) -> None:
    async with open_desk(shots, mode) as d:
        await d.answer("testomatio_delete_attachment", target="test", target_id=TEST, attachment_id=FILE)
        query, _ = d.sent("DELETE", f"{ROUTE}/{FILE}")
        sentence = await d.refusal("testomatio_delete_attachment", target="test", target_id=TEST, attachment_id="nope")
        asked = d.asked[0]
    assert query == [("test_id", TEST)]
    assert "'cart.png' (" in asked
    assert "testomatio_list_attachments" in sentence


async def test_no_file_goes_where_it_could_be_read_on_the_way(shots: Path) -> None:
    account = Account("Testomat.io", "http://host.example", Network(), settings={PROJECT: "shop"})
    with pytest.raises(Refused, match="TLS"):
        await upload_attachment(Testomatio(account), in_silence, "test", TEST, str(shots / "cart.png"))
