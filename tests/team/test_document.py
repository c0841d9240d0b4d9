"""docs/team.md: its commands run, its files are read, and its tables name what there is."""

import re
import shlex
from pathlib import Path

import pytest

from server.cli import main, parser
from server.team.header_credentials import HeaderCredentials
from server.team.people_file import OWN, read_text
from server.team.personal import PersonalSecrets
from tests.desk import settings
from tools.platforms import PLATFORMS

PAGE = (Path(__file__).parent.parent.parent / "docs" / "team.md").read_text(encoding="utf-8")


def blocks(kind: str) -> list[str]:
    return re.findall(rf"```{kind}\n(.*?)```", PAGE, re.DOTALL)


def test_its_commands_run_as_they_stand(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("TESTDESK_CONFIG", "")
    lines = [shlex.split(line) for block in blocks("sh") for line in block.splitlines()]
    keys = [words[1:] for words in lines if words[:2] == ["testdesk", "key"]]
    assert len(keys) == 2
    monkeypatch.setenv("TESTDESK_PEOPLE", lines[0][1].partition("=")[2])
    for words in keys:
        assert main(words) == 0
        assert re.fullmatch(r"tdk_\w+_[\w-]{43}\n", capsys.readouterr().out)
    made = (tmp_path / "people.toml").read_text()
    shown = re.sub("[0-9a-f]{64}", "[0-9a-f]{64}", re.escape(blocks("toml")[0]))
    shown = shown.replace(r"2027\-02\-28", r"\d{4}-\d\d-\d\d")
    assert re.match(shown, made), made
    (serve,) = [words[1:] for words in lines if words[:2] == ["testdesk", "serve"]]
    assert parser().parse_args(serve).http


def test_its_sections_are_read(tmp_path: Path) -> None:
    (own,) = [block for block in blocks("toml")[1:] if block.startswith("[people.")]
    (ben,) = read_text(str(tmp_path / "people.toml"), own, PLATFORMS)
    assert ben.files["TESTIO_API_TOKEN"] == str(tmp_path / "secrets" / "ben-testio")
    assert all(f"`{word}`" in PAGE for word in OWN if word != "keys")


def test_its_table_of_headers_is_complete() -> None:
    listed = {name.lower() for name in re.findall(r"`(Testdesk-[A-Z]\w+-\w+)`", PAGE)}
    assert listed == set(HeaderCredentials(PLATFORMS, settings(), PersonalSecrets(), are_allowed=True)._known)
    personal = {s.variable.lower() for p in PLATFORMS for s in p.settings if s.is_personal}
    assert personal <= set(re.findall(r"`(\w+)`", PAGE))
