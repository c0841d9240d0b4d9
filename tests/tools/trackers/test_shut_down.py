"""A tracker that no longer exists: its sentence, and never a request."""

from pathlib import Path
from typing import Any

import httpx
import pytest

from server.app import build
from server.settings import read_settings
from server.tracker_command import check
from server.trackers import TrackerSettings, tracker_clients
from tests.desk import desk, sandboxes, settings
from tools.kit.errors import Refused
from tools.kit.network import Network
from tools.platforms import PLATFORMS
from tools.trackers.listed import TRACKERS, load
from tools.trackers.tracker import OPERATIONS, Absent, Setup

GONE = [key for key in TRACKERS if load(key).shut_down]
SENTENCE = "Pivotal Tracker was shut down on 30 April 2025. Nothing can be handed over to it; choose another tracker."
CALLS: dict[str, dict[str, Any]] = {
    "find_issue": {"item": "testio:88101"},
    "preview_issue": {"item": "testio:88101"},
    "create_issue": {"item": "testio:88101"},
    "create_issues": {"items": ["testio:88101"]},
    "get_issue": {"issue": "12"},
    "comment": {"issue": "12", "text": "Fixed."},
    "link_bug": {"item": "testio:88101", "issue": "12"},
}


class NoNetwork(httpx.AsyncBaseTransport):
    """Fails a test that sends anything."""

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        raise AssertionError(f"sent to {request.url.host}")


@pytest.fixture
def section(tmp_path: Path) -> dict[str, str]:
    """The environment with a section that is left from when the tracker existed."""
    file = tmp_path / "testdesk.toml"
    file.write_text('[trackers.old]\nkind = "pivotaltracker"\nproject = "99"\ntoken_file = "/nowhere/token"\n')
    return {"TESTDESK_CONFIG": str(file)}


@pytest.mark.anyio
@pytest.mark.parametrize("name", CALLS)
async def test_every_tool_refuses_with_the_sentence(name: str, section: dict[str, str]) -> None:
    world = sandboxes()
    async with desk(told=settings(section), world=world) as opened:
        assert SENTENCE in await opened.refusal(f"tracker_{name}", **CALLS[name])
        assert not [entry for entry in world.journal.entries() if "pivotal" in entry.path]
        assert opened.asked == []


@pytest.mark.anyio
async def test_the_check_says_it(section: dict[str, str], capsys: pytest.CaptureFixture[str]) -> None:
    assert await check(settings(section), [], section) == 1
    assert SENTENCE in capsys.readouterr().out


@pytest.mark.anyio
async def test_its_section_needs_no_secret_and_opens_a_server(section: dict[str, str], tmp_path: Path) -> None:
    (tmp_path / "token").write_text("a-token-of-test-io")
    read = read_settings(PLATFORMS, section | {"TESTIO_TOKEN_FILE": str(tmp_path / "token")})
    assert read.trackers["old"].secrets == []
    assert build(read, network=Network(NoNetwork()))


@pytest.mark.parametrize("key", GONE)
def test_no_operation_sends_anything(key: str) -> None:
    tracker = load(key)
    setup = Setup("old", tracker, tracker.address)
    api = tracker_clients({"old": TrackerSettings(setup, {})}, Network(NoNetwork()))["old"]
    for name in OPERATIONS:
        op = tracker.operations[name]
        if isinstance(op, Absent):
            assert op.why == tracker.shut_down
            continue
        assert op.routes == ()
        with pytest.raises(Refused, match=tracker.title):
            op.function(api, "x", "x")
    with pytest.raises(Refused):
        tracker.render(setup)
