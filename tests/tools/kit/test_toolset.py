"""Tools are declared by a verb, and come back as the functions they were."""

from pathlib import Path
from typing import Any

import pytest
from mypy import api as mypy

from tools.kit import toolset as toolset_module
from tools.kit.platform import Credential, Parts, Platform, Setting
from tools.kit.toolset import Effect, Resource, Tool, Toolset


class Client:
    """A platform's client."""


async def get_thing(api: Client, thing_id: int) -> str:
    """Read a thing.

    With all its parts.
    """
    return f"thing {thing_id}"


async def about_to_drop(api: Client, thing_id: int) -> str | None:
    return f"Drop {thing_id}?"


def is_small(thing_id: int) -> bool:
    return thing_id < 10


def test_a_declared_function_is_the_function_it_was() -> None:
    tool = Toolset(Client)
    assert tool.reads()(get_thing) is get_thing
    assert tool.writes(idempotent=True, verify_with="get_thing")(get_thing) is get_thing
    assert tool.destroys(about_to_drop, idempotent=False, verify_with="get_thing")(get_thing) is get_thing
    assert tool.spends(about_to_drop, verify_with="get_thing")(get_thing) is get_thing
    assert tool.resource("things/{thing_id}")(get_thing) is get_thing


def test_a_verb_says_what_a_tool_does() -> None:
    tool = Toolset(Client)
    tool.reads(full_text_in="get_thing", long_text=True)(get_thing)
    tool.writes(idempotent=True, verify_with="get_thing")(get_thing)
    tool.destroys(about_to_drop, idempotent=False, verify_with="get_thing", unasked_when=is_small)(get_thing)
    tool.spends(about_to_drop, verify_with="list_things")(get_thing)
    assert tool.tools == [
        Tool(get_thing, Effect.READS, idempotent=True, full_text_in="get_thing", long_text=True),
        Tool(get_thing, Effect.WRITES, idempotent=True, verify_with="get_thing"),
        Tool(
            get_thing,
            Effect.DESTROYS,
            idempotent=False,
            question=about_to_drop,
            unasked_when=is_small,
            verify_with="get_thing",
        ),
        Tool(get_thing, Effect.SPENDS, idempotent=False, question=about_to_drop, verify_with="list_things"),
    ]


def test_a_tool_is_named_and_described_by_its_function() -> None:
    tool = Tool(get_thing, Effect.READS, idempotent=True)
    assert tool.name == "get_thing"
    assert tool.sentence == "Read a thing.\n\nWith all its parts."


def test_there_is_no_effect_by_default() -> None:
    tool: Any = Toolset(Client)
    with pytest.raises(TypeError):
        tool(get_thing)
    with pytest.raises(TypeError):
        Tool(get_thing)  # type: ignore[call-arg]
    with pytest.raises(TypeError):
        tool.reads(get_thing)


@pytest.mark.parametrize("verb", ["writes", "destroys", "spends"])
def test_a_change_says_how_its_outcome_is_found_out(verb: str) -> None:
    with pytest.raises(TypeError, match="verify_with"):
        getattr(Toolset(Client), verb)(about_to_drop, idempotent=True)


@pytest.mark.parametrize("verb", ["writes", "destroys"])
def test_a_change_says_whether_it_may_be_repeated(verb: str) -> None:
    with pytest.raises(TypeError, match="idempotent"):
        getattr(Toolset(Client), verb)(about_to_drop, verify_with="get_thing")


@pytest.mark.parametrize("verb", ["destroys", "spends"])
def test_what_cannot_be_taken_back_has_its_question(verb: str) -> None:
    with pytest.raises(TypeError, match="question"):
        getattr(Toolset(Client), verb)(idempotent=True, verify_with="get_thing")(get_thing)


def test_a_platform_has_the_tools_and_pages_of_all_its_toolsets_in_order() -> None:
    first, second = Toolset(Client), Toolset(Client)
    second.reads()(get_thing)
    first.reads()(about_to_drop)
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
    assert [tool.name for tool in platform.tools] == ["about_to_drop", "get_thing"]
    assert platform.resources == [Resource("things/{thing_id}", get_thing, None)]
    assert platform.resources[0].name == "get_thing"
    assert platform.name_of(platform.tools[1]) == "shop_get_thing"
    assert platform.name_of("get_thing") == "shop_get_thing"
    assert loaded == [True], "once, when something was asked of it"


SNIPPET = """
from tools.kit.toolset import Toolset

class Shop: ...
class Bank: ...

tool = Toolset(Shop)

@tool.reads()
async def {name}(api: {client}, number: int) -> str:
    return ""

async def call() -> str:
    return await {name}({client}(), number=1)
"""


def test_a_tool_of_another_platforms_client_is_a_type_error(tmp_path: Path) -> None:
    for client in ("Shop", "Bank"):
        (tmp_path / f"{client.lower()}.py").write_text(SNIPPET.format(name="get_thing", client=client))
    kit = Path(toolset_module.__file__)
    (tmp_path / "mypy.ini").write_text("[mypy]\nfollow_imports = skip\nstrict = true\n[mypy-tools.*]\n")
    told, _, _ = mypy.run(
        [
            *("--config-file", str(tmp_path / "mypy.ini"), "--cache-dir", str(tmp_path / "cache")),
            *("--no-error-summary", "--explicit-package-bases"),
            *(str(tmp_path / "shop.py"), str(tmp_path / "bank.py"), str(kit)),
        ]
    )
    wrong = [line for line in told.splitlines() if ": error:" in line and "toolset.py" not in line]
    assert [line.split(": error: ")[0] for line in wrong] == [f"{tmp_path}/bank.py:{line}" for line in (9, 14)], told
    assert 'expected "Callable[[Shop, int]' in wrong[0]
