"""`testdesk plan`: Markdown or JSON from a range or a diff, in a repository of a test, on the sandbox."""

import io
import json
import re
import sys
from pathlib import Path

import pytest

from server.cli import main
from server.guards.redact import Redactor
from server.plan.command import was_read
from server.plan.page import code, render
from tests.server.plan.repository import ENVIRONMENT, repository
from tests.server.plan.test_diff import DIFF


@pytest.fixture(autouse=True)
def in_a_repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A repository as the current folder, and no account configured."""
    folder = repository(tmp_path / "shop")
    monkeypatch.chdir(folder)
    for name, value in {**ENVIRONMENT, "TESTDESK_CONFIG": ""}.items():
        monkeypatch.setenv(name, value)
    return folder


def test_it_prints_markdown_for_a_range(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["plan", "--diff", "main..HEAD", "--version", "9.0.1", "--sandbox"]) == 0
    page = capsys.readouterr().out
    assert page.startswith("# What is known about `main..HEAD`\n")
    for heading in ("Runs of the version", "Tests to consider", "Untested", "Bugs of the area", "Sources"):
        assert f"\n## {heading}\n\n- " in page
    assert "`Coupons`" in page
    assert "`voucher`" in page
    assert "sandbox, invented data" in page


def test_it_prints_json_as_the_tool_answers(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["plan", "--diff", "main..HEAD", "--json", "--sandbox", "--platform", "testery"]) == 0
    answer = json.loads(capsys.readouterr().out)
    assert answer["change"] == "main..HEAD: 2 paths"
    assert {row["platform"] for row in answer["cases"]} == {"testery"}
    assert [source["platform"] for source in answer["sources"]] == ["testery"]
    assert "cases[].title" in answer["written_by_others"]


def test_it_reads_a_diff_from_standard_input(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(DIFF.encode())))
    assert main(["plan", "--diff", "-", "--change", "Vouchers at checkout", "--sandbox"]) == 0
    page = capsys.readouterr().out
    assert "`a diff from standard input`" in page
    assert "`checkout`" in page


@pytest.mark.parametrize(
    ("arguments", "exit_code", "sentence"),
    [
        (["--diff", "nope..HEAD", "--sandbox"], 2, "git cannot read this range: fatal: bad revision"),
        (["--diff", "main..HEAD"], 2, "No platform is configured, so nothing is known. Set TESTIO_API_TOKEN"),
        (["--diff", "main..HEAD", "--sandbox", "--platform", "moon"], 1, "There are: testio, testomatio"),
        (["--diff", "HEAD..HEAD", "--sandbox"], 0, "Nothing changes in HEAD..HEAD"),
    ],
)
def test_it_ends_with_a_sentence_and_the_exit_code_of_other_commands(
    arguments: list[str], exit_code: int, sentence: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["plan", *arguments]) == exit_code
    printed = capsys.readouterr()
    assert printed.err.startswith("testdesk: ")
    assert sentence in printed.err
    assert printed.out == ""


def test_platforms_that_gave_nothing_are_a_failure_with_their_reasons(capsys: pytest.CaptureFixture[str]) -> None:
    down = {"platform": "toys", "complete": False, "why": "Toys is down."}
    assert not was_read({"sources": [down, down | {"platform": "games"}]}, Redactor([]))
    assert capsys.readouterr().err == "testdesk: toys: Toys is down.\ntestdesk: games: Toys is down.\n"
    assert was_read({"sources": [down, down | {"rows": 3}]}, Redactor([])), "a part is better than nothing"
    assert was_read({"sources": [{"platform": "toys", "complete": True}]}, Redactor([])), "an account may be empty"


@pytest.mark.parametrize(
    "text", ["@team look", "![x](https://x.test/p)", "<img src=x>", "a\n# b", "`x` ``y``", "[a](b)", "\u202e|a|"]
)
def test_a_text_of_others_is_code_in_the_markdown(text: str) -> None:
    rendered = code(text)
    ticks = re.match("`+", rendered)
    assert ticks is not None
    assert rendered.endswith(ticks[0])
    assert ticks[0] not in rendered[len(ticks[0]) : -len(ticks[0])].strip("` ") or len(ticks[0]) == 1
    assert "\n" not in rendered
    row = {"platform": "toys", "bug_id": "1", "title": text, "severity": "high", "score": 9, "matched": []}
    page = render({"scope": "", "rule": "", "words": [], "bugs": [row], "sources": []}, text)
    assert page.count(rendered) == 2
