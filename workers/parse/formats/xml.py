"""Parses XML from strangers: no entities resolved, no DTD, no network, bounded depth and size."""

from __future__ import annotations

from typing import Any

from agent.errors import DocumentRejected

_LIMITS = ("xmlSAX2", "depth", "huge", "limit", "amplification", "entity reference loop", "memory")
"""Words of libxml2's messages when one of its own limits was reached."""


def parse_xml(content: bytes, *, part: str = "") -> Any:
    """The root element (lxml) of well-formed XML, without comments and processing instructions.

    ``part`` names what is parsed, for the message. Entities that the document declares stay unresolved, so that a
    billion laughs and a file of this machine are both one node.

    Raises:
        DocumentRejected: ``corrupt_xml``; ``too_complex`` beyond libxml2's limits (256 levels, 10 MB a text).
    """
    from lxml import etree

    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, remove_comments=True, remove_pis=True
    )
    where = f"{part}: " if part else ""
    try:
        return etree.fromstring(content, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        reason = "too_complex" if any(word in str(error) for word in _LIMITS) else "corrupt_xml"
        raise DocumentRejected(reason, f"{where}{error}") from error
