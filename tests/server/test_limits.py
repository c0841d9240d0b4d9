"""Answers have sizes that hosts can live with, which an operator may change; what is left out is said."""

import json
from typing import Any

import pytest
from mcp.types import ImageContent

from server.guards.scope import offers
from server.guards.shape import MOST
from server.settings import SettingsError
from tests.desk import ERAS, desk, settings, text
from tools.kit.picture import ANSWER_LIMIT, PICTURE_LIMIT, Album
from tools.platforms import PLATFORMS

pytestmark = pytest.mark.anyio

ALBUMS = {
    offer.name_of(tool)
    for offer in offers(PLATFORMS)
    for tool in offer.tools
    if issubclass(tool.answer, Album) and not tool.answer.is_drawn
}
LOOKS: dict[str, list[dict[str, Any]]] = {
    "testio_get_bug_screenshots": [{"bug_id": 88101}, {"bug_id": 88121}],
    "testery_get_screenshots": [
        {"run_id": 902114, "result_ids": [90211400009, 90211400010, 90211400006], "at_most": 8}
    ],
}


def test_every_album_is_looked_at_below() -> None:
    assert set(LOOKS) == ALBUMS


@pytest.mark.parametrize("mode", ERAS)
async def test_no_picture_and_no_answer_of_any_album_is_above_its_limit(mode: str) -> None:
    for environment in ({"TESTDESK_ANSWER_BYTES": "50000000"}, {}, {"TESTDESK_ANSWER_BYTES": "1000"}):
        one = int(environment.get("TESTDESK_PICTURE_BYTES", PICTURE_LIMIT))
        every = int(environment.get("TESTDESK_ANSWER_BYTES", ANSWER_LIMIT))
        async with desk(mode, told=settings(environment)) as d:
            beyond: list[dict[str, Any]] = []
            for name in ALBUMS:
                for arguments in LOOKS[name]:
                    result = await d.call(name, **arguments)
                    assert not result.is_error, text(result)
                    sizes = [len(block.data) for block in result.content if isinstance(block, ImageContent)]
                    assert max(sizes, default=0) <= one
                    assert sum(sizes) <= every
                    told = json.loads(text(result))
                    rows = told.get("attachments") or told.get("screenshots")
                    assert sum(row["shown"] for row in rows) == len(sizes)
                    assert all(row["shown"] or row["why"] for row in rows)
                    too_large = [row for row in rows if "TESTDESK_" in row.get("why", "")]
                    assert all(row["kind"] == "image/png" and row["size"] for row in too_large)
                    beyond += too_large
            assert beyond, "a picture that is too large is among those looked at"


@pytest.mark.parametrize("variable", ["TESTDESK_PICTURE_BYTES", "TESTDESK_ANSWER_BYTES", "TESTDESK_ANSWER_CHARACTERS"])
@pytest.mark.parametrize("value", ["much", "-1", "0", "1e6", "99999999999"])
def test_a_limit_that_is_no_number_is_refused_by_name(variable: str, value: str) -> None:
    with pytest.raises(SettingsError, match=f"{variable} takes a whole number from"):
        settings({variable: value})


@pytest.mark.parametrize("mode", ERAS)
async def test_every_answer_keeps_the_default_limit_and_an_operator_may_raise_it(mode: str) -> None:
    long = {"limit": 500}
    async with desk(mode) as d:
        told = await d.call("testio_list_bugs", **long)
        assert len(text(told)) <= MOST == 18_000
        first = json.loads(text(told))
        after = await d.answer("testio_list_bugs", **long, cursor=first["next_cursor"])
    async with desk(mode, told=settings({"TESTDESK_ANSWER_CHARACTERS": "60000"})) as d:
        whole = await d.call("testio_list_bugs", **long)
    assert MOST < len(text(whole)) <= 60_000
    rows = [row["id"] for row in json.loads(text(whole))["items"]]
    assert [row["id"] for row in [*first["items"], *after["items"]]] == rows[
        : len(first["items"]) + len(after["items"])
    ]
