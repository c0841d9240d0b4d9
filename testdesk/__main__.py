"""The `testdesk` command and `python -m testdesk`."""

import os.path
import sys

# In a wheel, server, tools and prompts are in this folder. The hyphen keeps `import testdesk.tools` from existing
# beside `import tools`: two names for one module would be two modules, and `except Refused` would miss one of them.
# Not with pathlib, which takes as long to import as the greeter takes to answer.
PACKAGES = os.path.join(os.path.dirname(os.path.abspath(__file__)), "site-packages")


def main() -> int:
    """Put our packages first on the path, then run the command line."""
    sys.path.insert(0, PACKAGES)
    from server.greeter import main

    return main()


if __name__ == "__main__":
    sys.exit(main())
