"""ai.txt as Spawning has it: a robots.txt of its own for training, with file types in place of paths.

https://site.spawning.ai/spawning-ai-txt. The same name is used for a Markdown page that describes a site to
assistants; such a file has no rules and says nothing here.
"""

from __future__ import annotations

from pathlib import PurePosixPath
from urllib.parse import urlsplit

from workers.crawl.http.identity import PRODUCT_TOKEN
from workers.crawl.media import DOCUMENT_TYPES
from workers.crawl.permission.path_pattern import matches, path_of
from workers.crawl.permission.robots_groups import Rule, read_groups
from workers.crawl.permission.statement import Said, Text

PLACE = "/ai.txt"
REASON = "optout_ai_txt"


def statement_in(file: Text, url: str, media_type: str) -> Said | None:
    """What the file says of the document at ``url``, None when no rule of its group fits.

    Of several rules the longest decides, the refusing one in a tie. A page without an extension counts under each
    extension of its type, since the file speaks of types.
    """
    groups = read_groups(file.body)
    if not groups.of_agent:
        return None
    rules = [rule for rule in groups.binding(PRODUCT_TOKEN) if rule.name in ("allow", "disallow")]
    names = _names(url, media_type)
    fitting = [rule for rule in rules if any(_fits(rule, name) for name in names)]
    decisive = max(fitting, key=lambda rule: (len(rule.value), rule.name == "disallow"), default=None)
    if decisive is None:
        return None
    forbids = decisive.name == "disallow"
    return Said("aitxt", forbids, REASON if forbids else "", decisive.line, file.url, file.time)


def _names(url: str, media_type: str) -> list[str]:
    """The path, with each extension that its type goes by where it has none of its own."""
    here = path_of(url)
    if PurePosixPath(urlsplit(url).path).suffix.lower() in DOCUMENT_TYPES:
        return [here]
    bare = urlsplit(url).path.rstrip("/") or "/index"
    return [here, *(f"{bare}{extension}" for extension, kind in DOCUMENT_TYPES.items() if kind == media_type)]


def _fits(rule: Rule, path: str) -> bool:
    pattern = rule.value
    if pattern.startswith("*."):
        return matches(f"/{pattern}$", path.partition("?")[0].lower())
    return matches(pattern if pattern.startswith(("/", "*")) else f"/{pattern}", path)
