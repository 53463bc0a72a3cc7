"""The language of a text, and of the blocks that are in another one."""

from __future__ import annotations

import pytest

from agent.job.records import Block, BlockKind
from tests.workers.parse.shards import PROSE
from workers.language.identify import MIN_CONFIDENCE, identify
from workers.parse.language import language_of, with_languages

GERMAN = "Ein Qubit ist die kleinste Einheit der Quanteninformation. Es hat zwei Zustände, die man unterscheiden kann."
FRENCH = "Un qubit est la plus petite unité d'information quantique. Il possède deux états que l'on peut distinguer."
OTHERS = {
    "es": "El entrelazamiento de dos partículas se mantiene incluso a gran distancia.",
    "pl": "Splątanie dwóch cząstek utrzymuje się nawet na dużej odległości.",
    "ru": "Запутанность двух частиц сохраняется даже на большом расстоянии.",
    "zh": "两个粒子的纠缠即使在很远的距离上也会保持。",
    "ja": "二つの粒子のもつれは、遠く離れていても保たれます。",
    "ar": "يبقى التشابك بين جسيمين حتى على مسافة كبيرة.",
    "hi": "दो कणों का उलझाव बड़ी दूरी पर भी बना रहता है।",
    "th": "ความพัวพันของอนุภาคสองตัวยังคงอยู่แม้ในระยะไกล",
}


def paragraph(text: str) -> Block:
    return Block(kind=BlockKind.PARAGRAPH, text=text)


@pytest.mark.parametrize(("text", "code"), [(PROSE, "en"), (GERMAN, "de"), (FRENCH, "fr")])
def test_prose_has_a_language(text: str, code: str) -> None:
    language = identify(text)
    assert language.code == code and language.confidence >= MIN_CONFIDENCE


@pytest.mark.parametrize(("code", "text"), OTHERS.items())
def test_one_sentence_is_enough(code: str, text: str) -> None:
    assert identify(text).code == code


@pytest.mark.parametrize("text", ["", "12 34 56 $$ %%", "H X Z"])
def test_what_has_no_language_is_undecided(text: str) -> None:
    assert identify(text).code == ""


def test_the_longer_part_of_a_mixed_document_decides_and_code_and_tables_have_no_vote() -> None:
    english = [
        Block(kind=BlockKind.CODE, text=f"# {PROSE}\n" * 20),
        Block(kind=BlockKind.TABLE, text=f"| {PROSE} |\n" * 20),
    ]
    german = [paragraph(f"{GERMAN} Das ist der Satz Nummer {n}.") for n in range(30)]
    assert language_of([*english, *german, paragraph(PROSE)]).code == "de"


def test_a_block_that_is_surely_in_another_language_says_so() -> None:
    code = Block(kind=BlockKind.CODE, text=GERMAN, language="python")
    blocks = [paragraph(PROSE), paragraph(GERMAN), paragraph("Siehe unten."), code]
    assert [block.language for block in with_languages(blocks, "en")] == ["", "de", "", "python"]


def test_nothing_is_another_language_where_the_main_one_is_unknown() -> None:
    assert with_languages([paragraph(GERMAN)], "") == [paragraph(GERMAN)]
