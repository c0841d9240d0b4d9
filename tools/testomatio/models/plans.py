"""Plans: named selections of tests (API reference: Plans)."""

from pydantic import Field

from tools.kit.text import Key, Untrusted
from tools.testomatio.models.documents import Record
from tools.testomatio.models.labels import CarriedLabels


class Plan(Record):
    """A plan; the answer does not contain the tests that it selects."""

    id: Key
    title: Untrusted | None = None
    kind: Key | None = None
    hidden: bool | None = None
    as_manual: bool | None = None
    description: Untrusted | None = None
    labels: CarriedLabels = Field(default_factory=list)
    test_count: int | None = None
    tql: Untrusted | None = None
