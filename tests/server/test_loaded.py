"""What a start loads: what is configured, and nothing that only some sessions need."""

import ast
import subprocess
import sys

import pytest

from server.reference import ROOT

TELEMETRY = ("opentelemetry.sdk", "opentelemetry.exporter", "prometheus_client", "server.telemetry")
SEARCH = ("snowballstemmer", "Stemmer", "server.finding")
SERVE = """
import sys
import anyio
import server.stdio
from server.cli import main

async def list_once(server, *others, **options):
    assert await server.list_tools()
    return 0

server.stdio.run_stdio = list_once
assert main(["serve", "--sandbox", "--toolsets", "testio:bugs"]) == 0
print(list(sys.modules))
"""
"""`testdesk serve` up to its first list, in place of a conversation."""
BUILD = """
import sys
from server.app import build
from server.settings import read_settings
from tools.platforms import PLATFORMS

build(read_settings(PLATFORMS, {"TESTERY_API_TOKEN": "x"}, sandbox=False))
print(list(sys.modules))
"""


WITHOUT_A_CLIENT = """
import sys
import server.approve, server.ledger_command, server.sandbox, server.setup_command
print(list(sys.modules))
"""


def modules_after(program: str) -> set[str]:
    """What a new interpreter has loaded at the end of a program."""
    command = [sys.executable, "-P", "-c", program]
    ran = subprocess.run(command, env={"PATH": "", "PYTHONPATH": str(ROOT)}, capture_output=True, text=True)
    assert ran.returncode == 0, ran.stderr
    return set(ast.literal_eval(ran.stdout))


def of_platforms(loaded: set[str], *parts: str) -> set[str]:
    """The modules of these parts of the platforms."""
    return {name for name in loaded if name.startswith("tools.") and name.split(".")[2:3] in [[part] for part in parts]}


@pytest.fixture(scope="module")
def served() -> set[str]:
    loaded = modules_after(SERVE)
    assert "server.app" in loaded
    return loaded


def test_a_start_without_telemetry_loads_nothing_of_it(served: set[str]) -> None:
    assert not [name for name in served if name.startswith(TELEMETRY)]


def test_no_start_and_no_list_loads_the_search(served: set[str]) -> None:
    assert not [name for name in served if name.startswith(SEARCH)]


def test_a_start_without_a_file_does_not_load_the_reader(served: set[str]) -> None:
    assert "server.settings" in served
    assert "server.config_file" not in served


def test_a_start_on_a_sandbox_loads_no_imitation_yet(served: set[str]) -> None:
    assert of_platforms(served, "tools")
    assert not {name for name in of_platforms(served, "sandbox") if not name.startswith("tools.kit.")}


def test_a_start_with_one_account_loads_the_tools_of_its_platform_and_no_imitation() -> None:
    loaded = of_platforms(modules_after(BUILD), "tools", "sandbox")
    assert {".".join(name.split(".")[:3]) for name in loaded} - {"tools.kit.sandbox"} == {"tools.testery.tools"}


def test_a_command_that_serves_no_client_does_not_load_the_sdk() -> None:
    assert "mcp" not in modules_after(WITHOUT_A_CLIENT)
