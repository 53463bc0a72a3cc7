"""Opens ZIP archives (EPUB, DOCX) within bounds: entries, sizes and ratios are checked before anything is unpacked."""

from __future__ import annotations

import posixpath
import zipfile
import zlib
from io import BytesIO

from agent.errors import DocumentRejected

MAX_ENTRIES = 20_000
"""Files in one archive; a book of a thousand chapters with all its pictures stays below."""
MAX_UNPACKED_BYTES = 1 << 30
"""Sum of all declared sizes; illustrated books reach some hundred MB."""
MAX_PART_BYTES = 64 << 20
"""One part that is read; the text of the longest novels is 4 MB, its XML in Word 40."""
MAX_RATIO = 250
"""Declared over packed bytes of the whole; XML packs to a fortieth at best in real files, DEFLATE ends at 1032."""
_SMALL_BYTES = 8 << 20
"""Below this no ratio is a danger."""
_ENCRYPTED = 0x1
"""Bit of an entry's general purpose flag (APPNOTE.TXT 4.4.4)."""


class Archive:
    """The entries of a ZIP archive by name; names that lead out of it (``../``, ``/``) are not among them."""

    def __init__(self, content: bytes) -> None:
        """Read the directory of the archive, and nothing else.

        Raises:
            DocumentRejected: ``corrupt_archive``, ``zip_bomb``.
        """
        try:
            self._zip = zipfile.ZipFile(BytesIO(content))
        except (zipfile.BadZipFile, ValueError, EOFError, OSError) as error:
            raise DocumentRejected("corrupt_archive", f"the ZIP archive cannot be opened: {error}") from error
        entries = self._zip.infolist()
        _refuse_bombs(entries)
        self._entries = {entry.filename: entry for entry in entries if _stays_inside(entry.filename)}
        self._unread_bytes = MAX_UNPACKED_BYTES

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the entries, in the archive's order."""
        return tuple(self._entries)

    @property
    def encrypted(self) -> bool:
        """Whether any entry needs a password."""
        return any(entry.flag_bits & _ENCRYPTED for entry in self._entries.values())

    def __contains__(self, name: str) -> bool:
        return name in self._entries

    def read(self, name: str) -> bytes:
        """The bytes of an entry.

        Raises:
            DocumentRejected: ``zip_bomb`` when it is too large, ``corrupt_archive`` when missing or damaged.
        """
        entry = self._entries.get(name)
        if entry is None:
            raise DocumentRejected("corrupt_archive", f"{name} is missing")
        most = min(MAX_PART_BYTES, self._unread_bytes)
        try:
            with self._zip.open(entry) as part:
                content = part.read(most + 1)
        except (zipfile.BadZipFile, zlib.error, EOFError, OSError, RuntimeError, ValueError) as error:
            raise DocumentRejected("corrupt_archive", f"{name}: {error}") from error
        if len(content) > most:
            raise DocumentRejected("zip_bomb", f"{name} unpacks to more than {most >> 20} MB")
        self._unread_bytes -= len(content)
        return content


def _refuse_bombs(entries: list[zipfile.ZipInfo]) -> None:
    declared = sum(entry.file_size for entry in entries)
    packed = sum(entry.compress_size for entry in entries)
    if len(entries) > MAX_ENTRIES:
        raise DocumentRejected("zip_bomb", f"{len(entries)} entries, at most {MAX_ENTRIES} are opened")
    if declared > MAX_UNPACKED_BYTES:
        raise DocumentRejected("zip_bomb", f"unpacks to {declared >> 20} MB, at most {MAX_UNPACKED_BYTES >> 20}")
    if declared > _SMALL_BYTES and declared > MAX_RATIO * max(1, packed):
        raise DocumentRejected("zip_bomb", f"unpacks to {declared / max(1, packed):.0f} times its size")


def _stays_inside(name: str) -> bool:
    plain = name.replace("\\", "/")
    return posixpath.normpath(plain) == plain and not plain.startswith(("/", "../")) and ":" not in plain
