"""What lists and answers weigh: `make tokens` prints bytes and tokens, and tests compare the bytes with a record."""

import json
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import anyio
from mcp.types import Tool

from tests.desk import desk, settings, text
from tests.server.test_faces import ACCOUNTS, WORDS, listed, one_platform
from tests.tokens import tokens

RECORD = Path(__file__).with_name("tokens.json")
CALLS = Path(__file__).with_name("typical_answers.toml")


def as_listed(tool: Tool) -> str:
    """A tool as it is sent in a list."""
    told = tool.model_dump(by_alias=True, exclude_none=True, mode="json")
    return json.dumps(told, ensure_ascii=False, separators=(",", ":"))


def as_list(tools: Mapping[str, Tool]) -> str:
    return "".join(map(as_listed, tools.values()))


async def faces() -> dict[str, str]:
    """The list of each face, with one platform and with all; and the list of all tools."""
    lists = {f"{key} {word}": as_list(await listed(one_platform(key, word))) for key in ACCOUNTS for word in WORDS}
    every = {f"all {word}": as_list(await listed(settings({"TESTDESK_TOOLSETS": word}))) for word in (*WORDS, "all")}
    return lists | every


async def answers() -> dict[str, str]:
    """What typical calls answer on the sandbox."""
    calls: dict[str, dict[str, dict[str, Any]]] = tomllib.loads(CALLS.read_text(encoding="utf-8"))
    found = {}
    async with desk() as d:
        for platform, tools in calls.items():
            for name, arguments in tools.items():
                result = await d.call(f"{platform}_{name}", **arguments)
                assert not result.is_error, text(result)
                found[f"{platform}_{name}"] = text(result)
    return found


def sizes(texts: Mapping[str, str]) -> dict[str, int]:
    """The bytes of each text."""
    return {name: len(text.encode()) for name, text in texts.items()}


def main() -> None:
    for title, texts in (("Lists of tools", anyio.run(faces)), ("Typical answers", anyio.run(answers))):
        counted, how = tokens(list(texts.values()))
        print(f"{title}: bytes, tokens ({how})")
        for (name, size), count in zip(sizes(texts).items(), counted, strict=True):
            print(f"{size:8,} {count:8,}  {name}")


if __name__ == "__main__":
    main()
