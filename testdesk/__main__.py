"""The `testdesk` command and `python -m testdesk`."""

import sys
from pathlib import Path

# In a wheel, server, tools and prompts are in this folder. The hyphen keeps `import testdesk.tools` from existing
# beside `import tools`: two names for one module would be two modules, and `except Refused` would miss one of them.
PACKAGES = Path(__file__).parent / "site-packages"


def main() -> int:
    """Put our packages first on the path, then run the command line."""
    sys.path.insert(0, str(PACKAGES))
    from server.cli import main

    return main()


if __name__ == "__main__":
    sys.exit(main())
