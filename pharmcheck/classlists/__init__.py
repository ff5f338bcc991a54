"""Lists that browsers carry: for each class of verdict the names that stand in it, small, signed, and told to nobody.

`build` makes them from the store; `Shelf` keeps them on the disk, where the service and any static server find them.
"""

from pharmcheck.classlists.building import Built, Wish, build
from pharmcheck.classlists.ranges import ALL, Entry, nothing
from pharmcheck.classlists.shelf import Edition, Shelf

__all__ = ["ALL", "Built", "Edition", "Entry", "Shelf", "Wish", "build", "nothing"]
