"""After its first start an installation has its bytecode."""

import sys
from pathlib import Path

import pytest

from server import bytecode


@pytest.mark.anyio
async def test_modules_without_bytecode_are_compiled_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    module = tmp_path / "module.py"
    module.write_text("")
    monkeypatch.setattr(bytecode, "FOLDER", tmp_path)
    monkeypatch.setattr(bytecode, "SAMPLE", module)
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    assert not bytecode.is_missing()
    monkeypatch.setattr(sys, "dont_write_bytecode", False)
    assert bytecode.is_missing()
    await bytecode.compile_rest()
    assert not bytecode.is_missing()
