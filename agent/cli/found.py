"""Prints what discovery found: the ranked documents, the topics they cover, the sources, and what was set aside."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from rich import box
from rich.console import Console, Group, RenderableType
from rich.table import Table
from rich.text import Text

from agent.discovery import Discovery
from agent.job.coverage import Covered, covered
from agent.job.records import Candidate, Rejected
from agent.report.words import count, printable, spoken

_EXAMPLES_PER_REASON = 2
_LICENCE_COLUMNS = 20
"""Longer expressions are folded, so that titles have room."""


def print_discovery(console: Console, discovery: Discovery, *, top: int) -> None:
    """Print everything a person needs to judge the list; ``top`` documents of it, 0 for all."""
    shown = discovery.candidates[:top] if top else discovery.candidates
    console.print()
    subject = printable(discovery.topics.subject)
    console.print(f"[bold green]FOUND[/]  {count(len(discovery.candidates))} documents about “{subject}”")
    for part in _parts(discovery, shown):
        console.print()
        console.print(part)
    if advice := discovery.facts.get("permission", {}).get("advice"):
        console.print(Text(f"\n{printable(advice)}", "yellow"), soft_wrap=True)
    if len(shown) < len(discovery.candidates):
        rest = count(len(discovery.candidates) - len(shown))
        console.print(f"\n{rest} more documents: --top 0 shows all, --output FILE writes all.")


def _parts(discovery: Discovery, shown: Sequence[Candidate]) -> Iterator[RenderableType]:
    yield documents_table(shown)
    if len(discovery.topics.topics) > 1:
        yield topics_table(discovery)
    yield sources_table(discovery.facts)
    if discovery.rejected:
        yield set_aside_table(discovery.rejected)


def documents_table(candidates: Sequence[Candidate]) -> Table:
    """One document an entry, in the order in which they are taken."""
    table = _table("", "score", "licence", "cited", "year", "title, what the score is made of, address")
    for place, candidate in enumerate(candidates, 1):
        title = Text(printable(candidate.title) or "(no title)", no_wrap=True, overflow="ellipsis")
        below = Text("\n".join(line for line in (_made_of(candidate), printable(candidate.url)) if line), "dim")
        table.add_row(
            str(place),
            f"{candidate.score:.2f}",
            _licence(candidate),
            "" if candidate.citations is None else count(candidate.citations),
            candidate.date[:4],
            Group(title, below),
        )
    return table


def _licence(candidate: Candidate) -> Text:
    """The licence, and below whether that settles the use."""
    licence = candidate.foreseen.licence or candidate.licence
    return Text.assemble(printable(licence) or "not known yet", "\n", _VERDICTS[candidate.foreseen.verdict])


_VERDICTS = {
    "allowed": ("may be used", "green"),
    "licence_fits": ("licence fits", "green"),
    "open": ("open until fetched", "yellow"),
}


def _made_of(candidate: Candidate) -> str:
    """The parts of the score, the largest first."""
    ordered = sorted(candidate.parts.items(), key=lambda part: (-part[1], part[0]))
    return ", ".join(f"{spoken(name)} {value:.2f}" for name, value in ordered)


def topics_table(discovery: Discovery) -> Table:
    """Each topic of the map: its share of the subject beside its share of what was found."""
    lines = covered(discovery.candidates, discovery.topics)
    phrases = {topic.name: topic.phrases for topic in discovery.topics.topics}
    table = _table(f"topics ({topics_covered(lines)})", "share", "found", "documents", "also called")
    for line in lines:
        also = ", ".join(printable(phrase) for phrase in phrases[line.topic] if phrase != line.topic)
        name = Text(printable(line.topic), "" if line.documents else "yellow")
        table.add_row(name, f"{line.weight:.0%}", f"{line.share:.0%}", count(line.documents), Text(also, "dim"))
    return table


def topics_covered(lines: Sequence[Covered]) -> str:
    """``17 of 20 have documents``."""
    return f"{sum(1 for line in lines if line.documents)} of {len(lines)} have documents"


def sources_table(facts: Mapping[str, Any]) -> Table:
    """How each source and service did."""
    table = _table("source", "asked", "found", "set aside", "what went wrong")
    for line in facts.get("sources", ()):
        asked = f"{line['queries']} quer{'y' if line['queries'] == 1 else 'ies'}"
        table.add_row(
            printable(line["source"]), asked, count(line["found"]), count(line["refused"]),
            Text(printable(line["error"]), "red"),
        )  # fmt: skip
    for name, why in facts.get("not_asked", {}).items():
        table.add_row(printable(name), "", "", "", Text(printable(why), "yellow"))
    return table


def set_aside_table(rejected: Sequence[Rejected]) -> Table:
    """Each reason with its count and an example or two."""
    table = _table("set aside", "documents", "for example")
    for reason, number in Counter(item.reason for item in rejected).most_common():
        examples = [item for item in rejected if item.reason == reason][:_EXAMPLES_PER_REASON]
        told = Text("\n").join(
            Text.assemble(printable(item.url), "\n  ", (printable(item.detail), "dim")) for item in examples
        )
        table.add_row(spoken(reason), count(number), told)
    return table


def _table(*columns: str) -> Table:
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False)
    for column in columns:
        right = column in ("", "score", "cited", "share", "documents", "found", "set aside") and column != "set aside"
        narrow = column in ("score", "cited", "date", "share")
        widest = _LICENCE_COLUMNS if column == "licence" else None
        table.add_column(
            column, justify="right" if right else "left", overflow="fold", no_wrap=narrow, max_width=widest
        )
    return table
