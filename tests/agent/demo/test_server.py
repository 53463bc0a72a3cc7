"""The demo site as a crawler meets it: real requests on loopback, and the special pages it has to contain."""

from __future__ import annotations

import difflib
import http.client
import re
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from html.parser import HTMLParser
from typing import Any
from urllib.parse import urldefrag, urljoin, urlsplit
from urllib.robotparser import RobotFileParser
from xml.etree import ElementTree

import pytest

from agent.demo.server import DEMO_PORT, DEMO_SUBJECT, demo_pages, free_demo_port, serve_demo_site

BY_ND = "https://creativecommons.org/licenses/by-nd/4.0/"
CC_BY = "https://creativecommons.org/licenses/by/4.0/"
SIZE_BOUND = int(2.5 * 2**20)


@pytest.fixture(scope="module")
def site() -> Iterator[str]:
    with serve_demo_site() as base:
        yield base


@pytest.fixture(scope="module")
def pages() -> dict[str, str]:
    """The text of every page that is text, by path."""
    found = demo_pages("http://site.test")
    return {path: page.body.decode("utf-8") for path, page in found.items() if not path.endswith(".pdf")}


@pytest.mark.parametrize(
    ("path", "content_type"),
    [
        ("", "text/html; charset=utf-8"),
        ("basics/qubit.html", "text/html; charset=utf-8"),
        ("papers/density-matrices.pdf", "application/pdf"),
        ("notes/magic-states.md", "text/markdown; charset=utf-8"),
        ("notes/history.txt", "text/plain; charset=utf-8"),
        ("robots.txt", "text/plain; charset=utf-8"),
        ("sitemap.xml", "application/xml"),
        ("assets/style.css", "text/css; charset=utf-8"),
    ],
)
def test_each_kind_of_page_is_served_with_its_type(site: str, path: str, content_type: str) -> None:
    status, headers, body = request(site + path)
    assert status == 200
    assert headers["Content-Type"] == content_type
    assert len(body) == int(headers["Content-Length"]) > 0


def test_the_site_is_served_on_loopback_only(site: str) -> None:
    assert urlsplit(site).hostname == "127.0.0.1"


def test_the_site_is_gone_once_the_block_ends() -> None:
    with serve_demo_site() as base:
        assert request(base)[0] == 200
    with pytest.raises(urllib.error.URLError):
        urllib.request.urlopen(base, timeout=5)


def test_head_sends_the_headers_without_the_body(site: str) -> None:
    status, headers, body = request(site + "basics/qubit.html", method="HEAD")
    assert (status, body) == (200, b"")
    assert int(headers["Content-Length"]) == len(request(site + "basics/qubit.html")[2])


def test_a_query_does_not_change_the_page(site: str) -> None:
    assert request(site + "basics/qubit.html?from=menu")[2] == request(site + "basics/qubit.html")[2]


def test_an_unknown_page_is_not_found(site: str) -> None:
    assert request(site + "basics/unicorns.html")[0] == 404


@pytest.mark.parametrize(
    "path",
    [
        "/../server.py",
        "/basics/../../server.py",
        "/%2e%2e/server.py",
        "/..%2fserver.py",
        "/..%5cserver.py",
        "//etc/passwd",
        "/%00",
        "/basics",
    ],
)
def test_a_path_that_leaves_the_site_is_refused(site: str, path: str) -> None:
    # http.client sends the path as it stands; urllib would tidy it first.
    connection = http.client.HTTPConnection(urlsplit(site).netloc, timeout=5)
    connection.request("GET", path)
    assert connection.getresponse().status == 404
    connection.close()


def test_a_client_with_the_current_tag_gets_304_and_no_body(site: str) -> None:
    _, headers, _ = request(site + "notes/glossary.txt")
    for tag in (headers["ETag"], f'"other", W/{headers["ETag"]}', "*"):
        status, again, body = request(site + "notes/glossary.txt", {"If-None-Match": tag})
        assert (status, body) == (304, b"")
        assert again["ETag"] == headers["ETag"]


def test_a_client_with_an_old_tag_gets_the_page(site: str) -> None:
    assert request(site + "notes/glossary.txt", {"If-None-Match": '"old"'})[0] == 200


def test_a_client_that_asks_by_date_gets_304_unless_the_page_is_newer(site: str) -> None:
    _, headers, _ = request(site + "basics/qubit.html")
    assert headers["Last-Modified"] == "Mon, 02 Sep 2024 00:00:00 GMT"
    same = {"If-Modified-Since": headers["Last-Modified"]}
    older = {"If-Modified-Since": "Sun, 01 Sep 2024 00:00:00 GMT"}
    nonsense = {"If-Modified-Since": "last week"}
    assert request(site + "basics/qubit.html", same)[0] == 304
    assert request(site + "basics/qubit.html", older)[0] == 200
    assert request(site + "basics/qubit.html", nonsense)[0] == 200


def test_robots_closes_the_private_folder_and_names_the_sitemap_absolutely(site: str) -> None:
    text = request(site + "robots.txt")[2].decode()
    assert "Disallow: /private/" in text
    assert "crawl-delay" not in text.lower()
    robots = RobotFileParser()
    robots.parse(text.splitlines())
    assert robots.site_maps() == [f"{site}sitemap.xml"]
    assert not robots.can_fetch("demo-crawler", f"{site}private/lab-notes.html")
    assert robots.can_fetch("demo-crawler", f"{site}basics/qubit.html")


def test_the_sitemap_names_about_two_thirds_of_the_pages_and_all_of_those_exist(site: str) -> None:
    listed = sitemap_addresses(site)
    everything = [path for path in demo_pages("") if path.endswith((".html", ".md", ".txt", ".pdf"))]
    assert 0.55 < len(listed) / len(everything) < 0.75
    assert all(address.startswith(site) and request(address)[0] == 200 for address in listed)
    assert not any("/private/" in address or address.endswith(".pdf") for address in listed)
    assert f"{site}garden/pruning-roses.html" not in listed


def test_every_internal_link_of_every_page_resolves(site: str) -> None:
    broken = [
        (path, link)
        for path in demo_pages("")
        for link in internal_links(site, path)
        if request(link, method="HEAD")[0] != 200
    ]
    assert broken == []


def test_links_alone_lead_to_every_page(site: str) -> None:
    seen: set[str] = set()
    waiting = [f"{site}index.html"]
    while waiting:
        address = waiting.pop()
        if address not in seen:
            seen.add(address)
            waiting.extend(internal_links(site, address.removeprefix(site[:-1])))
    everything = {site[:-1] + path for path in demo_pages("")} - {f"{site}robots.txt", f"{site}sitemap.xml"}
    assert everything <= seen


def test_the_pages_are_on_the_subject_and_long_enough_to_teach(pages: dict[str, str]) -> None:
    assert DEMO_SUBJECT == "quantum computing"
    on_subject = [
        text
        for path, text in pages.items()
        if path.split("/")[1] in {"basics", "algorithms", "hardware", "correction", "notes"}
    ]
    assert len(on_subject) >= 30
    assert all(len(words_of(text)) >= 450 for text in on_subject)
    assert sum(len(words_of(text)) for text in on_subject) > 20_000


def test_every_html_page_is_a_whole_page_with_its_licence(pages: dict[str, str]) -> None:
    for path, text in pages.items():
        if path.endswith(".html"):
            for part in ('<html lang="en">', "<title>", 'name="author"', 'name="date"', "<main>", "<article>"):
                assert part in text, path
            licence = BY_ND if path.startswith("/library/") else CC_BY
            assert f'<a rel="license" href="{licence}">' in text, path


def test_the_notes_state_their_licence(pages: dict[str, str]) -> None:
    markdown = [text for path, text in pages.items() if path.endswith(".md")]
    plain = [text for path, text in pages.items() if path.startswith("/notes/") and path.endswith(".txt")]
    assert (len(markdown), len(plain)) == (4, 2)
    assert all(re.match(r"---\ntitle: .+\n(.+\n)*license: CC-BY-4\.0\n---\n", text) for text in markdown)
    assert all("Licence: CC BY 4.0" in text.splitlines()[:3] for text in plain)


def test_the_mirrored_page_is_nearly_but_not_quite_a_copy(pages: dict[str, str]) -> None:
    original, copy = (words_of(pages[path]) for path in ("/algorithms/grover.html", "/mirror/grover.html"))
    assert 0.9 < difflib.SequenceMatcher(None, original, copy, autojunk=False).ratio() < 1.0


def test_one_page_forbids_derivatives_and_training(pages: dict[str, str]) -> None:
    text = pages["/library/all-rights.html"]
    assert f'<link rel="license" href="{BY_ND}">' in text
    assert "training of models on this text are not permitted" in text
    assert CC_BY not in text


def test_the_garden_is_off_the_subject(pages: dict[str, str]) -> None:
    garden = [text for path, text in pages.items() if path.startswith("/garden/")]
    assert len(garden) == 3
    assert not any("quantum" in article_of(text).lower() for text in garden)


def test_the_private_page_is_linked_and_on_the_subject(pages: dict[str, str]) -> None:
    assert "private/lab-notes.html" in pages["/hardware/superconducting-qubits.html"]
    assert "qubit" in article_of(pages["/private/lab-notes.html"])


@pytest.mark.parametrize(("name", "fewest"), [("density-matrices", 1200), ("error-mitigation", 1200)])
def test_the_text_papers_have_a_text_layer_and_state_their_licence(name: str, fewest: int) -> None:
    with opened_pdf(name) as paper:
        texts = [page.get_text() for page in paper]
        assert 3 <= len(texts) <= 5
        assert len(" ".join(texts).split()) > fewest
        assert f"Licence: CC BY 4.0 ({CC_BY})" in texts[0]
        assert CC_BY in paper.metadata["keywords"]


def test_the_scanned_paper_is_pictures_without_a_text_layer() -> None:
    with opened_pdf("quantum-annealing-scan") as paper:
        assert len(paper) == 2
        for page in paper:
            assert page.get_text().strip() == ""
            (picture,) = page.get_images()
            assert paper.extract_image(picture[0])["ext"] == "jpeg"
        assert CC_BY in paper.metadata["keywords"]


def test_the_site_stays_small() -> None:
    assert sum(len(page.body) for page in demo_pages("").values()) < SIZE_BOUND


def test_the_module_serves_from_the_command_line() -> None:
    command = [sys.executable, "-m", "agent.demo.server", "--port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            found = re.search(r"http://127\.0\.0\.1:\d+/", process.stdout.readline())
            assert found is not None
            assert request(found[0])[0] == 200
        finally:
            process.terminate()


def request(
    address: str, headers: dict[str, str] | None = None, method: str = "GET"
) -> tuple[int, dict[str, str], bytes]:
    """The status, headers and body of one answer, whatever its status."""
    try:
        with urllib.request.urlopen(
            urllib.request.Request(address, headers=headers or {}, method=method), timeout=5
        ) as answer:
            return answer.status, dict(answer.headers), answer.read()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, dict(error.headers), error.read()


def sitemap_addresses(site: str) -> list[str]:
    """The addresses that the served sitemap lists."""
    root = ElementTree.fromstring(request(site + "sitemap.xml")[2])
    return [node.text or "" for node in root.iter("{http://www.sitemaps.org/schemas/sitemap/0.9}loc")]


class _Links(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found += [value for name, value in attrs if name == "href" and value]


def internal_links(site: str, path: str) -> list[str]:
    """The absolute addresses within the site that the page at ``path`` links to."""
    body = demo_pages(site[:-1])[path].body if path.endswith((".html", ".md")) else b""
    text = body.decode("utf-8")
    links = _Links()
    if path.endswith(".html"):
        links.feed(text)
    else:
        links.found = re.findall(r"\]\(([^)\s]+)\)", text)
    absolute = {urldefrag(urljoin(site[:-1] + path, link)).url for link in links.found}
    return sorted(link for link in absolute if link.startswith(site))


def article_of(text: str) -> str:
    """What stands inside the page's article, or all of a page that has none."""
    found = re.search(r"<article>(.*)</article>", text, re.DOTALL)
    return found[1] if found else text


def words_of(text: str) -> list[str]:
    """The words of the page's article, without its mark-up."""
    return re.sub(r"<[^>]+>", " ", article_of(text)).split()


def opened_pdf(name: str) -> Any:
    """The named paper, opened with PyMuPDF."""
    pymupdf: Any = pytest.importorskip("pymupdf")
    return pymupdf.open(stream=demo_pages("")[f"/papers/{name}.pdf"].body, filetype="pdf")


def test_the_demo_takes_its_own_port_and_another_when_that_is_taken() -> None:
    port = free_demo_port()
    assert port in (DEMO_PORT, 0)
    with serve_demo_site(port) as base:
        if port == DEMO_PORT:
            assert base == f"http://127.0.0.1:{DEMO_PORT}/"
            assert free_demo_port() == 0
