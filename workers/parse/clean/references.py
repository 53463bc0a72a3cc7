"""Takes out bibliographies and lists of links at the end of a text; citation marks in sentences stay."""

from __future__ import annotations

import re
from collections.abc import Sequence

from agent.job.records import Block, BlockKind

_NUMBER = r"(?:(?:\d{1,2}(?:\.\d{1,2})?|[IVX]{1,5}|[A-Z])[.):]?\s+)?"

_BIBLIOGRAPHIES = r"""
(?:list of |selected |annotated |general |key )?(?:references?(?: (?:cited|and notes|list))?|bibliograph(?:y|ies))|
works cited|literature(?: cited)?|citations|
literatur(?:verzeichnis|angaben|hinweise)?|quellen(?:verzeichnis|angaben)?|einzelnachweise|
références(?: bibliographiques)?|bibliographie|referencias(?: bibliográficas)?|bibliografía|
bibliografia|riferimenti(?: bibliografici)?|referências(?: bibliográficas)?|referenties|literatuur(?:lijst)?|
referenser|litteratur|källor|kirjallisuutta|lähteet|literatura|źródła|przypisy|irodalom|kaynakça|kaynaklar|
список (?:использованной )?литературы|литература|источники|примечания|
参考文献|參考文獻|引用文献|참고 ?문헌|المراجع|מקורות|منابع
"""
_LINK_LISTS = r"""
see also|external links?|(?:further|additional|suggested) reading|read next|recommended (?:articles?|reading|posts?)|
related (?:articles?|posts?|pages?|content|topics?|links?|stories|reading|products|publications|categories|information)|
you (?:may|might) also (?:like|be interested in)|more (?:from|on|about) .{1,40}|
siehe auch|weblinks|weiterführende (?:links|literatur)|voir aussi|liens externes|pour aller plus loin|
articles connexes|véase también|enlaces externos|lecturas? adicional(?:es)?|vedi anche|voci correlate|
collegamenti esterni|ver também|ligações externas|zie ook|externe links|se även|externa länkar|
zobacz też|linki zewnętrzne|см\. также|ссылки|参见|参看|外部链接|関連項目|外部リンク|같이 보기|외부 링크|انظر أيضا
"""
_BIBLIOGRAPHY, _LINKS = (
    re.compile(f"{_NUMBER}(?:{phrases.replace(chr(10), '')})\\s*[:.¶]?", re.IGNORECASE)
    for phrases in (_BIBLIOGRAPHIES, _LINK_LISTS)
)

_MARK = re.compile(r"(?:- )?(?:\[\w{1,12}\+?\d{0,4}\]|\(\d{1,3}\)|\d{1,3}[.)]|\^|\[\^?\w+\]:)\s")
_YEAR = re.compile(r"(?<!\d)(?:1[5-9]|20)\d\d[a-z]?(?!\d)")
_SOURCE = re.compile(
    r"\b(?:doi|arxiv|vol|et al|press|journal|proceedings|isbn|conference|university|thesis|retrieved)\b|https?://|"
    r"\b(?:pp?|no|eds?|proc|phys|rev|trans|sci)\.|\bin: |\d+\s?[(:,]\s?\d+",
    re.IGNORECASE,
)
_NAMES = re.compile(r"(?:[A-ZÀ-Þ]\.[ -]?){1,3}\s?[A-ZÀ-Þ][\w’'-]+|[A-ZÀ-Þ][\w’'-]+,\s(?:[A-ZÀ-Þ]\.)")
_SENTENCE = re.compile(r"[.!?。！？](?:\s|$)")

_LONGEST_HEADING = 80
_ENTRY_CHARACTERS = 700
"""An entry of a bibliography is shorter."""
_LINK_CHARACTERS = 100
"""And so is the title of a page, with a word about it."""
_LEAST_SHARE = 0.6
"""Of the lines under such a heading that must look like entries, or like links. A chapter "References" of a C++ book
has none."""
_LEAST_ENTRIES = 3
"""Entries at a document's end that are a bibliography without a heading."""

_TEXT = (BlockKind.PARAGRAPH, BlockKind.LIST, BlockKind.QUOTE)


def without_references(blocks: Sequence[Block]) -> list[Block]:
    """The blocks without bibliographies and lists of links, each with its heading.

    A section ends at the next heading, code, table or formula, none of which is ever taken; it goes only where most
    of its lines have the form.
    """
    kept: list[Block] = []
    index = 0
    while index < len(blocks):
        end = _end_of_section(blocks, index)
        if end > index:
            index = end
        else:
            kept.append(blocks[index])
            index += 1
    return _without_entries_at_end(kept)


def _end_of_section(blocks: Sequence[Block], start: int) -> int:
    """Where the section of references or links that starts here ends, ``start`` where none does."""
    head = blocks[start]
    if not _opens_section(head):
        return start
    is_bibliography = bool(_BIBLIOGRAPHY.fullmatch(head.text))
    end = start + 1
    taken = _TEXT if is_bibliography or head.kind is BlockKind.HEADING else (BlockKind.LIST,)
    while end < len(blocks) and blocks[end].kind in taken and not _opens_section(blocks[end]):
        end += 1
    lines = [line for block in blocks[start + 1 : end] for line in block.text.splitlines()]
    has_form = _is_entry if is_bibliography else _is_link
    return end if lines and sum(map(has_form, lines)) >= _LEAST_SHARE * len(lines) else start


def _opens_section(block: Block) -> bool:
    if block.kind not in (BlockKind.HEADING, BlockKind.PARAGRAPH) or len(block.text) > _LONGEST_HEADING:
        return False
    return bool(_BIBLIOGRAPHY.fullmatch(block.text) or _LINKS.fullmatch(block.text))


def _without_entries_at_end(blocks: list[Block]) -> list[Block]:
    end = len(blocks)
    while end and blocks[end - 1].kind in _TEXT and all(map(_is_sure_entry, blocks[end - 1].text.splitlines())):
        end -= 1
    entries = sum(len(block.text.splitlines()) for block in blocks[end:])
    return blocks[:end] if entries >= _LEAST_ENTRIES else blocks


def _is_entry(line: str) -> bool:
    """Whether it reads like an entry of a bibliography: at least two of mark, year, source and names."""
    if len(line) > _ENTRY_CHARACTERS:
        return False
    return sum(1 for form in (_MARK, _YEAR, _SOURCE, _NAMES) if _has(form, line)) >= 2


def _is_sure_entry(line: str) -> bool:
    """Whether nothing but an entry reads so: a mark in brackets, a year, a source and names."""
    return (
        len(line) <= _ENTRY_CHARACTERS
        and line.lstrip("- ")[:1] == "["
        and all(_has(form, line) for form in (_MARK, _YEAR, _SOURCE, _NAMES))
    )


def _has(form: re.Pattern[str], line: str) -> bool:
    return bool(form.match(line) if form is _MARK else form.search(line))


def _is_link(line: str) -> bool:
    """Whether it reads like the title of something else: short, and no sentences."""
    text = line.strip().removeprefix("- ")
    return len(text) <= _LINK_CHARACTERS and len(_SENTENCE.findall(text)) <= 1 and not text.endswith(":")
