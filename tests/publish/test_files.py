"""The bundle's manifest and the registry's entry are complete, name every credential as a secret, and no address."""

import json
import re
from pathlib import Path

from tests.publish.files import PROJECT, ROOT, SCHEMA, credentials, manifest, registry_entry, sufficient, write_bundle


def test_every_credential_is_a_secret_of_the_bundle_and_of_the_registry() -> None:
    variables = {credential.variable for _, credential in credentials()}
    asked = {credential.variable for _, credential in sufficient()}
    config = manifest()["user_config"]
    assert set(manifest()["server"]["mcp_config"]["env"]) == asked
    assert {name.upper() for name in config} == asked
    assert asked < variables, "a password is asked for by no host"
    assert all(one["sensitive"] and one["default"] == "" for one in config.values())
    listed = registry_entry()["packages"][0]["environmentVariables"]
    assert {one["name"] for one in listed if one.get("isSecret")} == variables


def test_the_registry_s_entry_keeps_to_its_rules() -> None:
    entry = registry_entry("io.github.somebody")
    assert re.fullmatch(r"[a-zA-Z0-9.-]+/[a-zA-Z0-9._-]+", entry["name"])
    assert len(entry["description"]) <= 100
    assert entry["version"] == entry["packages"][0]["version"] == PROJECT["version"]
    assert entry["packages"][0]["packageArguments"] == [{"type": "positional", "value": "serve"}]


def test_neither_names_an_address() -> None:
    text = json.dumps([registry_entry(), manifest()]).replace(SCHEMA, "")
    found = set(re.findall(r"https?://[^\s\"]+", text))
    assert found <= {"https://acme.test.io,"}, "an example of a setting's value"


def test_the_bundle_has_the_wheel_and_no_more_than_it_needs(tmp_path: Path) -> None:
    wheel = tmp_path / "testdesk-0-py3-none-any.whl"
    wheel.write_bytes(b"wheel")
    write_bundle(tmp_path / "bundle", wheel)
    names = {file.name for file in (tmp_path / "bundle").iterdir()}
    assert names == {wheel.name, "manifest.json", "pyproject.toml", "main.py", "LICENSE"}
    assert f'path = "{wheel.name}"' in (tmp_path / "bundle" / "pyproject.toml").read_text()


def test_the_plugin_has_the_version_and_asks_for_the_same_tokens() -> None:
    plugin = ROOT / "examples" / "claude-plugin"
    assert json.loads((plugin / ".claude-plugin" / "plugin.json").read_text())["version"] == PROJECT["version"]
    server = json.loads((plugin / ".mcp.json").read_text())["mcpServers"]["testdesk"]
    files = {name: f"${{{name}:-}}" for name in (f"{credential.variable}_FILE" for _, credential in credentials())}
    bundle = manifest()
    assert server["env"] == files | bundle["server"]["mcp_config"]["env"]
    asked = json.loads((plugin / ".claude-plugin" / "plugin.json").read_text())["userConfig"]
    assert {name: {**one, "default": ""} for name, one in asked.items()} == bundle["user_config"]
    assert len((plugin / "README.md").read_text().split()) > 40, "the directory of plugins asks for it"
