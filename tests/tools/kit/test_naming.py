"""Ids that may also be given as names."""

from collections.abc import Mapping
from typing import Annotated, Any

import pytest
from pydantic import Field, TypeAdapter, ValidationError, create_model

from tools.kit.errors import Refused
from tools.kit.naming import ByName, Choice, IdOrName, choices_text, matching, pick, published_type, with_ids
from tools.kit.text import quote

SHOP = [
    Choice(71, "Harbour Web"),
    Choice(72, "Harbour App"),
    Choice(73, "Harbour-Kiosk"),
    Choice(74, "App"),
    Choice(75, None),
    Choice(76, "Zep\u200bpelin"),
]


@pytest.mark.parametrize(
    ("word", "ids"),
    [
        ("harbour web", [71]),
        ("HARBOUR  WEB", [71]),
        ("harbour kiosk", [73]),
        ("harbourkiosk", [73]),
        ("app", [74]),  # the whole name goes before a part of one
        ("web", [71]),
        ("app harbour", [72]),
        ("harbour", [71, 72, 73]),
        ("zeppelin", [76]),
        ("75", [75]),
        ("-", []),
        ("elsewhere", []),
    ],
)
def test_a_word_fits_the_whole_name_or_else_its_parts(word: str, ids: list[int]) -> None:
    assert [choice.id for choice in matching(word, SHOP)] == ids


def test_an_act_takes_no_part_of_a_name() -> None:
    with pytest.raises(Refused, match="whole name") as refused:
        pick("web", SHOP, what="product", shows="testio_list_products", parts=False)
    assert "There are: 71" in str(refused.value), "what comes nearest is named first"
    with pytest.raises(Refused, match="There are: 73"):
        pick("harbour kosk", SHOP, what="product", shows="testio_list_products")


def test_a_name_of_several_is_refused_with_them_and_only_them() -> None:
    with pytest.raises(Refused) as refused:
        pick("harbour", SHOP, what="product", shows="testio_list_products")
    said = str(refused.value)
    assert "more than one product" in said
    assert all(str(number) in said for number in (71, 72, 73))
    assert "74" not in said


def test_a_long_list_of_choices_is_cut_with_a_word_on_the_rest() -> None:
    many = [Choice(number, f"Suite {number}") for number in range(1, 60)]
    with pytest.raises(Refused, match=r"and 39 more; testery_list_projects lists them\. Nothing was sent\."):
        pick("nothing like it", many, what="suite", shows="testery_list_projects")


def test_a_choice_is_listed_with_its_id_name_and_place() -> None:
    def named(text: str) -> str:
        return quote(text, at_most=80)

    choices = [Choice(7, "Tea", "Kitchen"), Choice("x9", None)]
    assert choices_text(choices) == f"7 {named('Tea')} ({named('Kitchen')}), x9 {named('')}"
    assert choices_text([], "list_teas") == "none; list_teas lists them"
    assert choices_text([Choice(1, "a")] * 21).endswith(f"1 {named('a')} and 1 more")
    assert "more" not in choices_text([Choice(1, "a")] * 20)


def test_a_refused_word_is_named_and_what_it_could_have_been() -> None:
    with pytest.raises(Refused) as refused:
        pick("ap\u200bps" + "x" * 90, SHOP[:1], what="product", shows="list_products", parts=False)
    word, web = "apps" + "x" * 76, f"71 {quote('Harbour Web', at_most=80)}"
    assert refused.value.sentence == (
        f"No product has the whole name or id '{word}'. There are: {web}; list_products lists them."
    )
    with pytest.raises(Refused) as refused:
        pick("elsewhere", [], what="product", shows="list_products")
    assert refused.value.sentence == (
        "No product has the name or id 'elsewhere'. There are: none; list_products lists them."
    )


async def shop(api: list[Mapping[str, Any]], given: Mapping[str, Any]) -> list[Choice]:
    api.append(dict(given))
    return SHOP


PRODUCT = ByName("product", shop, "list_products")


async def buy(
    api: Any,
    product: Annotated[int, PRODUCT],
    others: Annotated[list[int] | None, PRODUCT] = None,
    key: Annotated[str | None, ByName("key", shop, "list_keys", str.isupper)] = None,
    amount: int = 1,
) -> None:
    """Buy products."""


@pytest.mark.anyio
async def test_names_become_ids_one_after_another_and_ids_are_not_looked_up() -> None:
    api: list[Mapping[str, Any]] = []
    given = {"product": "harbour web", "others": ["app", 72, "73,71", "Harbour App"], "key": "ABC", "amount": 2}
    ids = await with_ids(buy, api, given, parts=False)
    assert ids == {"product": 71, "others": [74, 72, 73, 71], "key": "ABC", "amount": 2}
    assert api == [given, given | {"product": 71}], "the second sees what the first became"
    ids = await with_ids(buy, api, {"product": "75", "others": None}, parts=True)
    assert ids == {"product": 75, "others": None}
    assert len(api) == 2


@pytest.mark.anyio
async def test_only_a_read_takes_a_part_of_a_name() -> None:
    assert await with_ids(buy, [], {"product": "web"}, parts=True) == {"product": 71}
    with pytest.raises(Refused, match="whole name"):
        await with_ids(buy, [], {"product": "web"}, parts=False)


@pytest.mark.parametrize(
    ("value", "taken"), [(7, 7), (7.0, 7), (" Tea ", "Tea"), ("7", "7"), ("x" * 250, "x" * 250), (1, 1)]
)
def test_an_id_or_a_name_is_taken(value: object, taken: int | str) -> None:
    assert TypeAdapter(IdOrName).validate_python(value) == taken


@pytest.mark.parametrize("value", [0, -1, 0.0, -1.0, 1.5, True, " ", "", "x" * 251, None, [7]])
def test_what_is_neither_an_id_nor_a_name_is_refused_with_both_forms(value: object) -> None:
    with pytest.raises(ValidationError, match=r"give an id \(a number above 0\) or a name of at most 250 characters"):
        TypeAdapter(IdOrName).validate_python(value)


BOTH = {"anyOf": [{"type": "integer"}, {"type": "string"}]}


@pytest.mark.parametrize(
    ("annotation", "schema"),
    [
        (Annotated[int, Field(ge=1)], {"type": "integer", "minimum": 1}),
        (Annotated[int, PRODUCT], BOTH),
        (Annotated[int, PRODUCT, Field(ge=1, description="A product.")], BOTH | {"description": "A product."}),
        (Annotated[Annotated[int, Field(ge=1)] | None, PRODUCT], {"anyOf": [*BOTH["anyOf"], {"type": "null"}]}),
        (Annotated[list[int], PRODUCT, Field(max_length=3)], {"type": "array", "items": BOTH, "maxItems": 3}),
        (Annotated[str, PRODUCT, Field(max_length=3)], {"type": "string", "maxLength": 3}),
    ],
)
def test_a_marked_number_is_published_as_a_number_or_a_name(annotation: Any, schema: dict[str, Any]) -> None:
    model = create_model("Arguments", product=(published_type(annotation), ...))
    assert model.model_json_schema()["properties"]["product"] == schema | {"title": "Product"}
