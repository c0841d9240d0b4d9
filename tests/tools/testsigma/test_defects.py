"""Failed test cases of runs as defects: the comment, the steps of the case, and a marker for every run."""

from typing import Any

import pytest

from tests.desk import client_of
from tests.tools.testsigma.line import listing, wired
from tools.kit.defect import Defect, Level
from tools.kit.errors import NotFound, Refused
from tools.testsigma.client.testsigma import Testsigma
from tools.testsigma.tools.defects import defects

pytestmark = pytest.mark.anyio

HOSTILE = "He said \"pay'\n/close @all #1 {{x}} |`"


async def read(
    case: dict[str, Any] | None = None, priority: str = "Major", item: str = "SHP-R-1/SHP-7", **row: Any
) -> Defect:
    case_of_run = {"id": "c", "human_id": "SHP-7", "title": row.pop("title", "Pay")}
    result = {"id": "x", "status": "Failed", "description": "Boom", "test_case": case_of_run} | row
    whole = {"data": {"test_case": {"id": "c", "human_id": "SHP-7", "priority_id": "p1"} | (case or {})}}
    _, api = wired(
        **{
            "test_cases": listing("test_run_cases", result),
            "test_run_cases": listing("test_run_cases", result),
            "SHP-7": None if case is None else whole,
            "priorities": listing("priorities", {"id": "p1", "name": priority}),
            "test_case_priorities": listing("test_case_priorities", {"id": "p1", "name": priority}),
        }
    )
    return await defects.read(api, item, None)


async def test_a_failed_case_has_its_comment_its_steps_and_its_origin() -> None:
    async with client_of(Testsigma, "testsigma") as api:
        defect = await defects.read(api, "HRB-R-4/HRB-7", None)
    facts = dict(defect.facts)
    assert (defect.kind, defect.item) == ("failure", "HRB-R-4/HRB-7")
    assert (defect.level, defect.severity) == ("critical", "Critical")
    assert defect.title == "Test failed: An expired code is refused"
    assert defect.error.startswith("OLD10 is still accepted")
    assert defect.description == "Preconditions:\nOLD10"
    assert defect.steps[:2] == ("Fill the cart", "Enter OLD10 (expected: The code is shown)")
    assert facts["Run"] == "HRB-R-4 Release 9.0.1 checkout by hand"
    assert (facts["Project"], facts["Test case"], facts["Assigned to"]) == ("Harbour", "HRB-7", "Ann Weber")
    assert (defect.product, defect.where, defect.link) == ("HRB", "Harbour", "")


@pytest.mark.parametrize(
    ("priority", "level"), [("Critical", "critical"), ("Major", "high"), ("Minor", "low"), ("Whenever", "normal")]
)
async def test_the_level_is_the_priority_of_the_case(priority: str, level: Level) -> None:
    defect = await read({}, priority)
    assert (defect.level, defect.severity) == (level, priority)


async def test_a_case_that_was_deleted_since_leaves_what_the_run_has() -> None:
    defect = await read(None)
    assert (defect.level, defect.severity, defect.steps, defect.error) == ("normal", "", (), "Boom")


async def test_a_case_with_one_text_has_its_lines_as_steps() -> None:
    defect = await read({"steps": "Open\n\nPay", "expected_results": "Paid"})
    assert (defect.steps, defect.expected) == (("Open", "Pay"), "Paid")


async def test_the_same_failure_has_the_same_marker_in_every_run() -> None:
    one = await read(description="Timeout after 31 s")
    assert one.marker == (await read(description="Timeout after 2 s", title="Renamed")).marker
    assert one.marker != (await read(description="Refused")).marker


async def test_hostile_texts_stay_whole() -> None:
    defect = await read({"steps": None, "preconditions": HOSTILE}, description=HOSTILE, title=HOSTILE)
    assert (defect.title, defect.error) == (f"Test failed: {HOSTILE}", HOSTILE)
    assert defect.description == f"Preconditions:\n{HOSTILE}"


async def test_only_what_failed_can_become_an_issue() -> None:
    with pytest.raises(Refused, match="passed; only a failure can become an issue"):
        await read(status="Passed")
    assert dict((await read(status="Blocked")).facts)["Status"] == "Blocked"
    async with client_of(Testsigma, "testsigma") as api:
        with pytest.raises(NotFound, match="across_get_run and testsigma_get_run_results"):
            await defects.read(api, "HRB-R-4/HRB-999", None)
        with pytest.raises(NotFound):
            await defects.read(api, "HRB-R-999/HRB-7", None)
        with pytest.raises(Refused, match="such as HRB-R-4/HRB-7"):
            await defects.read(api, "HRB-R-4", None)
