"""Bugzilla: where its key goes, an alias that is taken, and names that a site does not have."""

from dataclasses import replace

import pytest

from tests.trackers import DEFECT, bench
from tools.kit.errors import Invalid, Refused, Unauthorized
from tools.trackers.engine import hand_over
from tools.trackers.sandbox import bugzilla
from tools.trackers.tracker import Send

pytestmark = pytest.mark.anyio


async def test_the_key_is_in_the_body_of_what_changes_something_and_in_the_query_of_what_reads() -> None:
    async with bench("bugzilla") as tracker:
        await hand_over(tracker.work())
        for entry in tracker.sandboxes.journal.entries(platform="bugzilla"):
            names = [name for name, _ in entry.query]
            is_in_body = isinstance(entry.body, dict) and "api_key" in entry.body
            assert ("api_key" in names, is_in_body) == (entry.method == "GET", entry.method != "GET")


async def test_a_site_that_takes_the_key_in_a_header_gets_it_there_alone() -> None:
    async with bench("bugzilla", values={"key_in": "header"}) as tracker:
        tracker.world.extra["takes_header"] = True
        await hand_over(tracker.work())
        assert all("api_key" not in str(one) for one in tracker.sandboxes.journal.entries(platform="bugzilla"))


async def test_a_bug_that_has_the_alias_and_is_hidden_stops_the_create() -> None:
    async with bench("bugzilla") as tracker:
        hidden = tracker.world.add("Hidden", "", labels=[DEFECT.marker], status="CONFIRMED")
        hidden.hidden_for = 99
        with pytest.raises(Invalid, match=r"has already taken the alias"):
            await hand_over(tracker.work())
        assert len(tracker.ours()) == 1


async def test_a_missing_right_is_not_called_a_wrong_key() -> None:
    async with bench("bugzilla") as tracker:
        body = {"product": "Secret", "component": "Cart", "version": "9.0", "summary": "One"}
        with pytest.raises(Unauthorized, match=r"lacks the right"):
            await tracker.api.act(Send("POST", "/bug", body))


@pytest.mark.parametrize(
    ("option", "there"), [("product", r"Shop.*App"), ("component", r"Cart.*Search"), ("version", r"unspecified.*9\.0")]
)
async def test_names_of_the_settings_that_do_not_exist_are_refused_with_those_there_are(
    option: str, there: str
) -> None:
    async with bench("bugzilla", values={option: "Harbour"}) as tracker:
        with pytest.raises(Refused, match=rf"{option} .*Harbour.* does not exist.* there is .*{there}"):
            await hand_over(tracker.work())


async def test_a_severity_of_ours_that_does_not_exist_is_left_out_and_one_of_the_operator_refused(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(bugzilla.VALUES, "severity", ["S1", "S2"])
    async with bench("bugzilla") as tracker:
        await hand_over(tracker.work())
        assert "severity" not in tracker.ours()[0].fields
    async with bench("bugzilla") as tracker:
        tracker.api.setup = replace(tracker.setup, severities={"high": "S9"})
        with pytest.raises(Refused, match=r"Severity .*S9.* does not exist .*S1.*S2"):
            await hand_over(tracker.work())


async def test_an_address_that_is_too_long_for_its_field_is_left_out_of_it() -> None:
    async with bench("bugzilla") as tracker:
        await hand_over(tracker.work(replace(DEFECT, link="https://app.test.io/bugs/88101?" + "x" * 250)))
        assert "url" not in tracker.ours()[0].fields


async def test_labels_of_the_operator_become_keywords() -> None:
    async with bench("bugzilla", labels=["crowd"]) as tracker:
        await hand_over(tracker.work())
        assert tracker.ours()[0].fields["keywords"] == ["crowd"]
