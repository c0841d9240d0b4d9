"""What the platform gives away is not passed on: keys of projects, settings of pipelines, tokens of ours."""

import logging
from typing import Any

import pytest

from tests.desk import desk, settings, text
from tests.tools.testomatio.calls_tests import CALLS
from tests.tools.testomatio.holding import SHOP
from tools.testomatio.models.projects import CiProfile, Project, ProjectInfo

pytestmark = pytest.mark.anyio


def planted(world: Any) -> set[str]:
    """The secrets that lie in the imitation's answers, and our own that go out to it."""
    keys = {token.value for token in world.tokens.values()}
    profiles = [profile.get("config") or {} for project in world.projects.values() for profile in project.ci_profiles]
    configured = {value for config in profiles for name, value in config.items() if name == "token"}
    ours = settings().platforms["testomatio"].credentials.values()
    return {secret for secret in keys | configured if len(secret) > 12} | {one.get_secret_value() for one in ours}


async def test_no_planted_secret_is_in_an_answer_a_question_an_error_a_log_or_the_journal(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG)
    told: list[str] = []
    async with desk() as d:
        await d.answer("testomatio_get_project_info")
        secrets = planted(d.sandboxes.sandboxes["testomatio"].world)
        for name, arguments in CALLS:
            result = await d.call(name, **arguments)
            told += [text(result), str(result.structured_content)]
        for project in ("harbour-app-2d41c", "nowhere"):
            told.append(text(await d.call("testomatio_list_tests", project=project)))
        page: Any = await d.client.read_resource(f"testomatio://{SHOP}/tests/c0de0022")
        told += [page.contents[0].text, *d.asked]
        told += [repr(entry) for entry in d.sandboxes.journal.entries()]
    told += [record.getMessage() for record in caplog.records]
    everything = "\n".join(told)
    assert len(secrets) >= 6
    assert [secret for secret in secrets if secret in everything] == []


def test_no_model_of_ours_has_a_place_for_a_projects_key() -> None:
    named = {name for model in (Project, ProjectInfo, CiProfile) for name in model.model_fields}
    assert not {name for name in named if "key" in name or "config" in name or "token" in name}
    answer = {"id": "shop", "attributes": {"title": "Shop", "api-key": "tstmt_geheim", "apiKey": "tstmt_geheim"}}
    assert "geheim" not in repr(Project.model_validate(answer))


async def test_an_error_that_repeats_the_token_is_shown_without_it() -> None:
    async with desk() as d:
        ours = [one.get_secret_value() for one in settings().platforms["testomatio"].credentials.values()]
        await d.fault(
            platform="testomatio", method="GET", path="/api/v2/*", status=422, body={"error": f"Bad token {ours[0]}"}
        )
        sentence = await d.refusal("testomatio_list_tests")
    assert "Bad token" in sentence
    assert not [secret for secret in ours if secret in sentence]


@pytest.mark.parametrize("level", ["DEBUG", "INFO"])
async def test_no_log_line_holds_the_token_that_stands_in_the_query(
    level: str, capsys: pytest.CaptureFixture[str]
) -> None:
    told = settings(log_level=level)
    ours = [one.get_secret_value() for one in told.platforms["testomatio"].credentials.values()]
    root = logging.getLogger()
    handlers, before = root.handlers, root.level
    try:
        async with desk(told=told) as d:
            run = await d.answer("testomatio_create_reported_run", title="CI")
            await d.answer("testomatio_list_test_ids", limit=1)
            await d.call(
                "testomatio_report_results", run_id=run["now"]["id"], results=[{"title": "x", "status": "passed"}]
            )
            await d.fault(platform="testomatio", method="GET", path="/api/test_grep", status=500)
            await d.call("testomatio_find_test_ids", by="tag", value="smoke")
    finally:
        root.handlers = handlers
        root.setLevel(before)
    lines = capsys.readouterr().err
    assert ("api_key=[hidden]" in lines) is (level == "DEBUG"), "addresses are logged at DEBUG alone"
    assert not [secret for secret in ours if secret in lines]
