"""What a hostile file is: how it is built, and how it may end."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Hostile:
    """A file made by code, whose outcome is known in advance as far as it matters."""

    name: str
    extension: str
    build: Callable[[], bytes]
    ends: frozenset[str] = frozenset({"read"})
    """``read``, and the reasons with which it may be refused."""
    media_type: str = ""
    slow: bool = False
    """Whether it takes more than a second, or more memory than a test suite should."""

    @property
    def url(self) -> str:
        """An address with the extension that the file claims."""
        return f"file:///hostile/{self.name}{self.extension}"


def ends(*outcomes: str) -> frozenset[str]:
    """One or several ways to end."""
    return frozenset(outcomes)


SECRET = "THE-SECRET-OF-THIS-MACHINE"
"""Stands in a file of the test's own that documents name; no reading may contain it."""
