"""docs/reliability.md counts the cases that there are, and names tests that exist."""

import re

from tests.faults.cases import CASES, FAST, short_form
from tests.faults.report import PAGE, page
from tests.starts import ROOT


def test_the_counts_are_current() -> None:
    assert page() == PAGE.read_text(encoding="utf-8"), "run make reliability"


def test_every_test_it_names_exists() -> None:
    named = re.findall(r"`(tests/[\w/]+\.py)(?:::(\w+))?`", PAGE.read_text(encoding="utf-8"))
    assert len(named) > 10
    for path, test in named:
        assert test in (ROOT / path).read_text(encoding="utf-8"), path


def test_the_table_has_the_cases_it_should_have() -> None:
    assert len(CASES) >= 500
    names = [f"{kind.name} - {call.name}" for kind, call in CASES]
    assert len(set(names)) == len(names)
    chosen = short_form()
    assert len(chosen) == FAST
    assert {call.breaks for _, call in chosen} == {"read", "write", "upload"}
