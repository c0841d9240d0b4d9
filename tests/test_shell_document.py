"""What docs/shell.md shows is what its commands print; UPDATE_SNAPSHOTS=1 writes it anew."""

import os
import re
import shlex
from pathlib import Path

import pytest

from server.cli import main
from server.report.evidence import CODES
from server.shell.options import CALL_EXITS, REPORT_EXITS

DOCUMENT = Path(__file__).parent.parent / "docs" / "shell.md"
UPDATES = bool(os.environ.get("UPDATE_SNAPSHOTS"))
SHOWN = re.compile(r"^```sh\n([^\n]+)\n```\n\n```\n(.*?)```$", re.MULTILINE | re.DOTALL)


def test_the_examples_print_what_is_shown(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    for name in list(os.environ):
        if name.startswith(("TEST", "NO_COLOR")):
            monkeypatch.delenv(name)
    monkeypatch.setenv("TESTDESK_CONFIG", "")
    text = DOCUMENT.read_text(encoding="utf-8")
    examples = SHOWN.findall(text)
    assert len(examples) == 4
    for command, shown in examples:
        assert main(shlex.split(command)[1:]) == 0
        out, err = capsys.readouterr()
        printed = f"{out}{err}"
        if UPDATES:
            text = text.replace(f"{command}\n```\n\n```\n{shown}```", f"{command}\n```\n\n```\n{printed}```", 1)
        else:
            assert printed == shown, command
    if UPDATES:
        DOCUMENT.write_text(text, encoding="utf-8")


def test_every_exit_code_is_in_the_document_and_in_the_help() -> None:
    text = DOCUMENT.read_text(encoding="utf-8")
    for heading, help_ in (("call", CALL_EXITS), ("report", REPORT_EXITS)):
        rows = text.partition(f"| exit code | of `testdesk {heading}` |")[2].partition("\n\n")[0]
        assert set(re.findall(r"^\| (\d+)", rows, re.MULTILINE)) == set(re.findall(r"(?:^|, |: )(\d+) ", help_))
    assert set(map(str, CODES.values())) <= set(re.findall(r"(\d+) ", REPORT_EXITS))
