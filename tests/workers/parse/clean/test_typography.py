"""White space and punctuation, by language."""

from __future__ import annotations

import pytest

from agent.job.records import BlockKind
from workers.parse.clean.languages import writing
from workers.parse.clean.typography import typography


def prose(text: str, language: str = "en") -> str:
    return typography(text, BlockKind.PARAGRAPH, writing(language))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Wait!!!!!!!! What??????", "Wait!!! What???"),
        ("Yes ... and no......", "Yes ... and no..."),
        ("Introduction . . . . . . . 7", "Introduction... 7"),
        ("one ----- two * * * * *", "one --- two"),
        ("Name: __________", "Name: ___"),
        ("a  word , and\nanother .", "a word, and another."),
        ("|++++⟩ and [[[[x]]]]", "|++++⟩ and [[[[x]]]]"),
        ("use .NET or :param x:", "use .NET or :param x:"),
        ("f : A → B", "f : A → B"),
        ("$a ! ! !!!!!!$ and `x , y......`", "$a ! ! !!!!!!$ and `x , y......`"),
    ],
)
def test_punctuation_is_moderate_and_formulas_and_code_within_prose_are_left(text: str, expected: str) -> None:
    assert prose(text) == expected


@pytest.mark.parametrize(
    ("language", "text", "expected"),
    [
        ("fr", "Vraiment ! Pourquoi ? Oui , donc ; voilà", "Vraiment ! Pourquoi ? Oui, donc ; voilà"),
        ("en", "Really ! Why ?", "Really! Why?"),
        ("zh", "量子 计算机是 快的。它，很好！", "量子计算机是快的。它，很好！"),
        ("en", "量子 计算机 is Chinese，really", "量子 计算机 is Chinese，really"),
        ("en", "really，so！", "really,so!"),
        ("ar", "الســـلام عليكم 1445هـ", "السلام عليكم 1445هـ"),
        ("th", "สวัสดี ครับ", "สวัสดี ครับ"),
    ],
)
def test_each_language_has_its_own_spacing(language: str, text: str, expected: str) -> None:
    assert prose(text, language) == expected


@pytest.mark.parametrize("kind", [BlockKind.CODE, BlockKind.TABLE, BlockKind.FORMULA])
def test_code_tables_and_formulas_keep_theirs(kind: BlockKind) -> None:
    text = "if  x:\n    print('-----', '......' ,  y) !!!!!!"
    assert typography(text + "  \n", kind, writing("en")) == text


def test_lists_keep_their_indentation() -> None:
    assert typography("- one  two\n  - three ,", BlockKind.LIST, writing("en")) == "- one two\n  - three,"
