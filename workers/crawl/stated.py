"""What a document says about its own use, line by line."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Statement:
    """One thing a document says about its use: the raw line as evidence, and the value in it."""

    name: str
    """Of a meta element, in lower case; 'licence' for licence statements."""
    value: str
    line: str
