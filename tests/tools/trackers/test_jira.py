"""Jira: what an installation lacks is named before anything is sent, and a priority is one that it has."""

from dataclasses import replace

import pytest

from tests.trackers import DEFECT, bench
from tools.kit.errors import Invalid, Refused, Unauthorized
from tools.trackers.drafts import draft
from tools.trackers.engine import hand_over
from tools.trackers.tracker import Send

pytestmark = [pytest.mark.anyio, pytest.mark.parametrize("key", ["jira", "jira_dc"])]


async def test_an_unknown_project_or_type_is_refused_with_those_there_are(key: str) -> None:
    async with bench(key, values={"project": "SHIP"}) as tracker:
        with pytest.raises(Refused, match=r"project .*SHIP.* does not exist.*there is .*APP.*SHOP"):
            await hand_over(tracker.work())
        with pytest.raises(Refused, match="SHOP"):
            await tracker.setup.tracker.check.function(tracker.api)
    async with bench(key, values={"type": "Defect"}) as tracker:
        with pytest.raises(Refused, match=r"type .*Defect.* there is .*Task.*Bug.*Nothing was sent\."):
            await hand_over(tracker.work())
        assert tracker.ours() == []


async def test_a_user_who_may_not_create_issues_is_told_so(key: str) -> None:
    async with bench(key) as tracker:
        tracker.world.extra["may_create"] = False
        with pytest.raises(Refused, match=r"may not create issues in .*SHOP"):
            await hand_over(tracker.work())
        who = await tracker.setup.tracker.check.function(tracker.api)
        assert "It may comment and attach files and close issues in" in who.may
        assert "It may not create issues in" in who.may


async def test_a_type_is_named_by_its_id_too(key: str) -> None:
    async with bench(key, values={"type": "10004"}) as tracker:
        assert (await hand_over(tracker.work())).is_new


async def test_a_priority_that_does_not_exist_is_refused_with_those_there_are(key: str) -> None:
    async with bench(key) as tracker:
        tracker.world.extra["priorities"] = ["Blocker", "Major", "Minor"]
        with pytest.raises(Refused, match=r"Priority .*High.* there is .*Blocker.*Major.*Minor"):
            await hand_over(tracker.work())
        visual = replace(DEFECT, level="normal", severity="visual")
        assert (await hand_over(tracker.work(visual))).is_new, "a kind of bug needs no priority"
        assert tracker.ours()[0].fields["priority"] is None


async def test_the_check_lists_the_types_and_priorities_to_choose_from(key: str) -> None:
    async with bench(key) as tracker:
        choices = await tracker.setup.tracker.choices.function(tracker.api)
        named = {option: [one.value for one in choices if one.option == option] for option in ("type", "severities")}
        assert named == {"type": ["Task", "Bug"], "severities": ["Highest", "High", "Medium", "Low", "Lowest"]}


async def test_a_project_without_priorities_gets_none(key: str) -> None:
    async with bench(key) as tracker:
        tracker.world.extra["screen"].remove("priority")
        assert (await hand_over(tracker.work())).is_new
        assert tracker.ours()[0].fields["priority"] is None


async def test_labels_that_cannot_be_set_are_refused_since_nothing_would_find_the_issue(key: str) -> None:
    async with bench(key) as tracker:
        tracker.world.extra["screen"].remove("labels")
        with pytest.raises(Refused, match="Labels are not on the screen"):
            await hand_over(tracker.work())
        assert tracker.ours() == []


async def test_a_refusal_has_jira_s_reasons(key: str) -> None:
    async with bench(key) as tracker:
        for body, words in (
            ({"fields": {"project": {"key": "SHOP"}, "issuetype": {"name": "Bug"}}}, "specify a summary"),
            ({}, "The fields are missing"),
        ):
            with pytest.raises(Invalid, match=words):
                await tracker.api.act(Send("POST", "/issue", body))


async def test_an_issue_that_was_closed_by_others_is_read_with_its_resolution(key: str) -> None:
    async with bench(key) as tracker:
        issue = (await hand_over(tracker.work())).issue
        tracker.ours()[0].is_open = False
        state = await tracker.setup.tracker.read.function(tracker.api, issue.key)
        assert (state.is_open, state.word, state.issue.url) == (False, "Done", f"{tracker.setup['site']}/browse/SHOP-2")


async def test_labels_of_the_operator_s_have_no_spaces(key: str) -> None:
    async with bench(key, labels=["from testers"]) as tracker:
        send = tracker.setup.tracker.create.function(draft(DEFECT, tracker.setup).draft, tracker.setup)
        assert send.body["fields"]["labels"] == ["testio", "from-testers", DEFECT.marker]


async def test_a_captcha_is_no_missing_right(key: str) -> None:
    if key == "jira":
        pytest.skip("Jira Cloud asks for none")
    async with bench(key) as tracker:
        headers = {
            "X-Authentication-Denied-Reason": "CAPTCHA_CHALLENGE; login-url=https://jira.harbour.example/login.jsp"
        }
        await tracker.fault(status=403, headers=headers, times=1)
        with pytest.raises(Unauthorized, match="Sign in there once in a browser"):
            await tracker.setup.tracker.check.function(tracker.api)
