"""Does what the Dockerfile says, without an engine: a folder is the image, and a Python of this machine its base.

    python tests/docker_steps.py        needs a package registry

As root it starts the server as the user whom the Dockerfile names, so that nothing in the image is root's alone.
"""

import json
import os
import re
import shlex
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PATIENCE = 30.0  # seconds until the server has to be healthy
HANDED_DOWN = re.compile(
    r"PIP_(?!CONSTRAINT|BUILD).*|SSL_CERT_.*|\w+_PROXY", re.IGNORECASE
)  # how a registry is reached


@dataclass
class Stage:
    """One FROM and what follows it, as far as it has been done."""

    root: Path
    env: dict[str, str]
    workdir: str = "/"
    user: int | None = None
    commands: dict[str, list[str]] = field(default_factory=dict)

    def place(self, path: str) -> Path:
        """Where a path of the image is on this machine."""
        return self.root / os.path.normpath(os.path.join(self.workdir, path)).lstrip("/")


def instructions(dockerfile: str) -> Iterator[tuple[str, str]]:
    """Each instruction with its argument, on one line."""
    kept = "\n".join(line for line in dockerfile.splitlines() if not line.lstrip().startswith("#"))
    for line in re.sub(r"\\\n\s*", "", kept).splitlines():
        if line.strip():
            word, _, argument = line.strip().partition(" ")
            yield word.upper(), argument.strip()


def named_by(ignore: str) -> set[str]:
    """The names that .dockerignore hands to the engine."""
    lines = [line for line in ignore.splitlines() if line and not line.startswith("#")]
    assert lines[0] == "*", "the engine gets nothing that is not named"
    return {line.removeprefix("!") for line in lines if line.startswith("!")}


class Build:
    """All instructions, done in order; `stage` is at last what would be the image."""

    def __init__(self, dockerfile: str, scratch: Path, base: Path) -> None:
        self.scratch, self.base = scratch, base
        self.stage = Stage(scratch / "none", {})
        self.earlier: dict[str, Stage] = {}
        tops = {path.split("/")[1] for path in re.findall(r"(?:WORKDIR|VOLUME|--from=\w+) (/\S+)", dockerfile)}
        self.own_path = re.compile(rf"(?<![\w./])/(?=(?:{'|'.join(tops)})\b)")
        self.name = ""
        for word, argument in instructions(dockerfile):
            getattr(self, f"do_{word.lower()}")(argument)

    def here(self, words: str) -> str:
        """The words with the image's paths as they are on this machine."""
        return self.own_path.sub(f"{self.stage.root}/", words)

    def do_from(self, argument: str) -> None:
        # Each stage is built at the same place, because an environment keeps the address it was made at.
        if self.name:
            self.stage.root = self.stage.root.rename(self.scratch / self.name)
            self.earlier[self.name] = self.stage
        self.name = argument.partition(" AS ")[2] or "last"
        handed_down = {name: value for name, value in os.environ.items() if HANDED_DOWN.fullmatch(name)}
        env = {"PATH": f"{self.base}/bin:{os.defpath}", "HOME": "/", "LANG": "C.UTF-8", "PIP_QUIET": "1"}
        self.stage = Stage(self.scratch / "root", handed_down | env)
        self.stage.root.mkdir()

    def do_workdir(self, argument: str) -> None:
        self.stage.workdir = argument
        self.stage.place(".").mkdir(parents=True)

    def do_env(self, argument: str) -> None:
        for setting in shlex.split(argument):
            name, _, value = setting.partition("=")
            self.stage.env[name] = self.here(value).replace("$PATH", self.stage.env["PATH"])

    def do_copy(self, argument: str) -> None:
        *sources, target = argument.split()
        origin = self.earlier[sources.pop(0).removeprefix("--from=")] if sources[0].startswith("--from=") else None
        for source in sources:
            if origin is None:
                assert source in named_by((ROOT / ".dockerignore").read_text(encoding="utf-8")), source
            found = ROOT / source if origin is None else origin.place(source)
            there = self.stage.place(target) / source if target.endswith("/") else self.stage.place(target)
            there.parent.mkdir(parents=True, exist_ok=True)
            if found.is_dir():
                shutil.copytree(found, there, symlinks=True, ignore=None if origin else shutil.ignore_patterns("*.pyc"))
            else:
                shutil.copy2(found, there)

    def do_run(self, argument: str) -> None:
        print(f"RUN {argument}", flush=True)
        if os.getuid():
            argument = re.sub(r" && chown \S+ \S+", "", argument)  # the image's user is then this one
        subprocess.run(["sh", "-ec", self.here(argument)], cwd=self.stage.place("."), env=self.stage.env, check=True)

    def do_user(self, argument: str) -> None:
        self.stage.user = int(argument.partition(":")[0])

    def do_healthcheck(self, argument: str) -> None:
        self.stage.commands["HEALTHCHECK"] = json.loads(argument[argument.index("[") :])

    def do_entrypoint(self, argument: str) -> None:
        self.stage.commands["ENTRYPOINT"] = json.loads(argument)

    def do_cmd(self, argument: str) -> None:
        self.stage.commands["CMD"] = json.loads(argument)

    def do_label(self, _: str) -> None:
        pass

    do_volume = do_label

    def do_expose(self, argument: str) -> None:
        self.stage.commands["EXPOSE"] = [argument]


def pythons() -> Iterator[str]:
    """Pythons that may stand in for the base image's; a system's own is open to all users, one at home is not."""
    names = ("python3.13", "python3.12", "python3.11", "python3")
    yield from (found for name in names if (found := shutil.which(name, path=os.defpath)))
    yield sys.executable


def starts(python: str, user: int | None) -> bool:
    """Whether this user can make environments with this Python."""
    check = "import sys, ensurepip, venv; sys.exit(sys.version_info < (3, 11))"
    ran = subprocess.run([python, "-c", check], user=user, cwd="/", env={}, capture_output=True)
    return ran.returncode == 0


def free_port() -> str:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return str(listener.getsockname()[1])


def exercise(image: Stage, user: int | None) -> None:
    """Start the image's command, wait until its health check is content, and stop it as an engine would."""
    exposed, port = image.commands["EXPOSE"][0], free_port()
    env = {name: value for name, value in image.env.items() if not HANDED_DOWN.fullmatch(name)}
    check = [word.replace(exposed, port) for word in image.commands["HEALTHCHECK"]]
    assert check != image.commands["HEALTHCHECK"], f"the health check asks elsewhere than at {exposed}"
    command = [*image.commands["ENTRYPOINT"], *image.commands["CMD"], "--port", port]
    print(f"{shlex.join(command)}, as user {os.getuid() if user is None else user}", flush=True)
    program = shutil.which(command[0], path=env["PATH"])
    assert program, command[0]
    server = subprocess.Popen([program, *command[1:]], cwd=image.root, env=env, user=user)
    try:
        patience = time.monotonic() + PATIENCE
        python = [str(shutil.which(check[0], path=env["PATH"])), *check[1:]]
        while subprocess.run(python, cwd=image.root, env=env, user=user, capture_output=True).returncode:
            assert server.poll() is None, f"the server ended with {server.returncode}"
            assert time.monotonic() < patience, "the server did not become healthy"
            time.sleep(0.2)
        print("HEALTHCHECK is content", flush=True)
        doctor = subprocess.run([program, "doctor"], cwd=image.root, env=env, user=user, capture_output=True, text=True)
        assert "made at the first act" in doctor.stdout, doctor.stdout + doctor.stderr
        server.send_signal(signal.SIGTERM)
        assert server.wait(timeout=PATIENCE) == 128 + signal.SIGTERM, server.returncode
    finally:
        server.kill()


def main() -> None:
    dockerfile = (ROOT / "Dockerfile").read_text(encoding="utf-8")
    named = next(int(argument.partition(":")[0]) for word, argument in instructions(dockerfile) if word == "USER")
    user = named if os.getuid() == 0 else None
    python = next((found for found in pythons() if starts(found, user)), None)
    if python is None:
        user, python = None, sys.executable
    with tempfile.TemporaryDirectory(prefix="testdesk-image-") as name:
        scratch = Path(name)
        scratch.chmod(0o755)
        subprocess.run([python, "-m", "venv", scratch / "base"], check=True)
        image = Build(dockerfile, scratch, scratch / "base").stage
        package = next(image.root.rglob("site-packages/testdesk"))
        assert list(package.rglob("*.pyc")), "the image holds no bytecode, so each start would compile"
        exercise(image, user)


if __name__ == "__main__":
    main()
