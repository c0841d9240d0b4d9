"""docs/operations.md: every command of it exists, and a script types what can be typed on this machine."""

import argparse
import re
import shlex

import pytest

from server.cli import parser
from tests.deploy.files import PROXIES, UNITS
from tests.deploy.follow_operations import follow
from tests.deploy.page import NEEDS, PAGE, Step, fits, steps
from tests.deploy.programs import ROOT, with_programs
from tests.postgres.server import Missing

TEXT = PAGE.read_text(encoding="utf-8")
STEPS = steps(TEXT)
NOT_TYPED = (
    ("Install", "a package registry"),
    ("A small team", "root and systemd"),
    ("A small team", "root and systemd"),
    ("PostgreSQL", "root and systemd"),
    ("Docker compose", "Docker"),
    ("Kubernetes", "a cluster"),
)
"""The blocks that no test types, by heading and by what they need."""


def ours(step: Step) -> list[list[str]]:
    """The commands of Testdesk in a block, as words."""
    lines = step.commands.replace("\\\n", " ").splitlines()
    found = []
    for line in lines:
        for part in re.split(r" (?:\|\||&&|\||&) |; ", line):
            words = shlex.split(re.sub(r"[0-9]?>.*", "", part), comments=True) if "testdesk " in part else []
            while words and re.match(r"[A-Z_]+=", words[0]):
                words = words[1:]
            if words and words[0] == "testdesk":
                found.append(words[1:])
    return found


def test_what_no_test_types_is_marked_and_listed() -> None:
    assert tuple((step.heading, step.needs) for step in STEPS if step.needs) == NOT_TYPED
    assert {step.needs for step in STEPS} - {""} == set(NEEDS)


@pytest.mark.parametrize("step", STEPS, ids=lambda step: f"{step.heading}: {step.commands.splitlines()[0]}")
def test_every_command_of_the_page_exists(step: Step, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(argparse.ArgumentParser, "error", lambda _, message: pytest.fail(message))
    for words in ours(step):
        parser().parse_args(words)


def test_every_file_that_the_page_copies_exists() -> None:
    named = set(re.findall(r"\bdeploy/[\w./-]*\w", TEXT))
    assert {file.relative_to(ROOT).as_posix() for file in (*PROXIES, *UNITS)} <= named
    assert not [name for name in named if not (ROOT / name).exists()]


def test_every_link_of_the_page_is_one_of_its_headings() -> None:
    headings = {
        re.sub(r"[^\w -]", "", title).lower().replace(" ", "-") for title in re.findall(r"^#+ (.+)$", TEXT, re.M)
    }
    assert set(re.findall(r"\]\(#([\w-]+)\)", TEXT)) <= headings


def test_dots_stand_for_anything_and_nothing_else_does() -> None:
    assert fits("a\nb 1\nc\n", "a\n...\nc\n")
    assert not fits("a\nb\nd\n", "a\n...\nc\n")
    assert not fits("axc", "a.c")


@with_programs
def test_a_script_types_every_other_block() -> None:
    try:
        typed = follow()
    except Missing as missing:
        pytest.skip(str(missing))
    assert len(typed) == len(STEPS) - len(NOT_TYPED)
