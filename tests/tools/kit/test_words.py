"""What comes in place of a text is shown as people write it."""

from typing import Any

import pytest

from tools.kit.words import as_words


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (None, ""),
        ("red", "red"),
        (True, "yes"),
        (False, "no"),
        (3, "3"),
        (2.5, "2.5"),
        (["red", "blue"], "red, blue"),
        (["red", None, ["x", False]], "red, x, no"),
        ({"title": "Smoke", "id": 7}, "Smoke"),
        ({"name": {"title": "Deep"}}, "Deep"),
        ({"title": "", "name": "Smoke"}, "Smoke"),
        ({"name": "", "title": "Smoke"}, "Smoke"),
        ({"name": [], "title": {}, "id": 7}, "7"),
        ({"width": 3, "shown": True}, "width: 3, shown: yes"),
        ({}, ""),
    ],
)
def test_a_value_is_written_as_people_write_it(value: Any, words: str) -> None:
    assert as_words(value) == words
