"""What setup does to files: merged, backed up, repeatable, and undone."""

import json
import os
import stat
from pathlib import Path

import pytest

from server.hosts import files
from server.hosts.changes import Change, carry_out, planned, planned_undo
from server.hosts.entries import NAME, SANDBOX_NAME, Start
from server.hosts.files import ChangedMeanwhile, FileProblem
from server.hosts.table import HOSTS, Host

BY_KEY = {host.key: host for host in HOSTS}
CURSOR = BY_KEY["cursor"]
REAL = Start("/opt/testdesk", ("serve",), {"TESTIO_API_TOKEN_FILE": "/t"})
SANDBOX = Start("/opt/testdesk", ("serve", "--sandbox"))
OWN = ("TESTIO_API_TOKEN", "TESTERY_API_TOKEN")
BEFORE = {
    "json": b'{\n  // mine\n  "SECTION": {"other": {"command": "npx", "env": {"KEY": "k"}}} // end\n}\n',
    "toml": b'# mine\n[SECTION.other]\ncommand = "npx" # end\n',
}


def added(host: Host, file: Path, *, sandbox: bool = False) -> Change:
    name = SANDBOX_NAME if sandbox else NAME
    change = planned(host, file, SANDBOX if sandbox else REAL, name=name, own=OWN)
    carry_out(change)
    return change


def undone(host: Host, file: Path) -> str:
    change = planned_undo(host, file)
    carry_out(change)
    return change.done


@pytest.mark.parametrize("host", HOSTS, ids=lambda host: host.key)
def test_a_file_of_each_host_is_merged_and_restored_to_the_byte(host: Host, tmp_path: Path) -> None:
    file = tmp_path / host.names[0]
    before = BEFORE[host.format].replace(b"SECTION", host.section.encode())
    file.write_bytes(before)
    assert added(host, file, sandbox=True).done == "added"
    assert added(host, file).done == "added"
    text = file.read_text()
    assert "mine" in text
    assert "# end" in text or "// end" in text
    assert SANDBOX_NAME not in text, "the sandbox's entry leaves with the first real one"
    assert files.backup_of(file).read_bytes() == before, "of the state before the first change"
    assert added(host, file).done == ""
    assert file.read_text() == text
    assert undone(host, file) == "restored"
    assert file.read_bytes() == before
    assert list(tmp_path.iterdir()) == [file]


def test_a_file_that_setup_created_is_deleted_and_readable_by_its_owner_only(tmp_path: Path) -> None:
    file = tmp_path / "new" / "mcp.json"
    assert added(CURSOR, file).done == "created"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert added(CURSOR, file, sandbox=True).done == "added"
    assert undone(CURSOR, file) == "deleted", "what setup added to its own file is no state to go back to"
    assert undone(CURSOR, file) == ""


def test_what_changed_since_stays_when_an_entry_is_taken_out(tmp_path: Path) -> None:
    file = tmp_path / "mcp.json"
    file.write_text('{"mcpServers": {"testdesk": {"command": "mine"}}}')
    added(CURSOR, file)
    file.write_text(file.read_text().replace("{", '{"later": 1, ', 1))
    assert undone(CURSOR, file) == "removed"
    assert json.loads(file.read_text()) == {"later": 1, "mcpServers": {"testdesk": {"command": "mine"}}}


def test_a_present_entry_keeps_its_options_and_loses_a_token_in_the_open(tmp_path: Path) -> None:
    file = tmp_path / "mcp.json"
    env = {"TESTIO_API_TOKEN": "in-the-open", "TESTERY_API_TOKEN": "another", "TESTDESK_TOOLSETS": "all"}
    present = {"command": "testdesk", "args": ["serve", "--read-only"], "env": env, "timeout": 9}
    file.write_text(json.dumps({"mcpServers": {"testdesk": present}}))
    change = added(CURSOR, file)
    assert (change.done, change.in_the_open) == ("updated", ("TESTERY_API_TOKEN",))
    assert json.loads(file.read_text())["mcpServers"]["testdesk"] == {
        "command": "/opt/testdesk",
        "args": ["serve", "--read-only"],
        "env": {"TESTERY_API_TOKEN": "another", "TESTDESK_TOOLSETS": "all", "TESTIO_API_TOKEN_FILE": "/t"},
        "timeout": 9,
    }
    assert stat.S_IMODE(files.backup_of(file).stat().st_mode) == 0o600, "it has the token"


def test_an_option_is_added_once_and_others_stay(tmp_path: Path) -> None:
    file = tmp_path / "mcp.json"
    present = {"command": "testdesk", "args": ["-m", "testdesk", "serve", "--toolsets", "all"]}
    file.write_text(json.dumps({"mcpServers": {"testdesk": present}}))
    start = Start("/opt/python", ("-m", "testdesk", "serve", "--read-only"))
    for _ in range(2):
        carry_out(planned(CURSOR, file, start, name=NAME))
        entry = json.loads(file.read_text())["mcpServers"]["testdesk"]
        assert entry["args"] == ["-m", "testdesk", "serve", "--toolsets", "all", "--read-only"]


def test_what_a_host_asks_the_user_for_comes_and_goes_with_the_entry(tmp_path: Path) -> None:
    file, vscode = tmp_path / "mcp.json", BY_KEY["vscode"]
    before = b'{\n  "inputs": [\n    { "id": "mine" }\n  ]\n}\n'
    file.write_bytes(before)
    asked = {"id": "testdesk-TESTIO_API_TOKEN", "type": "promptString", "password": True}
    start = Start("/opt/testdesk", ("serve",), {"TESTIO_API_TOKEN": "${input:testdesk-TESTIO_API_TOKEN}"})
    change = planned(vscode, file, start, name=NAME, inputs=[asked], own=OWN)
    carry_out(change)
    assert change.in_the_open == ()
    assert json.loads(file.read_text())["inputs"] == [{"id": "mine"}, asked]
    assert undone(vscode, file) == "restored"
    assert file.read_bytes() == before


def test_a_present_entry_for_the_sandbox_becomes_one_for_the_account(tmp_path: Path) -> None:
    file = tmp_path / "mcp.json"
    file.write_text('{"mcpServers": {"testdesk": {"command": "testdesk", "args": ["serve", "--sandbox"]}}}')
    added(CURSOR, file)
    assert json.loads(file.read_text())["mcpServers"]["testdesk"]["args"] == ["serve"]


def test_a_link_stays_a_link_and_the_mode_stays(tmp_path: Path) -> None:
    target, file = tmp_path / "dotfiles.json", tmp_path / "mcp.json"
    target.write_text("{}")
    target.chmod(0o640)
    file.symlink_to(target)
    added(CURSOR, file)
    assert file.is_symlink()
    assert stat.S_IMODE(target.stat().st_mode) == 0o640
    assert "testdesk" in target.read_text()


def test_a_file_that_another_program_wrote_meanwhile_is_not_overwritten(tmp_path: Path) -> None:
    file = tmp_path / "mcp.json"
    file.write_text("{}")
    change = planned(CURSOR, file, REAL, name=NAME, own=OWN)
    file.write_text('{"theirs": 1}')
    with pytest.raises(ChangedMeanwhile):
        carry_out(change)
    assert file.read_text() == '{"theirs": 1}'
    assert list(tmp_path.iterdir()) == [file], "nothing half-written is left"


@pytest.mark.skipif(os.name != "posix", reason="permissions are POSIX's")
def test_a_file_that_cannot_be_used_says_why(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    with pytest.raises(FileProblem, match="cannot be read"):
        planned(CURSOR, tmp_path / "folder", REAL, name=NAME)
    (tmp_path / "mcp.json").write_bytes(b"\xff\xfe{}")
    with pytest.raises(FileProblem, match="not UTF-8"):
        planned(CURSOR, tmp_path / "mcp.json", REAL, name=NAME)
