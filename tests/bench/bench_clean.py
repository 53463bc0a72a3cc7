"""Cleaning: personal data beside datafog, web pages before and after, speed on real documents, and hostile texts.

``CLEAN_EVERY=1`` takes all recorded documents instead of one in eight.
"""

from __future__ import annotations

import gzip
import json
import os
import re
import time
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path

from agent.errors import DocumentRejected
from agent.job.records import Block, BlockKind
from tests.bench.personal_lines import hits, labelled
from workers.language.identify import identify
from workers.parse.clean.document import cleaned
from workers.parse.read import ReadRequest, read

DATA = Path(__file__).resolve().parents[3] / "shared" / "data"
EVERY = int(os.environ.get("CLEAN_EVERY", "8"))
PEER_KINDS = {"EMAIL": "email", "PHONE": "phone", "IP_ADDRESS": "ip", "CREDIT_CARD": "card", "SSN": "ssn"}
HOSTILE_CHARACTERS = 500_000
HOSTILE = {
    "a": "a",
    "dashes": "-",
    "dots and spaces": ". ",
    "local parts": "a.",
    "at signs": "@",
    "domains": "x@a.",
    "digits": "1",
    "digits and hyphens": "1-",
    "dollars": "$a\n",
    "private keys": "-----BEGIN PRIVATE KEY-----",
    "accounts": "AB12 ",
    "braces": "{a,",
    "spelt addresses": "a [at] ",
    "cut words": "infor- ",
    "list items": "\n- a",
    "accents": "¨ a",
    "joiners": "\u200d",
    "breadcrumbs": " > ",
}


def main() -> None:
    """Print the four tables."""
    identify("the model is loaded before anything is timed")
    _personal_data()
    if DATA.is_dir():
        pages = list(_pages())
        _web_pages(pages)
        _speed([blocks for _, blocks, _ in pages], "web pages")
        _speed(list(_documents()), "technical documents")
    else:
        print("recorded documents: not beside this checkout")
    _hostile()


def _personal_data() -> None:
    lines = labelled()
    print(f"personal data, {len(lines)} lines by hand: found and right / masks put / wanted")
    ours = hits(lines)
    try:
        from datafog import scan
    except ImportError:
        theirs = None
        print("datafog: not installed")
    else:
        theirs = hits(
            lines,
            lambda text: Counter(
                PEER_KINDS[found.type] for found in scan(text, engine="regex").entities if found.type in PEER_KINDS
            ),
        )
    print(f"{'kind':8}{'ours':>16}{'datafog':>16}")
    for kind in sorted(ours.wanted):
        peer = f"{theirs.right[kind]}/{theirs.put[kind]}/{theirs.wanted[kind]}" if theirs else "-"
        if theirs and kind not in PEER_KINDS.values():
            peer = "-"
        print(f"{kind:8}{f'{ours.right[kind]}/{ours.put[kind]}/{ours.wanted[kind]}':>16}{peer:>16}")


def _pages() -> Iterator[tuple[str, tuple[Block, ...], str]]:
    for line in (DATA / "html" / "gold.jsonl").read_text().splitlines()[::EVERY]:
        gold = json.loads(line)
        content = gzip.decompress((DATA / "html" / "pages" / f"{gold['id']}.html.gz").read_bytes())
        if blocks := _blocks(content, ReadRequest(url=gold["url"], media_type="text/html")):
            yield gold["page_type"], blocks, gold["main_content"]


def _documents() -> Iterator[tuple[Block, ...]]:
    files = [
        file for file in sorted((DATA / "corpus-quantum").rglob("*")) if file.is_file() and file.suffix != ".jsonl"
    ]
    for file in files[::EVERY]:
        if blocks := _blocks(file.read_bytes(), ReadRequest(url=file.as_uri(), pdf_layout=False)):
            yield blocks


def _blocks(content: bytes, request: ReadRequest) -> tuple[Block, ...]:
    try:
        return read(content, request, lambda done, total: None).parsed.blocks
    except DocumentRejected:
        return ()


def _web_pages(pages: Iterable[tuple[str, tuple[Block, ...], str]]) -> None:
    scores: dict[str, list[tuple[float, float]]] = defaultdict(list)
    for kind, blocks, gold in pages:
        pair = (_f1(_text(blocks), gold), _f1(_text(cleaned(blocks, mask=True).blocks), gold))
        scores[kind].append(pair)
        scores["all"].append(pair)
    print(f"\nword F1 of web pages\n{'type':16}{'pages':>6}{'as read':>9}{'cleaned':>9}")
    for kind, pairs in sorted(scores.items()):
        before, after = (sum(column) / len(pairs) for column in zip(*pairs, strict=True))
        print(f"{kind:16}{len(pairs):6}{before:9.4f}{after:9.4f}")


def _text(blocks: Iterable[Block]) -> str:
    return "\n".join(block.text for block in blocks)


def _f1(found: str, gold: str) -> float:
    left, right = (Counter(re.findall(r"\w+", text.lower())) for text in (found, gold))
    return 2 * sum((left & right).values()) / max(1, sum(left.values()) + sum(right.values()))


def _speed(documents: list[tuple[Block, ...]], name: str) -> None:
    import ftfy

    masks: Counter[str] = Counter()
    done: Counter[str] = Counter()
    start = time.process_time()
    for blocks in documents:
        clean = cleaned(blocks, mask=True)
        masks.update(clean.masked)
        for decision in clean.decisions:
            done.update({f"{decision.step}.{figure}": int(count) for figure, count in decision.measured.items()})
    ours = time.process_time() - start
    texts = [_text(blocks) for blocks in documents]
    start = time.process_time()
    for text in texts:
        ftfy.fix_text(text)
    theirs = time.process_time() - start
    size = sum(len(text.encode()) for text in texts) / 1e6
    each = ours / len(documents) * 1000
    print(f"\n{len(documents)} {name}, {size:.2f} MB: {each:.1f} ms CPU each, {size / ours:.2f} MB/s")
    print(f"ftfy.fix_text alone: {size / theirs:.2f} MB/s ({theirs / ours:.2f} of our time)")
    print(f"masked: {dict(masks)}; done: {dict(sorted(done.items()))}")


def _hostile() -> None:
    print(f"\nhostile texts of {HOSTILE_CHARACTERS / 1e6:.1f} and twice as many million signs: CPU s, and their ratio")
    for name, piece in HOSTILE.items():
        times = []
        for characters in (HOSTILE_CHARACTERS, 2 * HOSTILE_CHARACTERS):
            block = Block(kind=BlockKind.PARAGRAPH, text=piece * (characters // len(piece)))
            start = time.process_time()
            cleaned([block], mask=True)
            times.append(time.process_time() - start)
        print(f"{name:20}{times[0]:8.2f}{times[1]:8.2f}{times[1] / max(times[0], 0.01):7.1f}")
