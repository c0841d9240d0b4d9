"""`python -m server` in a checkout, installed or not."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))

from server.cli import main

if __name__ == "__main__":
    sys.exit(main())
