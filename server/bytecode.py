"""Compiles the rest of an installation after its first start: some installers leave the sources as they are."""

import importlib.util
import os
import sys
from pathlib import Path

import anyio

FOLDER = Path(__file__).parent.parent
SAMPLE = Path(__file__).parent / "demo.py"  # a module that no server imports


def is_missing() -> bool:
    """Whether modules have no bytecode, although Python may write it."""
    compiled = Path(importlib.util.cache_from_source(SAMPLE))
    return not sys.dont_write_bytecode and not compiled.exists() and os.access(FOLDER, os.W_OK)


async def compile_rest() -> None:
    """Compile what no start has imported yet, in a process of its own."""
    if is_missing():
        await anyio.run_process([sys.executable, "-m", "compileall", "-q", str(FOLDER)], check=False)
