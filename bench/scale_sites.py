"""Sites for `bench.scale`: small shops that answer after 50 ms, or after 2 s.  One process, TLS, keep-alive.

python -m bench.scale_sites FOLDER      prints its port; ends when its standard input is closed
"""

from __future__ import annotations

import asyncio
import ssl
import sys
from pathlib import Path

import trustme

DOMAIN = "bench.example.com"
FAST, SLOW = 0.05, 2.0
COUNT = 2000  # of each kind
HOSTS = [f"{kind}{number}.{DOMAIN}" for kind in ("fast", "slow") for number in range(COUNT)]

_LINKS = "".join(f'<a href="/{name}">{name}</a>' for name in ("contact", "imprint", "products/1", "shipping", "terms"))
_TEXT = "<p>Medicines for the whole family, with advice from people who know them, since we opened our doors.</p>" * 150
_PAGE = f"""<!doctype html><html lang="en"><head><title>A pharmacy</title></head><body><nav>{_LINKS}</nav>
<h1>Sildenafil 100 mg</h1><p>$ 2.50</p><button>Add to cart</button>{_TEXT}</body></html>""".encode()


async def _serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        while head := await reader.readuntil(b"\r\n\r\n"):
            await asyncio.sleep(SLOW if b"\r\nHost: slow" in head else FAST)
            found = not head.startswith((b"GET /robots.txt", b"GET /sitemap"))
            body = _PAGE if found else b""
            status = b"200 OK" if found else b"404 Not Found"
            writer.write(
                b"HTTP/1.1 %s\r\nContent-Type: text/html; charset=utf-8\r\nContent-Length: %d\r\n\r\n%s"
                % (status, len(body), body)
            )
            await writer.drain()
    except (asyncio.IncompleteReadError, ConnectionError):
        pass
    finally:
        writer.close()


async def _main(folder: Path) -> None:
    authority = trustme.CA()
    authority.cert_pem.write_to_path(str(folder / "ca.pem"))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(f"*.{DOMAIN}").configure_cert(context)
    server = await asyncio.start_server(_serve, "127.0.0.1", 0, ssl=context, backlog=1000)
    print(server.sockets[0].getsockname()[1], flush=True)
    await asyncio.to_thread(sys.stdin.read)


if __name__ == "__main__":
    asyncio.run(_main(Path(sys.argv[1])))
