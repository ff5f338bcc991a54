"""Goes and looks: resolve, refuse, pin; fetch under limits; TLS facts; which pages next; WARC in and out.

The only room that touches the network, through one guarded door.  It collects bytes and facts and judges nothing.
"""

from pharmcheck.capture.downloading import Download, DownloadLimits, DownloadState, download
from pharmcheck.capture.enquiring import NotAnswered, enquire
from pharmcheck.capture.fetch import Fetcher
from pharmcheck.capture.guard import Policy, Resolver, SystemResolver
from pharmcheck.capture.partial import Version, read_version, write_version
from pharmcheck.capture.picturing import take_picture
from pharmcheck.capture.planner import Wanted, plan
from pharmcheck.capture.polite import Gate, Turns
from pharmcheck.capture.posting import Posted, post
from pharmcheck.capture.roles import page_role
from pharmcheck.capture.shells import needs_scripts
from pharmcheck.capture.visit import capture_site, require_parts
from pharmcheck.capture.warc import capture_id, read_warc, write_warc

__all__ = [
    "Download",
    "DownloadLimits",
    "DownloadState",
    "Fetcher",
    "Gate",
    "NotAnswered",
    "Policy",
    "Posted",
    "Resolver",
    "SystemResolver",
    "Turns",
    "Version",
    "Wanted",
    "capture_id",
    "capture_site",
    "download",
    "enquire",
    "needs_scripts",
    "page_role",
    "plan",
    "post",
    "read_version",
    "read_warc",
    "require_parts",
    "take_picture",
    "write_version",
    "write_warc",
]
