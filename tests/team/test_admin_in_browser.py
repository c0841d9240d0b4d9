"""The admin's page in Chromium: by a form with a key, light, dark and narrow, with nothing that axe objects to."""

import os
import subprocess
import sys

import pytest

from tests.test_views import BROWSER, CHROMIUM, PATIENCE, ROOT, missing


@pytest.mark.skipif(bool(missing()) and not os.environ.get("CI"), reason=missing() or "all is there")
def test_the_page_is_accessible_fits_and_is_closed_to_others() -> None:
    command = ["node", str(BROWSER / "admin.mjs"), f"python={sys.executable}", f"chromium={CHROMIUM}"]
    played = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE, cwd=ROOT)
    assert played.returncode == 0, played.stdout + played.stderr
