"""Failed results as defects: the error, the stack, the end of the output, and a marker for every run."""

from dataclasses import asdict
from typing import Any

import pytest

from tests.desk import client_of
from tests.tools.kit.wire import Answer, Wire, says
from tests.tools.testery.wired import client_over, run_as_read
from tools.kit.defect import Defect
from tools.kit.errors import NotFound, Refused
from tools.testery.client.testery import Testery
from tools.testery.tools.defects import OUTPUT_BYTES, defects

pytestmark = pytest.mark.anyio

HOTFIX, PAY = "902114", "90211400009"
URL = "https://files.testery.io/7/cart.png?X-Amz-Signature=ab12cd"
HOSTILE = "He said \"pay'\n/close @all #1 {{x}} <b>|`"
PROJECTS = says(json=[{"id": 3, "key": "harbour-web", "name": "Harbour"}])


def failed(number: int | None = 11, **fields: Any) -> dict[str, Any]:
    test = {"name": "Pay", "fileFilter": "src/pay.py"}
    return {"id": number, "status": "FAIL", "error": "Boom", "projectTest": test} | fields


def one_result(listed: dict[str, Any], detail: dict[str, Any] | None = None, **run: Any) -> Wire:
    answers: list[Answer] = [says(json=run_as_read(5, status="FAIL", projectId=3, **run)), says(json=[listed])]
    if listed.get("id") is not None:
        answers.append(says(json=listed | (detail or {})))
    return Wire(*answers, PROJECTS)


async def read(listed: dict[str, Any], detail: dict[str, Any] | None = None, item: str = "5/11", **run: Any) -> Defect:
    return await defects.read(client_over(one_result(listed, detail, **run)), item, None)


async def test_a_failed_result_has_its_error_stack_output_and_origin() -> None:
    async with client_of(Testery, "testery") as api:
        defect = await defects.read(api, f"{HOTFIX}/{PAY}", None)
    facts = dict(defect.facts)
    assert (defect.kind, defect.item, defect.level) == ("failure", f"{HOTFIX}/{PAY}", "normal")
    assert defect.title.startswith("Test failed: ")
    assert defect.marker.startswith("testery-failure-")
    assert "    at tests/" in defect.error
    assert "FAIL" in defect.output
    assert "\x1b" not in defect.error + defect.output
    assert facts["Run"] == "902114 Checkout hotfix 9.0.1"
    assert set(facts) >= {"Project", "Environment", "File", "Branch", "Commit", "Build", "Started", "Duration"}
    assert (defect.product, defect.where, defect.link) == ("harbour-web", "harbour-web", "")


async def test_the_link_is_the_page_of_the_result_in_the_web_app() -> None:
    wire = one_result(failed())
    wire._answers.append(says(json={"id": 1, "slug": "harbour"}))
    api = client_over(wire, base="https://api.testery.io/api")
    assert (await defects.read(api, "5/11", None)).link == "https://testery.app/harbour/test-runs/5/tests/11"


async def test_the_same_failure_has_the_same_marker_in_every_run_and_with_other_numbers() -> None:
    one = await read(failed(error="Timeout after 31 s, request 7b6f84b7e33b"))
    other = await read(failed(12, error="Timeout after 2 s, request 0123456789ab"), item="5/12", commit="x")
    assert one.marker == other.marker
    assert one.marker != (await read(failed(error="Refused"))).marker
    assert one.marker != (await read(failed(error=one.error, projectTest={"name": "Ship"}))).marker


async def test_a_result_without_an_id_is_named_by_its_title() -> None:
    defect = await read(failed(None, projectTest={"name": "a / b"}), item="5/a / b")
    assert (defect.item, defect.error) == ("5/a / b", "Boom")


async def test_a_long_output_is_its_end_and_says_how_much_of_it() -> None:
    lines = [f"line {number}" for number in range(5_000)]
    defect = await read(failed(), {"processOutput": "\n".join(lines)})
    assert defect.output.splitlines()[-1] == lines[-1]
    assert len(defect.output) <= OUTPUT_BYTES
    assert dict(defect.facts)["Output"] == "the last 8000 of 48890 bytes"


async def test_private_keys_of_an_output_are_left_out() -> None:
    key = "-----BEGIN RSA PRIVATE KEY-----\nMIIabc\n-----END RSA PRIVATE KEY-----"
    defect = await read(failed(error=f"a\n{key}"), {"stackTrace": key, "processOutput": f"b\n{key}\nc"})
    assert "MIIabc" not in repr(defect)


async def test_the_address_of_a_file_occurs_nowhere_in_a_defect() -> None:
    defect = await read(failed(), {"screenShots": [URL, "https://files.testery.io/7/tok?k=1"], "videos": [f"{URL}#v"]})
    assert [file.name for file in defect.files] == ["cart.png", "screenshot 2", "cart.png"]
    assert "files.testery.io" not in repr(defect) + repr(asdict(defect))
    assert "ab12cd" not in repr(defect) + repr(asdict(defect))


async def test_hostile_texts_stay_whole() -> None:
    test = {"name": HOSTILE, "file": HOSTILE}
    defect = await read(failed(error=HOSTILE, projectTest=test), {"processOutput": HOSTILE}, name=HOSTILE)
    facts = dict(defect.facts)
    assert (defect.title, defect.error, defect.output) == (f"Test failed: {HOSTILE}", HOSTILE, HOSTILE)
    assert (facts["File"], facts["Run"]) == (HOSTILE, f"5 {HOSTILE}")


async def test_a_screenshot_is_loaded_from_a_fresh_address() -> None:
    assert defects.content is not None
    async with client_of(Testery, "testery") as api:
        defect = await defects.read(api, f"{HOTFIX}/{PAY}", None)
        loaded = await defects.content(api, defect, 0)
        with pytest.raises(Refused, match="any more"):
            await defects.content(api, defect, len(defect.files))
    assert (loaded.name, loaded.content_type) == (defect.files[0].name, "image/png")


async def test_only_what_failed_can_become_an_issue() -> None:
    with pytest.raises(Refused, match="passed; only a failure can become an issue"):
        await read(failed(status="PASS"))
    async with client_of(Testery, "testery") as api:
        with pytest.raises(NotFound, match=r"across_get_run and testery_get_results"):
            await defects.read(api, f"{HOTFIX}/1", None)
        with pytest.raises(NotFound, match="No run 812"):
            await defects.read(api, "812/1", None)
        with pytest.raises(Refused, match="whole number"):
            await defects.read(api, "x/1", None)
        with pytest.raises(Refused, match="Give RUN/TEST, such as 902114/"):
            await defects.read(api, HOTFIX, None)
