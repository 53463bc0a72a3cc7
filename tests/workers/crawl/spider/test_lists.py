"""Sitemaps and feeds of the kinds that sites publish."""

from __future__ import annotations

from workers.crawl.spider.lists import MOST_ENTRIES, read_listing

RSS = b"""<?xml version="1.0"?><rss version="2.0"><channel><title>News</title><link>http://a.example/</link>
<item><title>Qubits &amp; gates</title><link>/news/1.html</link><description>&lt;p&gt;A &lt;b&gt;new&lt;/b&gt; chip
&lt;/p&gt;</description></item><item><title>No address</title></item></channel></rss>"""

ATOM = """<?xml version="1.0" encoding="iso-8859-1"?><feed xmlns="http://www.w3.org/2005/Atom"><title>N</title>
<entry><title>Schr\u00f6dinger</title><link rel="alternate" href="http://a.example/news/2.html"/><summary>Cats</summary>
</entry></feed>""".encode("iso-8859-1")


def test_rss_gives_links_with_their_titles_and_summaries() -> None:
    (link,) = read_listing(RSS, "http://a.example/feed", "application/rss+xml").links
    assert (link.url, link.anchor, link.around) == ("http://a.example/news/1.html", "Qubits & gates", "A new chip")


def test_atom_in_its_own_charset_is_read() -> None:
    (link,) = read_listing(ATOM, "http://a.example/atom.xml", "").links
    assert (link.url, link.anchor, link.around) == ("http://a.example/news/2.html", "Schrödinger", "Cats")


def test_a_sitemap_an_index_and_a_plain_list_are_told_apart() -> None:
    plain = read_listing(
        b"http://a.example/1\nnot an address\nhttp://a.example/2\n", "http://a.example/s.txt", "text/plain"
    )
    assert [link.url for link in plain.links] == ["http://a.example/1", "http://a.example/2"]
    index = b"<sitemapindex><sitemap><loc>http://a.example/s1.xml</loc></sitemap></sitemapindex>"
    assert read_listing(index, "http://a.example/s.xml", "").further == ("http://a.example/s1.xml",)
    pages = b"<urlset><url><loc> http://a.example/p </loc></url><url></url></urlset>"
    assert [link.url for link in read_listing(pages, "http://a.example/s.xml", "").links] == ["http://a.example/p"]


def test_a_sitemap_without_end_is_read_up_to_what_the_protocol_allows() -> None:
    body = b"<urlset>" + b"<url><loc>http://a.example/p</loc></url>" * (MOST_ENTRIES + 10) + b"</urlset>"
    listing = read_listing(body, "http://a.example/s.xml", "")
    assert (len(listing.links), listing.more) == (MOST_ENTRIES, 1)


def test_a_web_page_in_place_of_a_feed_lists_nothing() -> None:
    assert (
        read_listing(b"<html><body><a href='/x'>x</a></body></html>", "http://a.example/feed", "text/html").links == ()
    )


def test_a_file_name_in_place_of_a_feed_is_not_opened() -> None:
    assert read_listing(b"<x>/etc/passwd</x>", "http://a.example/feed", "").links == ()
