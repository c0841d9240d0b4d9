"""Resources: a test run with its failures, and one result."""

from typing import Final

from tools.kit.failure_groups import plain_text
from tools.kit.text import passage, quote, word, word_if
from tools.kit.toolset import Toolset
from tools.testery.client.testery import Testery
from tools.testery.tools.log_tail import tail_of
from tools.testery.tools.projects import project_keys
from tools.testery.tools.results import error_line, known_result, seconds_of
from tools.testery.tools.runs import known_run, verdict

tool = Toolset(Testery)

MOST_FAILURES: Final = 50
OUTPUT_BYTES: Final = 4_000


async def run_ids(api: Testery, variable: str, typed: str, before: dict[str, str]) -> list[str]:
    """Ids of the newest runs, for completion."""
    return [str(run.id) for run in await api.test_runs(limit=100) if str(run.id).startswith(typed)]


async def result_ids(api: Testery, variable: str, typed: str, before: dict[str, str]) -> list[str]:
    """Ids of runs, or of a run's results with the failed ones first, for completion."""
    run_id = before.get("run_id", "")
    if variable == "run_id" or not (run_id.isascii() and run_id.isdigit()):
        return await run_ids(api, variable, typed, before)
    results = sorted(await api.results(int(run_id)), key=lambda result: result.status != "failed")
    return [str(result.id) for result in results if str(result.id).startswith(typed)]


@tool.resource("test-runs/{run_id}", complete=run_ids)
async def run_page(api: Testery, run_id: int) -> str:
    """A test run with its failures."""
    run = await known_run(api, run_id)
    keys = await project_keys(api)
    counts = (("total", run.total), ("passed", run.passed), ("failed", run.failed), ("ignored", run.ignored))
    version = (("branch", run.branch), ("build", run.build), ("commit", run.commit))
    facts = (
        ("Status", f"{word(run.status)} ({word(run.said)})" if run.said else word(run.status)),
        ("Reason", run.reason and quote(run.reason, at_most=500)),
        ("Verdict", verdict(run)),
        ("Project", word_if(keys.get(run.project_id or 0))),
        ("Environment", word_if(run.environment_key)),
        ("Version", ", ".join(f"{name} {quote(value)}" for name, value in version if value)),
        ("Tests", ", ".join(f"{count} {name}" for name, count in counts if count is not None)),
        ("Created", word_if(run.at)),
        ("Started", word_if(run.started_at)),
        ("Ended", word_if(run.ended_at)),
        ("Tags", ", ".join(quote(tag) for tag in run.include_tags)),
    )
    lines = [f"# Run {run.id}: {quote(run.name or run.test_name or '', at_most=300)}", ""]
    lines += [f"- {name}: {value}" for name, value in facts if value]
    failing = [result for result in await api.results(run.id) if result.status == "failed"]
    if failing:
        lines += ["", "## Failed results", ""]
        lines += [f"- {one.id} {quote(one.name or '?')}: {error_line(one)}" for one in failing[:MOST_FAILURES]]
        if len(failing) > MOST_FAILURES:
            lines.append(f"- and {len(failing) - MOST_FAILURES} more")
        lines += ["", f"testery_get_failures groups the failures of run {run.id}."]
    return "\n".join(lines)


@tool.resource("test-runs/{run_id}/results/{result_id}", complete=result_ids)
async def result_page(api: Testery, run_id: int, result_id: int) -> str:
    """One result of a test run, with the end of its output."""
    result = await known_result(api, run_id, result_id)
    facts = (
        ("Status", f"{word(result.status)} ({word(result.said)})" if result.said else word(result.status)),
        ("File", result.file and quote(result.file, at_most=300)),
        ("Seconds", seconds_of(result)),
        ("Screenshots", len(result.screenshots) or None),
        ("Videos", len(result.videos) or None),
    )
    lines = [f"# Result {result_id} of run {run_id}: {quote(result.name or '', at_most=300)}", ""]
    lines += [f"- {name}: {value}" for name, value in facts if value]
    for heading, words in (("Error", result.error), ("Stack", result.stack_trace)):
        if words and words.strip():
            lines += ["", f"## {heading}", "", passage(plain_text(words))]
    tail = tail_of(result.output, OUTPUT_BYTES)
    if tail.lines:
        lines += ["", f"## Output, the last {tail.shown} of {tail.total} bytes", "", passage("\n".join(tail.lines))]
    if result.screenshots:
        lines += ["", f"testery_get_screenshots shows the pictures of result {result_id} of run {run_id}."]
    return "\n".join(lines)
