"""Puts the answers of a first start into a wheel, so that the first list comes before anything was imported."""

import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

PLACE = "testdesk/site-packages/server/first_answers.bin"
PROGRAM = "import sys; from server.first_answers import write; write(sys.argv[1])"


class FirstAnswers(BuildHookInterface[Any]):
    """Records them by running the server of this source tree."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        if self.target_name != "wheel" or version == "editable":
            return
        self._folder = tempfile.TemporaryDirectory(prefix="testdesk-")
        file = str(Path(self._folder.name) / "first_answers.bin")
        program = [sys.executable, "-c", PROGRAM, file]
        made = subprocess.run(program, cwd=self.root, capture_output=True, text=True, check=False)  # noqa: S603 - ours
        if made.returncode == 0:
            build_data["force_include"][file] = PLACE
        elif "No module named" in made.stderr:
            self.app.display_warning("The SDK is not installed here, so this wheel holds no recorded answers.")
        else:
            raise RuntimeError(made.stderr)

    def finalize(self, version: str, build_data: dict[str, Any], artifact_path: str) -> None:
        if hasattr(self, "_folder"):
            self._folder.cleanup()
