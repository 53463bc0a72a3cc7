"""A floor under what the rules write without a language model, as a reader judged it row by row.

Each row of `extractive_judged.tsv` was read against its chunk: can somebody who knows the subject answer it without the
document (or from the passage that comes with it), is the answer right and all that was asked for, does it stand alone,
is it well formed. One "no" makes it a bad row; its reason tells the class:

    local       a name or a thing that only the document explains
    partial     true, and not the answer
    leftover    words of a markup that was not resolved
    told        an author's aside, an example told
    broken, grammar, casing, language    not well formed
    unclear     nobody would know what is asked
"""

from __future__ import annotations

import pytest

from tests.gates.extractive_rows import CORPUS, judged, produced

GOOD_SHARE = 0.9
"""Of the judged rows that are still made: 0.912 when pinned, of 239 rows of every third document; 0.929 of 240 since
the reader of reStructuredText leaves what it cannot resolve as it is written. A second reader, who did not see these
verdicts, found 0.87 of 60 of them good and agreed on 0.86 (48 of the 56 that had a verdict).

The rules were mended after parts of these had been read. Of 178 rows that no rule had been mended for, 0.86 were good;
of 189 before all mending (extractive/1), 0.46; of 120 rows on other subjects, 0.74. On other subjects the second
reader found 0.63 of 40 rows good, mended the rules for what was wrong, and found 0.85 of 40 drawn anew.
"""
STILL_MADE = 0.8
"""Below this share of the judged rows, the rest no longer says how good the new ones are: judge again, with
``python -m tests.gates.extractive_rows``."""

recorded = pytest.mark.skipif(not CORPUS.is_dir(), reason="the recorded documents are not beside this checkout")


@recorded
def test_rows_of_the_rules_are_as_good_as_when_they_were_read() -> None:
    known = judged()
    found = [example.id for example, _ in produced(*sorted({each.document for each in known.values()}))]
    still = [known[id] for id in found if id in known]
    assert len(still) >= STILL_MADE * len(known), "too few of the judged rows are still made: judge again"
    assert sum(each.good for each in still) >= GOOD_SHARE * len(still)


def test_two_hundred_rows_were_read_and_each_bad_one_says_why() -> None:
    known = judged()
    assert len(known) >= 200
    assert all(each.good == (not each.reason) for each in known.values())
