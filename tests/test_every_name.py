"""Suites, projects, environments and folders are taken by id or by name, and the default project is said."""

from typing import Any

import pytest

from tests.desk import desk, settings

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize(
    ("name", "by_name", "by_id"),
    [
        ("testomatio_get_suite", {"suite_id": "coupons"}, {"suite_id": "@Sc0ffee01"}),
        ("testomatio_list_tests", {"suite_id": "Coupons", "limit": 2}, {"suite_id": "c0ffee01", "limit": 2}),
        ("testomatio_get_suite_tree", {"suite_id": "Coupons"}, {"suite_id": "c0ffee01"}),
        ("testomatio_list_runs", {"project": "Harbour Shop", "limit": 1}, {"limit": 1}),
        ("testery_list_test_suites", {"project_key": "Harbour web"}, {"project_key": "harbour-web"}),
        ("testery_get_environment", {"environment_key": "Kiosk, branch Altona"}, {"environment_key": "kiosk-altona"}),
        ("testsigma_get_folder", {"project": "hrb", "folder": "Coupons"}, {"project": "HRB", "folder": "Coupons"}),
    ],
)
async def test_a_name_is_as_good_as_an_id(name: str, by_name: dict[str, Any], by_id: dict[str, Any]) -> None:
    async with desk() as d:
        assert await d.answer(name, **by_name) | {"next_cursor": ""} == await d.answer(name, **by_id) | {
            "next_cursor": ""
        }


@pytest.mark.parametrize(
    ("name", "arguments", "there_is"),
    [
        ("testomatio_list_tests", {"suite_id": "Cupons"}, "c0ffee01"),
        ("testomatio_list_runs", {"project": "No such project"}, "harbour-shop-6f98f"),
        ("testery_list_test_suites", {"project_key": "nowhere"}, "harbour-web"),
        ("testery_get_environment", {"environment_key": "nowhere"}, "kiosk-altona"),
        ("testery_start_test_run", {"project_key": "harbour", "environment_key": "staging"}, "harbour-web"),
    ],
)
async def test_an_unknown_name_is_answered_with_what_there_is(
    name: str, arguments: dict[str, Any], there_is: str
) -> None:
    async with desk() as d:
        assert there_is in await d.refusal(name, **arguments)


async def test_which_project_is_the_default_is_said() -> None:
    async with desk() as d:
        assert "Testomat.io's default project is harbour-shop-6f98f." in (d.client.instructions or "")
    tokens = {"TESTERY_API_TOKEN": "x", "TESTOMATIO_API_TOKEN": "tstmt_0123456789abcdef"}
    async with desk(told=settings(tokens, sandbox=False)) as d:
        assert "default project" not in (d.client.instructions or "")
