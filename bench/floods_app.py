"""The service that `bench.floods` floods: as `pharmcheck serve` makes it, except that nobody does the checks.

Its one honest caller has a key and may ask as often as it likes; everybody else has the limits of an installation.
"""

from __future__ import annotations

import socket
import sys
from datetime import UTC, datetime
from pathlib import Path

import uvicorn

from pharmcheck.api import make_app, make_service
from pharmcheck.api.connections import connections
from pharmcheck.capture import Policy
from pharmcheck.logs import log_as_json
from pharmcheck.registers import EMPTY_REGISTERS
from pharmcheck.ruleset import load_ruleset
from pharmcheck.settings import Settings
from pharmcheck.store import Scope, Store
from pharmcheck.web import add_pages
from pharmcheck.work import Workplace


def main() -> None:
    """Serve until killed; stdout says the port, and the key of the honest caller."""
    log_as_json()
    settings = Settings(data_dir=Path(sys.argv[1]), key_checks_per_day=1_000_000, key_reads_per_minute=1_000_000)
    with (
        Store.open(settings) as store,
        socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP) as listener,
    ):
        place = Workplace(store, load_ruleset(), Policy(), lambda: EMPTY_REGISTERS, lambda: datetime.now(UTC))
        service = make_service(place, settings, with_runner=False)
        app = make_app(service, extend=add_pages)
        listener.bind(("127.0.0.1", 0))
        listener.listen(2048)
        _, secret = service.keys.create("the honest one", (Scope.CHECK,), datetime.now(UTC), None)
        print(listener.getsockname()[1], secret, flush=True)
        config = uvicorn.Config(
            app, http=connections(settings), ws="none", log_config=None, access_log=False, timeout_keep_alive=15,
            limit_concurrency=1000, h11_max_incomplete_event_size=64 * 1024,
        )  # fmt: skip
        uvicorn.Server(config).run(sockets=[listener])


if __name__ == "__main__":
    main()
