"""What the Dockerfile promises; `make image` does what it says."""

import re

import pytest

from server.cli import parser
from server.http_app import HEALTH_PATH
from tests.docker_steps import ROOT, instructions, named_by

STEPS = list(instructions((ROOT / "Dockerfile").read_text(encoding="utf-8")))


def only(word: str) -> str:
    """The argument of an instruction that stands there once."""
    (argument,) = [argument for name, argument in STEPS if name == word]
    return argument


def words(argument: str) -> list[str]:
    return re.findall(r'"([^"]+)"', argument)


def test_the_image_runs_as_a_numbered_user_who_is_not_root() -> None:
    user, group = only("USER").split(":")
    assert int(user) > 0
    assert int(group) > 0


def test_the_record_of_acts_is_kept_in_a_volume_of_the_user_of_the_image() -> None:
    (store,) = re.findall(r"TESTDESK_STORE=(\S+)", " ".join(argument for name, argument in STEPS if name == "ENV"))
    assert store.startswith(f"{only('VOLUME')}/")
    assert f"chown {only('USER')} {only('VOLUME')}" in " ".join(argument for name, argument in STEPS if name == "RUN")


def test_the_image_serves_http_at_the_port_that_it_exposes_and_checks() -> None:
    given = parser().parse_args(words(only("CMD")))
    assert (given.command, given.http, given.host) == ("serve", True, "0.0.0.0")
    assert only("EXPOSE") == str(given.port)
    assert f"http://127.0.0.1:{given.port}{HEALTH_PATH}" in only("HEALTHCHECK")


def test_the_engine_is_handed_exactly_what_is_copied() -> None:
    taken = [argument.split()[:-1] for name, argument in STEPS if name == "COPY" and "--from=" not in argument]
    assert named_by((ROOT / ".dockerignore").read_text(encoding="utf-8")) == {name for names in taken for name in names}


def test_whatever_the_image_takes_from_others_is_checked_by_its_hash() -> None:
    runs = [step.strip() for name, argument in STEPS if name == "RUN" for step in argument.split("&&")]
    installs = [step for step in runs if " install " in step]
    assert len(installs) == 2
    for step in installs:
        assert "--require-hashes -r requirements.lock" in step or "--no-deps --no-index dist/*.whl" in step


@pytest.mark.parametrize("argument", [argument for name, argument in STEPS if name == "FROM"])
def test_each_stage_starts_from_the_same_slim_python(argument: str) -> None:
    assert argument.partition(" AS ")[0] == "python:3.13-slim"
