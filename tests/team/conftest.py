"""What tests of a team's server share."""

from tests.server.conftest import diary, noted

__all__ = ["diary", "noted"]
