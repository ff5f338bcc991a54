"""The results of a list as files: one format a file, written row by row, so that any length takes the same memory."""

from pharmcheck.exports.cells import defang_all, defuse
from pharmcheck.exports.changes import changes_csv, changes_html
from pharmcheck.exports.digest import DIGEST_FORMATS, digest_bytes
from pharmcheck.exports.formats import FORMATS, MEDIA_TYPES, form_of, report_bytes, verdict_bytes
from pharmcheck.exports.items import item_document
from pharmcheck.exports.report import Report, make_report
from pharmcheck.exports.stix import TLP, Source
from pharmcheck.exports.stix_bundle import Cluster, Link, cluster_bundle, verdicts_bundle

__all__ = [
    "DIGEST_FORMATS", "FORMATS", "MEDIA_TYPES", "TLP", "Cluster", "Link", "Report", "Source", "changes_csv",
    "changes_html", "cluster_bundle", "defang_all", "defuse", "digest_bytes", "form_of", "item_document", "make_report",
    "report_bytes", "verdict_bytes", "verdicts_bundle",
]  # fmt: skip
