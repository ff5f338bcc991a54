// The one place that knows that Chrome and Firefox call it differently.
export const api = globalThis.browser ?? globalThis.chrome;
