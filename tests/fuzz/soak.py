"""How much is generated: little with every change, much where TESTDESK_SOAK is set."""

import os
from typing import Final

from hypothesis import settings

IS_SOAK: Final = os.environ.get("TESTDESK_SOAK") == "1"


def examples(few: int, many: int) -> settings:
    """How many inputs a property is tried with: `few` in a check, `many` in a soak."""
    return settings(max_examples=many if IS_SOAK else few)
