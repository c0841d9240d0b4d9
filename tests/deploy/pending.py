"""What the files of deploy/ and docs/operations.md name before it is there: a list that ends empty."""

from typing import Final

VARIABLES: Final[tuple[str, ...]] = ()
"""Variables without a line among the settings."""
OPTIONS: Final[tuple[str, ...]] = ()
"""Options of `testdesk serve`."""
PATHS: Final[tuple[str, ...]] = ()
"""Paths of the server over HTTP."""
COMMANDS: Final[tuple[str, ...]] = ()
"""Commands that docs/operations.md has."""
