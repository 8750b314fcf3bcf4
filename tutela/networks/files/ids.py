"""Ids of accounts, integers or strings, to places from 0: the smallest id has place 0."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Final, TypeVar

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

#: A table by id is used where the ids span at most so many times their number.
_SPAN_TIMES: Final = 8

Codes = NDArray[np.int32]
_Part = TypeVar("_Part")


def drained(parts: list[_Part]) -> Iterator[_Part]:
    """One after the other, and none is kept."""
    while parts:
        yield parts.pop(0)


def is_whole_number(kind: pa.DataType) -> bool:
    """Whether ids of this type are whole numbers that fit into 64 bits with a sign."""
    if pa.types.is_dictionary(kind):
        return is_whole_number(kind.value_type)
    return bool(pa.types.is_integer(kind)) and kind != pa.uint64()


def is_number(kind: pa.DataType) -> bool:
    """Whether values of this type are numbers of whatever kind."""
    tests = pa.types.is_integer, pa.types.is_floating, pa.types.is_decimal
    return any(test(kind) for test in tests)


def is_text(kind: pa.DataType) -> bool:
    """Whether ids of this type are strings."""
    if pa.types.is_dictionary(kind):
        return is_text(kind.value_type)
    strings = pa.types.is_string, pa.types.is_large_string, pa.types.is_string_view
    return any(test(kind) for test in strings)


def united(names: pa.Array, *, others: pa.Array) -> tuple[pa.Array, bool]:
    """Both together, each id once, and whether numbers became strings for it."""
    mixed = is_whole_number(names.type) != is_whole_number(others.type)
    if mixed:
        names, others = names.cast(pa.string()), others.cast(pa.string())
    return pc.unique(pa.concat_arrays([names, others.cast(names.type)])), mixed


def ordered(names: pa.Array) -> tuple[pa.Array, Codes]:
    """The names rising, and by the old place the new one."""
    order = pc.array_sort_indices(names)
    places = np.empty(len(names), np.int32)
    places[order.to_numpy()] = np.arange(len(names), dtype=np.int32)
    return names.take(order), places


def as_numbers(names: pa.Array) -> pa.Array:
    """Strings as numbers where each is the one way to write a whole number; else as they are."""
    if not is_text(names.type) or not len(names):
        return names
    plain = pc.match_substring_regex(names, r"^(0|-?[1-9][0-9]{0,17})$")
    return names.cast(pa.int64()) if pc.all(plain).as_py() else names


class Texts:
    """Strings as they come, each with a number of its own."""

    def __init__(self) -> None:
        self._names: pa.Array = pa.array([], pa.string())
        self._codes: list[Codes] = []

    def add(self, *columns: pa.Array) -> None:
        """Takes further ids."""
        with ThreadPoolExecutor(len(columns)) as workers:
            coded = list(workers.map(_coded, columns))
        for each in coded:
            self._codes.append(self._numbers(each.dictionary)[each.indices.to_numpy()])

    def finish(self) -> tuple[pa.Array, list[Codes]]:
        """Every id once, and of each array taken the places of its ids among those."""
        return self._names, self._codes

    def _numbers(self, ids: pa.Array) -> Codes:
        known = pc.index_in(ids, self._names)
        new = ids.filter(known.is_null())
        numbers: Codes = known.fill_null(-1).to_numpy().copy()
        numbers[numbers < 0] = np.arange(len(new), dtype=np.int32) + np.int32(len(self._names))
        self._names = pa.concat_arrays([self._names, new])
        return numbers


class Numbers:
    """Whole numbers as they come."""

    def __init__(self) -> None:
        self._ids: list[NDArray[np.integer]] = []

    def add(self, *columns: pa.Array) -> None:
        """Takes further ids."""
        self._ids += [_narrow(_plain(ids, kind=pa.int64()).to_numpy()) for ids in columns]

    def finish(self) -> tuple[pa.Array, list[Codes]]:
        """Every id once, and of each array taken the places of its ids among those."""
        parts = [part for part in self._ids if len(part)]
        if not parts:
            return pa.array([], pa.int64()), [np.empty(0, np.int32) for _ in self._ids]
        least = min(int(part.min()) for part in parts)
        span = max(int(part.max()) for part in parts) - least + 1
        if span > _SPAN_TIMES * sum(map(len, parts)):
            return self._by_hash()
        is_there = np.zeros(span, np.bool_)
        for part in parts:
            is_there[_above(part, least=least)] = True
        places = np.cumsum(is_there, dtype=np.int32) - np.int32(1)
        codes = [places[_above(part, least=least)] for part in drained(self._ids)]
        return pa.array(np.flatnonzero(is_there) + least), codes

    def _by_hash(self) -> tuple[pa.Array, list[Codes]]:
        parts = [pa.array(part.astype(np.int64)) for part in self._ids]
        coded = pa.chunked_array(parts).dictionary_encode()
        return coded.chunk(0).dictionary, [chunk.indices.to_numpy() for chunk in coded.chunks]


def _narrow(ids: NDArray[np.int64]) -> NDArray[np.integer]:
    """The same numbers in half the memory, where they fit."""
    half = np.iinfo(np.int32)
    fits = not len(ids) or (half.min <= ids.min() and ids.max() <= half.max)
    return ids.astype(np.int32) if fits else ids


def _above(ids: NDArray[np.integer], *, least: int) -> NDArray[np.integer]:
    return ids if least == 0 else ids.astype(np.int64) - least


def _coded(ids: pa.Array) -> pa.DictionaryArray:
    return _plain(ids, kind=pa.string()).dictionary_encode()


def _plain(ids: pa.Array, *, kind: pa.DataType) -> pa.Array:
    if pa.types.is_dictionary(ids.type):
        ids = ids.dictionary_decode()
    return ids.cast(kind)
