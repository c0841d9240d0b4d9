"""What all tests share."""

import os
import sys
import time
from inspect import signature
from math import inf
from typing import Any, Final

import anyio.lowlevel
import pytest
from hypothesis import HealthCheck, settings
from mcp.server.mcpserver.resources import ResourceTemplate
from pydantic import validate_call

from tests.fuzz.soak import IS_SOAK
from tools.kit.wait import Pace

# The same inputs at every run, except in a soak. A busy machine is no counterexample.
settings.register_profile(
    "testdesk",
    derandomize=not IS_SOAK,
    database=None,
    deadline=None,
    print_blob=True,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("testdesk")

RUNS_UNTIL: Final = pytest.StashKey[float]()


def remember_templates() -> None:
    """Inspect the function of each resource template once per process: the result is the same for every server."""
    inspected, known = ResourceTemplate.from_function, dict[str, ResourceTemplate]()

    def from_function(fn: Any, uri_template: str, **how: Any) -> ResourceTemplate:
        key = f"{uri_template} {signature(fn)} {how}"
        if key not in known:
            known[key] = inspected(fn, uri_template, **how)
        return known[key].model_copy(update={"fn": validate_call(fn)})

    ResourceTemplate.from_function = from_function  # type: ignore[assignment,method-assign]


remember_templates()


SECONDS: Final = float(os.environ.get("TESTDESK_TEST_SECONDS") or "inf")
"""Seconds after which only the first case of each test runs, and after a third more the first test of each file, where
CI has to end in time."""
BEGAN: Final = time.monotonic()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Note which cases are the first of their tests, and of their files."""
    seen: set[str] = set()
    for item in items:
        test = item.nodeid.partition("[")[0]
        file = test.partition("::")[0]
        item.stash[RUNS_UNTIL] = inf if file not in seen else SECONDS * 4 / 3 if test not in seen else SECONDS
        seen |= {file, test}


def pytest_runtest_setup(item: pytest.Item) -> None:
    if time.monotonic() - BEGAN > item.stash[RUNS_UNTIL]:
        pytest.skip("no time left for it")


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
def bare_surroundings(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """An environment that names no proxy and no certificates, to be changed by the test."""
    for name in list(os.environ):
        if name.lower() in {"http_proxy", "https_proxy", "all_proxy", "no_proxy", "ssl_cert_file", "ssl_cert_dir"}:
            monkeypatch.delenv(name)
    return monkeypatch


@pytest.fixture
def pauses(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The pauses that were made, in seconds; none of them takes any time."""
    made: list[float] = []

    async def note(seconds: float) -> None:
        made.append(seconds)
        await anyio.lowlevel.checkpoint()

    monkeypatch.setattr("tools.kit.client.anyio.sleep", note)
    return made


@pytest.fixture(autouse=True)
def short_settling(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing waits the seconds a real platform may take to show what it took; the sandbox shows it sooner."""
    monkeypatch.setattr("tools.kit.wait.SETTLES_WITHIN", 0.5)
    monkeypatch.setattr("tools.kit.wait.SETTLING", Pace(first=0.02, last=0.1))


@pytest.fixture
def without_pillow(monkeypatch: pytest.MonkeyPatch) -> None:
    """An installation without the extra `pictures`."""
    for name in [name for name in sys.modules if name.split(".")[0] == "PIL"] or ["PIL"]:
        monkeypatch.setitem(sys.modules, name, None)
    monkeypatch.setitem(sys.modules, "PIL", None)
