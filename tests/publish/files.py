"""The manifest of the bundle and `server.json`, from the declarations; neither names an address.

The bundle is of the type `uv`: its host installs the wheel in it and what that needs, at the first start.
"""

import json
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from server.hosts.tokens import asked_for
from tools.kit.platform import Credential, Platform
from tools.platforms import PLATFORMS

ROOT: Final = Path(__file__).resolve().parent.parent.parent
PROJECT: Final[dict[str, Any]] = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
SCHEMA: Final = "https://static.modelcontextprotocol.io/schemas/2025-12-11/server.schema.json"
DESCRIPTION: Final = "Triage bugs, plan and run tests, report on releases; a person confirms what costs or destroys."
"""At most 100 characters, which is what the registry takes."""
UNPUBLISHED: Final = "unpublished"
"""The namespace of `server.json` until its owner is named."""
MAIN: Final = """\
import sys

from testdesk.__main__ import main

if __name__ == "__main__":
    sys.exit(main())
"""


def credentials() -> Iterator[tuple[Platform, Credential]]:
    """Each credential with its platform."""
    yield from ((platform, credential) for platform in PLATFORMS for credential in platform.credentials)


def sufficient() -> Iterator[tuple[Platform, Credential]]:
    """The credentials that a bundle asks for: one set of each platform."""
    yield from ((platform, credential) for platform in PLATFORMS for credential in asked_for(platform))


def manifest() -> dict[str, Any]:
    """The manifest of the bundle; the host keeps what is sensitive in the system's keychain."""
    config = {
        credential.variable.lower(): {
            "type": "string",
            "title": f"{platform.title}: {credential.variable}",
            "description": f"To be found {credential.where}. Leave it empty if you do not use {platform.title}.",
            "sensitive": True,
            "required": False,
            "default": "",  # what is not filled in would reach the server as the placeholder itself
        }
        for platform, credential in sufficient()
    }
    return {
        "manifest_version": "0.4",
        "name": PROJECT["name"],
        "display_name": "Testdesk",
        "version": PROJECT["version"],
        "description": DESCRIPTION,
        "author": {"name": "Testdesk"},
        "license": PROJECT["license"],
        "keywords": PROJECT["keywords"],
        "server": {
            "type": "uv",
            "entry_point": "main.py",
            "mcp_config": {
                "command": "uv",
                "args": ["run", "--directory", "${__dirname}", "main.py", "serve"],
                "env": {
                    credential.variable: f"${{user_config.{credential.variable.lower()}}}"
                    for _, credential in sufficient()
                },
            },
        },
        "tools_generated": True,
        "prompts_generated": True,
        "compatibility": {
            "platforms": ["darwin", "win32", "linux"],
            "runtimes": {"python": PROJECT["requires-python"]},
        },
        "user_config": config,
    }


def bundled_project(wheel: Path) -> str:
    """The project file of the bundle, which installs the wheel beside it."""
    return (
        f'[project]\nname = "testdesk-bundle"\nversion = "{PROJECT["version"]}"\n'
        f'requires-python = "{PROJECT["requires-python"]}"\ndependencies = ["testdesk"]\n\n'
        f'[tool.uv]\npackage = false\n\n[tool.uv.sources]\ntestdesk = {{ path = "{wheel.name}" }}\n'
    )


def write_bundle(folder: Path, wheel: Path) -> None:
    """Lay out the folder that the packer makes a bundle of."""
    folder.mkdir(parents=True)
    (folder / wheel.name).write_bytes(wheel.read_bytes())
    (folder / "manifest.json").write_text(_json(manifest()), encoding="utf-8")
    (folder / "pyproject.toml").write_text(bundled_project(wheel), encoding="utf-8")
    (folder / "main.py").write_text(MAIN, encoding="utf-8")
    (folder / "LICENSE").write_bytes((ROOT / "LICENSE").read_bytes())


def registry_entry(namespace: str = UNPUBLISHED) -> dict[str, Any]:
    """`server.json` for the MCP registry, under the namespace of whoever publishes it."""
    variables: list[dict[str, Any]] = []
    for platform in PLATFORMS:
        for credential in platform.credentials:
            text = f"{platform.title}: credential, {credential.where}"
            variables.append({"name": credential.variable, "description": text, "isSecret": True, "isRequired": False})
        for setting in platform.settings:
            text = f"{platform.title}: {setting.meaning}"
            variables.append({"name": setting.variable, "description": text, "isRequired": False})
    return {
        "$schema": SCHEMA,
        "name": f"{namespace}/{PROJECT['name']}",
        "title": "Testdesk",
        "description": DESCRIPTION,
        "version": PROJECT["version"],
        "packages": [
            {
                "registryType": "pypi",
                "identifier": PROJECT["name"],
                "version": PROJECT["version"],
                "runtimeHint": "uvx",
                "transport": {"type": "stdio"},
                "packageArguments": [{"type": "positional", "value": "serve"}],
                "environmentVariables": variables,
            }
        ],
    }


def write_registry_entry(file: Path, namespace: str = UNPUBLISHED) -> None:
    """Write `server.json`."""
    file.write_text(_json(registry_entry(namespace)), encoding="utf-8")


def _json(value: object) -> str:
    return json.dumps(value, indent=2, ensure_ascii=False) + "\n"
