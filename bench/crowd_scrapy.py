"""Scrapy on the list of `bench.crowd`: every address of it, dead ones too, and every page behind them, only fetched.

    python -m bench.crowd_scrapy TOWN PORTS AT_ONCE DONE

Its own defaults (robots off, certificates not verified, cookies and duplicate filter on) but for two that are in its
favour: as many sites side by side as ours, and no second try for an address where nobody answers.
"""

from __future__ import annotations

import json
import sys
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import scrapy
from scrapy.crawler import CrawlerProcess
from scrapy.http import Response
from scrapy.resolver import CachingThreadedResolver
from twisted.internet.defer import Deferred, succeed
from twisted.python.failure import Failure

from bench.crowd_town import DEAD, Town


class _Loopback(CachingThreadedResolver):
    """Every name lives here."""

    def getHostByName(self, _name: str, _timeout: Any = ()) -> Deferred[str]:  # noqa: ANN401, N802 - Twisted's names
        return succeed("127.0.0.1")


class _Spider(scrapy.Spider):
    name = "crowd"

    def __init__(self, town: Town, ports: dict[str, int], at_once: int, done: bytes) -> None:
        super().__init__()
        self._town, self._ports, self._at_once = town, ports, at_once
        self._left = iter(number for number in range(town.sites) if done[number])
        self.told = {"pages": 0, "bytes": 0, "unanswered": 0}

    async def start(self) -> AsyncIterator[scrapy.Request]:
        """The first few sites; each that ends begins another."""
        for _ in range(self._at_once):
            for request in self._next_site():
                yield request

    def _next_site(self) -> Iterator[scrapy.Request]:
        number = next(self._left, None)
        if number is not None:
            first, *rest = self._town.paths(number) or ("/",)
            yield self._request(number, first, rest)

    def _request(self, number: int, path: str, rest: list[str]) -> scrapy.Request:
        port = self._ports["nobody" if self._town.kind(number) == DEAD else "secure"]
        url = f"https://{self._town.host(number)}:{port}{path}"
        return scrapy.Request(url, self.parse, errback=self._failed, cb_kwargs={"number": number, "rest": rest})

    def parse(self, response: Response, number: int, rest: list[str]) -> Iterator[scrapy.Request]:
        """Count, and go on: the next page of the site, or the next site."""
        self.told["pages"] += 1
        self.told["bytes"] += len(response.body)
        if rest:
            yield self._request(number, rest[0], rest[1:])
        else:
            yield from self._next_site()

    def _failed(self, _: Failure) -> Iterator[scrapy.Request]:
        self.told["unanswered"] += 1
        yield from self._next_site()


def main() -> None:
    """Crawl and print."""
    town, ports, at_once = Town.of(sys.argv[1]), json.loads(sys.argv[2]), int(sys.argv[3])
    done = Path(sys.argv[4]).read_bytes()
    process = CrawlerProcess(
        {
            "CONCURRENT_REQUESTS": at_once,
            "CONCURRENT_REQUESTS_PER_DOMAIN": 1,
            "TWISTED_DNS_RESOLVER": _Loopback,
            "TELNETCONSOLE_ENABLED": False,
            "RETRY_ENABLED": False,
            "LOG_LEVEL": "CRITICAL",
        }
    )
    crawler = process.create_crawler(_Spider)
    process.crawl(crawler, town=town, ports=ports, at_once=at_once, done=done)
    process.start()
    assert isinstance(crawler.spider, _Spider)  # noqa: S101 - it has run
    print(json.dumps(crawler.spider.told))


if __name__ == "__main__":
    main()
