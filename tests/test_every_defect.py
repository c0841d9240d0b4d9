"""What every platform gives of its defects: each failure that it names can be read, and is the same in every run."""

from collections import defaultdict
from collections.abc import AsyncIterator
from dataclasses import asdict
from typing import Any

import pytest

from tests.desk import client_of
from tools.kit.defect import LEVELS, LONGEST_MARKER, Defect, DefectSource
from tools.kit.errors import NotFound, Refused
from tools.kit.failure_groups import normalized_error
from tools.kit.platform import Platform
from tools.kit.survey import Query, RunRow, Survey
from tools.platforms import PLATFORMS

pytestmark = pytest.mark.anyio

FAILING_RUNS = 6
"""The newest failing runs of a platform that are read."""
every_platform = pytest.mark.parametrize("platform", PLATFORMS, ids=lambda platform: platform.key)


def parts_of(platform: Platform) -> tuple[Survey, DefectSource]:
    assert platform.survey is not None
    assert platform.defects is not None, f"{platform.title} has runs and no defects"
    return platform.survey, platform.defects


async def failures(platform: Platform, api: Any, at_most: int) -> AsyncIterator[tuple[RunRow, str, str]]:
    """The failures of the newest failing runs: the run, the item, and the name of the test."""
    survey, _ = parts_of(platform)
    query, runs = Query(), 0
    for row in (await survey.runs(api, query)).rows:
        story = await survey.run(api, row.run_id, query)
        for group in story.groups:
            for one in group.failed:
                name = one.id or one.title or ""
                # A bug is an item by itself; it is listed with its title as the error.
                item = name if story.run.bugs is not None else f"{row.run_id}/{name}"
                yield row, item, one.title or group.error or ""
        runs += bool(story.failing)
        if runs == at_most:
            return


@every_platform
async def test_every_failure_of_the_newest_failing_run_can_be_read(platform: Platform) -> None:
    _, source = parts_of(platform)
    read: list[Defect] = []
    async with client_of(platform.client, platform.key) as api:
        async for row, item, name in failures(platform, api, 1):
            defect = await source.read(api, item, None)
            assert defect.item == item
            assert name in defect.title
            assert defect.kind == "bug" or row.run_id in dict(defect.facts)["Run"]
            read.append(defect)
    assert read
    for defect in read:
        assert defect.platform == platform.key
        assert defect.level in LEVELS
        assert 0 < len(defect.marker) <= LONGEST_MARKER
        assert defect.marker.startswith(f"{platform.key}-{defect.kind}-")
        assert defect.marker == "".join(one for one in defect.marker if one in "abcdefghijklmnopqrstuvwxyz0123456789-")
        assert defect.product
        assert all(name and value for name, value in defect.facts)
        assert "://" not in repr([asdict(file) for file in defect.files])
        assert "X-Amz" not in repr(asdict(defect)) + repr(defect)
    assert len({defect.marker for defect in read}) > 1


@pytest.mark.parametrize("key", [one.key for one in PLATFORMS if parts_of(one)[0].bugs is None])
async def test_the_same_failure_has_one_marker_whatever_the_run(key: str) -> None:
    platform = next(one for one in PLATFORMS if one.key == key)
    _, source = parts_of(platform)
    markers: dict[tuple[str, str], set[str]] = defaultdict(set)
    items: dict[tuple[str, str], set[str]] = defaultdict(set)
    async with client_of(platform.client, platform.key) as api:
        async for _, item, name in failures(platform, api, FAILING_RUNS):
            defect = await source.read(api, item, None)
            same = (name, normalized_error(defect.error.partition("\n")[0]))
            markers[same].add(defect.marker)
            items[same].add(item)
    repeated = [same for same, some in items.items() if len(some) > 1]
    assert repeated, "no failure occurs twice"
    assert {same: len(markers[same]) for same in repeated} == dict.fromkeys(repeated, 1)


@every_platform
async def test_an_item_that_names_nothing_is_refused_with_what_is_right(platform: Platform) -> None:
    _, source = parts_of(platform)
    assert source.says
    async with client_of(platform.client, platform.key) as api:
        for item in ("", "no such item", "1/2/3/4"):
            with pytest.raises((Refused, NotFound), match=f"{platform.key}_|such as"):
                await source.read(api, item, None)
        for item in ("../..", "1/../..", "?/#"):
            with pytest.raises((Refused, NotFound)):
                await source.read(api, item, None)
