"""Coverage-guided fuzzing of whatever reads bytes that strangers send.  `make fuzz`; never in CI.

Each file in `targets` is one reader: `SEEDS`, good inputs to begin from, and `once(data)`, which lets nothing out but
what the reader promises, and holds what must be true of every answer.  What was found lies in `tests/fuzzed/`, and
`tests/test_fuzzed.py` runs it, and all seeds, without the fuzzer.
"""

TARGETS = (
    "address", "link", "page", "judging", "json_ld", "body", "robots", "sitemap", "archive", "visit", "list_text",
    "list_xlsx", "list_ods", "class_list",
)  # fmt: skip
"""In the order of how easily a stranger reaches them."""
