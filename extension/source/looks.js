// How each answer looks: a sign for those who do not see colours, a colour, and which words say it.

export const LOOKS = {
  danger: { sign: "✖", badge: "✖", color: "#a3141f" },
  caution: { sign: "▲", badge: "▲", color: "#8a5300" },
  unverified: { sign: "?", badge: "?", color: "#2f5d8a" },
  verified_elsewhere: { sign: "◑", badge: "◑", color: "#1f6673" },
  verified: { sign: "✔", badge: "✔", color: "#1b6b35" },
  unlisted: { sign: "○", badge: "", color: "#5a5a5a" },
  old: { sign: "…", badge: "…", color: "#6b6b6b" },
  empty: { sign: "…", badge: "…", color: "#6b6b6b" },
};

// Which of the looks a decision has: only a fresh list gives colour.
export function lookOf(decision) {
  return decision.state === "listed" ? decision.category : decision.state;
}
