"""``urls:LIST``."""

from __future__ import annotations

from pathlib import Path

import pytest

from agent.errors import NotEnoughData, SourceFailed
from tests.workers.crawl.site_server import Answer, page, serving
from tests.workers.crawl.units import CrawlJob
from workers.crawl.sources.urls import listed_addresses


def test_a_file_and_a_comma_separated_list_read_the_same(tmp_path: Path) -> None:
    file = tmp_path / "list.txt"
    file.write_text("# papers\nhttp://a.example/1\n\n  http://b.example/2  \n")
    assert listed_addresses(str(file)) == listed_addresses("http://a.example/1, http://b.example/2")


def test_listed_addresses_are_fetched_by_retrieve_and_only_then(tmp_path: Path) -> None:
    with serving({"/q": page(title="Qubits", text="about qubits"), "/robots.txt": Answer(status=404)}) as site:
        job = CrawlJob(tmp_path, [f"urls:{site.base}/q#part,{site.base}/q,{site.base}/gone,ftp://x/y"])
        (plan,) = job.discover().successors
        assert site.asked == []
        job.retrieve(plan)

        assert [item.url for item in job.pages()] == [f"{site.base}/q"]
        assert job.rejected("discover", "0")["ftp://x/y"].reason == "invalid_url"
        missing = job.rejected("retrieve", "0000")[f"{site.base}/gone"]
        assert (missing.reason, missing.failed) == ("http_404", True)


def test_a_file_address_on_a_list_does_not_reach_the_disk(tmp_path: Path) -> None:
    with pytest.raises(NotEnoughData, match="1 invalid_url"):
        CrawlJob(tmp_path, ["urls:file:///etc/passwd"]).discover()


def test_a_list_that_is_missing_or_holds_nothing_is_named(tmp_path: Path) -> None:
    (tmp_path / "empty.txt").write_text("# nothing yet\n")
    for name in ("none.txt", "empty.txt"):
        with pytest.raises(SourceFailed, match=name):
            listed_addresses(str(tmp_path / name))
