"""`testdesk setup`: adds the server to the hosts of this machine, checks the entries, and takes them out again."""

import argparse
import os
import shlex
import sys
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, ExitStack, suppress
from typing import Final, Protocol

from server.credentials import SettingsError
from server.hosts import files, tokens
from server.hosts.changes import Change, carry_out, planned, planned_undo
from server.hosts.documents import CannotEdit, with_entry
from server.hosts.entries import NAMES, entry_of
from server.hosts.files import ChangedMeanwhile, FileProblem
from server.hosts.places import Machine, hosts_named
from server.hosts.present import with_entries
from server.hosts.table import HOSTS, Host
from server.hosts.wanted import AskToken, Wanted, for_accounts, for_sandbox
from server.terminal import NoTerminal, Person, controlling_terminal, printable
from tools.kit.platform import Credential, Platform
from tools.platforms import PLATFORMS

ALL: Final = "all"
TRIES: Final = 3
DONE: Final = {
    "created": "{file} was created with the entry {name}.",
    "added": "{file} has the entry {name} now{backup}.",
    "updated": "{file} has the entry {name} brought up to date{backup}.",
    "restored": "{file} is as it was before.",
    "deleted": "{file} is deleted, since setup had created it.",
    "removed": "{file} no longer has setup's entries; what changed in it since stays.",
}
WOULD: Final = {
    "created": "{file} would be created with this entry:",
    "added": "{file} would get this entry:",
    "updated": "{file} has the entry {name}, which would get these values; its others stay:",
}
STEPS: Final = """
  testdesk setup --sandbox HOST    try it on the sandbox: no account, no token
  testdesk setup HOST              use your accounts: asks for their tokens, in a terminal
  testdesk setup --print HOST      print the entry only
  testdesk setup --check           start each entry as its host would
  testdesk setup --undo            take the entries out again"""
NO_CREDENTIAL: Final = (
    "No platform has a credential, so the server would offer nothing. Nothing was written. Run this command in a "
    "terminal of your own, which asks for tokens without showing them; or name a file that holds one, such as "
    "{variable}_FILE=PATH; or try `testdesk setup --sandbox`."
)


class Keys(Person, Protocol):
    """A person who can also type what is not shown."""

    def ask_hidden(self, question: str) -> str:
        """One line that is not shown while it is typed."""


def run_setup(
    given: argparse.Namespace,
    *,
    machine: Machine | None = None,
    terminal: Callable[[], AbstractContextManager[Keys]] = controlling_terminal,
    say: Callable[[str], object] = print,
    remark: Callable[[str], object] | None = None,
) -> int:
    """Run the command and return its exit code; `say` prints, `remark` prints beside what may be piped."""
    aside = remark or (lambda text: sys.stderr.write(f"{text}\n"))
    try:
        return _Setup(given, machine or Machine.here(), terminal, lambda text: say(printable(text)), aside).run()
    except FileProblem as error:
        aside(printable(f"testdesk setup: {error}"))
        return 1


class _Setup:
    """One run of the command."""

    def __init__(
        self,
        given: argparse.Namespace,
        machine: Machine,
        terminal: Callable[[], AbstractContextManager[Keys]],
        say: Callable[[str], object],
        remark: Callable[[str], object],
    ) -> None:
        self._given, self._machine, self._terminal, self._say, self._remark = given, machine, terminal, say, remark

    def run(self) -> int:
        given = self._given
        _check_options(given)
        if given.check:
            from server.setup_check import check_all  # the client of the SDK takes a while to import

            return 0 if check_all(self._machine, self._named() or with_entries(self._machine), self._say) else 1
        if given.undo:
            return self._each(self._named() or with_entries(self._machine), self._undo)
        with ExitStack() as stack:
            keys = None
            if not (given.print or given.dry_run):
                with suppress(NoTerminal):
                    keys = stack.enter_context(self._terminal())
            hosts = self._named() or self._chosen(keys)
            if not hosts:
                return 0
            wanted = self._wanted(keys)
        if given.print:
            return self._each(hosts, lambda host: self._print(host, wanted))
        if not wanted.offers:
            self._remark(NO_CREDENTIAL.format(variable=PLATFORMS[0].credentials[0].variable))
            return 1
        code = self._each(hosts, lambda host: self._write(host, wanted))
        if not given.dry_run:
            self._say(_closing(wanted))
        return code

    def _named(self) -> list[Host]:
        """The hosts that the command line names."""
        names = self._given.hosts
        if names == [ALL]:
            return self._machine.installed()
        hosts, unknown = hosts_named(names)
        if unknown:
            raise SettingsError(f"{unknown[0]!r} is no host that setup knows: {', '.join(h.key for h in HOSTS)}.")
        return hosts

    def _chosen(self, keys: Keys | None) -> list[Host]:
        """The hosts that a person picks of those found; without a person, what to do is printed."""
        found = self._machine.installed()
        rows = [f"  {n}  {host.key:<15} {self._file(host)}" for n, host in enumerate(found, 1)]
        heading = "Found on this machine:" if found else "No host that setup knows was found on this machine."
        if keys is None or not found:
            others = ", ".join(host.key for host in HOSTS if host not in found)
            self._say("\n".join([heading, *rows, *([f"Others: {others}"] if others else []), STEPS]))
            return []
        keys.show("\n".join([heading, *rows]))
        for _ in range(TRIES):
            answer = keys.ask("Add Testdesk to which? Numbers or names, `all`, or Enter for none:")
            words = answer.lower().replace(",", " ").split()
            if words == [ALL]:
                return found
            names = [found[int(w) - 1].key if w.isdigit() and 0 < int(w) <= len(found) else w for w in words]
            hosts, unknown = hosts_named(names)
            if not unknown:
                return hosts
            keys.show(f"{unknown[0]} is none of them.")
        return []

    def _wanted(self, keys: Keys | None) -> Wanted:
        given = self._given
        options = ["--read-only"] if given.read_only else []
        if given.sandbox:
            return for_sandbox(options)
        return for_accounts(
            PLATFORMS,
            self._machine.environment,
            only=given.platform,
            options=options,
            inputs=given.inputs,
            ask=self._asker(keys) if keys is not None else None,
        )

    def _asker(self, keys: Keys) -> AskToken:
        """Asks for tokens, and says first where they go."""
        folder = self._machine.short(tokens.folder_of(self._machine.environment))
        intro = [
            f"\nTokens go to files in {folder} that only you can read; entries name these files.",
            "What you type is not shown.",
        ]

        def ask(platform: Platform, credential: Credential, remark: str) -> str:
            while intro:
                keys.show(intro.pop(0))
            return keys.ask_hidden(f"{platform.title}: {credential.variable}, {credential.where} ({remark}):")

        return ask

    def _each(self, hosts: Sequence[Host], work: Callable[[Host], bool]) -> int:
        if not hosts:
            self._say("No host has an entry of setup's.")
        worked = [work(host) for host in hosts]
        return 0 if all(worked) else 1

    def _write(self, host: Host, wanted: Wanted) -> bool:
        """Write an entry, or say why it has to be added by hand."""
        try:
            change = self._settled(host, lambda: self._planned(host, wanted))
        except (CannotEdit, FileProblem) as error:
            self._say(f"{host.title}: {self._file(host)} stays as it is: {error}. Add this to it:")
            self._say(_fragment(host, wanted))
            return False
        if self._given.dry_run:
            self._say(f"{host.title}: {self._sentence(WOULD, change, wanted.name)}")
            self._say(_fragment(host, wanted))
            return True
        missing = "" if self._machine.has(host) else " (It was not found on this machine.)"
        self._say(f"{host.title}: {self._sentence(DONE, change, wanted.name)}{missing}")
        if change.in_the_open:
            names = ", ".join(sorted(change.in_the_open))
            self._say(f"    WARNING: the entry holds {names} in the open. Give it to setup, which moves it to a file.")
        self._say(f"    {host.next}")
        return True

    def _print(self, host: Host, wanted: Wanted) -> bool:
        self._remark(f"{host.title}, {self._file(host)}:")
        self._say(_fragment(host, wanted))
        if wanted.inputs:
            inputs = ", ".join(str(one["id"]) for one in wanted.inputs)
            self._remark(f"With the inputs {inputs}, which `testdesk setup --inputs` writes.")
        if not wanted.offers:
            self._remark("It names no credential yet: `testdesk setup` in a terminal asks for tokens.")
        return True

    def _undo(self, host: Host) -> bool:
        try:
            change = self._settled(host, lambda: planned_undo(host, self._machine.file_of(host)))
        except (CannotEdit, FileProblem) as error:
            self._say(
                f"{host.title}: {self._file(host)} stays as it is: {error}. Take {', '.join(NAMES)} out yourself."
            )
            return False
        words = self._sentence(DONE, change, "") if change.done else f"{self._file(host)} has no entry of setup's."
        self._say(f"{host.title}: {words}")
        return True

    def _settled(self, host: Host, plan: Callable[[], Change]) -> Change:
        """Plan a change and carry it out, again if another program wrote the file meanwhile."""
        for _ in range(TRIES - 1):
            try:
                return self._carried_out(plan())
            except ChangedMeanwhile:
                continue
        return self._carried_out(plan())

    def _carried_out(self, change: Change) -> Change:
        if not self._given.dry_run:
            carry_out(change)
        return change

    def _planned(self, host: Host, wanted: Wanted) -> Change:
        inputs = wanted.inputs if host.asks else ()
        file = self._machine.file_of(host)
        return planned(host, file, wanted.start, name=wanted.name, inputs=inputs, own=wanted.own)

    def _sentence(self, words: dict[str, str], change: Change, name: str) -> str:
        form = words.get(change.done, "{file} has this entry already." if not change.done else "")
        copy = files.backup_of(change.file)
        backup = f"; what it was before is in {self._machine.short(copy)}" if copy.exists() else ""
        return form.format(file=self._machine.short(change.file), name=name, backup=backup)

    def _file(self, host: Host) -> str:
        return self._machine.short(self._machine.file_of(host))


def _fragment(host: Host, wanted: Wanted) -> str:
    """The entry as it would stand in a file of its own."""
    return with_entry(host, "", wanted.name, entry_of(host, wanted.start)).rstrip()


def _closing(wanted: Wanted) -> str:
    """What was set up, and how to test it."""
    offered = ", ".join(wanted.offers)
    lines = [f"\nOffers {offered}. `testdesk setup --check` starts each entry as its host would."]
    if wanted.own and not wanted.inputs and os.name == "posix":
        named = " ".join(f"{name}={shlex.quote(value)}" for name, value in wanted.start.variables.items())
        lines.append(
            f"Test the credentials with `{named} testdesk doctor`." if named else "`testdesk doctor` tests them."
        )
    return "\n".join(lines)


def _check_options(given: argparse.Namespace) -> None:
    """Refuse options that do not go together.

    Raises:
        SettingsError: with a sentence.
    """
    keys = [platform.key for platform in PLATFORMS]
    if unknown := [name for name in given.platform if name not in keys]:
        raise SettingsError(f"--platform {unknown[0]} is none of {', '.join(keys)}.")
    hosts, _ = hosts_named(given.hosts)
    if given.inputs and not (given.platform and hosts and all(host.asks for host in hosts)):
        asking = ", ".join(host.key for host in HOSTS if host.asks)
        raise SettingsError(f"--inputs goes with --platform and a host that asks for secrets itself: {asking}.")
    if given.sandbox and (given.inputs or given.platform):
        raise SettingsError("--sandbox needs no credential, so it goes without --platform and --inputs.")
