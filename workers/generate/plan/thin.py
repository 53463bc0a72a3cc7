"""Why a chunk carries no example at all."""

from __future__ import annotations

from workers.generate.context.record import Context

MIN_PROSE_WORDS = 15
"""Words in complete sentences below which nothing is said that could be asked about."""
MIN_TABLE_WORDS = 30
"""Of a table that stands with hardly a sentence."""
MIN_STATED_ITEMS = 2
MIN_STATED_SHARE = 0.5
"""Items of menus and indexes state nothing."""
MAX_QUESTIONS = 0.5
"""Share of the sentences that ask, from which a chunk wants answers and gives none."""


def reason_against(context: Context) -> str:
    """A reason in snake_case; '' for a chunk that says something.

    ``references``: mostly a bibliography; ``code_only``, ``formulas_only``, ``table_only``: next to no sentence beside
    them; ``navigation``: items of a list that state nothing; ``questions``: at least half of its sentences ask;
    ``thin_chunk``: too few words in sentences.
    """
    units = max(1, context.list_items + context.sentences)
    if context.reference_entries >= 2 and 2 * context.reference_entries > units:
        return "references"
    if context.questions > 1 and context.questions >= MAX_QUESTIONS * (context.sentences + context.stated_items):
        return "questions"
    if context.prose_words >= MIN_PROSE_WORDS or context.definitions:
        return ""
    if context.list_items:
        is_stated = context.stated_items >= max(MIN_STATED_ITEMS, MIN_STATED_SHARE * context.list_items)
        return "" if is_stated else "navigation"
    if context.tables:
        return "table_only" if context.words < MIN_TABLE_WORDS else ""
    if context.code_blocks:
        return "code_only"
    return "formulas_only" if context.formulas and not context.sentences else "thin_chunk"
