"""The tool that draws charts, with Pillow and without."""

import json
from base64 import b64decode
from collections.abc import Sequence
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from mcp.types import CallToolResult, ImageContent
from PIL import Image

from tests.desk import ERAS, desk, settings, text
from tools.kit.scaling import SIDE

pytestmark = pytest.mark.anyio

SUBJECTS = ("bugs_by_severity", "runs", "flaky_tests", "devices")


def picture_of(result: CallToolResult) -> Image.Image | None:
    blocks = [block for block in result.content if isinstance(block, ImageContent)]
    assert len(blocks) <= 1
    return Image.open(BytesIO(b64decode(blocks[0].data))) if blocks else None


def numbers_of(result: CallToolResult) -> dict[str, Any]:
    assert not result.is_error, text(result)
    assert result.structured_content is None, "some hosts would then hide the picture"
    found: dict[str, Any] = json.loads(text(result))
    return found


@pytest.mark.parametrize(("mode", "subjects"), [(ERAS[0], SUBJECTS), (ERAS[1], SUBJECTS[:1])])
async def test_every_chart_comes_as_a_picture_with_its_numbers(mode: str, subjects: Sequence[str]) -> None:
    async with desk(mode) as d:
        for subject in subjects:
            result = await d.call("across_chart", of=subject)
            picture, numbers = picture_of(result), numbers_of(result)
            assert picture is not None
            assert (picture.format, picture.mode, picture.width) == ("PNG", "RGB", 1560)
            assert picture.width <= SIDE
            assert len(numbers["rows"]) > 4
            assert all(len(row["values"]) == len(numbers["columns"]) for row in numbers["rows"])
            assert "not drawn" not in numbers.get("note", "")
            assert numbers["coverage"]["loaded"] > 4
            assert {source["platform"] for source in numbers["sources"]} >= {"testio", "testery"}
            assert not {"rows"} & {part.split()[0] for part in numbers.get("shortened", [])}


@pytest.mark.usefixtures("without_pillow")
async def test_without_pillow_the_numbers_come_with_what_to_install() -> None:
    async with desk() as d:
        for subject in SUBJECTS:
            result = await d.call("across_chart", of=subject)
            numbers = numbers_of(result)
            assert picture_of(result) is None
            assert len(numbers["rows"]) > 4
            assert numbers["note"].endswith(
                "The chart is not drawn here. To have that, install Testdesk as testdesk[pictures]."
            )


async def test_the_numbers_are_the_same_with_a_picture_and_without_and_each_time(
    request: pytest.FixtureRequest,
) -> None:
    async with desk() as d:
        results = [await d.call("across_chart", of="runs", text="9.0") for _ in range(2)]
        assert results[0].content == results[1].content
        request.getfixturevalue("without_pillow")
        bare = await d.call("across_chart", of="runs", text="9.0")
    assert numbers_of(bare)["rows"] == numbers_of(results[0])["rows"]
    assert all("9.0" in row["name"] for row in numbers_of(bare)["rows"])


async def test_bugs_are_those_that_the_platform_reported() -> None:
    async with desk() as d:
        every = numbers_of(await d.call("across_chart", of="bugs_by_severity", since="2026-03-30"))
        listed = await d.answer("testio_list_bugs", since="2026-03-30", limit=500, count_by=["severity"])
        some = numbers_of(await d.call("across_chart", of="bugs_by_severity", text="9.0.1", by="day"))
    counted = {one["severity"]: one["count"] for one in listed["counts"]}
    drawn = {name: sum(row["values"][n] for row in every["rows"]) for n, name in enumerate(every["columns"])}
    assert {name: drawn[name] for name in ("critical", "high", "low")} == {
        name: counted[name] for name in ("critical", "high", "low")
    }
    total = sum(drawn.values())
    assert total == listed["coverage"]["matched"]
    assert 0 < sum(sum(row["values"]) for row in some["rows"]) < total


async def test_where_there_is_nothing_to_draw_it_says_so() -> None:
    async with desk() as d:
        for subject in SUBJECTS:
            result = await d.call("across_chart", of=subject, text="no run is called like this")
            assert picture_of(result) is None
            assert "There is nothing to draw." in numbers_of(result)["note"]


async def test_a_platform_that_fails_is_named_and_the_others_are_drawn() -> None:
    async with desk() as d:
        await d.fault(platform="testery", method="GET", path="/test-runs", times=50, status=500)
        result = await d.call("across_chart", of="runs")
        numbers = numbers_of(result)
    assert picture_of(result) is not None
    assert {row["platform"] for row in numbers["rows"]} <= {"testio", "testomatio", "testsigma"}
    assert not numbers["coverage"]["complete"]
    assert "Testery" in numbers["coverage"]["why"]


async def test_a_lockdown_leaves_out_names_and_not_the_chart_which_has_none(tmp_path: Path) -> None:
    file = tmp_path / "testdesk.toml"
    file.write_text("[budgets]\nlockdown = true\n")
    async with desk(told=settings({"TESTDESK_CONFIG": str(file)})) as d:
        result = await d.call("across_chart", of="devices")
        screenshots = await d.call("testio_get_bug_screenshots", bug_id=88101)
    assert picture_of(result) is not None
    assert {row["name"] for row in numbers_of(result)["rows"]} == {"[left out: lockdown]"}
    assert picture_of(screenshots) is None
