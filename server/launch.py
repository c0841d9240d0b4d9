"""The installed package `testdesk`: three folders, put on the path, and the command line."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from server.cli import main  # found by the path above

__all__ = ["main"]
