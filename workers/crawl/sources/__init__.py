"""Where documents come from: one file a source, one line here. The prefix is what users write before the
colon."""

from __future__ import annotations

from workers.crawl.sources.contract import Source
from workers.crawl.sources.folder import find_in_folder
from workers.crawl.sources.site import find_on_site
from workers.crawl.sources.urls import find_on_list

SOURCES: dict[str, Source] = {
    "dir": find_in_folder,
    "site": find_on_site,
    "urls": find_on_list,
}
