"""What the tool that draws charts takes and answers, apart from how its numbers are made, which no start pays for."""

from typing import Annotated, Literal

from pydantic import Field

from tools.kit.model import Answer
from tools.kit.page import Coverage
from tools.kit.picture import Album
from tools.kit.rows import Brief
from tools.kit.text import Key, Untrusted
from tools.view import Source

Subject = Literal["bugs_by_severity", "runs", "flaky_tests", "devices"]
Period = Literal["day", "week", "month"]


class ChartRow(Answer):
    """A label of the chart and its values, in the order of the columns."""

    label: str = Field(description="Its number on the chart, or the first day of a column.")
    name: Annotated[Untrusted | None, Brief()] = None
    platform: Key | None = None
    id: Key | None = None
    at: Key | None = None
    values: list[float | int | None]


class DrawnChart(Album):
    """A chart and all its numbers."""

    is_drawn = True

    title: str
    subtitle: str
    columns: list[str] = Field(description="What the values of each row are.")
    rows: list[ChartRow]
    rule: str | None = None
    coverage: Coverage
    note: str | None = None
    sources: list[Source]
