"""What an installation brings: one package, everything in it, and both of its commands, wherever one stands."""

import json
import subprocess
import sys
import tarfile
import zipfile
from email.message import Message
from email.parser import Parser
from pathlib import Path

import pytest
from packaging.requirements import Requirement

from tests.starts import (
    LIST_TOOLS,
    ROOT,
    commands,
    install,
    stated_version,
    surroundings,
    tools_from,
    top_level,
    version_from,
)
from tools.platforms import PLATFORMS

COMMANDS = ["testdesk", "python -m testdesk"]


@pytest.fixture(scope="session")
def archives(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the source archive and the wheel that was made from it."""
    folder = tmp_path_factory.mktemp("dist")
    made = subprocess.run(
        [sys.executable, "-m", "build", "--no-isolation", "--outdir", str(folder), str(ROOT)],
        capture_output=True,
        text=True,
    )
    assert made.returncode == 0, made.stdout + made.stderr
    return folder


@pytest.fixture(scope="session")
def wheel(archives: Path) -> Path:
    return next(archives.glob("*.whl"))


@pytest.fixture(scope="session")
def environment(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("environment")
    install(wheel, folder, offline=True)
    return folder


@pytest.fixture(scope="session")
def metadata(wheel: Path) -> Message:
    with zipfile.ZipFile(wheel) as archive:
        text = archive.read(f"testdesk-{stated_version()}.dist-info/METADATA").decode()
    return Parser().parsestr(text)


def test_the_wheel_puts_one_package_into_site_packages(wheel: Path) -> None:
    assert top_level(wheel) == {"testdesk", f"testdesk-{stated_version()}.dist-info"}


def test_the_package_is_the_command_and_the_three_folders(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        inside = {name.removeprefix("testdesk/") for name in archive.namelist() if name.startswith("testdesk/")}
    here = {
        f"site-packages/{file.relative_to(ROOT).as_posix()}"
        for folder in ("server", "tools", "prompts")
        for file in (ROOT / folder).rglob("*")
        if file.is_file() and file.suffix != ".pyc"
    }
    assert inside == here | {"__init__.py", "__main__.py", "site-packages/server/first_answers.bin"}


def test_the_wheel_carries_the_bill_of_materials(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        carried = archive.read(f"testdesk-{stated_version()}.dist-info/sboms/sbom.cdx.json")
    assert carried == (ROOT / "sbom.cdx.json").read_bytes()


def test_the_source_archive_holds_what_is_kept_and_nothing_that_was_made(archives: Path) -> None:
    with tarfile.open(next(archives.glob("*.tar.gz"))) as archive:
        names = {name.split("/", 1)[1] for name in archive.getnames()}
    assert {"pyproject.toml", "constraints.txt", "Makefile", "LICENSE", "README.md", "tests/starts.py"} <= names
    assert not [name for name in names if name.startswith((".venv", ".scratch", "dist/")) or "__pycache__" in name]


def test_every_requirement_has_a_floor_and_a_cap(metadata: Message) -> None:
    requirements = [Requirement(text) for text in metadata.get_all("Requires-Dist", [])]
    assert requirements
    for requirement in requirements:
        assert {specifier.operator for specifier in requirement.specifier} == {">=", "<"}, str(requirement)


def test_every_requirement_has_its_exact_version_among_the_constraints(metadata: Message) -> None:
    lines = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    assert lines == sorted(lines, key=str.lower)
    exact = {name.lower().replace("_", "-"): version for name, _, version in (line.partition("==") for line in lines)}
    for requirement in map(Requirement, metadata.get_all("Requires-Dist", [])):
        assert requirement.specifier.contains(exact[requirement.name]), str(requirement)


@pytest.mark.parametrize("hostile", [False, True], ids=["from an empty folder", "from a hostile folder"])
@pytest.mark.parametrize("command", COMMANDS)
def test_an_installed_testdesk_says_its_version(environment: Path, command: str, *, hostile: bool) -> None:
    assert stated_version() in version_from(commands(environment)[command], hostile=hostile)


@pytest.mark.parametrize("hostile", [False, True], ids=["from an empty folder", "from a hostile folder"])
@pytest.mark.parametrize("command", COMMANDS)
def test_an_installed_testdesk_lists_its_tools(environment: Path, command: str, *, hostile: bool) -> None:
    assert tools_from(commands(environment)[command], hostile=hostile)


def test_the_first_list_of_an_installation_needs_no_sdk(environment: Path, tmp_path: Path) -> None:
    trap = "import sys; sys.modules['mcp'] = None; sys.argv[1:] = ['serve', '--sandbox']; "
    program = f"{trap}from testdesk.__main__ import main; main()"
    asked = json.dumps(LIST_TOOLS) + "\n"
    python = str(environment.resolve() / "bin" / "python")
    ran = subprocess.run(
        [python, "-c", program], cwd=tmp_path, env=surroundings(tmp_path), input=asked, capture_output=True, text=True
    )
    assert json.loads(ran.stdout)["result"]["tools"]
    assert "ModuleNotFoundError" in ran.stderr


def test_a_list_of_an_installation_without_a_greeter_loads_no_platform(environment: Path, tmp_path: Path) -> None:
    tools = {f"tools.{platform.key}.tools": None for platform in PLATFORMS}
    trap = f"import sys; sys.modules |= {tools}; sys.argv[1:] = ['serve', '--sandbox']; "
    asked = json.dumps(LIST_TOOLS)
    call = asked.replace("tools/list", "tools/call").replace(
        '"params": {', '"params": {"name": "testio_list_products", '
    )
    ran = subprocess.run(
        [environment.resolve() / "bin" / "python", "-c", f"{trap}from testdesk.__main__ import main; main()"],
        cwd=tmp_path,
        env=surroundings(tmp_path) | {"TESTDESK_GREETER": "0"},
        input=f"{asked}\n{call}\n",
        capture_output=True,
        text=True,
    )
    listed, called = map(json.loads, ran.stdout.splitlines())
    assert listed["result"]["tools"]
    assert called["result"]["isError"], "a call loads its platform"


def test_an_application_that_imports_testdesk_keeps_its_own_tools(environment: Path, tmp_path: Path) -> None:
    (tmp_path / "tools.py").write_text("OWNER = 'the application'\n", encoding="utf-8")
    program = "import sys; before = sys.path[:]; import testdesk, tools; print(tools.OWNER, sys.path == before)"
    assert said(environment, program, tmp_path) == "the application True"


def test_a_module_of_ours_has_no_second_name(environment: Path, tmp_path: Path) -> None:
    program = "import importlib.util; print(importlib.util.find_spec('testdesk.tools'))"
    assert said(environment, program, tmp_path) == "None"


def said(environment: Path, program: str, folder: Path) -> str:
    """What a program prints that an environment's Python runs in a folder."""
    python = str(environment.resolve() / "bin" / "python")
    ran = subprocess.run([python, "-c", program], cwd=folder, capture_output=True, text=True)
    assert ran.returncode == 0, ran.stderr
    return ran.stdout.strip()
