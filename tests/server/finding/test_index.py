"""The index: words without endings, rare words, platforms as filters, ties, and texts about something else."""

import pytest
from mcp.server.mcpserver.tools import Tool as McpTool

from server.app import build
from server.faces import FINDERS
from server.finding.index import Index
from server.finding.question import Stems
from server.finding.rows import sentence
from server.finding.words import EMPTY, SAME
from server.settings import read_settings
from tests.tokens import tokens
from tools.across import across
from tools.kit.platform import ToolSource
from tools.platforms import PLATFORMS


@pytest.fixture(scope="module")
def tools() -> list[McpTool]:
    built = build(read_settings(PLATFORMS, {}))._tool_manager.list_tools()
    return [tool for tool in built if tool.name not in FINDERS]


@pytest.fixture(scope="module")
def index(tools: list[McpTool]) -> Index:
    return Index(tools, {platform.key: platform.title for platform in PLATFORMS})


def first(index: Index, text: str) -> str:
    return index.search(text)[0].name


@pytest.mark.parametrize(
    ("text", "tool"),
    [
        ("list products", "testio_list_products"),
        ("product list", "testio_list_products"),
        ("rejecting bugs", "testio_reject_bug"),
        ("cancelled schedules deleted", "testery_delete_schedule"),
        ("the milestones", "testomatio_list_milestones"),
    ],
)
def test_endings_and_order_do_not_count(text: str, tool: str, index: Index) -> None:
    assert tool in [found.name for found in index.search(text)[:3]]


def test_a_rare_word_weighs_more_than_a_frequent_one(index: Index) -> None:
    assert first(index, "test cron") == "testery_list_schedules"
    assert first(index, "test milestone").endswith("milestone")


@pytest.mark.parametrize(
    ("words", "key"),
    [
        ("test IO", "testio"),
        ("testio", "testio"),
        ("test.io", "testio"),
        ("Testomat.io", "testomatio"),
        ("testomat", "testomatio"),
        ("Testery", "testery"),
        ("test sigma", "testsigma"),
        ("tetsigma", "testsigma"),
    ],
)
def test_the_name_of_a_platform_is_a_filter(words: str, key: str, index: Index) -> None:
    for text in (f"{words} projects", f"projects of {words}"):
        found = [tool.name for tool in index.search(text)]
        assert {name.partition("_")[0] for name in found} - {"testdesk"} == {key}


def test_the_name_of_a_platform_alone_answers_its_tools(index: Index) -> None:
    assert {tool.name.partition("_")[0] for tool in index.search("testery")} == {"testery", "testdesk"}


def test_two_platforms_bring_in_the_tools_across_them(index: Index) -> None:
    found = {tool.name.partition("_")[0] for tool in index.search("latest runs of testery and testsigma")}
    assert found - {"testdesk"} == {"testery", "testsigma", "across"}


def test_tools_that_fit_as_well_are_spread_over_the_platforms(index: Index) -> None:
    names = [tool.name for tool in index.search("test history")[:4]]
    assert {name.partition("_")[0] for name in names} == {platform.key for platform in PLATFORMS}
    names = [tool.name for tool in index.search("step")[:2]]  # two of one platform are nearly as good
    assert {name.partition("_")[0] for name in names} == {"testsigma", "testomatio"}


@pytest.mark.parametrize(
    "text", ["zzz", "", "what is the weather in berlin", "write a poem about cats", "who won the football match"]
)
def test_a_text_about_something_else_finds_nothing(text: str, index: Index) -> None:
    assert index.search(text) == []


@pytest.mark.parametrize("text", ["cancle the run", "cancl run"])
def test_a_misspelt_word_is_understood(text: str, index: Index) -> None:
    assert "cancel" in first(index, text)


def test_an_act_is_asked_for_by_a_verb_where_it_stands(index: Index) -> None:
    assert first(index, "delete the schedule") == "testery_delete_schedule"
    assert first(index, "can you delete the schedule") == "testery_delete_schedule"
    assert first(index, "deleted schedules").startswith("testery_list")
    assert first(index, "can we see schedules to delete").startswith("testery_list")
    assert first(index, "schedule of nightly runs") == "testery_list_schedules"
    assert not index.reader.read("share of automated tests").acts
    assert index.reader.read("share automated tests").acts


def test_no_word_is_explained_twice_and_none_that_carries_nothing() -> None:
    stems = Stems()
    assert len({stems.of(word) for word in SAME}) == len(SAME)
    assert not EMPTY & SAME.keys()


def test_a_question_for_which_only_a_costly_tool_fits_finds_nothing(tools: list[McpTool]) -> None:
    costly = [tool for tool in tools if tool.name == "testio_accept_bug"]
    index = Index(costly, {platform.key: platform.title for platform in PLATFORMS})
    assert index.search("is the bug accepted") == []
    assert index.search("accept the bug") == costly


@pytest.mark.parametrize("source", [*PLATFORMS, across], ids=lambda source: source.key)
def test_every_tool_has_a_hint_of_one_line_and_no_hint_is_of_a_tool_that_is_gone(source: ToolSource) -> None:
    assert source.hints.keys() == {tool.name for tool in source.tools}
    assert not [hint for hint in source.hints.values() if not 8 <= len(hint) <= 110]


def test_a_row_costs_at_most_25_tokens(tools: list[McpTool]) -> None:
    rows = [f'{{"name":"{tool.name}","description":"{sentence(tool.name, tool.description)}"}}' for tool in tools]
    counted, how = tokens(rows)
    assert max(counted) <= (25 if how.startswith("gpt") else 33), rows[counted.index(max(counted))]
    assert not [row for row in rows if row.endswith((',\u2026"}', ' "}'))]


def test_the_setup_tool_is_found_where_nothing_is_configured(index: Index) -> None:
    assert first(index, "which api key is needed") == "testdesk_setup"
