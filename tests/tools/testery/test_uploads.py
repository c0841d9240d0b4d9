"""Files are sent from allowed directories only, over TLS only, and signed addresses are never shown."""

import json
import logging
import os
from pathlib import Path
from typing import Any

import pytest

from tests.desk import ERAS, desk, settings
from tests.tools.kit.wire import Wire, says
from tests.tools.testery.wired import HELD, client_over
from tools.kit.errors import OutcomeUnknown, PlatformError, Refused
from tools.kit.network import Account
from tools.kit.toolset import no_progress
from tools.testery.client.storage import BuildStorage
from tools.testery.client.testery import Testery
from tools.testery.tools.uploads import upload_build

pytestmark = pytest.mark.anyio
both_eras = pytest.mark.parametrize("mode", ERAS)

JUNIT = """<?xml version="1.0"?><testsuite name="unit" tests="2" failures="1">
<testcase name="adds" classname="cart" time="0.5"/>
<testcase name="removes" classname="cart" time="0.2"><failure message="expected 0, got 1">at cart:3</failure></testcase>
</testsuite>"""
ADDRESS = "https://storage.example/build%2F1/tests.zip?X-Amz-Signature=0123abcd&X-Amz-Credential=A%2FB"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "results.xml").write_text(JUNIT)
    (tmp_path / "coverage.json").write_text(
        '{"CoveragePercent": 71.5, "TotalStatements": 200, "CoveredStatements": 143}'
    )
    (tmp_path / "tests.zip").write_bytes(b"PK\x03\x04" + os.urandom(100_000))
    (tmp_path / "empty.zip").write_bytes(b"")
    return tmp_path


def allowed(folder: Path) -> Any:
    return settings({"TESTDESK_UPLOAD_DIRS": str(folder)})


@both_eras
async def test_results_of_elsewhere_become_a_run(mode: str, folder: Path) -> None:
    async with desk(mode, told=allowed(folder)) as d:
        done = await d.answer(
            "testery_upload_test_results",
            file=str(folder / "results.xml"),
            project_key="harbour-web",
            environment_key="staging",
            suite="smoke",
            branch="release/9.0.1",
            commit="0a1b2c3d",
        )
        assert (done["run"]["said"], done["run"]["total"], done["run"]["failed"]) == ("FAIL", 2, 1)
        (_, body) = d.sent("POST", "/test-runs-upload")
        failures = await d.answer("testery_get_failures", run_id=done["run_id"])
    assert {name for name, *_ in body["form"]} == {
        *("projectId", "environmentId", "testSuiteId", "branch", "ref", "file"),
    }
    assert failures["groups"][0]["error"] == "'expected 0, got 1'"


async def test_a_coverage_report_stands_beside_its_run(folder: Path) -> None:
    async with desk(told=allowed(folder)) as d:
        done = await d.answer("testery_add_run_file", run_id=902114, file=str(folder / "coverage.json"))
        run = await d.answer("testery_get_test_run", run_id=902114)
    assert (done["kind"], done["file"]) == ("DotCover", "coverage.json")
    assert (run["coverage_name"], run["coverage_percent"]) == ("DotCover", 71.5)


@both_eras
async def test_a_build_goes_to_the_storage_and_its_address_to_nobody(
    mode: str, folder: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    async with desk(mode, told=allowed(folder)) as d:
        done = await d.answer(
            "testery_upload_build",
            project_key="harbour-web",
            build="9.0.1/rc3",
            file=str(folder / "tests.zip"),
            name="suite/tests.zip",
        )
        world = d.sandboxes.sandboxes["testery"].world
        assert world.builds[7301, "9.0.1/rc3"] == {"suite/tests.zip": 100_004}
        (put,) = [e for e in d.sandboxes.journal.entries(platform="testery") if e.method == "PUT"]
    assert put.headers["authorization"] == "absent"
    assert "content-type" not in put.headers, "the vendor's own client sends none, and a signature may hold it"
    assert put.headers["content-length"] == "100004"
    assert "Signature" not in json.dumps(done) + caplog.text
    assert "testery/uploads" not in json.dumps(done)
    assert (done["bytes"], done["build"]) == (100_004, "9.0.1/rc3")


@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        ("upload_test_results", {"project_key": "harbour-web", "environment_key": "staging"}),
        ("add_run_file", {"run_id": 902114}),
        ("upload_build", {"project_key": "harbour-web", "build": "1"}),
    ],
)
@pytest.mark.parametrize("file", ["/etc/passwd", "tests.zip", "{folder}/../../etc/passwd", "{folder}/none.xml"])
async def test_no_other_file_leaves(name: str, arguments: dict[str, Any], file: str, folder: Path) -> None:
    async with desk(told=allowed(folder)) as d:
        error = await d.refusal(f"testery_{name}", file=file.format(folder=folder), **arguments)
        assert "Nothing was sent" in error
        assert d.writes("testery") == []


async def test_without_an_allowed_directory_no_file_leaves(folder: Path) -> None:
    async with desk() as d:
        error = await d.refusal("testery_add_run_file", run_id=902114, file=str(folder / "coverage.json"))
    assert "TESTDESK_UPLOAD_DIRS names no directory" in error


@pytest.mark.parametrize(
    ("name", "text"), [("coverage.json", '{"lines": [1, 2'), ("coverage.xml", "<coverage><line/>")]
)
async def test_half_a_file_is_not_put_beside_a_run(name: str, text: str, folder: Path) -> None:
    (folder / name).write_text(text)
    async with desk(told=allowed(folder)) as d:
        error = await d.refusal("testery_add_run_file", run_id=902114, file=str(folder / name))
        assert "cut off" in error
        assert d.writes("testery") == []


@pytest.mark.parametrize("name", ["../evil.zip", "/etc/evil.zip", "a/../../b.zip"])
async def test_a_name_inside_a_build_cannot_climb_out_of_it(name: str, folder: Path) -> None:
    async with desk(told=allowed(folder)) as d:
        error = await d.refusal(
            "testery_upload_build", project_key="harbour-web", build="1", file=str(folder / "tests.zip"), name=name
        )
        assert "without '..'" in error
        assert d.arrived(platform="testery") == []


async def test_a_wrong_project_key_is_told_before_the_file_leaves(folder: Path) -> None:
    async with desk(told=allowed(folder)) as d:
        error = await d.refusal("testery_upload_build", project_key="nope", build="1", file=str(folder / "tests.zip"))
        assert "testery_list_projects shows keys" in error
        assert d.arrived("PUT", platform="testery") == []


async def upload(wire: Wire, folder: Path) -> Any:
    api = client_over(wire, TESTDESK_UPLOAD_DIRS=str(folder))
    return await upload_build(api, no_progress, "web", "1", str(folder / "tests.zip"))


async def test_the_address_is_used_as_it_was_signed_and_the_token_does_not_go_along(folder: Path) -> None:
    wire = Wire(says(content=ADDRESS.encode()), says(content=b""))
    await upload(wire, folder)
    put = wire.arrived[1]
    assert str(put.url) == ADDRESS
    assert "authorization" not in put.headers
    assert HELD not in str(put.headers)


async def test_an_error_of_the_storage_tells_its_words_and_no_part_of_the_address(folder: Path) -> None:
    xml = b"<Error><Code>AccessDenied</Code><Message>Request has expired</Message></Error>"
    wire = Wire(says(content=ADDRESS.encode()), says(403, content=xml))
    with pytest.raises(PlatformError) as error:
        await upload(wire, folder)
    told = f"{error.value} {error.value.request}"
    assert "Request has expired" in told
    assert "It is safe to try again" in told
    assert "0123abcd" not in told
    assert "TESTERY_API_TOKEN" not in told


async def test_asking_for_a_place_that_gets_no_answer_is_no_unknown_outcome(folder: Path) -> None:
    with pytest.raises(PlatformError) as error:
        await upload(Wire(says(502, content=b"")), folder)
    assert not isinstance(error.value, OutcomeUnknown)
    assert "No file was sent" in str(error.value)


@pytest.mark.parametrize("address", ["http://storage.example/x?sig=1", "ftp://storage.example/x", "//x", "nonsense"])
async def test_an_address_without_tls_gets_no_file(address: str, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    wire = Wire(says(content=address.encode()), says(content=b""))
    account = client_over(wire).account
    monkeypatch.setattr(account.network, "is_sandbox", False)
    api = Testery(
        Account(
            "Testery", account.base_url, account.network, account.credentials, {"TESTDESK_UPLOAD_DIRS": str(folder)}
        )
    )
    with pytest.raises(PlatformError, match="without TLS"):
        await upload_build(api, no_progress, "web", "1", str(folder / "tests.zip"))
    assert len(wire.arrived) == 1


async def test_a_base_address_without_tls_gets_no_file(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    wire = Wire(says(content=ADDRESS.encode()))
    account = client_over(wire).account
    monkeypatch.setattr(account.network, "is_sandbox", False)
    plain = Account("Testery", "http://testery.example/api", account.network, account.credentials)
    with pytest.raises(Refused, match="has no TLS"):
        await upload_build(Testery(plain), no_progress, "web", "1", str(folder / "tests.zip"))
    assert wire.arrived == []


def test_the_storage_holds_no_credential_of_the_account() -> None:
    storage = client_over(Wire(says())).storage
    assert isinstance(storage, BuildStorage)
    assert storage.account.credentials == {}
