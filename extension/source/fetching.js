// The only door to the network.  Whatever goes through it looks the same from every browser.
//
// Firefox gives each installation an origin of its own and sends it along with what an extension fetches: a name tag.
// So there a frame without any origin does the fetching (quiet.html in a sandbox; the service sees `Origin: null`).
// In Chrome the origin is that of the extension, the same for everybody.

import { api } from "./browser.js";
import "./quiet.js";

const NAME_TAG = api.runtime.getURL("").startsWith("moz-extension:");
const PATIENCE_MS = 25_000; // Chrome stops a worker whose request is silent for thirty seconds

// `{status, bytes}` of an answer; throws when there is none.
export async function load(address, { etag = null, patience = PATIENCE_MS } = {}) {
  const wish = { address, etag, patience };
  return NAME_TAG ? fetchInFrame(wish) : globalThis.fetchQuietly(wish);
}

function fetchInFrame(wish) {
  const frame = document.createElement("iframe");
  frame.setAttribute("sandbox", "allow-scripts");
  frame.hidden = true;
  frame.src = "quiet.html";
  return new Promise((done, failed) => {
    const giveUp = setTimeout(() => end(() => failed(new Error("no answer"))), wish.patience + 5_000);
    const hear = ({ source, data }) => {
      if (source !== frame.contentWindow) return;
      if (data === "ready") source.postMessage(wish, "*");
      else if (data.bytes) end(() => done(data));
      else end(() => failed(new Error("no answer")));
    };
    function end(how) {
      clearTimeout(giveUp);
      removeEventListener("message", hear);
      frame.remove();
      how();
    }
    addEventListener("message", hear);
    document.body.append(frame);
  });
}
