"""Whose signature under a snapshot counts: keys that were given, or the first that was seen."""

from collections.abc import Callable, Sequence
from typing import Final

from tutela.client.answers import LogKey
from tutela.client.trust import KEY_FAULTS, LogTrust
from tutela.guard.sealing import Manifest, SnapshotForeign

#: How long the ledger is not asked again whether one of its keys has ended.
KEYS_SECONDS: Final = 3_600.0


class _Held:
    """Keys in the memory of the process: a `KeyStore`."""

    def __init__(self, keys: Sequence[str]) -> None:
        self._keys = list(keys)

    def load(self) -> Sequence[str]:
        return self._keys

    def save(self, keys: Sequence[str]) -> None:
        self._keys = list(keys)


class Believing:
    """The believed keys of the ledger; a new one is believed where a believed one introduced it."""

    def __init__(self, given: Sequence[str] = (), *, monotonic: Callable[[], float]) -> None:
        self._trust = LogTrust(_Held(given))
        self._monotonic = monotonic
        self._learned_at: float | None = None

    @property
    def keys(self) -> list[str]:
        """The base64 keys that are believed now."""
        return self._trust.keys

    def begin_again(self) -> None:
        """The same keys without the locks of another process, whose threads may have held them."""
        self._trust = LogTrust(_Held(self.keys))
        self._learned_at = None

    def resume(self, keys: Sequence[str]) -> None:
        """Believes the keys of an earlier run, where none were given for this one."""
        if not self._trust.keys:
            self._trust = LogTrust(_Held(keys))

    def knows(self, manifest: Manifest) -> bool:
        """Whether the key that a manifest names is believed."""
        return self._trust.knows(manifest.key_id)

    def must_ask(self, manifest: Manifest) -> bool:
        """Whether the ledger's keys have to be seen before this signature is judged."""
        now, learned_at = self._monotonic(), self._learned_at
        return learned_at is None or now - learned_at > KEYS_SECONDS or not self.knows(manifest)

    def learn(self, listed: Sequence[LogKey]) -> None:
        """Believes what is introduced; where nothing was believed, the first of the list.

        Raises SnapshotForeign for keys that contradict what is believed.
        """
        try:
            self._trust.learn(listed)
        except KEY_FAULTS as error:
            raise SnapshotForeign(f"The ledger's keys are not believed: {error}.") from error
        self._learned_at = self._monotonic()

    def of(self, manifest: Manifest) -> list[bytes]:
        """The raw keys that are believed of a snapshot that was published at its time."""
        return self._trust.public_keys(manifest.published_at)
