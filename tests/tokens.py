"""How many tokens a text costs: counted by npm's gpt-tokenizer (o200k) where it is there, else estimated by bytes."""

import json
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).parent.parent
FOLDER = ROOT / ".tokens"
"""Where `make tokens` installs it."""
BYTES_EACH = 3.6

COUNT = """
const { createRequire } = require("module");
const { encode } = createRequire(process.argv[1])("gpt-tokenizer/encoding/o200k_base");
const texts = JSON.parse(require("fs").readFileSync(0, "utf8"));
console.log(JSON.stringify(texts.map((text) => encode(text).length)));
"""


def tokens(texts: Sequence[str]) -> tuple[list[int], str]:
    """The tokens of each text, and how they were counted."""
    node = shutil.which("node")
    if node is not None:
        counted = subprocess.run(
            [node, "-e", COUNT, str(FOLDER / "package.json")],
            input=json.dumps(list(texts)),
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        if counted.returncode == 0:
            return json.loads(counted.stdout), "gpt-tokenizer, o200k"
    return [round(len(text.encode()) / BYTES_EACH) for text in texts], f"bytes / {BYTES_EACH}: `make tokens` counts"
