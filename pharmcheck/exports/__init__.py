"""The results of a list as files: one format a file, written row by row, so that any length takes the same memory."""

from pharmcheck.exports.cells import defang_all, defuse
from pharmcheck.exports.changes import changes_csv, changes_html
from pharmcheck.exports.digest import DIGEST_FORMATS, digest_bytes
from pharmcheck.exports.items import item_document
from pharmcheck.exports.report import FORMATS, MEDIA_TYPES, Report, make_report, report_bytes

__all__ = [
    "DIGEST_FORMATS", "FORMATS", "MEDIA_TYPES", "Report", "changes_csv", "changes_html", "defang_all", "defuse",
    "digest_bytes", "item_document", "make_report", "report_bytes",
]  # fmt: skip
