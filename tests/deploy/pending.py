"""What the files of deploy/ and docs/operations.md name before it is there: a list that ends empty."""

from typing import Final

VARIABLES: Final[tuple[str, ...]] = ("TESTDESK_PEOPLE", "TESTDESK_STATE_KEYS", "TESTDESK_LOG")
"""Variables without a line among the settings."""
OPTIONS: Final[tuple[str, ...]] = ("--workers", "--metrics-port", "--metrics-host")
"""Options of `testdesk serve`."""
PATHS: Final[tuple[str, ...]] = ("/readyz",)
"""Paths of the server over HTTP."""
COMMANDS: Final[tuple[str, ...]] = ("testdesk key", "testdesk admin")
"""Commands that docs/operations.md has."""
