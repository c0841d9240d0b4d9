"""What a plan of tests reads of each platform: areas, cases with their past, crowd tests, in one shape."""

from typing import Any

import pytest

from tests.desk import client_of
from tools.kit.platform import Platform
from tools.kit.subject import Area, Case, CrowdTest
from tools.kit.survey import Query, Survey
from tools.planning.gathering import has_none_of
from tools.platforms import PLATFORMS

pytestmark = pytest.mark.anyio
every_platform = pytest.mark.parametrize("platform", PLATFORMS, ids=[p.key for p in PLATFORMS])
KINDS = {
    "testio": {"feature", "story"},
    "testomatio": {"folder", "suite"},
    "testery": {"suite"},
    "testsigma": {"folder"},
}
NONE_OF = {"testio": [], "testomatio": ["bugs", "crowd tests"], "testery": ["bugs", "crowd tests"]}


def survey_of(platform: Platform) -> Survey:
    assert platform.survey is not None
    return platform.survey


@every_platform
def test_it_says_what_it_does_not_have(platform: Platform) -> None:
    assert has_none_of(platform.survey) == NONE_OF.get(platform.key, ["bugs", "crowd tests"])


@every_platform
async def test_its_areas_have_titles_and_their_kinds(platform: Platform) -> None:
    survey = survey_of(platform)
    assert survey.areas is not None
    async with client_of(platform.client, platform.key) as api:
        found = await survey.areas(api, Query())
    assert {area.kind for area in found.rows} == KINDS[platform.key]
    assert {area.platform for area in found.rows} == {platform.key}
    assert all(area.title and area.where for area in found.rows)
    assert found.complete
    assert isinstance(found.rows[0], Area)


@every_platform
async def test_its_cases_are_found_and_their_past_comes_in_their_order(platform: Platform) -> None:
    survey, query = survey_of(platform), Query()
    assert survey.cases is not None
    assert survey.past is not None
    async with client_of(platform.client, platform.key) as api:
        rows = [case for case in (await survey.cases(api, ["card"], query)).rows if "card" in case.title.lower()]
        past = await survey.past(api, rows, query)
        none = await survey.past(api, [], query)
    assert rows
    assert all(isinstance(case, Case) and case.platform == platform.key for case in rows)
    assert [history.title for history in past.rows] == [case.title for case in rows]
    assert any(history.results for history in past.rows)
    assert none.rows == []
    newest = next(history for history in past.rows if history.results)
    assert newest.results[0].run, "a run's title says which version it was of"


@every_platform
async def test_an_unknown_case_has_no_past(platform: Platform) -> None:
    survey = survey_of(platform)
    assert survey.past is not None
    where = {"testio": "71", "testomatio": "harbour-shop-6f98f"}.get(platform.key, "HRB")
    async with client_of(platform.client, platform.key) as api:
        (history,) = (await survey.past(api, [Case(platform.key, "99999999", "Nothing", where)], Query())).rows
    assert history.results == []
    assert history.trend == "no results"


@pytest.mark.parametrize("platform", [p for p in PLATFORMS if p.survey and p.survey.crowd_tests], ids=lambda p: p.key)
async def test_a_crowd_test_says_what_it_was_about_and_took(platform: Platform) -> None:
    survey: Any = survey_of(platform)
    async with client_of(platform.client, platform.key) as api:
        found = await survey.crowd_tests(api, Query())
        whole = await survey.crowd_test(api, "5507", Query())
    assert all(isinstance(row, CrowdTest) and row.kind for row in found.rows)
    assert [row.started_at for row in found.rows] == sorted((row.started_at for row in found.rows), reverse=True)
    assert all(row.features and row.hours for row in found.rows if row.kind == "coverage")
    assert (whole.run_id, whole.hours, whole.bugs) == ("5507", 28.0, 27)
    assert whole.testers
    assert whole.devices
    assert whole.found
    assert "initialized" not in {row.said for row in found.rows}, "nobody works on a draft"
