"""Measurements on stdio: starts, calls, a long list and memory, ours and bare in turn so that noise hits both."""

import json
from dataclasses import dataclass, replace

from tests.bench.figures import Figure, Limit, Samples
from tests.bench.served import LIST_TOOLS, Broken, call, result, running
from tests.bench.stage import ONE, ROWS, Stage, Tools

WARM = 20
"""Calls that open connections and are not counted."""
LATEST = Limit(ratio=1.05)
"""A list from a record must not make the first call later; the rest is what one start differs from the next."""


@dataclass(frozen=True)
class Rounds:
    """How often each thing is repeated."""

    starts: int
    calls: int
    lists: int


def starts(on: Stage, rounds: Rounds) -> list[Figure]:
    """From the start of a process to its list of tools, and the memory it took."""
    # Where an account shows fewer tools than the sandbox, it is held against a bare server with as few.
    counts = {"account": len(on.account_tools), "sandbox": len(on.tools)}
    bare = {f"bare {count}": on.bare(count) for count in counts.values()}
    ways = {
        "account": on.account(),
        "sandbox": on.sandbox(),
        "account, greeter": on.account(greeter=True),
        "sandbox, greeter": on.sandbox(greeter=True),
        **bare,
    }
    times, memory = {way: Samples() for way in ways}, {way: Samples() for way in ways}
    for _ in range(rounds.starts):
        for name, way in ways.items():
            with running(way) as server:
                answer, taken = server.ask(LIST_TOOLS), server.elapsed()
                if (held := server.peak_memory()) is not None:
                    memory[name].add(held)
                result(answer)
                times[name].add(taken)
                server.kill()
    figures = []
    for name in [way for way in ways if way not in bare]:
        where, _, how = name.partition(", ")
        situation = {"account": "with an account", "sandbox": "sandbox"}[where] + (", from a record" if how else "")
        count, against = counts[where], f"bare {counts[where]}"
        key, limit = name.replace(", ", "_"), Limit(faster=15) if how else Limit(ratio=1.3)
        what = f"start to tools/list, {count} tools, {situation}"
        figures.append(Figure.of(f"start_{key}", what, times[name], times[against], limit))
        if memory[name].values:
            what = f"peak memory after the start, {situation}"
            ours, theirs = memory[name].median, memory[against].median
            figures.append(Figure(f"memory_start_{key}", what, "MiB", ours, theirs, is_aside=where == "sandbox"))
    return figures


def first_calls(on: Stage, rounds: Rounds) -> list[Figure]:
    """From the start of a process to its list of tools and then the answer of a first call."""
    ways = {
        "ours": on.account(),
        "greeter": on.account(greeter=True),
        "bare": on.bare_with_platform(len(on.account_tools)),
    }
    times = {way: Samples() for way in ways}
    for _ in range(rounds.starts):
        for name, way in ways.items():
            with running(way) as server:
                result(server.ask(LIST_TOOLS))
                answer = server.ask(call("get_bug" if name == "bare" else "testio_get_bug", bug_id=ONE))
                times[name].add(server.elapsed())
                if result(answer)["structuredContent"]["id"] != ONE:
                    raise Broken("a server answered with another bug than the one asked for")
                server.kill()
    what = "start to tools/list and a first call, with an account"
    recorded = Figure.of("first_call_greeter", f"{what}, list from a record", times["greeter"], times["ours"], LATEST)
    return [
        Figure.of("first_call", what, times["ours"], times["bare"], Limit(ratio=1.3)),
        replace(recorded, beside="without records"),
    ]


def calls(on: Stage, rounds: Rounds) -> list[Figure]:
    """One bug, read again and again."""
    ours_asks, bare_asks = call("testio_get_bug", bug_id=ONE), call("get_bug", bug_id=ONE)
    ours_times, bare_times = Samples(), Samples()
    with on.both() as (ours, bare):
        for server, asks in ((ours, ours_asks), (bare, bare_asks)):
            for _ in range(WARM):
                if result(server.ask(asks))["structuredContent"]["id"] != ONE:
                    raise Broken("a server answered with another bug than the one asked for")
        for _ in range(rounds.calls):
            ours_time, ours_answer = ours.timed(ours_asks)
            bare_time, bare_answer = bare.timed(bare_asks)
            ours_times.add(ours_time)
            bare_times.add(bare_time)
        result(ours_answer)
        result(bare_answer)
    on.notes.append(f"The answer with one bug: {len(ours_answer):,} bytes, from the bare tool {len(bare_answer):,}.")
    return [Figure.of("call", "one get_bug call", ours_times, bare_times, Limit(ratio=1.1))]


def lists(on: Stage, rounds: Rounds) -> list[Figure]:
    """Ten thousand bugs in pages of 500, and the memory that the first such list takes."""
    ours_asks, bare_asks = call("testio_list_bugs", limit=50), call("list_bugs", limit=50)
    ours_times, bare_times = Samples(), Samples()
    ours_held = bare_held = None
    with on.both() as (ours, bare):
        result(ours.ask(call("testio_get_bug", bug_id=ONE)))
        result(bare.ask(call("get_bug", bug_id=ONE)))
        for number in range(rounds.lists):
            ours_time, ours_answer = ours.timed(ours_asks)
            bare_time, bare_answer = bare.timed(bare_asks)
            _compare_lists(ours_answer, bare_answer)
            ours_times.add(ours_time)
            bare_times.add(bare_time)
            if number == 0:
                ours_held, bare_held = ours.peak_memory(), bare.peak_memory()
    limit = Limit(faster=3, ours=600)
    figures = [Figure.of("list", f"list {ROWS:,} bugs, pages of 500", ours_times, bare_times, limit)]
    if ours_held is not None:
        what = f"peak memory after listing {ROWS:,} bugs"
        figures.append(Figure("memory_list", what, "MiB", ours_held, bare_held))
    return figures


def _compare_lists(ours: bytes, bare: bytes) -> None:
    """See that both have read everything and show the same rows first; a fast wrong answer is no result.

    Raises:
        Broken: otherwise.
    """
    told, plain = result(ours)["structuredContent"], result(bare)["structuredContent"]
    if told["coverage"] != {"total": ROWS, "loaded": ROWS, "matched": ROWS, "complete": True}:
        raise Broken(f"our list is not whole: {told['coverage']}")
    shown = [row["id"] for row in told["items"]]
    if plain["total"] != ROWS or [row["id"] for row in plain["items"]] != shown:
        raise Broken("ours and the bare server show different bugs")


def sizes(on: Stage) -> list[Figure]:
    """How much of a conversation the list of tools takes, with and without schemas of the answers."""
    return [
        *_sizes(on.tools, "default", "tools/list", Limit(ours=24_000)),
        *_sizes(on.tools_with_schemas, "schemas", "tools/list with output schemas", Limit()),
    ]


def _sizes(tools: Tools, name: str, what: str, limit: Limit) -> list[Figure]:
    total = len(json.dumps(tools, ensure_ascii=False, separators=(",", ":")).encode())
    aside = name != "default"
    return [
        Figure(f"list_bytes_{name}", f"{what}, {len(tools)} tools", "bytes", total, limit=limit, is_aside=aside),
        Figure(f"tool_bytes_{name}", f"{what}, a tool on average", "bytes", total / len(tools), is_aside=aside),
        Figure(f"list_tokens_{name}", f"{what}, estimated as bytes / 4", "tokens", total / 4, is_aside=aside),
    ]
