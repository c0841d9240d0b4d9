"""Where each host's file is on each system, and whether the host is there."""

from pathlib import Path

import pytest

from server.hosts.places import Machine, hosts_named
from server.hosts.table import HOSTS, LINUX, MACOS, WINDOWS

BY_KEY = {host.key: host for host in HOSTS}
SUPPORT = "Library/Application Support"


def machine(home: Path, system: str = LINUX, **environment: str) -> Machine:
    return Machine({"PATH": "", **environment}, home, system)


@pytest.mark.parametrize(
    ("key", "linux", "macos"),
    [
        ("claude-code", ".claude.json", ".claude.json"),
        (
            "claude-desktop",
            ".config/Claude/claude_desktop_config.json",
            f"{SUPPORT}/Claude/claude_desktop_config.json",
        ),
        ("cursor", ".cursor/mcp.json", ".cursor/mcp.json"),
        ("vscode", ".config/Code/User/mcp.json", f"{SUPPORT}/Code/User/mcp.json"),
        ("codex", ".codex/config.toml", ".codex/config.toml"),
        ("gemini", ".gemini/settings.json", ".gemini/settings.json"),
        ("copilot", ".copilot/mcp-config.json", ".copilot/mcp-config.json"),
        ("opencode", ".config/opencode/opencode.jsonc", ".config/opencode/opencode.jsonc"),
        ("zed", ".config/zed/settings.json", ".config/zed/settings.json"),
        ("windsurf", ".codeium/windsurf/mcp_config.json", ".codeium/windsurf/mcp_config.json"),
    ],
)
def test_each_host_has_its_file(key: str, linux: str, macos: str, tmp_path: Path) -> None:
    assert machine(tmp_path).file_of(BY_KEY[key]) == tmp_path / linux
    assert machine(tmp_path, MACOS).file_of(BY_KEY[key]) == tmp_path / macos


@pytest.mark.parametrize(
    ("key", "variable", "file"),
    [
        ("claude-code", "CLAUDE_CONFIG_DIR", ".claude.json"),
        ("codex", "CODEX_HOME", "config.toml"),
        ("gemini", "GEMINI_CLI_HOME", ".gemini/settings.json"),
        ("copilot", "COPILOT_HOME", "mcp-config.json"),
        ("vscode", "XDG_CONFIG_HOME", "Code/User/mcp.json"),
        ("zed", "XDG_CONFIG_HOME", "zed/settings.json"),
    ],
)
def test_a_host_s_own_variable_moves_its_file(key: str, variable: str, file: str, tmp_path: Path) -> None:
    other = tmp_path / "other"
    assert machine(tmp_path, **{variable: str(other)}).file_of(BY_KEY[key]) == other / file
    relative = machine(tmp_path, **{variable: "other"}).file_of(BY_KEY[key])
    assert relative.is_relative_to(tmp_path), "a relative folder would depend on where setup runs"


def test_a_packaged_claude_desktop_on_windows_has_a_folder_of_its_own(tmp_path: Path) -> None:
    variables = {"APPDATA": str(tmp_path / "Roaming"), "LOCALAPPDATA": str(tmp_path / "Local")}
    host = BY_KEY["claude-desktop"]
    assert machine(tmp_path, WINDOWS, **variables).folder_of(host) == tmp_path / "Roaming" / "Claude"
    packaged = tmp_path / "Local" / "Packages" / "Claude_abc" / "LocalCache" / "Roaming" / "Claude"
    packaged.mkdir(parents=True)
    assert machine(tmp_path, WINDOWS, **variables).folder_of(host) == packaged


def test_the_file_that_exists_counts(tmp_path: Path) -> None:
    folder = tmp_path / ".config" / "opencode"
    folder.mkdir(parents=True)
    (folder / "opencode.json").write_text("{}")
    assert machine(tmp_path).file_of(BY_KEY["opencode"]).name == "opencode.json"
    (folder / "opencode.jsonc").write_text("{}")
    assert machine(tmp_path).file_of(BY_KEY["opencode"]).name == "opencode.jsonc"


def test_a_host_is_found_by_its_folder_its_file_or_its_command(tmp_path: Path) -> None:
    programs = tmp_path / "bin"
    programs.mkdir()
    (programs / "codex").write_text("#!/bin/sh\n")
    (programs / "codex").chmod(0o755)
    (tmp_path / ".cursor").mkdir()
    (tmp_path / ".claude.json").write_text("{}")
    here = machine(tmp_path, PATH=str(programs))
    assert [host.key for host in here.installed()] == ["claude-code", "cursor", "codex"]


def test_a_host_is_named_as_people_write_it() -> None:
    hosts, unknown = hosts_named(["Claude  Code", "VSCode", "gemini-cli", "claude-code", "emacs"])
    assert [host.key for host in hosts] == ["claude-code", "vscode", "gemini"]
    assert unknown == ["emacs"]
