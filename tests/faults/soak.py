"""Whether the long form of these tests was asked for, as `make soak` does."""

import os
from typing import Final

SOAK: Final = bool(os.environ.get("TESTDESK_SOAK"))
