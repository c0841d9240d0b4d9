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
        ("Is it open; does testio_accept_bug open it?", "Is it open?"),
        ("Read it; testio_accept_bug accepts it; comment it.", "Read it; comment it."),
        ("Read it: testio_accept_bug\n\n1. testio_accept_bug\n2. Another.", "\n2. Another."),
        ("One. Two. call_tool. Three.", "One. Two. Three."),
        ("Read it; call_tool", "Read it"),
        ("a\x00 testio_accept_bug; b", "B"),
        ("read it; call_tool calls it.", "read it."),
        ("Read it; call_tool calls X", "Read it"),
        ("Read \x000\x00 it; call_tool calls it.", "Read 0 it."),
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


def test_texts_of_others_stay_in_their_places() -> None:
    one, two = quote("one; call_tool"), quote("two")
    with hiding(HIDDEN):
        assert permitted(f"{one} is before {two}; call_tool calls it.") == f"{one} is before {two}."
        assert permitted(f"call_tool moves {one}; {two} stays.") == f"{two} stays."


def test_nothing_is_left_out_once_a_request_is_over() -> None:
    ours = "Read it; call_tool calls it."
    with hiding(HIDDEN):
        with hiding(frozenset({"testio_get_bug"})):
            assert permitted(ours) == ours
        assert permitted(ours) == "Read it."
    assert permitted(ours) == ours


def test_an_error_of_which_nothing_is_left_is_still_an_error() -> None:
    with hiding(HIDDEN):
        assert render_for_model("testio_accept_bug does that.", Redactor([])) == NOTHING_LEFT


def test_a_schema_keeps_its_parameters() -> None:
    schema = {"properties": {"description": {"type": "string", "description": "From testio_accept_bug."}}}
    with hiding(HIDDEN):
        assert permitted_schema(schema) == {"properties": {"description": {"type": "string"}}}


def test_a_schema_of_any_shape_names_a_hidden_tool_in_no_description_and_keeps_its_values() -> None:
    schema = {
        "title": "call_tool",
        "anyOf": [
            {"description": "Read it; call_tool calls it."},
            {"const": "call_tool", "description": ["call_tool"]},
        ],
    }
    assert permitted_schema(schema) == schema
    with hiding(HIDDEN):
        assert permitted_schema(schema) == schema | {"anyOf": [{"description": "Read it."}, schema["anyOf"][1]]}
