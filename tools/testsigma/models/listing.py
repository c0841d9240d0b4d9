"""A page of any list: its rows, bare or under the list's name, and its paging data."""

from typing import Any, ClassVar, Generic, TypeVar

from pydantic import BaseModel, model_validator

from tools.kit.model import Many, Model
from tools.kit.text import Key

T = TypeVar("T", bound=BaseModel)


class PageInfo(Model):
    """`next` is a cursor in live answers and an address in the documents; empty or null on the last page."""

    page_size: int | None = None
    total_count: int | None = None
    next: Key | None = None

    @property
    def says_length(self) -> bool:
        """Whether it tells where the list ends: an empty `next` does, a missing one does not."""
        return "next" in self.model_fields_set or self.total_count is not None


class Listed(Model, Generic[T]):
    """A page of rows; a subclass names the fields that may hold them."""

    under: ClassVar[tuple[str, ...]] = ()

    rows: Many[T]
    page_info: PageInfo | None = None

    @model_validator(mode="before")
    @classmethod
    def _unwrapped(cls, answer: Any) -> Any:
        if isinstance(answer, list):
            return {"rows": answer}
        if not isinstance(answer, dict) or "rows" in answer:
            return answer
        if "data" not in answer:
            return answer
        data = answer["data"]
        if isinstance(data, dict):
            data = cls._rows_in(data)
        return {"rows": data, "page_info": answer.get("page_info")}

    @classmethod
    def _rows_in(cls, data: dict[str, Any]) -> Any:
        """The rows under a known name, or the only list there is.

        Raises:
            ValueError: where there is neither.
        """
        for name in cls.under:
            if name in data:
                return data[name]
        if len(data) != 1 or not all(isinstance(value, list) for value in data.values()):
            raise ValueError("no rows under any known name")
        return next(iter(data.values()))
