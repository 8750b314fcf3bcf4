"""Who tried out what is listed: told to the people of the house, and to the other processes."""

from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from tutela.access.keys import KeySet
from tutela.access.tokens import Caller
from tutela.cases.identity import subject_key
from tutela.database import queries
from tutela.database.pool import Connection, Pool, every_tenant_transaction
from tutela.domain.notice import Subject
from tutela.domain.vocabulary import Mark, SubjectKind
from tutela.guard.probing import Trait, Watch, Word
from tutela.guard.publishing.listing import Place

#: How long a row is kept after it was last true.
KEEP_DAYS: Final = 30
#: Rows that wait for the database at most; the oldest give way.
WAITING_MAX: Final = 10_000
#: So long each process is told whom a person let in again.
LET_IN_SECONDS: Final = 120.0

_sql = queries.load("tutela.guard.publishing")


@dataclass(frozen=True, slots=True, kw_only=True)
class Probed:
    """A viewer, or a token as a whole where the key is empty, that tries out what is listed."""

    caller: Caller
    viewer_key: bytes
    trait: Trait
    at: datetime
    shut_until: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ViewerKey:
    """Whom a watch knows a viewer by: a keyed digest, the same as of notices about the account."""

    place: Place
    key: bytes
    #: A drill's viewers shut out no real ones.
    mark: Mark = Mark.REAL


@dataclass(slots=True, kw_only=True)
class Sentry:
    """Shuts out viewers that try out what is listed, here at once and elsewhere within seconds."""

    keys: KeySet
    clock: Callable[[], datetime]
    monotonic: Callable[[], float]
    watch: Watch = field(default_factory=Watch)
    #: Whether a token that tries out what is listed is shut out too, and not only told of.
    shuts_tokens: bool = False
    waiting: deque[Probed] = field(default_factory=lambda: deque(maxlen=WAITING_MAX))

    def viewer(self, account_id: str, *, place: Place, mark: Mark = Mark.REAL) -> ViewerKey:
        """By what the viewer is known."""
        key = viewer_key(account_id, place=place, keys=self.keys)
        return ViewerKey(place=place, key=key, mark=mark)

    def is_shut(self, viewer: ViewerKey | UUID) -> bool:
        """Whether everything is refused to the viewer, or to the token, now."""
        return self.watch.is_shut(viewer, seconds=self.monotonic())

    def looked_at(self, words: Sequence[Word], *, caller: Caller) -> bool:
        """Whether the token is shut out by what was looked at just now, on whatever surface."""
        seconds = self.monotonic()
        trait = self.watch.token_asked(caller.token_id, words=words, seconds=seconds)
        if trait is not None:
            self._tell(trait, caller=caller, viewer=None, lasts_seconds=0.0)
        if trait is not None and self.shuts_tokens:
            self.watch.shut(caller.token_id, seconds=seconds)
            return True
        return False

    def asked(self, words: Sequence[Word], *, viewer: ViewerKey, caller: Caller) -> bool:
        """Whether the viewer is shut out by what they asked for just now."""
        seconds = self.monotonic()
        trait = self.watch.viewer_asked(viewer, words=words, seconds=seconds)
        if trait is None:
            return False
        lasts_seconds = self.watch.shut(viewer, seconds=seconds)
        self._tell(trait, caller=caller, viewer=viewer, lasts_seconds=lasts_seconds)
        return True

    def _tell(
        self, trait: Trait, *, caller: Caller, viewer: ViewerKey | None, lasts_seconds: float
    ) -> None:
        at = self.clock()
        probed = Probed(
            caller=caller,
            viewer_key=b"" if viewer is None else viewer.key,
            trait=trait,
            at=at,
            shut_until=None if viewer is None else at + timedelta(seconds=lasts_seconds),
        )
        self.waiting.append(probed)

    async def exchange(self, pool: Pool) -> None:
        """Writes down who was found here, and shuts out whom other processes found."""
        now = self.clock()
        async with every_tenant_transaction(pool) as connection:
            told = list(self.waiting)
            for each in told:
                await tell(connection, probed=each)
            cursor = await connection.execute(_sql.shut_viewers, {"now": now})
            rows = await cursor.fetchall()
            since = now - timedelta(seconds=LET_IN_SECONDS)
            cursor = await connection.execute(_sql.viewers_let_in, {"since": since, "now": now})
            let_in = await cursor.fetchall()
        for _ in told:
            self.waiting.popleft()
        for tenant, service, mark, key, until in rows:
            viewer = ViewerKey(place=Place(tenant, service), key=bytes(key), mark=Mark(mark))
            lasts_seconds = (until - now).total_seconds()
            self.watch.hear(viewer, until=self.monotonic() + lasts_seconds)
        for tenant, service, mark, key in let_in:
            self._let_in(ViewerKey(place=Place(tenant, service), key=bytes(key), mark=Mark(mark)))

    def _let_in(self, viewer: ViewerKey) -> None:
        if self.is_shut(viewer) and all(each.viewer_key != viewer.key for each in self.waiting):
            self.watch.let_in(viewer)


async def tell(connection: Connection, *, probed: Probed) -> None:
    """Writes down who was found."""
    await connection.execute(_sql.tell_probing, _columns(probed))


def viewer_key(account_id: str, *, place: Place, keys: KeySet) -> bytes:
    """A keyed digest of the viewer's account."""
    subject = Subject(kind=SubjectKind.ACCOUNT, id=account_id)
    return subject_key(
        subject, tenant=place.tenant, service=place.service, digest=keys.subject_digest
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Probing:
    """A viewer or a token that tried out what is listed, as people of the house see it."""

    token_id: UUID
    #: In hex: the same digest as of notices about the account; empty for the token as a whole.
    viewer: str
    trait: Trait
    since: datetime
    last_at: datetime
    times: int
    shut_until: datetime | None


async def probing_in(
    connection: Connection, *, place: Place, since: datetime, limit: int
) -> list[Probing]:
    """Who tried out a service's list since then, the latest first."""
    asked = {**place.columns, "since": since, "limit": limit}
    cursor = await connection.execute(_sql.probing, asked)
    return [
        Probing(
            token_id=token_id,
            viewer=bytes(key).hex(),
            trait=Trait(trait),
            since=began,
            last_at=last_at,
            times=times,
            shut_until=shut_until,
        )
        for token_id, key, trait, began, last_at, times, shut_until in await cursor.fetchall()
    ]


async def forget_probing(pool: Pool, *, now: datetime) -> None:
    """Drops the rows whose time is over."""
    async with every_tenant_transaction(pool) as connection:
        await connection.execute(_sql.forget_probing, {"now": now})


def _columns(probed: Probed) -> dict[str, object]:
    caller = probed.caller
    return {
        "tenant": caller.tenant,
        "service": caller.service,
        "mark": str(caller.mark),
        "token_id": caller.token_id,
        "viewer_key": probed.viewer_key,
        "trait": str(probed.trait),
        "at": probed.at,
        "shut_until": probed.shut_until,
        "expires_at": probed.at + timedelta(days=KEEP_DAYS),
    }
