"""Writes `dist/testdesk.mcpb` and `dist/server.json`: `make publish-files`. Publishes nothing.

The bundle is made and validated by its official packer, from npm; without it, it is zipped and not validated.
"""

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Final

from tests.publish.files import ROOT, UNPUBLISHED, write_bundle, write_registry_entry

PACKER: Final = "@anthropic-ai/mcpb@2.1.2"
PLACE: Final = ROOT / ".scratch" / "mcpb"
DIST: Final = ROOT / "dist"
PATIENCE: Final = 120


def packer() -> str:
    """The packer's program, installed where that is possible; empty if it is not."""
    program = PLACE / "node_modules" / ".bin" / "mcpb"
    npm = shutil.which("npm")
    if not program.exists() and npm is not None:
        PLACE.mkdir(parents=True, exist_ok=True)
        quiet = ("--no-audit", "--no-fund", "--no-save", "--no-package-lock", "--ignore-scripts", "--loglevel", "error")
        command = [npm, "install", "--prefix", str(PLACE), *quiet, PACKER]
        subprocess.run(command, timeout=PATIENCE, check=False, capture_output=True, cwd=PLACE)
    return str(program) if program.exists() else ""


def main() -> int:
    wheel = next(DIST.glob("testdesk-*.whl"), None)
    if wheel is None:
        print("publish-files: dist has no wheel; `make wheel` builds it", file=sys.stderr)
        return 1
    bundle = DIST / "testdesk.mcpb"
    bundle.unlink(missing_ok=True)
    with tempfile.TemporaryDirectory(prefix="testdesk-") as name:
        folder = Path(name) / "testdesk"
        write_bundle(folder, wheel)
        program = packer()
        if program:
            for command in (["validate", str(folder / "manifest.json")], ["pack", str(folder), str(bundle)]):
                subprocess.run([program, *command], check=True, timeout=PATIENCE)
        else:
            shutil.make_archive(str(bundle), "zip", folder)
            bundle.with_name("testdesk.mcpb.zip").rename(bundle)
            print("publish-files: the packer could not be installed, so the bundle is zipped and NOT validated")
    namespace = os.environ.get("NAMESPACE", UNPUBLISHED)
    write_registry_entry(DIST / "server.json", namespace)
    print(f"{bundle.relative_to(ROOT)} ({bundle.stat().st_size:,} bytes), dist/server.json")
    if namespace == UNPUBLISHED:
        print(
            f"server.json names nobody yet ({UNPUBLISHED}/testdesk); NAMESPACE=... make publish-files names its owner,"
        )
        print("and the README then has a line `mcp-name: NAMESPACE/testdesk`, by which the registry knows the package.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
