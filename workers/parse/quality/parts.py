"""The parts of the quality score: what each measures, where its ramp begins and ends, and where the rule is from.

``good`` lies where 98 or 99 of 100 good documents still are, ``bad`` towards the spoilt ones that the part is for, as
`tests/bench/bench_quality.py` has them. Figures named "good" below are the 99th of 100 among 510 technical documents
unless said otherwise; manuals in eleven languages were looked at beside them.

Not found are a language model's fluent prose, which shows in no form, and most Markov chains over a page's own words,
which repeat little more than a manual does.
"""

from __future__ import annotations

from dataclasses import dataclass

CORRUPTED = "corrupted"
MACHINE_GENERATED = "machine_generated"
THIN = "thin"
LOW_QUALITY = "low_quality"
REASONS = (CORRUPTED, MACHINE_GENERATED, THIN, LOW_QUALITY)
"""In the order of causes: broken letters also look repeated and without sentences, templates without sentences, but not
the reverse."""


@dataclass(frozen=True)
class Part:
    """One part: a ramp over a measure."""

    name: str
    reason: str
    """The rejection's reason when this part lowers the score most."""
    good: float
    """The part is 1 on this side of the measure,"""
    bad: float
    """0 on this one, and straight between."""
    words: str
    """The finding for people, with the measure's value put in."""

    def value(self, measure: float) -> float:
        """0 to 1."""
        return min(1.0, max(0.0, (measure - self.bad) / (self.good - self.bad)))


_CORRUPTED = (
    # ftfy's table of what UTF-8 looks like in a wrong encoding, and U+FFFD. Good: none.
    Part("encoding", CORRUPTED, 1.0, 4.0, "{:.1f} misread characters per hundred words"),
    # Good: -2.72 and above, so in nine languages; OCR with 10 % errors -2.79, shuffled letters -3.6, random -4.8.
    Part("letter_pairs", CORRUPTED, -2.72, -3.05, "letters follow each other as in no known word (log chance {:.2f})"),
    # Good: 6 %, in API documentation 8 %; OCR with 5, 10, 20 % errors: 5, 10, 20 %.
    Part("whole_words", CORRUPTED, 0.055, 0.155, "{:.0%} of the words have signs, digits or capitals inside"),
    # Good: 21 %; with every fifth word letter-spaced 57 %.
    Part("short_words", CORRUPTED, 0.35, 0.6, "{:.0%} of the words are single letters"),
    # Rae et al. 2021, A1.1: 3 to 10. Good: 7.2 at most, German 6.2.
    Part("long_words", CORRUPTED, 7.8, 11.0, "{:.1f} letters a word on average"),
    # Good: 4 %, in German too; with three of five spaces lost 25 %.
    Part("long_runs", CORRUPTED, 0.06, 0.25, "{:.0%} of the text stands in unbroken runs of letters and digits"),
    # Rae et al. 2021, A1.1: a letter in 80 % of words. Good: 77 %; hex dumps 10 %.
    Part("letters", CORRUPTED, 0.6, 0.3, "{:.0%} of the visible characters are letters"),
    # In place of Rae et al.'s "#" and "..." per word. Good: 11 %, a proof in plain signs 20 %; a wrong code page 60 %.
    Part("symbols", CORRUPTED, 0.16, 0.36, "{:.0%} of the visible characters are symbols"),
)
_MACHINE_GENERATED = (
    # Rae et al. 2021, table A1: 0.20 of characters in duplicate lines; Penedo et al. 2024: 0.01.
    Part("fresh_lines", MACHINE_GENERATED, 0.25, 0.6, "{:.0%} of the text are lines that repeat others"),
    # Rae et al. 2021, table A1: 0.12 of characters in duplicate 8-grams; one in ten manuals has more. Good: 44 %.
    Part("fresh_runs", MACHINE_GENERATED, 0.52, 0.78, "{:.0%} of the words stand in runs of eight said before"),
    # Good: 19 %; a Markov chain over a document's own words 5 to 35 %.
    Part("patchwork", MACHINE_GENERATED, 0.17, 0.32, "{:.0%} of the words stand in runs of 5 to 11 said before"),
    # Rae et al. 2021, table A1: 0.20 for two words, 0.16 for four. Good: 13 %.
    Part("top_phrase", MACHINE_GENERATED, 0.13, 0.26, "one phrase, said again, is {:.0%} of the text"),
    # Good: 49 and more; templates 26.
    Part("distinct_words", MACHINE_GENERATED, 0.43, 0.25, "{:.0%} of the words in a hundred differ"),
    # Good: 27 % and more; templates 9 %.
    Part("compression", MACHINE_GENERATED, 0.2, 0.1, "the text shrinks to {:.0%} when compressed"),
    # Good: 25 %, German manuals 55 %; shuffled words 80 %.
    Part(
        "word_order", MACHINE_GENERATED, 0.5, 0.8, "pairs of frequent words go both ways {:.0%} as often as by chance"
    ),
    # Good: 0.3; shuffled words 0.9.
    Part("doubled_words", MACHINE_GENERATED, 0.3, 0.9, "{:.1f} words of grammar per hundred are said twice in a row"),
    # Good: 40 %; shuffled words 84 %.
    Part("sentence_starts", MACHINE_GENERATED, 0.5, 0.9, "{:.0%} of the sentences begin with a small letter"),
    # One in a long text may be quoted.
    Part("model_phrases", MACHINE_GENERATED, 2.0, 12.0, "{:.0f} phrases of a language model per thousand words"),
    # Raffel et al. 2020, 2.2, drop every page with the phrase; this one need not be the page's subject.
    Part("lorem_ipsum", MACHINE_GENERATED, 0.05, 0.3, "{:.0%} of the words are placeholder text"),
)
_THIN = (
    # Raffel et al. 2020, 2.2, and Penedo et al. 2024 count lines that end a sentence. Good: 3.6 in 95 of 100.
    Part("sentences", THIN, 2.0, 0.2, "{:.1f} sentences per hundred words"),
    # Raffel et al. 2020: five sentences. Good: 89 words in 95 of 100.
    Part("running_words", THIN, 50.0, 10.0, "{:.0f} words of running text"),
    # Good: 16 %, API documentation 11 %; link lists 0.
    Part("running_share", THIN, 0.1, 0.03, "{:.0%} of the text is running text"),
    # Raffel et al. 2020, 2.2, drop lines on cookies, terms and JavaScript. Good: none.
    Part("placeholder", THIN, 0.12, 0.4, "{:.0%} of the sentences are those of an error, log-in or consent page"),
)
PARTS = (
    *_CORRUPTED,
    *_MACHINE_GENERATED,
    *_THIN,
    # Rae et al. 2021, A1.1: two of eight English words. Good: 21 % and more, 30 % in eight other languages.
    Part("common_words", LOW_QUALITY, 0.2, 0.06, "{:.0%} of the words are frequent in the language"),
)
