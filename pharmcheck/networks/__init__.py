"""Who is behind the shops: what each site shows that leads to a hand, and which sites show enough of the same.

Pure.  `site_traits` looks at one visit, `find_networks` at what is known of many sites.  What comes out raises the
priority of a site and says so; it is no finding, and no verdict hears of it.
"""

from pharmcheck.networks.clustering import Holdings, Network, Tie
from pharmcheck.networks.extract import site_traits
from pharmcheck.networks.joining import find_networks
from pharmcheck.networks.known import Known, known_things
from pharmcheck.networks.records import Trait, kind_of

__all__ = ["Holdings", "Known", "Network", "Tie", "Trait", "find_networks", "kind_of", "known_things", "site_traits"]
