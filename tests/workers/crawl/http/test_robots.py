"""robots.txt as a decision, with the line that decided."""

from __future__ import annotations

from pathlib import Path

import pytest

from workers.crawl.http.robots import MAX_CRAWL_DELAY_S, Robots, read_robots
from workers.crawl.http.sniff import text_of

TIME = "2026-01-01T00:00:00+00:00"
RECORDED = Path(__file__).resolve().parents[5] / "shared" / "data" / "recorded" / "robots"


def robots(text: str, status: int = 200) -> Robots:
    """What a file with this text means."""
    return read_robots("http://h/robots.txt", status, text.encode(), TIME)


def test_the_longest_matching_rule_is_named_as_the_one_that_closed_the_page() -> None:
    rules = robots("User-agent: *\nDisallow: /a\nAllow: /a/open\nDisallow: /a/open/not # private\nDisallow: /b\n")

    assert rules.verdict("http://h/a/open/yes").allowed
    closed = rules.verdict("http://h/a/open/not/this")
    assert not closed.allowed
    assert closed.evidence.line == "Disallow: /a/open/not # private"
    assert (closed.evidence.kind, closed.evidence.url) == ("robots", "http://h/robots.txt")


def test_our_own_group_counts_and_the_evidence_comes_from_it() -> None:
    rules = robots("User-agent: *\nDisallow: /x/deep\n\nUser-agent: finetune-agent\nDisallow: /x\n")
    assert rules.verdict("http://h/x/deep/page").evidence.line == "Disallow: /x"


def test_a_group_for_another_crawler_does_not_bind_us() -> None:
    assert robots("User-agent: OtherBot\nDisallow: /\n").verdict("http://h/a").allowed


@pytest.mark.parametrize(("status", "allowed"), [(404, True), (403, True), (429, False), (500, False), (304, False)])
def test_the_status_decides_where_there_is_no_file(status: int, allowed: bool) -> None:
    verdict = robots("", status).verdict("http://h/a")
    assert verdict.allowed is allowed
    assert str(status) in verdict.evidence.line


@pytest.mark.parametrize(("status", "answered"), [(200, True), (404, True), (429, False), (503, False)])
def test_a_server_in_trouble_gave_no_answer(status: int, answered: bool) -> None:
    assert robots("", status).answered is answered


def test_a_web_page_in_its_place_closes_everything() -> None:
    assert not robots("<html><head><title>Client Challenge</title></head></html>").verdict("http://h/a").allowed


def test_rules_that_mention_markup_in_a_comment_are_still_rules() -> None:
    assert robots("# see 1 < 2\nUser-agent: *\nDisallow: /a\n").verdict("http://h/b").allowed


def test_a_verdict_is_the_same_after_a_journey_to_another_process() -> None:
    rules = robots("User-agent: *\nDisallow: /a\nCrawl-delay: 400\nSitemap: http://h/s.xml\n")
    arrived = Robots.model_validate_json(rules.model_dump_json())

    assert arrived.verdict("http://h/a/b") == rules.verdict("http://h/a/b")
    assert (arrived.sitemaps, arrived.crawl_delay_s) == (("http://h/s.xml",), MAX_CRAWL_DELAY_S)


@pytest.mark.skipif(not RECORDED.is_dir(), reason="recorded answers are not part of the project")
def test_on_recorded_files_every_refusal_is_backed_by_a_line_of_the_file() -> None:
    probes = ("/", "/w/index.php", "/search?q=a", "/api/v1", "/admin/", "/cgi-bin/x", "/private/a", "/tmp/", "/login")
    refusals = 0
    for file in sorted(RECORDED.rglob("*")):
        if not file.is_file():
            continue
        body = file.read_bytes()
        rules = read_robots("http://h/robots.txt", 200, body, TIME)
        verdicts = [rules.verdict(f"http://h{probe}") for probe in probes]
        closing = [verdict.evidence.line for verdict in verdicts if not verdict.allowed]
        if rules.rule == "parse":
            refusals += len(closing)
            assert all(line in text_of(body) for line in closing), file.name
    assert refusals >= 10


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
def test_a_file_closes_what_it_closes_in_whatever_encoding_an_editor_saved_it(encoding: str) -> None:
    robots = read_robots("http://h/robots.txt", 200, "User-agent: *\r\nDisallow: /a\r\n".encode(encoding), "now")
    assert not robots.verdict("http://h/a").allowed
    assert robots.verdict("http://h/b").allowed
