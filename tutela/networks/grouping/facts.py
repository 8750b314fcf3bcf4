"""What a platform tells of its accounts: when they came and went, their tokens, who is a minor."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray
from scipy.sparse import csr_array

from tutela.networks.engines.engine import Places
from tutela.networks.files import formats
from tutela.networks.files.errors import NetworkFileUnfit
from tutela.networks.files.known import minors
from tutela.networks.files.seeds import places_of
from tutela.networks.graph import Graph
from tutela.networks.grouping.ties import Wholes

#: A token that more accounts use says nothing.
MOST_USERS: Final = 20

_TIME = pa.timestamp("ms", tz="UTC")
#: Edges of kinds that begin so join accounts that share something; tags are no mark of one person.
_SHARED, _TAG = "shared_", "tag"


@dataclass(frozen=True, slots=True)
class Ages:
    """By place; who is not told of may be a child all the same."""

    #: Known to be a minor's.
    minor: NDArray[np.bool_]
    #: Known to be a minor's or not to be.
    told: NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Facts:
    """By place; times are milliseconds since 1970, -1 where the file says nothing."""

    created_ms: Wholes
    removed_ms: Wholes
    ages: Ages


@dataclass(frozen=True, slots=True)
class Tokens:
    """Who used which token; a token stands for a device, a means of payment or the like."""

    #: An account and one of its tokens by number, each pair once; sorted by account.
    account: Places
    token: Wholes
    #: How many accounts use each token.
    users: Wholes


def read_facts(path: Path, *, names: pa.Array) -> Facts:
    """What the file says of the accounts called `names`; others are passed over.

    Columns: `account` and what there is of `created_at`, `removed_at` and `minor`. Raises
    NetworkFileUnfit where a field can't be read.
    """
    there = formats.columns_of(path)
    if "account" not in there:
        raise NetworkFileUnfit(f"{path}: no column account.")
    wanted = [name for name in ("account", "created_at", "removed_at", "minor") if name in there]
    ages = Ages(np.zeros(len(names), np.bool_), np.zeros(len(names), np.bool_))
    facts = Facts(np.full(len(names), -1), np.full(len(names), -1), ages)
    for batch in formats.batches(path, columns=wanted):
        at = places_of(batch.columns["account"], names=names)
        known = at >= 0
        for name, into in (("created_at", facts.created_ms), ("removed_at", facts.removed_ms)):
            if name in wanted:
                into[at[known]] = _times(batch.columns[name], path=path, name=name)[known]
        if "minor" in wanted:
            minor, told = minors(batch.columns["minor"])
            ages.minor[at[known]], ages.told[at[known]] = minor[known], told[known]
    return facts


def read_tokens(paths: Sequence[Path], *, names: pa.Array) -> Tokens | None:
    """Of the accounts called `names`: `account`, `token` and perhaps `kind`.

    None where no file has a column `token`: tags that people use are no marks of one person.
    """
    accounts, tokens = [], []
    for path in paths:
        there = formats.columns_of(path)
        if "token" not in there:
            continue
        wanted = [name for name in ("account", "token", "kind") if name in there]
        for batch in formats.batches(path, columns=wanted):
            accounts.append(places_of(batch.columns["account"], names=names))
            tokens.append(_named(batch.columns))
    if not accounts:
        return None
    return _tokens(np.concatenate(accounts), tokens=pa.concat_arrays(tokens))


def tokens_of(graph: Graph) -> Tokens | None:
    """Tokens where edges alone tell of them: each two accounts that share one, as a token of two.

    None where no kind of edge does. Who shares with more than MOST_USERS shares what says nothing.
    """
    pairs = [
        _pairs(matrix)
        for kind, matrix in sorted(graph.adjacency.items())
        if kind.startswith(_SHARED) and _TAG not in kind
    ]
    if not pairs:
        return None
    both = np.concatenate(pairs, axis=1)
    account = np.concatenate([both[0], both[1]])
    token = np.tile(np.arange(both.shape[1]), 2)
    order = np.lexsort((token, account))
    return Tokens(account[order], token[order], np.full(both.shape[1], 2))


def _pairs(matrix: csr_array) -> Wholes:
    """Each two accounts that few others share with, once: (2, pairs)."""
    first, second = (each.astype(np.int64) for each in matrix.tocoo().coords)
    pairs = np.unique(np.stack([np.minimum(first, second), np.maximum(first, second)]), axis=1)
    shares = np.bincount(pairs.ravel(), minlength=matrix.shape[0])
    return pairs[:, shares[pairs].min(axis=0) < MOST_USERS]


def _named(columns: Mapping[str, pa.Array]) -> pa.Array:
    """The token with its kind before it: tokens of two kinds are never the same."""
    token = _plain(columns["token"]).cast(pa.string())
    kind = _plain(columns["kind"]).cast(pa.string()) if "kind" in columns else pa.scalar("")
    return pc.binary_join_element_wise(kind, token, " ")


def _tokens(account: Places, *, tokens: pa.Array) -> Tokens:
    coded = tokens.dictionary_encode()
    number = coded.indices.to_numpy().astype(np.int64)
    known = account >= 0
    pairs = np.unique(np.stack([account[known], number[known]]), axis=1)
    users = np.bincount(pairs[1], minlength=len(coded.dictionary))
    return Tokens(pairs[0], pairs[1], users.astype(np.int64))


def _times(column: pa.Array, *, path: Path, name: str) -> Wholes:
    try:
        if pa.types.is_string(column.type):
            column = pc.if_else(pc.equal(column, ""), None, column)
        times = column.cast(_TIME).cast(pa.int64()).fill_null(-1)
    except pa.ArrowException as error:
        raise NetworkFileUnfit(f"{path}, {name}: times with a zone are wanted.") from error
    return np.asarray(times.to_numpy(), np.int64)


def _plain(column: pa.Array) -> pa.Array:
    return column.dictionary_decode() if pa.types.is_dictionary(column.type) else column
