"""The parts of the quality score, each with a text that lacks it."""

from __future__ import annotations

from agent.job.records import Block, BlockKind
from tests.workers.parse.shards import PROSE
from workers.parse.quality.score import Parts, quality


def parts(text: str, kind: BlockKind = BlockKind.PARAGRAPH) -> Parts:
    return quality([Block(kind=kind, text=text)])


def test_prose_scores_one_in_every_part() -> None:
    assert parts(PROSE) == Parts(1.0, 1.0, 1.0, 1.0, 1.0)


def test_scattered_letters_and_words_run_together_score_low() -> None:
    assert parts("a q u b i t i s a t w o s t a t e s y s t e m . " * 4).score < 0.1
    assert parts("aqubitisthebasicunitofquantuminformation andithastwostates. " * 4).word_length < 0.1


def test_number_tables_score_low() -> None:
    assert parts("0.31 4.55 12.9 q 77.1 0.02. " * 10).alphabetic < 0.2


def test_lines_said_again_and_again_score_low() -> None:
    assert parts("\n".join(["Home, products and all services."] * 20)).fresh_lines == 0.0


def test_symbols_score_low() -> None:
    assert parts("|psi> = {a}|0> + [b]|1> <=> #{x} ~~ @@ word. " * 5).symbols < 0.3


def test_text_without_sentences_scores_low() -> None:
    assert parts("services products partners about contact careers " * 20).sentences < 0.3


def test_code_is_not_judged_as_prose_and_formulas_are_not_symbols() -> None:
    prose = Block(kind=BlockKind.PARAGRAPH, text=PROSE + " It is $\\frac{1}{\\sqrt{2}}(|0\\rangle + |1\\rangle)$.")
    code = Block(kind=BlockKind.CODE, text="{[(<>)]};\n" * 50)
    assert quality([prose, code]).score > 0.95


def test_no_words_score_nothing() -> None:
    assert parts("1 2 3").score == 0.0
