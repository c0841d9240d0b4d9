"""What lists of tools and typical answers cost a conversation: within their limits, and not growing unnoticed."""

import json
import os

import pytest
from pydantic_core import from_json

from server.app import build
from server.settings import Settings
from tests.desk import settings
from tests.server.test_faces import ACCOUNTS, listed, one_platform
from tests.tokens import tokens
from tests.weights import RECORD, answers, as_listed, faces, sizes

pytestmark = pytest.mark.anyio

ONE, ALL, EVERY = 11_000, 24_000, 171_000
"""The most bytes of the face of one platform, of the face of all, and of all tools."""
TOOL, MEAN = 1_600, 640
"""The most bytes of one tool as it is listed, and of all on average."""
GROWTH = 1.05
ANSWER = 18_000
"""The most characters of an answer by default."""
BUG = 700
"""The most tokens of a bug in full."""
INSTRUCTIONS, FIRST = 900, 240


async def test_no_list_or_typical_answer_costs_more_than_on_record() -> None:
    """UPDATE_SNAPSHOTS=1 writes the record anew, so that growth shows in the diff."""
    texts = await answers()
    lists, answered = sizes(await faces()), sizes(texts)
    if os.environ.get("UPDATE_SNAPSHOTS"):
        RECORD.write_text(json.dumps({"lists": lists, "answers": answered}, indent=1) + "\n", encoding="utf-8")
    record = from_json(RECORD.read_bytes())
    for now, before in ((lists, record["lists"]), (answered, record["answers"])):
        assert now.keys() == before.keys()
        assert [f"{name}: {before[name]} to {size}" for name, size in now.items() if size > before[name] * GROWTH] == []
    assert [name for name, size in lists.items() if size > (ALL if name.startswith("all ") else ONE)] == ["all all"]
    assert lists["all all"] <= EVERY
    assert [name for name, text in texts.items() if len(text) > ANSWER] == []
    (bug,), how = tokens([texts["testio_get_bug"]])
    assert bug <= BUG, how


async def test_no_tool_is_listed_in_more_bytes_than_its_limit() -> None:
    size = {name: len(as_listed(tool).encode()) for name, tool in (await listed(settings())).items()}
    assert [name for name in size if size[name] > TOOL] == []
    assert sum(size.values()) <= MEAN * len(size)


LONG = {"TESTOMATIO_PROJECT": "harbour-shop-" * 6}
SETTINGS = {
    "sandbox": settings(),
    "sandbox with a face": settings({"TESTDESK_TOOLSETS": ""}),
    "nothing configured": settings({"TESTDESK_TOOLSETS": ""}, sandbox=False),
    "all platforms": settings(
        {"TESTDESK_TOOLSETS": ""} | dict(a for of in ACCOUNTS.values() for a in of.items()) | LONG, sandbox=False
    ),
    **{key: one_platform(key) for key in ACCOUNTS},
}


@pytest.mark.parametrize("told", SETTINGS.values(), ids=SETTINGS)
def test_the_instructions_are_short_and_say_first_what_the_server_is_for(told: Settings) -> None:
    instructions = build(told).instructions or ""
    assert len(instructions) <= INSTRUCTIONS
    assert instructions.startswith("Testdesk works with the team's test platforms: ")
    if told.sandbox:
        nouns = (
            "crowd tests",
            "bugs",
            "suites",
            "tests",
            "results",
            "environments",
            "schedules",
            "test cases",
            "plans",
        )
        assert [noun for noun in nouns if noun not in instructions[:FIRST]] == []
        assert "SANDBOX" in instructions
