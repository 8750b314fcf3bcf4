"""Several arrays in one piece of memory, which tells what lies where."""

import mmap
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, Final

import msgspec
import numpy as np
from numpy.typing import NDArray

#: Gives so many bytes, all zero.
Allocate = Callable[[int], mmap.mmap]
Arrays = dict[str, NDArray[Any]]

_ALIGNED_BYTES: Final = 64
_LENGTH_BYTES: Final = 8


@dataclass(frozen=True, slots=True)
class Block:
    """A piece of memory and the arrays in it."""

    memory: mmap.mmap
    arrays: Arrays


class Field(msgspec.Struct, frozen=True):
    """One array: its name, the type of its elements as numpy writes it, its shape."""

    name: str
    dtype: str
    shape: tuple[int, ...]

    @property
    def size_bytes(self) -> int:
        """What the array takes."""
        return int(np.prod(self.shape, dtype=np.int64)) * np.dtype(self.dtype).itemsize


def private(size_bytes: int) -> mmap.mmap:
    """Memory of this process alone."""
    return mmap.mmap(-1, max(size_bytes, 1))


def laid_out(fields: Iterable[Field], *, allocate: Allocate) -> Block:
    """The arrays, all zero, in one piece of memory that begins with what lies where."""
    listed = list(fields)
    said = msgspec.json.encode(listed)
    buffer = allocate(_ends(listed, after=_LENGTH_BYTES + len(said)))
    buffer[:_LENGTH_BYTES] = len(said).to_bytes(_LENGTH_BYTES, "little")
    buffer[_LENGTH_BYTES : _LENGTH_BYTES + len(said)] = said
    return Block(buffer, _arrays(buffer, fields=listed, after=_LENGTH_BYTES + len(said)))


def found_in(buffer: mmap.mmap) -> Block:
    """The arrays that `laid_out` put there; they can be written to only where the memory can."""
    length = int.from_bytes(buffer[:_LENGTH_BYTES], "little")
    said = buffer[_LENGTH_BYTES : _LENGTH_BYTES + length]
    fields = msgspec.json.decode(said, type=list[Field])
    return Block(buffer, _arrays(buffer, fields=fields, after=_LENGTH_BYTES + length))


def _arrays(buffer: mmap.mmap, *, fields: list[Field], after: int) -> Arrays:
    arrays, at = {}, after
    for field in fields:
        at = _aligned(at)
        count = field.size_bytes // np.dtype(field.dtype).itemsize
        flat = np.frombuffer(buffer, dtype=field.dtype, count=count, offset=at)
        arrays[field.name] = flat.reshape(field.shape)
        at += field.size_bytes
    return arrays


def _ends(fields: list[Field], *, after: int) -> int:
    at = after
    for field in fields:
        at = _aligned(at) + field.size_bytes
    return _aligned(at)


def _aligned(at: int) -> int:
    return -(-at // _ALIGNED_BYTES) * _ALIGNED_BYTES
