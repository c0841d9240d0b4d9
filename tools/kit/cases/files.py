"""Files of test cases, one or a folder of them, each read by its ending."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from anyio import to_thread

from tools.kit.cases.case import MOST_CASES, Case, CaseFile, Fault
from tools.kit.cases.reading import LARGEST, read_text
from tools.kit.errors import Refused
from tools.kit.text import many, quote
from tools.kit.upload import open_upload
from tools.kit.upload_folder import files_in

MOST_FILES = 200
Readers = Mapping[str, Callable[[str], CaseFile]]
"""By ending, such as .csv, what reads a text."""


@dataclass(frozen=True)
class ReadFile:
    """A file that was read."""

    name: str
    size: int
    digest: str
    content: CaseFile


@dataclass
class CaseFiles:
    """All files of a call."""

    files: list[ReadFile]

    @property
    def cases(self) -> list[tuple[ReadFile, Case]]:
        return [(file, case) for file in self.files for case in file.content.cases]

    @property
    def faults(self) -> list[tuple[ReadFile, Fault]]:
        return [(file, fault) for file in self.files for fault in file.content.faults]

    @property
    def notes(self) -> list[str]:
        """What else to know, each with its file where there are several."""
        several = len(self.files) > 1
        return [
            f"{quote(file.name, at_most=200)}: {note}" if several else note
            for file in self.files
            for note in file.content.notes
        ]


async def read_case_files(path: str, *, allowed: str, readers: Readers) -> CaseFiles:
    """Read a file of test cases, or all in a folder.

    Raises:
        Refused: with the name of the file and the reason.
    """
    read: list[ReadFile] = []
    for one in await files_in(path, allowed=allowed, extensions=tuple(readers), at_most=MOST_FILES):
        async with open_upload(one, allowed=allowed, extensions=tuple(readers), at_most=LARGEST) as file:
            ending = next(ending for ending in readers if file.name.lower().endswith(ending))
            text, digest = await read_text(file), await file.digest()
            try:
                # In a thread: the largest feature takes seconds.
                content = await to_thread.run_sync(readers[ending], text)
            except Refused as error:
                raise Refused(f"{quote(file.name, at_most=200)}: {error.sentence}") from None
            read.append(ReadFile(file.name, file.size, digest, content))
    count = sum(len(file.content.cases) for file in read)
    if count > MOST_CASES:
        raise Refused(f"The files have {many(count, 'test case')}; {MOST_CASES} can be imported at once.")
    return CaseFiles(read)
