"""Every operation of every platform has its client method, its tool with an effect, and its route in the sandbox.

And the other way round: what a client calls or a sandbox serves is in the list of operations.
"""

from functools import cache

import pytest

from server.coverage import Row, coverage_page, endpoints, expected, operations, rows, shape
from server.tracker_coverage import tracker_rows
from tools.kit.platform import Platform
from tools.platforms import PLATFORMS
from tools.trackers.listed import TRACKERS


@cache
def rows_of(key: str) -> list[Row]:
    return rows(next(platform for platform in PLATFORMS if platform.key == key))


@cache
def page() -> str:
    return coverage_page(PLATFORMS)


every_platform = pytest.mark.parametrize("platform", PLATFORMS, ids=[p.key for p in PLATFORMS])


def listed(platform: Platform) -> set[tuple[str, str]]:
    return {(operation["method"], shape(operation["path"])) for operation in operations(platform)["operation"]}


@every_platform
def test_no_row_has_an_empty_cell(platform: Platform) -> None:
    assert {f"{row.method} {row.path}": row.gaps for row in rows_of(platform.key) if row.gaps} == {}


@every_platform
def test_there_are_as_many_rows_as_the_vendors_documents_have_operations(platform: Platform) -> None:
    found = rows_of(platform.key)
    assert len(found) == len({(row.method, row.path) for row in found}) == expected(platform)


@every_platform
def test_every_endpoint_that_the_client_calls_is_an_operation(platform: Platform) -> None:
    assert set(endpoints(platform.client)) - listed(platform) == set()


@every_platform
def test_every_route_of_the_sandbox_is_an_operation_or_is_listed_with_the_reason_why_not(platform: Platform) -> None:
    routes = {(method, shape(path)) for method, path in platform.sandbox().routes}
    others = [route.split(" ") for group in operations(platform).get("sandbox_only", ()) for route in group["routes"]]
    assert routes - listed(platform) == {(method, shape(path)) for method, path in others}


@every_platform
def test_what_only_reads_by_its_method_is_found_in_a_tool_that_reads(platform: Platform) -> None:
    for row in rows_of(platform.key):
        if row.method in {"PUT", "DELETE", "PATCH"}:
            assert "reads" not in row.effect, row


def test_a_row_without_its_parts_says_which_are_missing() -> None:
    row = Row("Bugs", "GET", "/bugs", "guide", "bugs_page", (), "", "GET /bugs")
    assert row.gaps == ["tool", "effect"]


def test_the_page_counts_what_is_whole() -> None:
    for platform in PLATFORMS:
        assert f"## {platform.title}: {expected(platform)} of {expected(platform)}" in page()


@every_platform
def test_what_is_left_out_is_said(platform: Platform) -> None:
    section = page().split(f"## {platform.title}:")[1].split("\n## ")[0]
    assert "\nLeft out:\n\n- " in section


def test_every_tracker_has_every_operation_or_says_why_not() -> None:
    for key, cells in tracker_rows().items():
        assert all(cells), key
    assert f"## Trackers: {len(TRACKERS)} of {len(TRACKERS)}" in page()
