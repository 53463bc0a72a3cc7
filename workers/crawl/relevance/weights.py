"""What each part of the score counts: the one place for its weights, each with its reason."""

from __future__ import annotations

from typing import NamedTuple


class Weight(NamedTuple):
    """What one part counts among those of its kind that are known."""

    share: float
    full: float
    """The part's value from which it counts whole."""
    reason: str


ABOUT: dict[str, Weight] = {
    "topics": Weight(
        0.55,
        1.0,
        "With a good map the best alone: it knows the subject's parts by name and meaning, passage by passage.",
    ),
    "gist": Weight(
        0.35, 0.5, "Holds where the map is poor or has no word for it. Nothing on a subject has a cosine far above 0.5."
    ),
    "semantic": Weight(
        0.10, 0.5, "Parts the subject's neighbourhood from all else, for which it is the bar; of little use within it."
    ),
}
"""Whether it is about the subject. Chosen on the tuning half of the relevance benchmark, over two subjects and maps
written by hand, learnt from the results, and none. BM25 over the words of the map, as a fourth part, gained less than
0.01 in average precision."""

WORTH: dict[str, Weight] = {
    "depth": Weight(0.50, 1.0, "Indexes, stubs and notices are about the subject and teach nothing of it."),
    "readability": Weight(0.10, 1.0, "Lists of names and parameters teach little; hard prose still does."),
    "reputation": Weight(0.15, 1.0, "Who stands behind a text says something of its truth; little, kind by kind."),
    "citations": Weight(0.15, 1.0, "Peers found it useful; they also cite what is old, famous or wrong."),
    "recency": Weight(0.10, 1.0, "Newer is likelier to hold; a subject's foundations stay."),
}
"""How much it is worth among documents about the subject."""

WORTH_SHARE = 0.3
"""So much of the score hangs on its worth: enough to put a lesson before an index of lessons, too little for a famous
paper about something else to pass an unknown one on the subject. Between 0.2 and 0.4 the benchmark's tuning half is the
same within 0.01."""

NEUTRAL_WORTH = 0.5
"""Of a document of which nothing but its nearness to the subject is known."""
