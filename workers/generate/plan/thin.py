"""Why a chunk carries no example at all."""

from __future__ import annotations

from workers.generate.context.record import Context

MIN_PROSE_WORDS = 15
"""Words in complete sentences below which nothing is said that could be asked about."""
MIN_ENTRY_WORDS = 30
"""Of a list or table that stands with hardly a sentence: fewer words name things and say nothing of them."""
MIN_WORDS_PER_ITEM = 5.0
"""Items of menus and indexes have two or three words, those that state something have more."""


def reason_against(context: Context) -> str:
    """A reason in snake_case; '' for a chunk that says something.

    ``references``: mostly a bibliography; ``code_only``, ``formulas_only``, ``table_only``: next to no sentence beside
    them; ``navigation``: short items of a list; ``thin_chunk``: too few words in sentences.
    """
    units = max(1, context.list_items + context.sentences)
    if context.reference_entries >= 2 and 2 * context.reference_entries > units:
        return "references"
    if context.prose_words >= MIN_PROSE_WORDS or context.definitions:
        return ""
    if context.list_items:
        stated = context.words >= max(MIN_ENTRY_WORDS, MIN_WORDS_PER_ITEM * context.list_items)
        return "" if stated else "navigation"
    if context.tables:
        return "table_only" if context.words < MIN_ENTRY_WORDS else ""
    if context.code_blocks:
        return "code_only"
    return "formulas_only" if context.formulas and not context.sentences else "thin_chunk"
