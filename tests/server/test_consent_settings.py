"""An operator chooses for each effect who confirms it: the user, the host, or nobody."""

from pathlib import Path
from typing import Any

import pytest

from server.doctor import run_doctor
from server.setting_warnings import warnings
from server.settings import Settings, SettingsError
from tests.desk import ERAS, desk, settings
from tools.kit.toolset import Effect
from tools.platforms import PLATFORMS

pytestmark = pytest.mark.anyio
both_eras = pytest.mark.parametrize("mode", ERAS)

LAUNCH = ("testio_launch_exploratory_test", {"test_id": 5521})
ACCEPT = ("testio_accept_bug", {"bug_id": 88101})
UPDATE = ("testio_update_exploratory_test", {"test_id": 5519, "goal": "Only the cart"})
CALLS: dict[Effect, tuple[str, dict[str, Any]]] = {
    Effect.DESTROYS: ACCEPT,
    Effect.SPENDS: LAUNCH,
    Effect.WRITES: UPDATE,
}
SENTENCE = '[consent] in testdesk.toml has {} = "refuse"'


def chosen(folder: Path, text: str, **environment: str) -> Settings:
    file = folder / "testdesk.toml"
    file.write_text(f"[consent]\n{text}\n")
    return settings({"TESTDESK_CONFIG": str(file), **environment})


@both_eras
@pytest.mark.parametrize("effect", CALLS)
async def test_the_hosts_approval_replaces_the_question_only_for_the_effect_chosen(
    mode: str, effect: Effect, tmp_path: Path
) -> None:
    async with desk(mode, told=chosen(tmp_path, f'{effect} = "client"')) as d:
        for one, (tool, arguments) in CALLS.items():
            done = await d.answer(tool, **arguments)
            assert done["confirmed"]["how"] == ("host" if one == effect else "form")
        assert len(d.asked) == 2


@both_eras
@pytest.mark.parametrize("effect", CALLS)
async def test_what_is_ruled_out_is_refused_and_the_refusal_names_the_setting(
    mode: str, effect: Effect, tmp_path: Path
) -> None:
    told = chosen(tmp_path, f'{effect} = "refuse"', TESTDESK_TOOLSETS="auto")
    async with desk(mode, told=told) as d:
        for one, (tool, arguments) in CALLS.items():
            result = await d.call("call_tool", name=tool, arguments=arguments)
            assert result.is_error == (one == effect)
            if one == effect:
                assert SENTENCE.format(effect) in str(result.content)
        assert len(d.asked) == len(d.writes()) == 2


async def test_a_tool_that_can_only_be_refused_is_not_listed_and_one_that_may_be_harmless_is(tmp_path: Path) -> None:
    told = chosen(tmp_path, 'destroys = "refuse"\nspends = "refuse"')
    async with desk(told=told) as d:
        names = {tool.name for tool in (await d.client.list_tools()).tools}
        for platform in PLATFORMS:
            for tool in platform.tools:
                ruled_out = tool.effect in {Effect.DESTROYS, Effect.SPENDS} and tool.unasked_when is None
                is_listed = not ruled_out and tool.view is None  # this client shows no pages
                assert (platform.name_of(tool) in names) is is_listed
        decisions = [{"bug_id": 88101, "decision": "accept"}]
        await d.answer("testio_triage_bugs", decisions=decisions, dry_run=True)
        assert SENTENCE.format("destroys") in await d.refusal("testio_triage_bugs", decisions=decisions)
        assert (d.asked, d.writes()) == ([], [])


@pytest.mark.parametrize(("variable", "ways"), [("ask", {"ask"}), ("client", {"client"}), ("", {"refuse", "ask"})])
def test_the_variable_wins_for_every_effect(tmp_path: Path, variable: str, ways: set[str]) -> None:
    told = chosen(tmp_path, 'destroys = "refuse"', TESTDESK_CONSENT=variable)
    assert {told.consent.of(effect) for effect in CALLS} == ways


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ('destroys = "always"', r"line 2, \[consent\]: destroys is one of ask, client, refuse"),
        ("spends = true", "spends is one of ask, client, refuse"),
        ('spend = "ask"', "spend is not known. Did you mean spends"),
        ('reads = "refuse"', "reads is not known"),
    ],
)
def test_a_mistake_refuses_the_start(tmp_path: Path, text: str, sentence: str) -> None:
    with pytest.raises(SettingsError, match=sentence):
        chosen(tmp_path, text)


async def test_doctor_and_the_start_call_the_hosts_approval_weaker_and_name_its_effects(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    told = chosen(tmp_path, 'spends = "client"\nwrites = "client"\ndestroys = "refuse"')
    environment = {"TESTDESK_CONFIG": told.configuration.path}
    (warning,) = [line for line in warnings(told, environment) if "asks nobody" in line]
    assert warning.startswith("[consent] spends, writes = client asks nobody")
    await run_doctor(environment)
    told_by_doctor = capsys.readouterr().out
    assert "    destroys: refused\n    spends: WEAKER" in told_by_doctor
    assert f"WARNING: {warning}" in told_by_doctor
