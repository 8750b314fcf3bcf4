"""The policies that are in force: a new set takes the place of the old one whole, or not at all."""

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from tutela.detection.rules.checking import check
from tutela.detection.rules.findings import Finding, RulesUnfit
from tutela.detection.rules.policies import Policies
from tutela.detection.rules.policy import Policy
from tutela.detection.rules.reading import Read, files_in, read_policies
from tutela.detection.rules.variables import Vocabulary


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """What is in force, and what is wrong with the files as they lie there now."""

    #: None until a set was found fit: then nothing is known of any event.
    policies: Policies | None = None
    loaded_at: datetime | None = None
    #: Why the files as they lie there are not in force; empty where they are.
    findings: tuple[Finding, ...] = ()
    refused_at: datetime | None = None

    @property
    def is_current(self) -> bool:
        """Whether what lies in the files is what is in force."""
        return self.policies is not None and not self.findings


#: Name, inode, size and time of change of each file.
_Look = tuple[tuple[str, int, int, int], ...]


class RuleBook:
    """A file or folder of policies, watched. Any thread may ask; one refreshes at a time."""

    def __init__(
        self, path: Path, *, vocabulary: Vocabulary, clock: Callable[[], datetime]
    ) -> None:
        self._path = path
        self._vocabulary = vocabulary
        self._clock = clock
        self._refreshing = threading.Lock()
        self._looked_at: _Look | None = None
        self._standing = Standing()

    @property
    def standing(self) -> Standing:
        """What is in force at this moment; keep it for all of one event."""
        return self._standing

    def refresh(self) -> bool:
        """Whether other policies are in force than before.

        Reads the files only where they changed. All are compiled and their own tests run, then the
        set is swapped in one step. A set that is not fit leaves the old one in force, and
        `standing` says what is wrong.
        """
        with self._refreshing:
            look = self._look()
            if look == self._looked_at:
                return False
            try:
                read = read_policies(files_in(self._path), vocabulary=self._vocabulary)
                policies = check(read)
                self._refuse_same_version(read)
            except RulesUnfit as error:
                self._looked_at = look
                self._standing = replace(
                    self._standing, findings=error.findings, refused_at=self._clock()
                )
                return False
            if self._look() != look:
                return False
            self._looked_at = look
            before = self._standing.policies
            self._standing = Standing(policies=policies, loaded_at=self._clock())
            return before is None or before.digest != policies.digest

    def _look(self) -> _Look:
        try:
            found = [(each.name, each.stat()) for each in files_in(self._path)]
        except (OSError, RulesUnfit):
            return ()
        return tuple((name, stat.st_ino, stat.st_size, stat.st_mtime_ns) for name, stat in found)

    def _refuse_same_version(self, read: Read) -> None:
        """RulesUnfit where a policy means something else under the version that it has."""
        if self._standing.policies is None:
            return
        before = {(each.id, each.version): each for each in self._standing.policies.policies}
        findings = list(_changed(read, before=before))
        if findings:
            raise RulesUnfit(findings)


def _changed(read: Read, *, before: dict[tuple[str, int], Policy]) -> Iterator[Finding]:
    for written in read.written:
        old = before.get((written.policy.id, written.policy.version))
        if old is not None and _meaning(old) != _meaning(written.policy):
            what = "another meaning under the version that is in force; give it the next one"
            yield written.finding(what, at="/version")


def _meaning(policy: Policy) -> tuple[object, ...]:
    return policy.events, policy.when, policy.action, policy.legal_basis
