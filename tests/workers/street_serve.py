"""`pharmcheck serve` that admits the hosts of the sample street: `python -m tests.workers.street_serve --port 0`."""

from __future__ import annotations

import sys

from pharmcheck.cli import main, options
from tests.workers.street_app import street_policy

options.policy_of = street_policy
if __name__ == "__main__":
    sys.argv[1:1] = ["serve"]
    main()
