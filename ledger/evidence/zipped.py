"""The one ZIP file that holds given members: written so, and read only so.

Members are stored, not compressed: the same content gives the same bytes whatever library wrote them, and
nothing can swell up when it is read. They stand in one order, without gaps, comments, dates or attributes;
the directory at the end is compared with the one that the members give. (APPNOTE 6.3.10, sections 4.3, 4.5.3)
"""

import re
import struct
from collections.abc import Iterator
from typing import Protocol
from zlib import crc32

from ledger.errors import FormatError

MAX_MEMBER_BYTES = 256 * 1024 * 1024
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]*(?:[./][A-Za-z0-9][A-Za-z0-9_-]*){0,7}")

_LOCAL, _CENTRAL, _END = b"PK\x03\x04", b"PK\x01\x02", b"PK\x05\x06"
_END64, _LOCATOR64 = b"PK\x06\x06", b"PK\x06\x07"
_LOCAL_HEADER = struct.Struct("<4s5H3L2H")
_CENTRAL_HEADER = struct.Struct("<4s6H3L5H2L")
_VERSION, _VERSION_64 = 20, 45
_FIRST_DAY = 0x21  # 1 January 1980, the first that the format has
_MODE = (0o100644 & 0xFFFF) << 16
_FULL_16, _FULL_32 = 0xFFFF, 0xFFFFFFFF


class Sink(Protocol):
    """Takes bytes; need not be able to seek."""

    def write(self, content: bytes, /) -> object: ...


class Source(Protocol):
    """Gives bytes, fewer than asked for only at its end."""

    def read(self, size: int, /) -> bytes: ...


class _Directory:
    """The end of the file, as the members before it give it."""

    def __init__(self) -> None:
        self._records, self._names = bytearray(), set[str]()
        self.offset = 0

    def add(self, name: str, content: bytes) -> bytes:
        """The header that stands before the content."""
        _check_name(name)
        if name.lower() in self._names:
            raise FormatError(f"The archive has two members of the name {name}.")
        if len(content) > MAX_MEMBER_BYTES:
            raise FormatError(f"The member {name} is larger than any of an evidence archive.")
        self._names.add(name.lower())
        sizes = (crc32(content), len(content), len(content))
        far = self.offset >= _FULL_32
        extra = struct.pack("<HHQ", 1, 8, self.offset) if far else b""
        self._records += _CENTRAL_HEADER.pack(
            _CENTRAL, 3 << 8 | _VERSION, _VERSION_64 if far else _VERSION, 0, 0, 0, _FIRST_DAY, *sizes,
            len(name), len(extra), 0, 0, 0, _MODE, min(self.offset, _FULL_32),
        )  # fmt: skip
        self._records += name.encode() + extra
        header = _LOCAL_HEADER.pack(_LOCAL, _VERSION, 0, 0, 0, _FIRST_DAY, *sizes, len(name), 0)
        self.offset += len(header) + len(name) + len(content)
        return header + name.encode()

    def end(self) -> bytes:
        count, size, start = len(self._names), len(self._records), self.offset
        end = b""
        if count >= _FULL_16 or start >= _FULL_32 or size >= _FULL_32:
            end = struct.pack(
                "<4sQ2H2L4Q", _END64, 44, 3 << 8 | _VERSION_64, _VERSION_64, 0, 0, count, count, size, start
            ) + struct.pack("<4sLQL", _LOCATOR64, 0, start + size, 1)
        few = min(count, _FULL_16)
        end += struct.pack("<4s4H2LH", _END, 0, 0, few, few, min(size, _FULL_32), min(start, _FULL_32), 0)
        return bytes(self._records) + end


class Writer:
    """Writes members one after the other; only their names stay in memory."""

    def __init__(self, out: Sink) -> None:
        self._out, self._directory = out, _Directory()

    def add(self, name: str, content: bytes) -> None:
        self._out.write(self._directory.add(name, content))
        self._out.write(content)

    def close(self) -> None:
        self._out.write(self._directory.end())


def read_members(file: Source) -> Iterator[tuple[str, bytes]]:
    """Each member as it comes; what follows the last is compared before the iteration ends. Raises FormatError."""
    directory = _Directory()
    while (mark := _exactly(file, 4)) == _LOCAL:
        name, content = _read_member(file, mark)
        directory.add(name, content)
        yield name, content
    expected = directory.end()
    if mark not in (_CENTRAL, _END, _END64) or mark + file.read(len(expected)) != expected:
        raise FormatError("The directory at the end of the archive is not that of its members.")


def _read_member(file: Source, mark: bytes) -> tuple[str, bytes]:
    header = mark + _exactly(file, _LOCAL_HEADER.size - 4)
    _, version, flags, method, time, date, crc, packed, size, name_size, extra = _LOCAL_HEADER.unpack(header)
    if method or flags or packed != size:
        raise FormatError("A member is compressed or encrypted; an evidence archive stores them plainly.")
    if (version, time, date, extra) != (_VERSION, 0, _FIRST_DAY, 0):
        raise FormatError("The header of a member is not as an evidence archive has it.")
    if size > MAX_MEMBER_BYTES:
        raise FormatError("A member is larger than any of an evidence archive.")
    name = _exactly(file, name_size).decode("ascii", "replace")
    _check_name(name)
    content = _exactly(file, size)
    if crc32(content) != crc:
        raise FormatError(f"The member {name} was changed: its checksum differs.")
    return name, content


def _exactly(file: Source, count: int) -> bytes:
    content = file.read(count)
    if len(content) != count:
        raise FormatError("The archive is cut short.")
    return content


def _check_name(name: str) -> None:
    if len(name) > 200 or not _NAME.fullmatch(name):
        raise FormatError("A member has a name that could lead out of the archive, or that none has there.")
