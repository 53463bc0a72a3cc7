"""Keeps long blocks that are said twice once: slides that build up, quoted posts, a text shown in two ways."""

from __future__ import annotations

from collections.abc import Sequence

from agent.job.records import Block, BlockKind

_MIN_REPEATED_CHARACTERS = 40
"""Blocks this long are not said twice on purpose."""

_NEAR_BLOCKS = 10
"""Unless they come back after so many others: manuals repeat their steps and notes under every tab. Word F1 of 343 web
pages gains 0.0021 by taking out near copies alone, 0.0012 by all; on documentation all would lose 0.0044. In paged
documents, whose headers come back on every page, distance says nothing."""

_KEPT = (BlockKind.CODE, BlockKind.TABLE, BlockKind.FORMULA)
"""An equation comes back where it is used, and a program where it is changed."""


def without_repeats(blocks: Sequence[Block]) -> list[Block]:
    """The blocks without later copies of long ones, letter case aside; code, tables and formulas stay."""
    kept: list[Block] = []
    seen: dict[str, int] = {}
    for block in blocks:
        if len(block.text) >= _MIN_REPEATED_CHARACTERS and block.kind not in _KEPT:
            key = block.text.casefold()
            if key in seen and (block.page or len(kept) - seen[key] <= _NEAR_BLOCKS):
                continue
            seen[key] = len(kept)
        kept.append(block)
    return kept
