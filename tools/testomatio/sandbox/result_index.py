"""Result index: all results by run and by test."""

from collections.abc import Iterator

from tools.testomatio.sandbox.records import Testrun


class ResultIndex:
    """All results; those of a run in order of creation."""

    def __init__(self) -> None:
        self._all: dict[int, Testrun] = {}
        self._by_run: dict[str, dict[int, Testrun]] = {}
        self._by_test: dict[str, dict[int, Testrun]] = {}

    def __len__(self) -> int:
        return len(self._all)

    def __iter__(self) -> Iterator[Testrun]:
        return iter(self._all.values())

    def get(self, result_id: int) -> Testrun | None:
        return self._all.get(result_id)

    def add(self, result: Testrun) -> Testrun:
        self._all[result.id] = result
        self._by_run.setdefault(result.run_id, {})[result.id] = result
        if result.test_id is not None:
            self._by_test.setdefault(result.test_id, {})[result.id] = result
        return result

    def drop(self, result: Testrun) -> None:
        del self._all[result.id], self._by_run[result.run_id][result.id]
        if result.test_id is not None:
            del self._by_test[result.test_id][result.id]

    def move(self, result: Testrun, *, run_id: str, test_id: str | None) -> None:
        """Move a result to another run or test."""
        self.drop(result)
        result.run_id, result.test_id = run_id, test_id
        self.add(result)

    def of_run(self, run_id: str) -> list[Testrun]:
        return list(self._by_run.get(run_id, {}).values())

    def of_test(self, test_id: str) -> list[Testrun]:
        return list(self._by_test.get(test_id, {}).values())
