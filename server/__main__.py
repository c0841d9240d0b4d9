"""`python -m server` in a checkout, installed or not."""

import os.path
import sys

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))

from server.greeter import main

if __name__ == "__main__":
    sys.exit(main())
