"""Every operation on record has a row that holds what is sent for it."""

import tomllib
from pathlib import Path

from tests.tools.testomatio import test_wire_runs, test_wire_tests

FILE = Path(__file__).parents[3] / "tools" / "testomatio" / "operations.toml"


def test_every_operation_has_its_row_and_every_row_its_operation() -> None:
    told = tomllib.loads(FILE.read_text(encoding="utf-8"))
    operations = [f"{one['method']} {one['path']}" for one in told["operation"]]
    rows = [row.operation for row in (*test_wire_tests.ROWS, *test_wire_runs.ROWS)]
    held = [*rows, *(one for one, other in test_wire_tests.INSTEAD.items() if other in rows)]
    assert sorted(held) == sorted(operations)
    assert len(operations) == told["expected"]
