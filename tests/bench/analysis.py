"""What the analysis of 20,000 bugs costs once they are loaded, in a process of its own, and in a server at scale.

python -m tests.bench.analysis N        prints the seconds of each step, N times, and the peak of memory, as JSON
"""

import json
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime

from tests.bench.figures import Figure, Limit, Samples
from tests.bench.reports import REPORTS, reports
from tests.bench.scale import SANDBOX, origin
from tests.bench.served import Broken, Way, call, result, running, surroundings
from tests.bench.stage import OURS, Stage
from tools.analysis.alike import Earlier, Index
from tools.analysis.bug_numbers import Subject, breakdown_of, numbers_of, times_of, waiting_hours

SECOND = Limit(ours=1000)
MEMORY = Limit(ours=200)
SUBJECTS: tuple[Subject, ...] = ("device", "system", "browser", "tester", "feature", "severity")
MIB = 1024 if sys.platform != "darwin" else 1024 * 1024


def analysis(on: Stage, repetitions: int) -> list[Figure]:
    """The time of the processor, which hardly feels what else the machine does."""
    alone = [sys.executable, "-m", "tests.bench.analysis", str(max(1, repetitions))]
    printed = subprocess.run(alone, capture_output=True, text=True, check=False)
    if printed.returncode:
        raise Broken(f"the analysis failed by itself: {printed.stderr[-500:]}")
    measured = json.loads(printed.stdout)
    what = f"analysis: {REPORTS:,} bugs"
    return [
        _figure("analysis_all", f"{what}, each compared with all before it", measured["all"], measured["note"]),
        _figure("analysis_one", f"{what}, one compared with all", measured["one"]),
        _figure("analysis_numbers", f"{what} in numbers, six breakdowns", measured["numbers"]),
        Figure("analysis_memory", f"{what}: peak memory of a process with them", "MiB", measured["peak"], limit=MEMORY),
        *_served(on),
    ]


def _figure(name: str, what: str, seconds: list[float], note: str = "") -> Figure:
    samples = Samples(seconds)
    low, high = samples.quartiles
    return Figure(name, what, "ms", samples.median * 1000, limit=SECOND, spread=(low * 1000, high * 1000), note=note)


def _served(on: Stage) -> list[Figure]:
    """The account at scale, read and compared by a server; most of the time is the reading."""
    with running(Way(SANDBOX, surroundings(on.scratch, {}))) as sandbox:
        base = {"TESTIO_BASE_URL": f"{origin(sandbox)}/testio/customer/v2"}
        tokens = {"TESTIO_API_TOKEN": "x", "TESTERY_API_TOKEN": "x"}  # two, or there are no tools across platforms
        with running(Way(OURS, surroundings(on.scratch, base | tokens))) as ours:
            seconds, answer = ours.timed(call("across_find_duplicates", limit=10))
            compared = result(answer)["structuredContent"]["compared"]
            held = ours.peak_memory()
    if compared != REPORTS:
        raise Broken(f"{compared} bugs were compared")
    figures = [Figure("analysis_read", f"account at scale: {compared:,} bugs read and compared", "ms", seconds * 1000)]
    if held is not None:
        figures.append(Figure("analysis_held", "account at scale: peak memory after it", "MiB", held, limit=MEMORY))
    return figures


def main() -> None:
    import resource  # which Windows lacks

    loaded, times = reports(), {"all": list[float](), "one": list[float](), "numbers": list[float]()}
    now = datetime(2026, 1, 1, tzinfo=UTC)

    def timed(what: str, step: Callable[[], object]) -> None:
        before = time.process_time()
        step()
        times[what].append(time.process_time() - before)

    def compare() -> Earlier:
        return Index(loaded).earlier(range(len(loaded)), at_most=3)

    Index(loaded[:2]).similar_to(0, at_most=1)  # loads the library
    index, found = Index(loaded), compare()
    for _ in range(int(sys.argv[1])):
        timed("all", compare)
        timed("one", lambda: index.similar_to(len(loaded) // 2, at_most=5))
        timed("numbers", lambda: [numbers_of(loaded), *(breakdown_of(loaded, subject, 10) for subject in SUBJECTS)])
    assert times_of(waiting_hours(loaded, now))
    note = f"{len(found.found):,} with look-alikes; words of {found.left_out} reports or more left out"
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / MIB
    print(json.dumps({**times, "note": note, "peak": peak}))


if __name__ == "__main__":
    main()
