"""A host's file changes by one entry, or not at all."""

import json
import tomllib
from typing import Any

import pytest

from server.hosts.documents import CannotEdit, entries_in, with_entry, with_inputs, without_entry, without_inputs
from server.hosts.entries import Start, entry_of, filled, start_of
from server.hosts.table import HOSTS, Host

START = Start("/opt/testdesk", ("serve", "--sandbox"), {"TESTIO_API_TOKEN_FILE": "/home/mara/token"})
BY_KEY = {host.key: host for host in HOSTS}
SPECIMENS: dict[str, dict[str, Any]] = {  # as each host's own command or its documentation writes it
    "claude-code": {"type": "stdio"},
    "claude-desktop": {},
    "cursor": {},
    "vscode": {"type": "stdio"},
    "codex": {},
    "gemini": {},
    "copilot": {"type": "local", "tools": ["*"]},
    "opencode": {"type": "local", "enabled": True},
    "zed": {},
    "windsurf": {},
}


def read(host: Host, text: str) -> Any:
    return tomllib.loads(text) if host.format == "toml" else json.loads(text)


@pytest.mark.parametrize("host", HOSTS, ids=lambda host: host.key)
def test_an_entry_has_the_form_that_its_host_reads(host: Host) -> None:
    entry = read(host, with_entry(host, "", "testdesk", entry_of(host, START)))[host.section]["testdesk"]
    plain = {"command": START.command, "args": list(START.arguments), "env": dict(START.variables)}
    joined = {"command": [START.command, *START.arguments], "environment": dict(START.variables)}
    assert entry == {**SPECIMENS[host.key], **(joined if host.key == "opencode" else plain)}
    assert start_of(host, entry) == START


@pytest.mark.parametrize("host", HOSTS, ids=lambda host: host.key)
def test_an_entry_goes_in_and_out(host: Host) -> None:
    entry = entry_of(host, START)
    text = with_entry(host, "", "other", entry)
    added = with_entry(host, text, "testdesk", entry)
    assert list(entries_in(host, added)) == ["other", "testdesk"]
    assert without_entry(host, added, "testdesk") == text
    assert entries_in(host, without_entry(host, text, "other")) == {}


def test_a_present_entry_keeps_what_says_nothing_of_the_start() -> None:
    present = {"command": "old", "args": ["old"], "env": {"OLD": "1"}, "disabled": True, "autoApprove": ["x"]}
    entry = entry_of(BY_KEY["windsurf"], START, present)
    assert entry["disabled"] is True
    assert entry["autoApprove"] == ["x"]
    assert start_of(BY_KEY["windsurf"], entry) == START


@pytest.mark.parametrize(
    ("key", "text"),
    [
        ("cursor", '{"mcpServers": []}'),
        ("cursor", '{"mcpServers": {"testdesk": 1, "testdesk": 2}}'),
        ("cursor", "[]"),
        ("cursor", "{"),
        ("codex", "mcp_servers = {}\n"),
        ("codex", "mcp_servers.testdesk = 1\n"),
        ("codex", 'mcp_servers.testdesk.command = "x"\n'),
        ("codex", 'text = """\n[mcp_servers.testdesk]\n"""\n'),
        ("codex", "a = = 1"),
    ],
)
def test_a_file_that_cannot_be_changed_safely_is_left_alone(key: str, text: str) -> None:
    with pytest.raises(CannotEdit):
        with_entry(BY_KEY[key], text, "testdesk", entry_of(BY_KEY[key], START))


def test_inputs_are_added_once_and_taken_out() -> None:
    host = BY_KEY["vscode"]
    text = '{\n  "inputs": [\n    { "id": "mine" } // mine\n  ]\n}\n'
    one = {"id": "testdesk-A", "password": True}
    added = with_inputs(host, text, [one])
    assert with_inputs(host, added, [one]) == added
    newer = with_inputs(host, added, [{**one, "description": "newer"}])
    assert newer.count("testdesk-A") == 1
    assert without_inputs(host, newer, ["testdesk-A"]) == text


def test_variables_are_filled_in_as_hosts_do() -> None:
    assert filled("${HOME}/a ${env:B} ${C:-c}", {"HOME": "/h", "B": "b"}) == "/h/a b c"
    assert filled("${input:token}", {}) is None
    assert filled("plain $5", {}) == "plain $5"


@pytest.mark.parametrize("entry", [{"url": "https://a.test"}, {"command": 1}, {"command": "a", "args": "b"}])
def test_an_entry_that_starts_nothing_is_recognized(entry: dict[str, Any]) -> None:
    assert start_of(BY_KEY["cursor"], entry) is None
