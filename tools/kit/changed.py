"""What a change did, in one shape for every tool that changes one thing."""

from typing import Generic, TypeVar

from pydantic import Field

from tools.kit.model import Answer
from tools.kit.text import Untrusted

T = TypeVar("T")


class Changed(Answer, Generic[T]):
    """What was done, with the thing as it is now and what differed before."""

    done: str
    now: T | None = Field(default=None, description="None where it is gone, or could not be read again.")
    before: T | None = Field(default=None, description="What differed before; of a deleted thing, all of it.")
    ordered: list[str] | None = Field(default=None, description="What was ordered, line by line.")
    not_applied: list[Untrusted] = Field(default_factory=list, description="What the platform took and left out.")
    warning: str | None = None
    next: str | None = None
