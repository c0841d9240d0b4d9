"""Shortcut: its field Severity, which a workspace can switch off or change."""

from dataclasses import replace

import pytest

from tests.trackers import bench
from tools.kit.errors import Refused
from tools.trackers.client import TrackerClient
from tools.trackers.engine import hand_over

pytestmark = pytest.mark.anyio


def mapping(api: TrackerClient, **severities: str) -> None:
    api.setup = replace(api.setup, severities=severities)


async def test_a_severity_of_the_operator_is_set_by_its_id() -> None:
    async with bench("shortcut") as tracker:
        mapping(tracker.api, high="severity 0")
        await hand_over(tracker.work())
        [field] = tracker.ours()[0].fields["custom_fields"]
        assert field["value_id"].endswith("0")


async def test_an_unknown_severity_of_the_operator_is_refused_with_those_there_are() -> None:
    async with bench("shortcut") as tracker:
        mapping(tracker.api, high="Blocker")
        with pytest.raises(Refused, match=r"Blocker.*there is .*Severity 0"):
            await hand_over(tracker.work())
        assert not tracker.ours()


async def test_a_workspace_without_the_field_has_no_severity(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tools.trackers.sandbox.shortcut.SEVERITIES", {})
    async with bench("shortcut") as tracker:
        assert (await hand_over(tracker.work())).is_new
        assert "custom_fields" not in tracker.ours()[0].fields
