"""Zoho: its access tokens, its lock, and its shapes."""

import logging
from dataclasses import replace
from functools import partial

import anyio
import pytest

from server import tracker_command
from tests.desk import settings
from tests.trackers import DEFECT, Bench, bench
from tools.kit.errors import Invalid, NotFound, RateLimited, Refused, Unauthorized
from tools.kit.text import learn_secrets, notice_secret
from tools.kit.together import gather
from tools.trackers import oauth
from tools.trackers.client import TrackerClient
from tools.trackers.drafts import draft, resolved
from tools.trackers.engine import hand_over
from tools.trackers.sandbox.zoho import SEVERITIES
from tools.trackers.tracker import Found
from tools.trackers.vendors import zoho

pytestmark = pytest.mark.anyio


class Time:
    """The clock of the client."""

    def __init__(self) -> None:
        self.now = 10_000.0

    def monotonic(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Time:
    made = Time()
    monkeypatch.setattr(oauth, "time", made)
    return made


def tokens(tracker: Bench) -> int:
    """How many access tokens were asked for."""
    return tracker.requests().count(("POST", "/oauth/v2/token"))


async def look(tracker: Bench) -> Found | None:
    found: Found | None = await tracker.setup.tracker.find.function(tracker.api, DEFECT.marker)
    return found


async def test_requests_at_the_same_time_share_one_access_token() -> None:
    async with bench("zoho") as tracker:
        paths = [("page", number) for number in range(8)]
        where = zoho.project(tracker.setup, "issues")
        await gather([partial(tracker.api.look, where, [one]) for one in paths], at_once=8)
        assert tokens(tracker) == 1
        assert len(tracker.requests()) == 9


async def test_a_caller_that_leaves_while_the_token_is_made_hinders_no_other(monkeypatch: pytest.MonkeyPatch) -> None:
    async with bench("zoho") as tracker:
        await tracker.fault(method="POST", path="/oauth/v2/token", delay=5, times=1)
        with anyio.move_on_after(0.05) as scope:
            await look(tracker)
        assert scope.cancelled_caught
        assert await look(tracker) is None


async def test_a_token_is_made_anew_shortly_before_its_hour_is_over(clock: Time) -> None:
    async with bench("zoho") as tracker:
        await look(tracker)
        clock.now += 3_400
        await look(tracker)
        assert tokens(tracker) == 1
        clock.now += 90
        await look(tracker)
        assert tokens(tracker) == 2


async def test_a_token_that_was_refused_is_made_anew_and_the_create_is_sent_again(clock: Time) -> None:
    async with bench("zoho") as tracker:
        await look(tracker)
        clock.now += 120
        await tracker.fault(method="POST", path="*/issues", status=401, body="{}", times=1)
        assert (await hand_over(tracker.work())).is_new
        assert tokens(tracker) == 2
        assert len(tracker.ours()) == 1


async def test_a_request_that_is_refused_with_a_new_token_too_is_not_sent_a_third_time(clock: Time) -> None:
    async with bench("zoho") as tracker:
        await look(tracker)
        clock.now += 120
        await tracker.fault(method="GET", path="*/projects", status=401, body="{}", times=9)
        before = len(tracker.requests())
        with pytest.raises(Unauthorized):
            await tracker.api.look(f"/api/v3/portal/{tracker.setup['portal']}/projects")
        assert [method for method, _ in tracker.requests()[before:]] == ["GET", "POST", "GET"]


async def test_a_fresh_token_that_is_refused_is_not_the_reason(clock: Time) -> None:
    async with bench("zoho") as tracker:
        await look(tracker)
        await tracker.fault(status=401, body='{"error": {"title": "INVALID_OAUTHSCOPE"}}', times=1)
        with pytest.raises(Unauthorized, match=r"lacks a scope. It needs ZohoProjects.bugs.ALL"):
            await look(tracker)
        assert tokens(tracker) == 1


async def test_wrong_credentials_are_not_tried_again_and_again(clock: Time) -> None:
    async with bench("zoho", credential="wrong") as tracker:
        for _ in range(3):
            with pytest.raises(Unauthorized, match=r"client_id, client_secret, refresh_token .* data centre"):
                await look(tracker)
        assert tracker.requests() == [("POST", "/oauth/v2/token")]
        clock.now += 61
        with pytest.raises(Unauthorized, match="invalid_client"):
            await look(tracker)
        assert tokens(tracker) == 2


async def test_nothing_is_sent_while_zoho_locks_its_callers_out(clock: Time) -> None:
    async with bench("zoho") as tracker:
        await look(tracker)
        await tracker.control("zoho/lock", {})
        with pytest.raises(RateLimited, match="about 30 minutes"):
            await hand_over(tracker.work())
        before = len(tracker.requests())
        clock.now += 29 * 60
        with pytest.raises(RateLimited, match="about 1 minutes"):
            await hand_over(tracker.work())
        assert len(tracker.requests()) == before
        assert await tracker.handovers.look(tracker.setup.place, DEFECT.marker) is None
        clock.now += 61
        tracker.world.extra.pop("locked_until")
        assert (await hand_over(tracker.work())).is_new


async def test_the_access_token_is_hidden_in_every_call_and_in_no_log(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    async with bench("zoho", credential="hush") as tracker:
        for _ in range(2):
            learned: list[str] = []
            with learn_secrets(learned.append):
                await look(tracker)
            (token,) = tracker.world.extra["tokens"]
            assert set(learned) == {token}, "another call has another memory"
        assert token not in caplog.text
        entries = tracker.sandboxes.journal.entries(platform="zoho")
        assert not [entry for entry in entries if "hush" in f"{entry.path} {entry.query}"]


async def test_the_check_hides_what_was_learned_on_the_way(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    async def report(api: TrackerClient) -> tuple[list[str], bool]:
        notice_secret("1000.made.for-this-hour")
        return ["It said: 1000.made.for-this-hour", "works"], True

    monkeypatch.setattr(tracker_command, "report", report)
    assert await tracker_command.check(settings(trackers=("zoho",)), [], {}) == 0
    out = capsys.readouterr().out
    assert "works" in out
    assert "1000.made" not in out


async def test_a_domain_that_is_not_zoho_s_gets_nothing() -> None:
    async with bench("zoho", values={"domain": "zoho.co"}) as tracker:
        with pytest.raises(Refused, match=r"none of Zoho's data centres: zoho.com, zoho.eu"):
            await hand_over(tracker.work())
        assert tracker.requests() == []


async def test_a_severity_of_the_operator_must_exist_and_a_default_need_not() -> None:
    async with bench("zoho") as tracker:
        await hand_over(tracker.work())
        assert SEVERITIES[tracker.ours()[0].fields["severity"]] == "Critical"
    async with bench("zoho") as tracker:
        await tracker.fault(path="*defaultfields", status=404, body="{}", times=1)
        assert (await hand_over(tracker.work())).is_new
        assert tracker.ours()[0].fields["severity"] is None
    async with bench("zoho") as tracker:
        own = replace(tracker.setup, severities={"high": "Sev 1"})
        drafted = draft(DEFECT, own).draft
        tracker.api.setup = own
        with pytest.raises(Refused, match=r"Severity .*Sev 1.* does not exist.*Show stopper"):
            await resolved(tracker.api, drafted)


@pytest.mark.parametrize(
    "answer",
    [
        {"id": 2154000000031008002},
        {"id": 1, "id_string": "2154000000031008002"},
        [{"id": "2154000000031008002"}],
        {"issues": [{"id": "2154000000031008002"}]},
        {"bugs": [{"id": 0, "id_string": "2154000000031008002", "link": {"web": {"url": "https://evil.example/"}}}]},
    ],
)
async def test_the_id_is_read_from_every_plausible_shape(answer: object) -> None:
    async with bench("zoho") as tracker:
        issue = zoho.read_created(answer, tracker.setup)
        assert issue.id == "2154000000031008002"
        assert issue.url.startswith("https://projects.zoho.com/")
        assert zoho.read_created({"ok": True}, tracker.setup).id == ""
        assert zoho.read_created(None, tracker.setup).url == ""


async def test_an_issue_on_a_later_page_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(zoho, "SIZE", 3)
    async with bench("zoho") as tracker:
        issue = (await hand_over(tracker.work())).issue
        for number in range(7):
            tracker.world.add(f"Issue {number}", "")
        found = await look(tracker)
        assert found is not None
        assert found.issue == issue
        monkeypatch.setattr(zoho, "MOST_PAGES", 2)
        with pytest.raises(Refused, match="more than 6 issues"):
            await look(tracker)


async def test_a_reason_in_any_shape_reaches_the_person() -> None:
    async with bench("zoho") as tracker:
        with pytest.raises(NotFound, match="The issue does not exist"):
            await tracker.setup.tracker.read.function(tracker.api, "7")
        await tracker.fault(status=400, body='{"error": {"code": 6831, "message": "Input Parameter Missing"}}', times=9)
        with pytest.raises(Invalid, match="Input Parameter Missing"):
            await tracker.setup.tracker.read.function(tracker.api, "7")


async def test_a_wrong_project_is_refused_with_those_there_are() -> None:
    async with bench("zoho", values={"project": "7"}) as tracker:
        with pytest.raises(Refused, match=r"project .*7.* does not exist.*2154000000031007999.*2154000000031008777"):
            await hand_over(tracker.work())
