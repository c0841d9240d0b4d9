"""`python -m server` in a checkout, `python -m testdesk` where it is installed."""

import sys
from pathlib import Path

HERE = Path(__file__).parent
ROOT = HERE.parent if HERE.name == "server" else HERE  # in a wheel this file is testdesk/__main__.py
sys.path.insert(0, str(ROOT))

from server.cli import main  # noqa: E402 - the path above is what makes this import work

if __name__ == "__main__":
    sys.exit(main())
