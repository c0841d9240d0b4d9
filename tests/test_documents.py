"""What the documents and the examples show works: commands, configurations, scripts and the files they name."""

import argparse
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import anyio
import pytest
from mcp import Client, StdioServerParameters

from server.cli import parser
from server.config_file import read_configuration
from server.reference import environment
from tests.starts import PATIENCE, ROOT
from tools.platforms import PLATFORMS

DOCUMENTS = [
    *sorted(ROOT.glob("*.md")),
    *sorted((ROOT / "docs").glob("*.md")),
    *sorted((ROOT / "examples").glob("*.md")),
]
TYPED = ROOT / "docs" / "operations.md"  # tests/deploy types its commands
FENCE = re.compile(r"^```(\S*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
NAMED_FILE = re.compile(r"`((?:\.ci|\.github|docs|examples|prompts|server|testdesk|tests|tools)/[^`\s]*)`")
OTHER_VARIABLES = {"TESTOMATIO", "TESTOMATIO_URL", "UPDATE_SNAPSHOTS"}  # of vendors' programs, and of the tests
# Commands of others, whose options are not checked here.
ELSEWHERE = {"export", "pip", "pipx", "uv", "pre-commit", "git", "docker", "pytest"}
RUNNING = {  # the variables a document's program runs with: no credential, and our command first on the path
    **{name: value for name, value in os.environ.items() if not name.startswith(("TEST", "PYTHON"))},
    "NO_PROXY": "127.0.0.1",
    "PATH": os.pathsep.join((str(Path(sys.executable).parent), os.environ["PATH"])),
}


class Snippet(NamedTuple):
    document: str
    language: str
    text: str


def snippets(*languages: str) -> list[Snippet]:
    return [
        Snippet(document.relative_to(ROOT).as_posix(), language, text)
        for document in DOCUMENTS
        if document != TYPED or "sh" not in languages
        for language, text in FENCE.findall(document.read_text(encoding="utf-8"))
        if not languages or language in languages
    ]


def commands(text: str) -> list[list[str]]:
    """The commands of a shell snippet, each as its words."""
    lines = text.replace("\\\n", " ").splitlines()
    return [words for line in lines if (words := shlex.split(line, comments=True))]


def named(snippet: Snippet) -> str:
    return f"{snippet.document}: {snippet.text.splitlines()[0]}"


def check(words: list[str]) -> None:
    """Check one command without running it: its variables, its program, and our own options."""
    while assigned := re.match(r"([A-Z_]+)=", words[0]):
        assert assigned[1] in OTHER_VARIABLES or f"`{assigned[1]}`" in environment(), assigned[1]
        words = words[1:]
    match words:
        case ["testdesk", *arguments]:
            parser().parse_args(arguments)
        case ["make", *targets]:
            makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
            assert not [target for target in targets if not re.search(rf"^{target}:", makefile, re.MULTILINE)]
        case ["claude", "mcp", "add", *_]:
            check(words[words.index("--") + 1 :])
        case ["claude", "plugin", *_]:
            pass  # `make hosts` types these
        case ["python", script, *_]:
            assert (ROOT / script).is_file(), script
        case [".venv/bin/pytest", *arguments]:
            assert all((ROOT / path).exists() for path in arguments if path.startswith("tests/"))
        case ["curl", *_]:
            pass  # these are sent to a sandbox below
        case [program, *_]:
            assert program in ELSEWHERE, f"nothing checks {program}"


@pytest.mark.parametrize("snippet", snippets("sh"), ids=named)
def test_every_command_exists(snippet: Snippet, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_: argparse.ArgumentParser, message: str) -> None:
        pytest.fail(message)

    monkeypatch.setattr(argparse.ArgumentParser, "error", refuse)
    for words in commands(snippet.text):
        check(words)


def test_every_snippet_is_in_a_language_that_is_checked() -> None:
    checked = {"sh", "json", "python", "toml", "yaml"}  # the last in tests/server/telemetry/test_document.py
    shown = {"", "mermaid", "{toctree}"}  # drawings, and what the site builder checks
    assert {snippet.language for snippet in snippets()} - checked - shown == set()


@pytest.mark.parametrize("snippet", snippets("toml"), ids=named)
def test_every_configuration_shown_is_one(snippet: Snippet, tmp_path: Path) -> None:
    file = tmp_path / "testdesk.toml"
    file.write_text(snippet.text, encoding="utf-8")
    read = read_configuration(str(file), PLATFORMS)
    assert read.stated or read.has_people


@pytest.mark.parametrize("snippet", snippets("python"), ids=named)
def test_every_python_snippet_runs_or_is_an_excerpt(snippet: Snippet) -> None:
    if snippet.text.startswith("@tool."):
        tools = (path.read_text(encoding="utf-8") for path in (ROOT / "tools").rglob("*.py"))
        assert any(snippet.text.strip() in text for text in tools)
        return
    assert run(sys.executable, "-c", snippet.text).returncode == 0


@pytest.mark.anyio
@pytest.mark.parametrize("snippet", snippets("json"), ids=named)
async def test_every_host_configuration_starts_a_server_with_tools(snippet: Snippet, tmp_path: Path) -> None:
    """A host fills the variables with credentials; here each has a made-up value."""
    configuration: dict[str, Any] = json.loads(snippet.text)
    servers = configuration.get("mcpServers") or configuration["servers"]
    for server in servers.values():
        variables = RUNNING | dict.fromkeys(server.get("env", {}), "made-up") | {"HOME": str(tmp_path)}
        start = StdioServerParameters(command=server["command"], args=server["args"], env=variables)
        with anyio.fail_after(PATIENCE):
            async with Client(start) as client:
                names = {tool.name for tool in (await client.list_tools()).tools}
        assert "testio_list_bugs" in names


@pytest.mark.skipif(shutil.which("curl") is None, reason="curl is not installed")
def test_every_request_to_the_sandbox_is_answered() -> None:
    requests = [words for snippet in snippets("sh") for words in commands(snippet.text) if words[0] == "curl"]
    assert requests
    with started("sandbox", "--port", "0", "--no-own-ports", listens=r"Sandboxes on (\S+),") as origin:
        for words in requests:
            answer = run(*(word.replace("http://127.0.0.1:8766", origin) for word in [*words, "--fail-with-body"]))
            assert answer.returncode == 0, (words, answer.stdout)


@pytest.mark.parametrize(("answer", "outcome"), [("yes", '"done":"Rejected as'), ("no", "Nothing was sent.")])
def test_the_example_over_stdio_asks_its_user(answer: str, outcome: str) -> None:
    shown = run(sys.executable, "examples/stdio_client.py", said=f"{answer}\n")
    assert shown.returncode == 0, shown.stderr
    assert "\nReject bug 88107 " in shown.stdout
    assert outcome in shown.stdout.partition("yes, no, or the name: ")[2]


def test_the_example_over_http_lists_runs_of_several_platforms() -> None:
    key = {"TESTDESK_HTTP_KEY": "a-key-for-this-test-and-no-other"}
    with started("serve", "--sandbox", "--http", "--port", "0", listens=r"listens on (\S+)", **key) as url:
        shown = run(sys.executable, "examples/http_client.py", url, **key)
    assert shown.returncode == 0, shown.stderr
    assert {line.split()[0] for line in shown.stdout.splitlines()} == {"testio", "testomatio", "testery", "testsigma"}


def is_there(path: str) -> bool:
    """Whether a file exists, and after `::` the test in it; `...` leaves out a part of its name."""
    file, _, test = path.partition("::")
    found = list(ROOT.glob(re.sub(r"<\w+>", "*", file).rstrip("/")))
    if not test:
        return bool(found)
    name = ".*".join(map(re.escape, test.partition("[")[0].split("...")))
    return any(re.search(rf"def {name}\w*\(", one.read_text(encoding="utf-8")) for one in found)


def test_every_file_that_a_document_names_exists() -> None:
    missing = [
        f"{document.relative_to(ROOT)}: {path}"
        for document in DOCUMENTS
        if document.name != "CHANGELOG.md"
        for path in NAMED_FILE.findall(document.read_text(encoding="utf-8"))
        if not is_there(path)
    ]
    assert not missing


def test_the_hooks_run_the_checks_of_make() -> None:
    hooks = (ROOT / ".pre-commit-config.yaml").read_text(encoding="utf-8")
    for entry in (entries := re.findall(r"^ +entry: (.+)$", hooks, re.MULTILINE)):
        check(entry.split())
    assert entries == ["make style", "make types"]


def run(*command: str, said: str = "", **variables: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command, cwd=ROOT, env=RUNNING | variables, input=said, capture_output=True, text=True, timeout=PATIENCE
    )


@contextmanager
def started(*arguments: str, listens: str, **variables: str) -> Iterator[str]:
    """A command of ours that serves until the block ends, and the address it prints."""
    with subprocess.Popen(
        ["testdesk", *arguments],
        env=RUNNING | variables,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as process:
        watchdog = threading.Timer(PATIENCE, process.kill)
        watchdog.start()
        try:
            assert process.stdout
            address = next(found[1] for line in process.stdout if (found := re.search(listens, line)))
            yield address
        finally:
            watchdog.cancel()
            process.terminate()
            process.wait(timeout=PATIENCE)
