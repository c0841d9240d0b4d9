"""Everyday questions lead to the tools that answer them: in our own search, and in the two that hosts have."""

from collections.abc import Callable
from functools import cache

import pytest
from mcp.server.mcpserver.tools import Tool as McpTool
from mcp.types import Tool

from server.app import build
from server.catalogued_server import as_listed
from server.exposed_tool import SEARCH_HINT
from server.faces import FINDERS, Listing
from server.finding.glossary import GERMAN, SPANISH
from server.finding.index import Index
from server.finding.question import split
from server.finding.words import PHRASES, SAME
from server.settings import read_settings
from tests.server.finding.hosts import by_bm25, by_plain_words
from tests.server.finding.questions import asked, halves, places, share
from tools.platforms import PLATFORMS

LANGUAGES = ("english", "tuning", "german", "spanish")


@pytest.fixture(scope="module")
def tools() -> list[McpTool]:
    """Every tool there is: a server without credentials has those of all platforms, and the one that sets it up."""
    built = build(read_settings(PLATFORMS, {}))._tool_manager.list_tools()
    return [tool for tool in built if tool.name not in FINDERS]


@pytest.fixture(scope="module")
def find(tools: list[McpTool]) -> Callable[[str], list[str]]:
    index = Index(tools, {platform.key: platform.title for platform in PLATFORMS})
    return cache(lambda text: [tool.name for tool in index.search(text)])


def test_there_are_enough_questions_and_each_names_tools_that_exist(tools: list[McpTool]) -> None:
    names = {tool.name for tool in tools}
    assert len(asked("english")) >= 160
    assert [len(asked(language)) for language in ("german", "spanish")] == [20, 20]
    named = {name for language in LANGUAGES for question in asked(language) for name in question.tools}
    assert named <= names
    assert {name.partition("_")[0] for name in named} == {name.partition("_")[0] for name in names}


def test_the_right_tool_comes_first_or_among_the_first_three(find: Callable[[str], list[str]]) -> None:
    tuned, measured = (places(half, find) for half in halves())
    assert share(tuned, 3) >= 0.97
    assert share(tuned, 1) >= 0.85
    assert share(measured, 3) >= 0.95
    assert share(measured, 1) >= 0.80


@pytest.mark.parametrize("language", ["german", "spanish"])
def test_german_and_spanish_are_understood_through_the_nouns_of_the_field(
    language: str, find: Callable[[str], list[str]]
) -> None:
    assert share(places(asked(language), find), 3) >= 0.9


def test_no_paid_or_destroying_tool_comes_first_for_a_question_that_only_asks(
    tools: list[McpTool], find: Callable[[str], list[str]]
) -> None:
    costly = {tool.name for tool in tools if tool.annotations and tool.annotations.destructive_hint}
    asking = [question.text for language in LANGUAGES for question in asked(language) if question.only_asks]
    assert len(asking) > 200
    assert not [text for text in asking if costly.intersection(find(text)[:1])]


def test_no_phrase_of_the_index_is_a_question_that_is_only_measured(tools: list[McpTool]) -> None:
    texts = [
        text for tool in tools for text in [*str((tool.meta or {}).get(SEARCH_HINT, "")).split(","), tool.description]
    ]
    texts += [*PHRASES, *PHRASES.values(), *SAME.values(), *GERMAN.values(), *SPANISH.values()]
    phrases = {" ".join(split(text)) for text in texts}
    assert not [question.text for question in halves()[1] if " ".join(split(question.text)) in phrases]


@pytest.mark.parametrize(
    ("search", "client", "tuned", "measured"),
    [(by_bm25, "codex-mcp-client", 0.94, 0.9), (by_plain_words, "claude-code", 0.86, 0.88)],
    ids=["BM25", "plain words"],
)
def test_hosts_that_search_the_whole_list_find_the_right_tool_within_eight(
    search: Callable[[list[Tool]], Callable[[str], list[str]]],
    client: str,
    tuned: float,
    measured: float,
    tools: list[McpTool],
) -> None:
    every = frozenset(tool.name for tool in tools)
    listed = [as_listed(tool, Listing(every, every, frozenset()), client) for tool in tools]
    found = search(listed)
    shares = [share(places(half, found), 8) for half in halves()]
    assert shares[0] >= tuned
    assert shares[1] >= measured
