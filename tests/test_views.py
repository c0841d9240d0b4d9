"""The pages of tools in headless Chromium, behind the official bridge of hosts, in sandboxed frames.

`docs/images/` is written by these tests: UPDATE_IMAGES=1 takes the pictures of the README anew.
"""

import json
import os
import shutil
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from subprocess import PIPE

import pytest

ROOT = Path(__file__).parent.parent
BROWSER = Path(__file__).parent / "browser"
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
PATIENCE = 150.0


def missing() -> str:
    """What these tests lack on this machine; empty: nothing."""
    if CHROMIUM is None:
        return "there is no Chromium"
    if shutil.which("node") is None:
        return "there is no node"
    if not (BROWSER / "node_modules").is_dir():
        return "`npm ci --ignore-scripts` was not run in tests/browser"
    return ""


# Where CI is set, a test that is skipped would prove nothing.
pytestmark = pytest.mark.skipif(bool(missing()) and not os.environ.get("CI"), reason=missing() or "all is there")


Play = Callable[..., None]


@pytest.fixture(scope="module")
def play() -> Iterator[Play]:
    """Plays a scene by its name; its claims are in tests/browser/scenes.mjs. All scenes play in one browser."""
    assert not missing(), missing()
    command = ["node", str(BROWSER / "scenes.mjs"), f"python={sys.executable}", f"chromium={CHROMIUM}"]
    with (
        tempfile.TemporaryFile("w+") as errors,
        subprocess.Popen(command, stdin=PIPE, stdout=PIPE, stderr=errors, text=True, cwd=ROOT) as stage,
    ):
        assert stage.stdin
        assert stage.stdout
        ordered, answers = stage.stdin, stage.stdout

        def one(scene: str, **options: str) -> None:
            watchdog = threading.Timer(PATIENCE, stage.kill)
            watchdog.start()
            try:
                ordered.write(json.dumps({"scene": scene, **options}) + "\n")
                ordered.flush()
                line = answers.readline()
            finally:
                watchdog.cancel()
            errors.seek(0)
            assert line, f"no answer after {scene}: {errors.read()}"
            played = json.loads(line)
            assert played == {"scene": scene, "error": ""}, f"{played['error']}\n{errors.read()}"

        yield one
        ordered.close()
        try:
            stage.wait(timeout=PATIENCE)
        finally:
            stage.kill()


def test_the_board_is_whole_and_accessible_in_light_and_dark(play: Play) -> None:
    """At rest, opened, comparing, and rejecting with a host's colours; 25 kB at most."""
    pictures = ROOT / "docs" / "images" if os.environ.get("UPDATE_IMAGES") else ""
    play("looks", pictures=str(pictures))


def test_the_pictures_of_the_readme_are_there() -> None:
    for theme in ("light", "dark"):
        assert (ROOT / "docs" / "images" / f"triage-board-{theme}.png").stat().st_size > 50_000


def test_the_board_fits_from_320_to_1400_pixels(play: Play) -> None:
    play("narrow")


@pytest.mark.parametrize("era", ["auto", "legacy"])
def test_a_click_on_the_board_is_a_wish_and_the_server_asks(era: str, play: Play) -> None:
    play("decides", era=era)


def test_the_board_works_without_a_mouse(play: Play) -> None:
    play("keyboard")


def test_the_board_decides_nothing_where_the_server_asks_nobody(play: Play) -> None:
    play("off")


def test_the_tools_of_the_board_are_listed_for_it_alone_where_the_face_leaves_them_out(play: Play) -> None:
    play("faces")


def test_what_changed_elsewhere_or_has_no_answer_is_read_anew(play: Play) -> None:
    play("stale")


def test_the_board_shows_500_bugs_without_a_stutter(play: Play) -> None:
    play("many")


def test_texts_of_strangers_stay_texts_on_the_board(play: Play) -> None:
    play("strangers")
