"""Installs the servers that ours is measured beside, each into a folder of scratch."""

import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
FOLDER = ROOT / ".scratch" / "peers"
PATIENCE = 110.0
"""Seconds that one installation may take."""
NODE, PYTHON = "node", "python"
PEER_PYTHON = "PEER_PYTHON"
"""The variable that names an interpreter for testio-mcp, where ours is too old for it."""
NEWER = ("python3.14", "python3.13", "python3.12")

VENDORS_NODE = "@testomatio/mcp-enterprise@2.2.1"
THE_SDK = "@modelcontextprotocol/sdk@0.4.0"
"""The SDK that the vendor's server is written on."""
TESTIO = "testio-mcp==1.0.0"
ITS_SDK = "mcp<2"
"""The SDK that it was written on; the newer one that it allows lacks names that it imports."""


@dataclass(frozen=True)
class Peer:
    """A server to measure beside; without a program the note says why there is none."""

    name: str
    title: str
    program: Path | None
    note: str = ""
    script: Path | None = None

    def arguments(self, address: str, project: str, token: str, tools: int) -> tuple[str, ...]:
        """How the Node server is started before a platform."""
        if self.script is not None and self.script.name == "node_peer.mjs":
            return str(self.script), address, project, token, str(tools)
        return str(self.script), "--base-url", address, "--project", project, "--token", token


def install(kind: str) -> Peer:
    """Install a peer where it is not there yet."""
    return _node() if kind == NODE else _python()


def _node() -> Peer:
    """The vendor's server; where a part of it is not to be had, a plain one with the same SDK and requests."""
    node = shutil.which("node")
    assert node is not None
    vendor = FOLDER / "vendor"
    entry = vendor / "node_modules" / "@testomatio" / "mcp-enterprise" / "index.js"
    if entry.exists() or _npm(vendor, VENDORS_NODE):
        return Peer("Node", f"`{VENDORS_NODE}`", Path(node), script=entry)
    plain = FOLDER / "plain"
    if not (plain / "node_modules").exists() and not _npm(plain, THE_SDK):
        return Peer("Node", THE_SDK, None, f"npm gave neither {VENDORS_NODE} nor {THE_SDK}.")
    script = plain / "node_peer.mjs"  # an import is looked for beside the file
    shutil.copyfile(Path(__file__).with_name(script.name), script)
    note = (
        f"npm did not give all parts of `{VENDORS_NODE}`. Node is a plain server on the SDK that it uses "
        f"(`{THE_SDK}`), which sends the same requests."
    )
    return Peer("Node", "a Node server", Path(node), note, script)


def _npm(folder: Path, package: str) -> bool:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "package.json").write_text('{"private": true}\n', encoding="utf-8")
    quiet = ("--no-audit", "--no-fund", "--no-save", "--no-package-lock", "--ignore-scripts", "--prefer-offline")
    retries = ("--fetch-retries", "1", "--fetch-timeout", "20000", "--loglevel", "silent")
    return _done([str(shutil.which("npm")), "install", "--prefix", str(folder), *quiet, *retries, package])


def _python() -> Peer:
    title = f"`{TESTIO}`"
    python = next((name for name in (os.environ.get(PEER_PYTHON, ""), sys.executable, *NEWER) if _is_new(name)), None)
    if python is None:
        return Peer("testio-mcp", title, None, f"it needs Python 3.12 or newer: name one in {PEER_PYTHON}.")
    environment = FOLDER / "testio"
    program = environment / "bin" / "testio-mcp"
    pip = [sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check", "--no-input", "--retries", "1"]
    made = program.exists() or (
        _done([python, "-m", "venv", "--clear", "--without-pip", str(environment)])
        and _done([*pip, "--python", str(environment / "bin" / "python"), "install", TESTIO, ITS_SDK])
    )
    return (
        Peer("testio-mcp", title, program) if made else Peer("testio-mcp", title, None, f"pip did not give {TESTIO}.")
    )


def _is_new(python: str) -> bool:
    """Whether an interpreter starts and is new enough."""
    return bool(python) and _done([python, "-c", "import sys; sys.exit(sys.version_info < (3, 12))"])


def _done(command: Sequence[str]) -> bool:
    """Run an installer. What it says names the registry, so nothing of it is shown."""
    try:
        return subprocess.run(command, capture_output=True, timeout=PATIENCE).returncode == 0
    except (subprocess.TimeoutExpired, OSError):
        return False
