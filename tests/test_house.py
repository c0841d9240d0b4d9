"""Who may import whom, and what every file looks like: the floors of the house."""

import ast
import os
import re
import sys
import tokenize
import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parent.parent
BESIDE = {"analysis", "kit", "planning", "trackers", "__pycache__"}
PLATFORMS = {d.name for d in (ROOT / "tools").iterdir() if d.is_dir() and d.name not in BESIDE}
TRACKERS = {file.stem for file in (ROOT / "tools" / "trackers" / "vendors").glob("*.py")} - {"__init__"}
MAY = {  # what each part of a platform's folder, a file or a folder, may take from that folder and from the kit
    "platform": {"tools", "client", "sandbox", "hints", "kit"},
    "tools": {"client", "models", "kit"},
    "client": {"models", "kit"},
    "models": {"kit"},
    "sandbox": {"kit.sandbox"},  # never client or models, or a misreading would confirm itself
    "operations": set[str](),  # a list of what the vendor's documents have
    "faces": set[str](),  # which tools are listed
    "hints": set[str](),  # a list of the words people ask with
    "__init__": set[str](),
}
OUTSIDE: dict[str, set[str] | None] = {  # what tools/ takes from other packages, and in which parts; None: in all
    "httpx": {
        *("client", "request", "network", "failures", "picture", "pool", "egress", "storage"),
        *("tracker", "vendors", "oauth"),
    },
    "httpcore": {"pool", "public"},
    "starlette": {"sandbox"},
    "gherkin": {"cases"},
    "pydantic": None,
    "pydantic_core": None,
    "anyio": None,
    "rapidfuzz": {"alike", "titles"},
    "PIL": {"drawing", "scaling"},
}
OURS = ("testdesk", "server", "tools", "prompts", "examples", "tests")
LONGEST = 400  # lines; past that a file has a second subject


def files(*folders: str) -> list[Path]:
    return sorted(file for folder in folders for file in (ROOT / folder).rglob("*.py"))


@cache  # most rules read most files
def imports(file: Path) -> tuple[str, ...]:
    found: list[str] = []
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found += (name.name for name in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert not node.level, f"{file}: imports are absolute here"
            found += (f"{node.module}.{name.name}" for name in node.names)
    return tuple(found)


def part(file: Path) -> str:
    """The part of its room a file belongs to: the file's own name, or the folder's that it became."""
    return file.relative_to(ROOT / "tools").parts[1].removesuffix(".py")


def test_tools_know_neither_mcp_nor_the_server() -> None:
    theirs = {"mcp", "mcp_types", "server", "prompts"}
    assert not [(file, name) for file in files("tools") for name in imports(file) if name.split(".")[0] in theirs]


def test_prompts_know_nothing_of_ours() -> None:
    ours = {"mcp", "mcp_types", "server", "tools"}
    assert not [(file, name) for file in files("prompts") for name in imports(file) if name.split(".")[0] in ours]


def test_a_platform_takes_only_what_its_part_may() -> None:
    wrong = []
    for file in (file for platform in PLATFORMS for file in files(f"tools/{platform}")):
        platform = file.relative_to(ROOT / "tools").parts[0]
        for name in imports(file):
            match [*name.split("."), "", ""]:
                case ["tools", "kit", room, *_]:
                    wanted = {"kit", "kit.sandbox"} if room.startswith("sandbox") else {"kit"}
                case ["tools", owner, room, *_]:
                    wanted = {room} if owner == platform else {f"another platform: {owner}"}
                case _:
                    continue
            if not wanted & (MAY[part(file)] | {part(file)}):
                wrong.append((file, name))
    assert not wrong


def test_a_tracker_takes_the_kit_and_the_engine_only() -> None:
    wrong = []
    for file in files("tools/trackers/vendors"):
        for name in imports(file):
            match [*name.split("."), "", ""]:
                case ["tools", "kit", room, *_]:
                    is_right = not room.startswith("sandbox")
                case ["tools", "trackers", room, other, *_]:
                    # One tracker may build on another, such as the two of the same vendor.
                    is_right = room not in {"sandbox", "tools", "desk"} or (room, other) == ("vendors", other)
                case ["tools", *_]:
                    is_right = False
                case _:
                    continue
            if not is_right:
                wrong.append((file, name))
    assert not wrong


def test_a_tracker_s_fake_api_takes_the_kit_of_sandboxes_only() -> None:
    own = ("tools.kit.sandbox", "tools.trackers.sandbox")
    taken = [(file, name) for file in files("tools/trackers/sandbox") for name in imports(file)]
    assert not [(file, name) for file, name in taken if name.startswith("tools.") and not name.startswith(own)]


def test_the_engine_of_trackers_names_none_of_them() -> None:
    engine = [file for file in files("tools/trackers") if file.parent.name == "trackers" and file.stem != "listed"]
    names = [(file, name) for file in engine for name in imports(file)]
    assert engine
    assert not [(file, name) for file, name in names if name.startswith(("tools.trackers.vendors", "tools.testio"))]


def test_every_tracker_has_a_file_a_line_and_a_fake_api() -> None:
    from tools.trackers.listed import TRACKERS as LISTED
    from tools.trackers.listed import load

    sandboxes = {file.stem for file in (ROOT / "tools" / "trackers" / "sandbox").glob("*.py")} - {"__init__", "common"}
    assert set(LISTED) == TRACKERS
    assert sandboxes >= {key for key in LISTED if not load(key).shut_down}


def test_every_platform_folder_has_the_same_parts() -> None:
    for platform in PLATFORMS:
        parts = {entry.stem for entry in (ROOT / "tools" / platform).iterdir() if entry.name != "__pycache__"}
        assert parts == set(MAY), platform


def test_the_list_of_platforms_takes_their_front_parts_only() -> None:
    front = re.compile(rf"tools\.(kit|({'|'.join(PLATFORMS)})\.platform)\..*")
    ours = [name for name in imports(ROOT / "tools" / "platforms.py") if name.startswith("tools.")]
    assert not [name for name in ours if not front.fullmatch(name)]


def test_the_kit_knows_no_platform() -> None:
    ours = [(file, name) for file in files("tools/kit") for name in imports(file) if name.startswith("tools.")]
    assert not [(file, name) for file, name in ours if not name.startswith("tools.kit")]


def test_the_analysis_takes_the_kit_and_the_view_of_all_surveys_only() -> None:
    taken = [(file, name) for file in files("tools/analysis") for name in imports(file) if name.startswith("tools.")]
    right = re.compile(r"tools\.(kit\.(?!sandbox)|view\.|analysis\.).*")
    assert taken
    assert not [(file, name) for file, name in taken if not right.fullmatch(name)]


def test_the_analysis_names_no_platform() -> None:
    wrong = []
    for file in files("tools/analysis"):
        with file.open("rb") as source:
            words = [word for word in tokenize.tokenize(source.readline) if word.type != tokenize.COMMENT]
        wrong += [(file, w.start[0], w.string) for w in words for key in PLATFORMS if key in w.string.lower()]
    assert not wrong


def test_similarity_is_imported_when_texts_are_compared() -> None:
    using = [file for file in files(*OURS[:-1]) if "rapidfuzz" in file.read_text(encoding="utf-8")]
    modules = [ast.parse(file.read_text(encoding="utf-8")) for file in using]
    on_top = [node for module in modules for node in module.body if isinstance(node, ast.Import | ast.ImportFrom)]
    assert using
    assert not [node for node in on_top if "rapidfuzz" in ast.dump(node)]


def test_planning_takes_the_kit_and_what_all_surveys_give() -> None:
    taken = [(file, name) for file in files("tools/planning") for name in imports(file) if name.startswith("tools.")]
    right = re.compile(r"tools\.(kit\.(?!sandbox)|view\.|release\.|planning\.).*")
    assert taken
    assert not [(file, name) for file, name in taken if not right.fullmatch(name)]


def test_planning_names_no_platform() -> None:
    wrong = []
    for file in files("tools/planning"):
        with file.open("rb") as source:
            words = [word for word in tokenize.tokenize(source.readline) if word.type != tokenize.COMMENT]
        wrong += [(file, w.start[0], w.string) for w in words for key in PLATFORMS if key in w.string.lower()]
    assert not wrong


def test_tools_take_from_outside_only_what_their_part_needs() -> None:
    wrong = []
    for file in files(
        "tools/analysis",
        "tools/kit",
        "tools/planning",
        "tools/trackers",
        *(f"tools/{platform}" for platform in PLATFORMS),
    ):
        for package in {name.split(".")[0] for name in imports(file)} - {"tools"} - sys.stdlib_module_names:
            parts = OUTSIDE.get(package, set())
            if parts is not None and part(file) not in parts:
                wrong.append((file, package))
    assert not wrong


def test_only_the_server_the_examples_and_the_tests_know_mcp() -> None:
    loose = [*ROOT.glob("*.py"), *files("docs", "testdesk", "tools", "prompts")]
    assert not [(f, name) for f in loose for name in imports(f) if name.split(".")[0] in {"mcp", "mcp_types"}]


def test_the_server_names_no_platform() -> None:
    wrong = []
    for file in files("server"):
        with file.open("rb") as source:
            words = [word for word in tokenize.tokenize(source.readline) if word.type != tokenize.COMMENT]
        wrong += [(file, w.start[0], w.string) for w in words for key in PLATFORMS if key in w.string.lower()]
    assert not wrong


def test_imports_are_absolute() -> None:
    for file in files(*OURS):
        imports(file)


def test_every_init_is_one_docstring() -> None:
    for file in files(*OURS):
        if file.name == "__init__.py":
            body = ast.parse(file.read_text(encoding="utf-8")).body
            assert len(body) == 1, file
            assert ast.get_docstring(ast.Module(body, [])), file


def test_every_module_says_first_what_it_is() -> None:
    silent = [f for f in files(*OURS) if not ast.get_docstring(ast.parse(f.read_bytes()))]
    assert not silent


def test_no_file_outgrows_its_subject() -> None:
    lengths = {f: len(f.read_text(encoding="utf-8").splitlines()) for f in files(*OURS[:-1])}
    assert not {file: length for file, length in lengths.items() if length > LONGEST}


def kept() -> Iterator[Path]:
    """Every file of the repository, without what is made on the spot."""
    made = re.compile(r"\.git|\.venv.*|\.scratch|\..*_cache|\.hypothesis|__pycache__|dist|build|node_modules")
    for folder, folders, names in os.walk(ROOT):
        folders[:] = [name for name in folders if not made.fullmatch(name)]
        yield from (Path(folder, name) for name in names if not made.fullmatch(name))


def test_no_file_knows_the_machine_it_was_written_on() -> None:
    machine = re.compile(rb"(?<![\w.~-])/(?:work|root)/|\.\./shared")
    assert not [file for file in kept() if machine.search(file.read_bytes())]


def test_no_sentence_can_speak_of_1_things() -> None:
    """`many` knows the singular. After "of" and "each of" stands how many there are at all, which is more than one."""
    plural = re.compile(
        r"(?<!of )(?<!of the )\{len\([^{}]*\)\} (?:\w+ )?(?!this\b|has\b|is\b|was\b|as\b|characters\b)[a-z]+s\b"
    )
    found = [
        f"{file.relative_to(ROOT)}: {match[0]}"
        for file in files("tools")
        if "sandbox" not in file.parts and file.name != "crossing.py"
        for match in plural.finditer(file.read_text(encoding="utf-8"))
    ]
    assert found == ["tools/testomatio/tools/result_changes.py: {len(waiting)} results"], "there it is two or more"


def test_every_module_and_test_that_the_mutation_test_names_exists() -> None:
    folder = ROOT / "tests" / "mutants"
    named = tomllib.loads((folder / "modules.toml").read_text(encoding="utf-8"))
    accepted = tomllib.loads((folder / "accepted.toml").read_text(encoding="utf-8"))["accepted"]
    paths = {*named, *(test.partition("::")[0] for tests in named.values() for test in tests)}
    assert not [path for path in paths if not (ROOT / path).exists()]
    stale = [entry for entry in accepted if entry["before"] not in (ROOT / entry["path"]).read_text(encoding="utf-8")]
    assert not stale
    assert all(entry["reason"] for entry in accepted)


def test_any_exception_is_caught_only_where_the_architecture_says() -> None:
    page = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8").partition("### Failures")[2]
    catching = [
        file.relative_to(ROOT).as_posix()
        for folder in ("server", "tools")
        for file in files(folder)
        if re.search(r"^\s*except (?:Base)?Exception\b(?!Group)", file.read_text(encoding="utf-8"), re.MULTILINE)
    ]
    assert catching
    assert not [name for name in catching if name.removeprefix("server/") not in page]
