"""Tools are declared by a verb, and come back as the functions they were."""

from pathlib import Path
from typing import Any

import pytest
from mypy import api as mypy

from tools.kit import asking as asking_module
from tools.kit import toolset as toolset_module
from tools.kit.asking import Ask, Asking
from tools.kit.platform import Credential, Parts, Platform, Setting
from tools.kit.toolset import Effect, Resource, Tool, Toolset


class Client:
    """A platform's client."""


async def get_thing(api: Client, thing_id: int) -> str:
    """Read a thing.

    With all its parts.
    """
    return f"thing {thing_id}"


async def drop_thing(api: Client, thing_id: int) -> Asking[str]:
    yield Ask(f"Drop {thing_id}?")
    yield "dropped"


def is_small(thing_id: int) -> bool:
    return thing_id < 10


def test_a_declared_function_is_the_function_it_was() -> None:
    tool = Toolset(Client)
    assert tool.reads()(get_thing) is get_thing
    assert tool.writes(idempotent=True, verify_with="get_thing")(get_thing) is get_thing
    assert tool.destroys(idempotent=False, verify_with="get_thing")(drop_thing) is drop_thing
    assert tool.spends(verify_with="get_thing")(drop_thing) is drop_thing
    assert tool.resource("things/{thing_id}")(get_thing) is get_thing


def test_a_verb_says_what_a_tool_does() -> None:
    tool = Toolset(Client)
    tool.reads(full_text_in="get_thing", long_text=True)(get_thing)
    tool.writes(idempotent=True, verify_with="get_thing")(get_thing)
    tool.destroys(idempotent=False, verify_with="get_thing", unasked_when=is_small)(drop_thing)
    tool.spends(verify_with="list_things")(drop_thing)
    assert tool.tools == [
        Tool(get_thing, Effect.READS, idempotent=True, full_text_in="get_thing", long_text=True),
        Tool(get_thing, Effect.WRITES, idempotent=True, verify_with="get_thing"),
        Tool(drop_thing, Effect.DESTROYS, idempotent=False, unasked_when=is_small, verify_with="get_thing"),
        Tool(drop_thing, Effect.SPENDS, idempotent=False, verify_with="list_things"),
    ]


def test_a_tool_is_named_and_described_by_its_function() -> None:
    tool = Tool(get_thing, Effect.READS, idempotent=True)
    assert tool.name == "get_thing"
    assert tool.sentence == "Read a thing.\n\nWith all its parts."


def test_a_tool_that_yields_a_question_asks_and_has_the_type_of_its_answer() -> None:
    asking, reading = Tool(drop_thing, Effect.DESTROYS, idempotent=True), Tool(get_thing, Effect.READS, idempotent=True)
    assert (asking.asks, asking.answer) == (True, str)
    assert (reading.asks, reading.answer) == (False, str)


def test_a_tool_is_unasked_where_its_arguments_show_that_no_question_is_needed() -> None:
    tool = Tool(drop_thing, Effect.DESTROYS, idempotent=True, unasked_when=is_small)
    assert [tool.is_unasked({"thing_id": number, "note": ""}) for number in (7, 10)] == [True, False]
    assert not Tool(drop_thing, Effect.WRITES, idempotent=True).is_unasked({"thing_id": 7})


def test_there_is_no_effect_by_default() -> None:
    tool: Any = Toolset(Client)
    with pytest.raises(TypeError, match="not callable"):
        tool(get_thing)
    with pytest.raises(TypeError, match="'effect'"):
        Tool(get_thing)  # type: ignore[call-arg]
    with pytest.raises(TypeError, match="positional"):
        tool.reads(get_thing)


@pytest.mark.parametrize("verb", ["writes", "destroys", "spends"])
def test_a_change_says_how_its_outcome_is_found_out(verb: str) -> None:
    with pytest.raises(TypeError, match="verify_with"):
        getattr(Toolset(Client), verb)(idempotent=True)


@pytest.mark.parametrize("verb", ["writes", "destroys"])
def test_a_change_says_whether_it_may_be_repeated(verb: str) -> None:
    with pytest.raises(TypeError, match="idempotent"):
        getattr(Toolset(Client), verb)(verify_with="get_thing")


@pytest.mark.parametrize("verb", ["destroys", "spends"])
def test_what_cannot_be_taken_back_has_its_question(verb: str) -> None:
    with pytest.raises(TypeError, match="question"):
        getattr(Toolset(Client), verb)(idempotent=True, verify_with="get_thing")(get_thing)


def test_a_platform_has_the_tools_and_pages_of_all_its_toolsets_in_order() -> None:
    first, second = Toolset(Client), Toolset(Client)
    second.reads()(get_thing)
    first.writes(idempotent=True, verify_with=None)(drop_thing)
    second.resource("things/{thing_id}")(get_thing)
    loaded = []

    def load() -> Parts:
        loaded.append(True)
        return Parts(lambda account: Client(), (first, second), lambda api: get_thing(api, 1))

    platform = Platform(
        key="shop",
        title="Shop",
        docs="https://shop.example/docs",
        load=load,
        sandbox=lambda: None,
        acts=lambda: (),
        credentials=(Credential("SHOP_TOKEN", "under Settings"),),
        address=Setting("SHOP_URL", "the base address", "https://shop.example"),
        mount="/shop",
    )
    assert loaded == []
    assert [tool.name for tool in platform.tools] == ["drop_thing", "get_thing"]
    assert platform.resources == [Resource("things/{thing_id}", get_thing, None)]
    assert platform.resources[0].name == "get_thing"
    assert platform.name_of(platform.tools[1]) == "shop_get_thing"
    assert platform.name_of("get_thing") == "shop_get_thing"
    assert loaded == [True], "once, when something was asked of it"


SNIPPET = """
from tools.kit.asking import Ask, Asking
from tools.kit.toolset import Toolset

class Shop: ...
class Bank: ...

tool = Toolset(Shop)

@tool.reads()
async def {name}(api: {client}, number: int) -> str:
    return ""

async def call() -> str:
    return await {name}({client}(), number=1)

@tool.destroys(idempotent=True, verify_with=None)
async def drop_thing(api: {client}, number: int) -> Asking[str]:
    yield Ask("Drop it?")
    yield {answer}
"""


def test_another_platforms_client_and_an_answer_of_another_type_are_type_errors(tmp_path: Path) -> None:
    for client, answer in (("Shop", '"dropped"'), ("Bank", "7")):
        snippet = SNIPPET.format(name="get_thing", client=client, answer=answer)
        (tmp_path / f"{client.lower()}.py").write_text(snippet)
    kit = [str(Path(str(module.__file__))) for module in (toolset_module, asking_module)]
    (tmp_path / "mypy.ini").write_text("[mypy]\nfollow_imports = skip\nstrict = true\n[mypy-tools.*]\n")
    output, _, _ = mypy.run(
        [
            *("--config-file", str(tmp_path / "mypy.ini"), "--cache-dir", str(tmp_path / "cache")),
            *("--no-error-summary", "--explicit-package-bases"),
            *(str(tmp_path / "shop.py"), str(tmp_path / "bank.py"), *kit),
        ]
    )
    wrong = [line for line in output.splitlines() if ": error:" in line and str(tmp_path) in line]
    assert [line.split(": error: ")[0] for line in wrong] == [f"{tmp_path}/bank.py:{n}" for n in (10, 15, 17, 20)], (
        output
    )
    assert 'expected "Callable[[Shop, int]' in wrong[0]
