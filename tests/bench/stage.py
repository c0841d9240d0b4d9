"""What stands while things are measured: the platform on loopback, and the ways to start each server before it."""

import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.bench.documents import FIRST, bug, rendered
from tests.bench.served import LIST_TOOLS, ROOT, Process, Way, result, running, surroundings
from tests.starts import stated_version

ROWS = 10_000
DELAY = 0.05
"""Seconds that the platform takes for a page of 500 bugs; the real one takes longer."""
ONE = FIRST + 3
"""The bug that is read again and again: two comments, one screenshot."""

PLATFORM = ("-m", "tests.bench.stub_platform", "--rows", str(ROWS), "--delay", str(DELAY))
OURS = ("-m", "testdesk", "serve")
BARE = ("-m", "tests.bench.bare_server")

Tools = list[dict[str, Any]]


def installed(scratch: Path) -> Path:
    """The folder of an installation such as a wheel makes, with the records that it brings."""
    site = scratch / "site"
    for folder in ("server", "tools", "prompts"):
        shutil.copytree(ROOT / folder, site / "testdesk" / "site-packages" / folder)
    shutil.copytree(ROOT / "testdesk", site / "testdesk", dirs_exist_ok=True)
    metadata = site / f"testdesk-{stated_version()}.dist-info" / "METADATA"
    metadata.parent.mkdir()
    metadata.write_text(f"Metadata-Version: 2.1\nName: testdesk\nVersion: {stated_version()}\n")
    record = [sys.executable, "-P", "-m", "testdesk", "reference", "--first-answers"]
    environment = {**surroundings(scratch, {}), "PYTHONPATH": str(site)}
    subprocess.run(record, cwd=scratch, env=environment, check=True, stdout=subprocess.DEVNULL)
    return site


@dataclass
class Stage:
    """The platform's address, the ways to start a server, and the tools they list."""

    scratch: Path
    address: str = ""
    tools: Tools = field(default_factory=list)
    tools_with_schemas: Tools = field(default_factory=list)
    account_tools: Tools = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def _way(self, *arguments: str, **variables: str) -> Way:
        return Way(arguments, surroundings(self.scratch, variables))

    def _ours(self, *arguments: str, greeter: bool, **variables: str) -> Way:
        installation = {"PYTHONPATH": str(self.scratch / "site"), "TESTDESK_GREETER": str(int(greeter))}
        return self._way(*OURS, *arguments, **installation, **variables)

    def sandbox(self, *, greeter: bool = False, **variables: str) -> Way:
        """Ours with an invented account inside it."""
        return self._ours("--sandbox", greeter=greeter, **variables)

    def account(self, *, greeter: bool = False) -> Way:
        """Ours with an account on the platform."""
        return self._ours(greeter=greeter, TESTIO_API_TOKEN="x", TESTIO_BASE_URL=self.address)

    def bare(self, tools: int) -> Way:
        """The SDK alone."""
        return self._way(*BARE, "--tools", str(tools))

    def bare_with_platform(self, tools: int) -> Way:
        """The SDK, and two plain tools that ask the platform."""
        return self._way(*BARE, "--tools", str(tools), "--platform", self.address)

    @contextmanager
    def both(self) -> Iterator[tuple[Process, Process]]:
        """Ours and the bare server, with the same platform behind them, ready to be asked."""
        with ExitStack() as stack:
            ours = stack.enter_context(running(self.account()))
            bare = stack.enter_context(running(self.bare_with_platform(len(self.account_tools))))
            for server in (ours, bare):
                result(server.ask(LIST_TOOLS))
            yield ours, bare


@contextmanager
def stage(scratch: Path) -> Iterator[Stage]:
    """Start the platform, and each server once, to have its tools and its bytecode."""
    with running(Way(PLATFORM, surroundings(scratch, {}))) as platform:
        installed(scratch)
        on = Stage(scratch)  # the platform makes its pages meanwhile
        on.tools = _listed({"sandbox": on.sandbox()})["sandbox"]  # alone, so that the modules are compiled once
        on.address = platform.read().decode().strip()
        count = len(on.tools)
        others = _listed(
            {
                "schemas": on.sandbox(TESTDESK_OUTPUT_SCHEMAS="1"),
                "account": on.account(),
                "account with a greeter": on.account(greeter=True),
                "bare": on.bare(count),
                "bare with platform": on.bare_with_platform(count),
            }
        )
        on.tools_with_schemas, on.account_tools = others["schemas"], others["account"]
        sizes = [len(rendered(bug(FIRST + number))) / 1000 for number in range(300)]
        on.notes.append("Bare is the SDK's own server and runner, with as many tools that do nothing.")
        on.notes.append(
            f"A bug in the list has {min(sizes):.1f} to {max(sizes):.1f} kB, {sum(sizes) / len(sizes):.1f} on average; "
            f"the one read alone {len(rendered(bug(ONE))) / 1000:.1f} kB. A page takes {DELAY * 1000:.0f} ms."
        )
        yield on


def _listed(ways: Mapping[str, Way]) -> dict[str, Tools]:
    """The tools that each of several servers lists, started together."""
    with ExitStack() as stack:
        servers = {name: stack.enter_context(running(way)) for name, way in ways.items()}
        listed = {name: result(server.ask(LIST_TOOLS))["tools"] for name, server in servers.items()}
        for server in servers.values():
            server.kill()
        return listed
