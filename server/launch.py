"""What an installed testdesk is: three folders in one package, put on the path, and the server's door."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from server.cli import main  # found by the path above

__all__ = ["main"]
