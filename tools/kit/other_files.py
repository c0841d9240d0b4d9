"""Files that are not shown, such as videos, logs and traces: name, kind and size, and never an address."""

from collections.abc import Sequence
from functools import partial
from typing import Final

from pydantic import Field

from tools.kit.defect_files import file_name_of
from tools.kit.errors import PlatformError
from tools.kit.model import Answer
from tools.kit.picture import NotFetched, Pictures, in_bytes
from tools.kit.text import Key, Untrusted
from tools.kit.together import gather

MOST: Final = 10
"""Files whose kind and size are asked for, each with a request."""


class OtherFile(Answer):
    """A file that is not shown."""

    file: Untrusted | None = None
    kind: Key | None = None
    size: str | None = None
    why: str | None = Field(default=None, description="Why its kind and size are not known.")


async def describe_files(pictures: Pictures, addresses: Sequence[str]) -> list[OtherFile]:
    """Name files, and ask their hosts for kind and size without reading them."""
    described = await gather([partial(_describe, pictures, address) for address in addresses[:MOST]], at_once=4)
    return described + [OtherFile(file=file_name_of(address) or None) for address in addresses[MOST:]]


async def _describe(pictures: Pictures, address: str) -> OtherFile:
    name = file_name_of(address) or None
    try:
        facts = await pictures.look_at_file(address)
    except (NotFetched, PlatformError) as error:
        return OtherFile(file=name, why=str(error))
    return OtherFile(file=name, kind=facts.mime, size=in_bytes(facts.size) if facts.size else None)
