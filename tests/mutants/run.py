"""Mutation testing: change one expression of a function at a time, and see whether a test fails.

    MUTANTS=40 PROCESSES=2 python tests/mutants/run.py [PATH ...]

mutmut's operators make the mutants; mutmut itself skips decorated functions, and every tool is one. The tests of
`modules.toml` are collected once, in a copy of the tree. Each mutant runs in a fork that replaces the code of its
function, beginning with the test that failed last. What survives runs again in a new process: code may run on import.

The sample is what comes first by a hash of each mutant's code, so a change of one function leaves the others' part of
it as it is.
"""

import difflib
import gc
import hashlib
import importlib
import math
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import tomllib
from collections import Counter
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from types import CodeType, FunctionType

import libcst as cst
import pytest
from mutmut.mutation.file_mutation import NEVER_MUTATE_FUNCTION_CALLS
from mutmut.mutation.mutators import mutation_operators

HERE = Path(__file__).resolve().parent
SEED, SIZE, MAY_SURVIVE, PROCESSES = 10, 500, 0.02, int(os.environ.get("PROCESSES") or 1)
NOT_COPIED = shutil.ignore_patterns(".git", ".venv*", ".*_cache", ".hypothesis", ".tokens", "__pycache__", "dist")
OPTIONS = ["-x", "-s", "-qq", "-p", "no:xdist", "--hypothesis-seed=0"]
OUTCOMES = {0: "survived", pytest.ExitCode.TESTS_FAILED: "killed", -signal.SIGALRM: "timed out"}
COLUMNS = ["mutants", "killed", "timed out", "accepted", "survived", "not run"]


@dataclass(eq=False)
class Mutant:
    path: str
    module: cst.Module
    function: str
    node: cst.CSTNode
    replacement: cst.CSTNode
    outcome: str = "not run"

    @cached_property
    def rank(self) -> str:
        codes = (self.module.code_for_node(node) for node in (self.node, self.replacement))
        return hashlib.sha256("\0".join([str(SEED), self.path, self.function, *codes]).encode()).hexdigest()

    @cached_property
    def source(self) -> str:
        replaced = self.module.deep_replace(self.node, self.replacement)
        assert isinstance(replaced, cst.Module)
        return replaced.code

    @cached_property
    def change(self) -> tuple[int, str, str]:
        """The line where the source differs, and the text there before and after."""
        old, new = self.module.code.splitlines(), self.source.splitlines()
        line = next((number for number, pair in enumerate(zip(old, new, strict=False)) if len({*pair}) == 2), len(new))
        diff = [text for text in difflib.ndiff(old, new) if text[:2] in {"- ", "+ "}]
        before, after = (" ".join(text[2:].strip() for text in diff if text[0] == sign) for sign in "-+")
        return line + 1, before, after

    def apply(self) -> bool:
        """Give the functions of this process their mutated code. False if none of them differs."""
        codes = pair(*(compile(code, "", "exec", dont_inherit=True) for code in (self.module.code, self.source)))
        file = str(Path(self.path).resolve())
        functions = [f for f in gc.get_objects() if type(f) is FunctionType and f.__code__.co_filename == file]
        changes = [(f, codes[f.__code__]) for f in functions if codes.get(f.__code__, f.__code__) != f.__code__]
        for function, code in (fitting := [(f, c) for f, c in changes if c.co_freevars == f.__code__.co_freevars]):
            function.__code__ = code
        return bool(fitting)

    def survives_in_a_new_process(self, tests: list[str], seconds: float) -> bool:
        Path(self.path).write_text(self.source, encoding="utf-8")
        command = [sys.executable, "-B", "-m", "pytest", *OPTIONS, *tests]
        try:
            return not subprocess.run(command, timeout=seconds, capture_output=True, check=False).returncode
        except subprocess.TimeoutExpired:
            return False
        finally:
            Path(self.path).write_text(self.module.code, encoding="utf-8")


def pair(old: CodeType, new: CodeType) -> dict[CodeType, CodeType]:
    """Each code object of a module with the one in the same place of the other."""
    pairs = {old: new}
    inner, others = ([code for code in one.co_consts if isinstance(code, CodeType)] for one in (old, new))
    if len(inner) == len(others):
        for code, other in zip(inner, others, strict=True):
            pairs |= pair(code, other)
    return pairs


class Finder(cst.CSTVisitor):
    """Collects the mutations of functions' bodies. Types and sentences are left out."""

    def __init__(self) -> None:
        self.found: list[tuple[str, cst.CSTNode, cst.CSTNode]] = []
        self.functions: list[str] = []

    def on_visit(self, node: cst.CSTNode) -> bool:
        called = isinstance(node, cst.Call) and isinstance(node.func, cst.Name) and node.func.value
        if isinstance(node, cst.Annotation | cst.Decorator | cst.Parameters) or called in NEVER_MUTATE_FUNCTION_CALLS:
            return False
        if isinstance(node, cst.Arg) and node.keyword is not None and node.keyword.value == "strict":
            return False  # of a zip: it only guards against our own mistakes
        if (
            self.functions
            and called not in {"cast", "zip"}
            and not (isinstance(node, cst.SimpleString) and " " in node.value)
        ):
            operators = [operator for kind, operator in mutation_operators if isinstance(node, kind)]
            name = ".".join(self.functions)
            self.found += [(name, node, mutated) for operator in operators for mutated in operator(node)]
        if isinstance(node, cst.FunctionDef):
            self.functions.append(node.name.value)
        return True

    def on_leave(self, original_node: cst.CSTNode) -> None:
        if isinstance(original_node, cst.FunctionDef):
            self.functions.pop()


class Plugin:
    """Runs the collected tests of a module once without and once with each mutant, each time in a fork."""

    def __init__(self, sample: dict[str, list[Mutant]], tests: dict[str, list[str]], accepted: set[tuple[str, ...]]):
        self.sample, self.tests, self.accepted = sample, tests, accepted
        self.in_fork, self.killer = False, Path("killer.txt").resolve()

    def pytest_runtestloop(self, session: pytest.Session) -> bool | None:
        collected = session.items
        for file in sorted(file for top in ("server", "tools") for file in Path(top).rglob("[!_]*.py")):
            importlib.import_module(".".join(file.with_suffix("").parts))  # once, and not in each fork
        for path, mutants in self.sample.items():
            places = {item: [item.nodeid.startswith(test) for test in self.tests[path]] for item in collected}
            session.items = ours = sorted((i for i in collected if any(places[i])), key=lambda i: places[i].index(True))
            print(f"{path}: {len(mutants)}", flush=True)
            began = time.monotonic()
            if not (child := self.fork(600)):
                return None
            if outcome_of(child) != "survived":
                print("  not run: a test fails without a mutant", flush=True)
                continue
            limit = 10 + 5 * (time.monotonic() - began)
            for at in range(0, len(mutants), PROCESSES):
                children: dict[Mutant, int] = {}
                for mutant in mutants[at : at + PROCESSES]:
                    children[mutant] = self.fork(limit)
                    if not children[mutant]:
                        return None if mutant.apply() else True
                outcomes = {mutant: outcome_of(child) for mutant, child in children.items()}
                for mutant, outcome in outcomes.items():
                    self.judge(mutant, outcome, limit)
                if "killed" in outcomes.values():
                    ours.sort(key=lambda item: item.nodeid != self.killer.read_text(encoding="utf-8"))
        return True

    def judge(self, mutant: Mutant, outcome: str, limit: float) -> None:
        """Note the outcome of a mutant, and print it unless a test found it or it is accepted."""
        line, before, after = mutant.change
        if outcome == "survived" and (mutant.path, before, after) in self.accepted:
            outcome = "accepted"
        elif outcome == "survived" and not mutant.survives_in_a_new_process(self.tests[mutant.path], 60 + limit):
            outcome = "killed"
        mutant.outcome = outcome
        if outcome not in {"killed", "accepted"}:
            print(f"  {mutant.path}:{line} {outcome}\n    - {before}\n    + {after}", flush=True)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if self.in_fork and report.failed:
            self.killer.write_text(report.nodeid, encoding="utf-8")

    def fork(self, seconds: float) -> int:
        """Return twice: in a fork that ends after so many seconds, and here with its id."""
        if child := os.fork():
            return child
        self.in_fork = True
        signal.alarm(math.ceil(seconds))
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        os.dup2(1, 2)
        return 0


def outcome_of(child: int) -> str:
    return OUTCOMES.get(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), "not run")


def main() -> int:
    tests: dict[str, list[str]] = tomllib.loads((HERE / "modules.toml").read_text(encoding="utf-8"))
    reasons = tomllib.loads((HERE / "accepted.toml").read_text(encoding="utf-8"))["accepted"]
    with tempfile.TemporaryDirectory() as directory:
        copy = Path(directory).resolve() / "tree"
        shutil.copytree(HERE.parents[1], copy, ignore=NOT_COPIED, symlinks=True)
        os.chdir(copy)
        sys.path[0] = os.environ["PYTHONPATH"] = str(copy)
        mutants = []
        for path in tests:
            if path.startswith(tuple(sys.argv[1:] or [""])):
                (module := cst.parse_module(Path(path).read_text(encoding="utf-8"))).visit(finder := Finder())
                mutants += [Mutant(path, module, *found) for found in finder.found]
        chosen = sorted(mutants, key=lambda mutant: mutant.rank)[: int(os.environ.get("MUTANTS") or SIZE)]
        sample = {path: drawn for path in tests if (drawn := [mutant for mutant in chosen if mutant.path == path])}
        print(f"{len(chosen)} of {len(mutants)} mutants in {len(sample)} modules", flush=True)
        plugin = Plugin(sample, tests, {(one["path"], one["before"], one["after"]) for one in reasons})
        files = sorted({test.partition("::")[0] for path in sample for test in tests[path]})
        code = pytest.main([*OPTIONS, *files], plugins=[plugin])
        if plugin.in_fork:
            os._exit(0 if code == pytest.ExitCode.NO_TESTS_COLLECTED else code)
    counts = {path: Counter(mutant.outcome for mutant in sample[path]) for path in sample}
    counts["all"] = total = sum(counts.values(), Counter[str]())
    print("\n{:32}".format(""), *(f"{column:>9}" for column in COLUMNS))
    for path, count in counts.items():
        count["mutants"] = count.total()
        print(f"{path:32}", *(f"{count[column]:9}" for column in COLUMNS))
    return int(total["survived"] + total["not run"] > MAY_SURVIVE * total["mutants"])


if __name__ == "__main__":
    sys.exit(main())
