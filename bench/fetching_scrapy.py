"""Scrapy on the same pages, for `bench.fetching`.  The only file that imports it; group `bench` of pyproject.toml.

Its own defaults (robots off, certificates not verified, retries, cookies and duplicate filter on) but for the
concurrency, which is that of the other clients: so many sites at a time, one page of a site after the other.
"""

from __future__ import annotations

import json
import sys
from collections.abc import AsyncIterator, Iterator
from typing import Any

import scrapy
from scrapy.crawler import CrawlerProcess
from scrapy.http import Response
from scrapy.resolver import CachingThreadedResolver
from twisted.internet.defer import Deferred, succeed

from bench.fetching_clients import Meter, Task


class _Loopback(CachingThreadedResolver):
    """Every name lives here."""

    def getHostByName(self, _name: str, _timeout: Any = ()) -> Deferred[str]:  # noqa: ANN401, N802 - Twisted's names
        return succeed("127.0.0.1")


class _Spider(scrapy.Spider):
    name = "bench"

    def __init__(self, task: Task) -> None:
        super().__init__()
        self._task, self._meter = task, Meter()
        warm_up, hosts = task.hosts()
        self._warm_up, self._hosts = iter(warm_up), iter(hosts)
        self._left = 0

    async def start(self) -> AsyncIterator[scrapy.Request]:
        """The warm-up, one site at a time."""
        for request in self._open(self._warm_up):
            yield request

    def _open(self, hosts: Iterator[str]) -> Iterator[scrapy.Request]:
        for host in hosts:
            first, *rest = self._task.urls(host)
            yield scrapy.Request(first, self.parse, cb_kwargs={"rest": rest, "hosts": hosts})
            return
        if hosts is self._warm_up:
            self._meter.start()
            self._left = self._task.sites
            for _ in range(self._task.at_once):
                yield from self._open(self._hosts)

    def parse(self, response: Response, rest: list[str], hosts: Iterator[str]) -> Iterator[scrapy.Request]:
        """Count, and go on: the next page of the site, or the next site."""
        self._meter.read += len(response.body)
        if rest:
            yield scrapy.Request(rest[0], self.parse, cb_kwargs={"rest": rest[1:], "hosts": hosts})
            return
        if hosts is self._hosts:
            self._left -= 1
            if not self._left:
                self._meter.report()
        yield from self._open(hosts)


def main() -> None:
    """Crawl and print."""
    task = Task(**json.loads(sys.argv[1]))
    process = CrawlerProcess(
        {
            "CONCURRENT_REQUESTS": task.at_once,
            "CONCURRENT_REQUESTS_PER_DOMAIN": 1,
            "TWISTED_DNS_RESOLVER": _Loopback,
            "TELNETCONSOLE_ENABLED": False,
            "LOG_LEVEL": "ERROR",
        }
    )
    process.crawl(_Spider, task=task)
    process.start()


if __name__ == "__main__":
    main()
