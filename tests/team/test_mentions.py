"""What answers say names no tool that the person may not call; what others wrote keeps every name."""

import pytest

from server.guards.fence import render_for_model
from server.guards.mentions import NOTHING_LEFT, hiding, permitted, permitted_schema
from server.guards.redact import Redactor
from tools.kit.text import quote

HIDDEN = frozenset({"testio_accept_bug", "call_tool"})


@pytest.mark.parametrize(
    ("ours", "left"),
    [
        ("Read a bug. testio_accept_bug accepts it.", "Read a bug."),
        ("Created; testio_accept_bug accepts it.", "Created."),
        ("testio_accept_bug moves it; do not create it again.", "Do not create it again."),
        ("Ids: testio_list_bugs. By hand: testio_accept_bug. Asks first.", "Ids: testio_list_bugs. Asks first."),
        ("From testio_accept_bug.", ""),
        ("- `testio_accept_bug`\n- `testio_get_bug`", "- `testio_get_bug`"),
        ("testio_accept_bugs is another name.", "testio_accept_bugs is another name."),
    ],
)
def test_a_clause_that_names_a_hidden_tool_is_left_out(ours: str, left: str) -> None:
    assert permitted(ours) == ours
    with hiding(HIDDEN):
        assert permitted(ours) == left


def test_what_others_wrote_is_never_shortened() -> None:
    title = quote("Pay; testio_accept_bug. Twice")
    with hiding(HIDDEN):
        assert permitted(f"Bug {title} is closed; testio_accept_bug opens it.") == f"Bug {title} is closed."


def test_an_error_of_which_nothing_is_left_is_still_an_error() -> None:
    with hiding(HIDDEN):
        assert render_for_model("testio_accept_bug does that.", Redactor([])) == NOTHING_LEFT


def test_a_schema_keeps_its_parameters() -> None:
    schema = {"properties": {"description": {"type": "string", "description": "From testio_accept_bug."}}}
    with hiding(HIDDEN):
        assert permitted_schema(schema) == {"properties": {"description": {"type": "string"}}}
