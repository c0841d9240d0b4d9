"""Files are attached from allowed directories, and a host without that route is told from a thing that is not there."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from pydantic import SecretStr

from tests.desk import ERAS, Desk, desk, settings
from tests.tools.testomatio.holding import V2
from tools.kit.errors import Refused
from tools.kit.network import Account, Network
from tools.kit.toolset import no_progress
from tools.testomatio.client.credentials import EMAIL, PASSWORD, PROJECT, TOKEN
from tools.testomatio.client.testomatio import Testomatio
from tools.testomatio.tools.attachments import no_route, upload_attachment

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


RESULT = "9002008"


@pytest.mark.parametrize("mode", ERAS)
@pytest.mark.parametrize(("target", "number"), [("test", f"@T{TEST}"), ("testrun", RESULT)])
async def test_where_v2_has_no_attachments_the_web_api_takes_the_file(
    mode: str, target: str, number: str, shots: Path
) -> None:
    async with open_desk(shots, mode) as d:
        await d.switch("testomatio", without_attachments=True)
        made = await d.answer(
            "testomatio_upload_attachment", target=target, target_id=number, file=str(shots / "cart.png")
        )
        web = f"/api/harbour-shop-6f98f/{target}s/{number.removeprefix('@T')}/attachment"
        _, body = d.sent("POST", web)
        assert d.writes("testomatio") == [f"POST {ROUTE}", f"POST {web}"]
        listed = await d.answer("testomatio_list_attachments", target=target, target_id=number)
    assert body["form"] == [("file", {"filename": "cart.png", "content_type": "image/png", "bytes": 904})]
    assert made["done"].startswith("Attached 904 bytes through the web API")
    assert made["attachment"]["url"] in [row["url"] for row in listed["items"]]
    assert "cart.png" in [row["name"] for row in listed["items"]]


async def test_a_file_that_neither_api_takes_is_refused_with_what_is_missing(shots: Path) -> None:
    file = str(shots / "cart.png")
    async with open_desk(shots) as d:
        await d.switch("testomatio", without_attachments=True)
        of_a_suite = [
            await d.refusal("testomatio_list_attachments", target="suite", target_id="c0ffee01"),
            await d.refusal("testomatio_upload_attachment", target="suite", target_id="c0ffee01", file=file),
        ]
        gone = await d.refusal("testomatio_list_attachments", target="test", target_id="00000000")
        unsent = await d.refusal("testomatio_upload_attachment", target="testrun", target_id="12", file=file)
        assert set(d.writes("testomatio")) == {f"POST {ROUTE}"}, "what v2 does not have went nowhere else"
    for sentence in of_a_suite:
        assert "does not have attachments (404)" in sentence
        assert "files of tests and results only" in sentence
    assert "no test '00000000'" in gone
    assert "no result 12" in unsent


async def test_the_web_api_is_not_asked_without_a_login() -> None:
    account = Account("Testomat.io", "https://host.example", Network(), credentials={TOKEN: SecretStr("tstmt_one")})
    assert not Testomatio(account).can_log_in
    for more in ({TOKEN: SecretStr("testomat_one")}, {TOKEN: SecretStr("tstmt_one"), PASSWORD: SecretStr("p")}):
        held = Account(
            "Testomat.io", "https://host.example", Network(), credentials=more, settings={EMAIL: "ann@example.test"}
        )
        assert Testomatio(held).can_log_in
    assert PASSWORD in str(no_route("test", TEST))


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
        await upload_attachment(Testomatio(account), no_progress, "test", TEST, str(shots / "cart.png"))
