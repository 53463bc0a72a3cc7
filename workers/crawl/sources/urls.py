"""``urls:LIST``: addresses one by one, from a file with one on a line or separated by commas."""

from __future__ import annotations

from pathlib import Path

from agent.errors import SourceFailed
from agent.job.records import Candidate
from workers.crawl.canonical import canonical_url, document_id
from workers.crawl.media import declared_type, name_of
from workers.crawl.sources.contract import Findings, Found, Refused, Search


def find_on_list(search: Search) -> Findings:
    """The addresses in the order written; nothing is fetched here. What is no web address is ``invalid_url``.

    Raises:
        SourceFailed: the file cannot be read, or holds no address.
    """
    found: list[Found] = []
    refused: list[Refused] = []
    entries = listed_addresses(search.argument)
    for entry in entries:
        try:
            url = canonical_url(entry)
        except ValueError as error:
            bad = Candidate(id=document_id(entry), url=entry, source=search.source, score=0.0)
            refused.append(Refused(bad, "invalid_url", str(error)))
            continue
        found.append(
            Found(
                Candidate(
                    id=document_id(url),
                    url=url,
                    source=search.source,
                    title=name_of(url),
                    score=0.0,
                    media_type=declared_type(url),
                )
            )
        )
    search.progress(len(entries))
    return Findings(tuple(found), tuple(refused))


def listed_addresses(argument: str) -> list[str]:
    """The addresses as written, without blank lines and lines that begin with #.

    Raises:
        SourceFailed: as `find_on_list` does.
    """
    if "://" in argument:
        entries = argument.split(",")
    else:
        try:
            entries = Path(argument).expanduser().read_text(encoding="utf-8").splitlines()
        except (OSError, UnicodeDecodeError) as error:
            raise SourceFailed(
                f"The list of addresses {argument} cannot be read: {error}.",
                next_step="Name a text file with one address on a line, or separate addresses by commas.",
            ) from error
    addresses = [entry.strip() for entry in entries if entry.strip() and not entry.strip().startswith("#")]
    if not addresses:
        raise SourceFailed(f"The list {argument} holds no address.", next_step="Write one http address on a line.")
    return addresses
