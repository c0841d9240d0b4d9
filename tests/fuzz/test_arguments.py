"""Whatever is sent as arguments, edits or settings: it is taken, or refused in a sentence of ours."""

import copy
import json
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from mcp.server.mcpserver.exceptions import ToolError
from pydantic import ValidationError

from server.app import build
from server.argument_errors import explain
from server.arguments import normalize
from server.faces import FINDERS, listing
from server.guards.scope import offered_tools
from server.settings import SettingsError
from tests.desk import settings
from tests.fuzz.documents import JSON
from tests.fuzz.soak import examples
from tests.test_every_argument import THEIRS
from tools.kit.editing import TextEdit, apply_edits
from tools.kit.errors import Refused
from tools.kit.platform import JOBS
from tools.platforms import PLATFORMS

TOOLS = {tool.name: tool for tool in build(settings())._tool_manager.list_tools()}
SPELT = JSON | JSON.map(json.dumps) | st.sampled_from(["null", "1,2;3", " High ", "[[", '{"a":', "\u00b2", [None, ""]])


@st.composite
def arguments(draw: st.DrawFn) -> tuple[str, dict[str, Any]]:
    """A tool, and anything for some of its parameters."""
    name = draw(st.sampled_from(sorted(TOOLS)))
    parameters = sorted(TOOLS[name].parameters["properties"]) or ["none"]
    return name, draw(st.dictionaries(st.sampled_from(parameters) | st.text(max_size=5), SPELT, max_size=5))


def answer_to(name: str, given_arguments: dict[str, Any]) -> str:
    """The refusal of arguments; empty if they are taken."""
    try:
        TOOLS[name].fn_metadata.validate_arguments(given_arguments)
    except ValidationError as error:
        return explain(error, TOOLS[name].parameters)
    except ToolError as error:
        return str(error)
    return ""


@given(arguments())
@examples(40, 3_000)
def test_any_arguments_are_taken_or_explained(made: tuple[str, dict[str, Any]]) -> None:
    name, given_arguments = made
    before = copy.deepcopy(given_arguments)
    refusal = answer_to(name, given_arguments)
    assert not refusal or "Nothing was sent." in refusal
    assert len(refusal) < 5_000
    assert not THEIRS.search(refusal)
    assert given_arguments == before, "what was sent is not changed in place"


@given(arguments(), st.booleans())
@examples(60, 3_000)
def test_arguments_are_normalized_once_and_for_all(made: tuple[str, dict[str, Any]], filters: bool) -> None:
    name, given_arguments = made
    once = normalize(given_arguments, TOOLS[name].parameters, filters=filters)
    assert normalize(once, TOOLS[name].parameters, filters=filters) == once


LETTERS = st.text("ab\n\r\u0301 ", max_size=12)


@given(LETTERS, st.text("ab\n\u0301 ", min_size=1, max_size=4), LETTERS)
@examples(100, 3_000)
def test_an_edit_replaces_the_one_piece_that_is_there_or_is_refused(stored: str, old: str, new: str) -> None:
    edit = TextEdit(field="description", old=old, new=new)
    with suppress(Refused):
        changed = apply_edits({"description": stored}, [edit])["description"]
        assert new in changed
        assert "\r" in stored or changed == stored.replace(old, new)


OFFERED = offered_tools(PLATFORMS, settings())
NAMES = {offer.name_of(tool) for offer, tool in OFFERED}
KNOWN = ["auto", "all", *JOBS, *(f"{offer.key}:{tool.subject}" for offer, tool in OFFERED), *NAMES]
WORDS = st.sampled_from(KNOWN) | st.sampled_from(KNOWN).map("-{}".format) | st.text(max_size=8)


@given(st.lists(WORDS, max_size=5), st.sampled_from([",", " , ", ",,"]))
@examples(50, 3_000)
def test_any_choice_of_toolsets_lists_known_tools_or_names_the_word_that_means_none(words: list[str], by: str) -> None:
    known = set(KNOWN) | {f"-{word}" for word in KNOWN}
    if {word.strip() for piece in words for word in piece.split(",") if word.strip()} - known:
        with pytest.raises(SettingsError, match="TESTDESK_TOOLSETS names "):
            listing(OFFERED, settings({"TESTDESK_TOOLSETS": by.join(words)}))
        return
    found = listing(OFFERED, settings({"TESTDESK_TOOLSETS": by.join(words)}))
    left_out = {word[1:] for word in words if word.startswith("-")} & NAMES
    for names in (found.tools, found.to_deferring, found.face):
        assert names <= NAMES | FINDERS
        assert not names & left_out
