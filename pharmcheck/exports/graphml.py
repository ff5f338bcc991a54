"""A network as GraphML, which Gephi, yEd, Maltego and networkx read: sites, the things they show, and where.

Written with the standard library: the form is a list of elements, and nothing foreign is parsed.
"""

from __future__ import annotations

import re
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from pharmcheck.address.defanging import defang
from pharmcheck.networks.known import UNIT
from pharmcheck.store.network_views import Detail

MEDIA_TYPE = "application/graphml+xml"
_NAMESPACE = "http://graphml.graphdrawing.org/xmlns"
_FORBIDDEN = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")  # XML 1.0, 2.2
_KEYS = (  # for what, name, type
    ("graph", "note", "string"),
    ("node", "type", "string"),
    ("node", "label", "string"),
    ("node", "category", "string"),
    ("node", "kind", "string"),
    ("node", "bits", "double"),
    ("node", "sites_everywhere", "int"),
    ("edge", "page_url", "string"),
    ("edge", "page_sha256", "string"),
    ("edge", "first_seen", "string"),
    ("edge", "last_seen", "string"),
)


def graphml_bytes(detail: Detail, note: str) -> bytes:
    """The network as one document: every edge leads from a site to a thing it shows and names the page."""
    root = Element("graphml", xmlns=_NAMESPACE)
    for number, (of, name, kind) in enumerate(_KEYS):
        SubElement(root, "key", {"id": f"k{number}", "for": of, "attr.name": name, "attr.type": kind})
    graph = SubElement(root, "graph", id=f"network-{detail.summary.id}", edgedefault="undirected")
    _put(graph, "graph", note=note)
    for member in detail.members:
        node = SubElement(graph, "node", id=f"site:{member.domain}")
        _put(node, "node", type="site", label=defang(member.domain, member.domain), category=member.category)
    for number, thing in enumerate(detail.things):
        node = SubElement(graph, "node", id=f"thing:{number}")
        _put(node, "node", type="thing", label=f"{thing.name}: {thing.shown}", kind=thing.kind,
             bits=thing.hundredths / UNIT, sites_everywhere=thing.everywhere)  # fmt: skip
    for number, thing in enumerate(detail.things):
        for where in thing.on:
            edge = SubElement(graph, "edge", source=f"site:{where.domain}", target=f"thing:{number}")
            _put(edge, "edge", page_url=where.page_url, page_sha256=where.page_sha256,
                 first_seen=where.first_seen.isoformat(), last_seen=where.last_seen.isoformat())  # fmt: skip
    indent(root)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{tostring(root, encoding="unicode")}\n'.encode()


def _put(element: Element, of: str, **values: object) -> None:
    for number, (whose, name, _) in enumerate(_KEYS):
        if whose == of and name in values:
            SubElement(element, "data", key=f"k{number}").text = _FORBIDDEN.sub("\ufffd", str(values[name]))
