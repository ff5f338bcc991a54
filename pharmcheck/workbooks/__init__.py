"""Opens workbooks that a stranger may have made: what they would take is counted first, and a child reads them first.

Registers and lists come as workbooks; this is the one place that takes them apart.
"""

from pharmcheck.workbooks.archive import MAX_MEMBERS, MAX_RATIO, guarded_archive, is_ods, is_xlsx
from pharmcheck.workbooks.kinds import kind_of
from pharmcheck.workbooks.links import CellLink, cell_links
from pharmcheck.workbooks.ods import OdsRow, read_ods
from pharmcheck.workbooks.xlsx import SheetRow, read_xlsx

__all__ = [
    "MAX_MEMBERS", "MAX_RATIO", "CellLink", "OdsRow", "SheetRow", "cell_links", "guarded_archive", "is_ods", "is_xlsx",
    "kind_of", "read_ods", "read_xlsx",
]  # fmt: skip
