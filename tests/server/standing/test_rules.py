"""Which standing order takes a bug, as a table, and what its section may say."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from server.configuration import HandOverRule
from server.settings import SettingsError
from server.standing.rules import first_that_takes
from tests.server.standing.arriving import ORDER, TRACKER, configured
from tests.trackers import DEFECT

RULES: dict[str, dict[str, Any]] = {
    "all": {},
    "by id": {"products": {"71"}},
    "by name": {"products": {"harbour web"}},
    "loud": {"severities": {"critical", "high"}},
    "shared": {"severities": {"normal"}},
    "visual": {"severities": {"visual"}},
    "no visual": {"not_severities": {"visual"}},
    "both": {"products": {"71"}, "severities": {"high", "low"}, "not_severities": {"low"}},
}
BUGS: dict[str, tuple[dict[str, Any], set[str]]] = {
    "high in 71": ({}, {"all", "by id", "by name", "loud", "no visual", "both"}),
    "named only": ({"product": ""}, {"all", "by name", "loud", "no visual"}),
    "in 80": ({"product": "80", "where": "Harbour App"}, {"all", "loud", "no visual"}),
    "of no product": ({"product": "", "where": ""}, {"all", "loud", "no visual"}),
    "visual": ({"severity": "Visual", "level": "normal"}, {"all", "by id", "by name", "shared", "visual"}),
    "low": ({"severity": "low", "level": "low"}, {"all", "by id", "by name", "no visual"}),
    "of another platform": ({"platform": "testery"}, set()),
}


def rule(name: str, **values: Any) -> HandOverRule:
    sets: dict[str, Any] = {key: frozenset(value) for key, value in values.items()}
    return HandOverRule(name, "testio", "web", **sets)


@pytest.mark.parametrize("bug", BUGS)
def test_a_rule_takes_what_its_keys_say(bug: str) -> None:
    changes, takers = BUGS[bug]
    defect = replace(DEFECT, **changes)
    assert {name for name, keys in RULES.items() if first_that_takes([rule(name, **keys)], defect)[0]} == takers


def test_the_first_rule_that_takes_a_bug_counts_and_else_each_says_why_not() -> None:
    rules = [rule("a", products={"80"}), rule("b", severities={"high"}), rule("c")]
    taken, why = first_that_takes(rules, DEFECT)
    assert (taken, why) == (rules[1], "")
    taken, why = first_that_takes(rules[:2], replace(DEFECT, severity="low", level="low"))
    assert taken is None
    assert why.startswith("No rule takes it: [hand_over.a] takes products 80, and it is of ")
    assert "[hand_over.b] takes severities high, and its severity is " in why


def test_a_section_is_read_with_its_defaults_and_in_its_order(tmp_path: Path) -> None:
    text = (
        f'{TRACKER}labels = ["qa"]\nupload_files = true\n{ORDER}products = [71, "Harbour Web"]\n'
        'repository = "acme/app"\nseverities = ["Critical"]\nlabels = ["crowd"]\na_day = 7\n'
        "mark_exported = true\nupload_files = true\n"
        '[hand_over.a]\nplatform = "testio"\ntracker = "web"\n'
    )
    first, second = configured(tmp_path, text).configuration.hand_over
    assert first == HandOverRule(
        "crowd",
        "testio",
        "web",
        products=frozenset({"71", "harbour web"}),
        severities=frozenset({"critical"}),
        labels=("crowd",),
        values={"repository": "acme/app"},
        a_day=7,
        mark_exported=True,
        uploads=True,
    )
    assert second == HandOverRule("a", "testio", "web")
    assert (second.a_day, second.mark_exported, second.uploads) == (50, False, False)


@pytest.mark.parametrize(
    ("more", "why"),
    [
        ("severity = 'high'", r"line 8, \[hand_over.crowd\]: severity is not known. Did you mean severities\?"),
        ("title = 'mine'", r"line 8, \[hand_over.crowd\]: title is not known. "),
        ("url = 'https://example.com'", "url is not known"),
        ("token = 'x'", "would be a secret in this file"),
        ("a_day = 0", "line 8, .* a_day takes a whole number of issues from 1 to 1,000"),
        ("a_day = 1001", "a_day takes a whole number"),
        ("a_day = true", "a_day takes a whole number"),
        ("products = []", "products takes a list of ids or names"),
        ("products = 71", "products takes a list of ids or names"),
        ("severities = ['a, b']", "severities takes a list of words"),
        ("mark_exported = 1", "mark_exported takes true or false"),
        ("upload_files = true", r"upload_files is true only where that of \[trackers.web\] is true"),
        ("labels = 'x'", "labels takes a list"),
        ("repository = ''", "repository takes a text on one line"),
        ("[hand_over.Crowd]", "cannot be a standing order's name"),
        ("[hand_over.b]\nplatform = 'jira'", r"line 9, \[hand_over.b\]: platform is one of testio, "),
        ("[hand_over.b]\nplatform = 'testio'\ntracker = 'wep'", "line 10, .* tracker is one of web"),
        ("[hand_over]\nx = 1", r"line 9, \[hand_over\]: x is a section, written as \[hand_over.x\]"),
    ],
)
def test_a_section_with_something_wrong_refuses_the_start_with_its_line(tmp_path: Path, more: str, why: str) -> None:
    with pytest.raises(SettingsError, match=why):
        configured(tmp_path, f"{TRACKER}{ORDER}{more}\n")


def test_without_a_tracker_there_is_no_standing_order(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"tracker names a section \[trackers.NAME\]; there is none"):
        configured(tmp_path, ORDER)
