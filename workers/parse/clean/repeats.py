"""Keeps long blocks that are said twice once: slides that build up, and headers of every section."""

from __future__ import annotations

from collections.abc import Sequence

from agent.job.records import Block, BlockKind

_MIN_REPEATED_CHARACTERS = 40
"""Blocks this long are not said twice on purpose."""

_KEPT = (BlockKind.CODE, BlockKind.TABLE, BlockKind.FORMULA)
"""An equation comes back where it is used, and a program where it is changed."""


def without_repeats(blocks: Sequence[Block]) -> list[Block]:
    """The blocks without later copies of long ones, letter case aside; code, tables and formulas stay."""
    kept: list[Block] = []
    seen: set[str] = set()
    for block in blocks:
        if len(block.text) >= _MIN_REPEATED_CHARACTERS and block.kind not in _KEPT:
            key = block.text.casefold()
            if key in seen:
                continue
            seen.add(key)
        kept.append(block)
    return kept
