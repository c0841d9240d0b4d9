"""What never leaves in a text: the marks of a shortened or masked one, and line breaks that were lost on the way."""

from dataclasses import replace
from typing import Any

import pytest

from server.guards.redact import Redactor
from server.guards.redaction.spans import HIDDEN
from server.guards.scope import offers
from server.guards.stored_texts import check_texts
from server.guards.visible import texts_in
from tools.kit.editing import TextEdit
from tools.kit.errors import Refused
from tools.kit.shortened import MASK, piece
from tools.kit.text import cut
from tools.platforms import PLATFORMS
from tools.testio.tools.order_fields import EnvironmentToUse, FeatureToTest

OFFER = next(offer for offer in offers(PLATFORMS) if offer.key == "testio")
UPDATE = next(tool for tool in OFFER.tools if tool.name == "update_exploratory_test")
READ = next(tool for tool in OFFER.tools if tool.name == "list_bugs")
LONG = "words " * 2000
SHORTENED = [cut(LONG, 100), cut(LONG, 100, "testio_get_bug has it"), piece(LONG, 4000, 100, "pass text_from={start}")]
SHORTENED += [
    piece(LONG[:8200], 8000, 4000, "pass text_from={start}"),
    f"{cut(LONG, 100)} and more",
    "[12 more left out]",
]


def deep(text: str) -> list[tuple[str, Any]]:
    return [
        ("goal", text),
        ("bug_severities[1]", ["low", text]),
        ("features[0].user_stories[0]", [FeatureToTest(title="A", user_stories=[text])]),
        ("test_environment.access", EnvironmentToUse.model_validate({"access": text})),
        ("meta.a.b", {"a": {"b": text}}),
        ("meta", {"meta": {text: "b"}}["meta"]),
        ("edits[0].goal", [TextEdit(field="goal", old="a", new=text)]),
    ]


def refusal(given: dict[str, Any]) -> str:
    with pytest.raises(Refused) as refused:
        check_texts(OFFER, UPDATE, given, Redactor())
    assert "Nothing was sent." in str(refused.value)
    return str(refused.value)


@pytest.mark.parametrize("text", [*SHORTENED, "password: [hidden], then"])
def test_a_mark_is_found_however_deep_it_stands(text: str) -> None:
    for place, value in deep(text):
        argument = place.partition(".")[0].partition("[")[0]
        told = refusal({"test_id": 1, argument: value})
        assert told.startswith(place)
        assert "edits" in told
        assert ("so the stored secret would be lost" in told) is (MASK in text)
    check_texts(OFFER, READ, {"text": text}, Redactor())


@pytest.mark.parametrize(
    ("verify_with", "advice"),
    [
        ("get_exploratory_test", "Read the rest with testio_get_exploratory_test and its text_from, or change a part"),
        (
            "list_exploratory_tests",
            "Read the rest with testio_get_exploratory_test and its text_from, or change a part",
        ),
        ("get_connection", "Give the whole text, or change a part"),
        (None, "Give the whole text, or change a part"),
    ],
)
def test_a_refused_text_says_where_its_rest_is(verify_with: str | None, advice: str) -> None:
    with pytest.raises(Refused) as refused:
        check_texts(OFFER, replace(UPDATE, verify_with=verify_with), {"goal": SHORTENED[0]}, Redactor())
    assert f"would be lost. {advice}" in str(refused.value)


def test_what_the_redaction_puts_in_place_of_a_secret_is_what_is_looked_for() -> None:
    assert HIDDEN == MASK


def test_the_characters_of_a_mask_may_stay_where_they_are_stored() -> None:
    edit = TextEdit(field="goal", old="See a[hidden] here", new="Look at a[hidden] there")
    check_texts(OFFER, UPDATE, {"edits": [edit]}, Redactor())
    refusal({"edits": [edit.model_copy(update={"new": "[hidden] [hidden]"})]})


@pytest.mark.parametrize(
    "text", ["# Goal\\n\\n* Look\\n* Pay", "Open it.\\nPay.\\nLog out.", "Steps:\\r\\n1. Look", "a\\n\\nb"]
)
def test_lines_that_became_one_are_refused(text: str) -> None:
    assert "backslash and n" in refusal({"goal": text})
    for argument in ("code", "files", "stack", "markdown"):
        check_texts(OFFER, UPDATE, {argument: text}, Redactor())
        check_texts(OFFER, UPDATE, {"results": [{argument: text}]}, Redactor())


@pytest.mark.parametrize(
    "text", ["# Goal\n* \\n is kept", "split at \\n", "C:\\new\\names", r"print('a\nb')", "Type \\n and Return", "\\n"]
)
def test_a_backslash_and_n_that_is_meant_passes(text: str) -> None:
    check_texts(OFFER, UPDATE, {"goal": text}, Redactor())


def test_a_name_is_a_text_of_the_call_only_with_something_invisible_in_it() -> None:
    assert list(texts_in({"meta": {"area": "shop", "ar\u200bea": ["cart"]}})) == [
        ("meta.area", "shop"),
        ("a name in meta", "ar\u200bea"),
        ("meta.ar\u200bea[0]", "cart"),
    ]
