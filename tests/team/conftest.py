"""What tests of a team's server share."""

import pytest

from tests.server.conftest import diary, noted

pytest.register_assert_rewrite("tests.team.two_people", "tests.team.streams")  # so that an attempt says what it saw

__all__ = ["diary", "noted"]
