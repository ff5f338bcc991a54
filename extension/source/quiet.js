// One request that carries nothing of whoever makes it.  Read as a module in Chrome, and as a plain script by the
// frame of Firefox, which has no origin that could load a module (see fetching.js): so it exports by name alone.

globalThis.fetchQuietly = async ({ address, etag, patience }) => {
  const answer = await fetch(address, {
    cache: "no-store",
    credentials: "omit",
    headers: etag ? { "If-None-Match": etag } : {},
    redirect: "error",
    referrerPolicy: "no-referrer",
    signal: AbortSignal.timeout(patience),
  });
  return { status: answer.status, bytes: new Uint8Array(answer.ok ? await answer.arrayBuffer() : 0) };
};
