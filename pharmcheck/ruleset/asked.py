"""A shop's questions and answers: what it grants and denies when it asks itself.

"Do I need a prescription?" says nothing.  With "No, you do not." behind it, it is the shop's own word.
"""

from __future__ import annotations

from typing import NamedTuple

from pharmcheck.ruleset.scan import PageText
from pharmcheck.ruleset.voice import Speaker, Statement, VoiceLexicon

_LABEL_CHARS = 9  # "Answer:" in a line of its own is none
_BLOCKS = 2  # behind the question
_ENDS = (".", ",", ";", "!", ":", "-")  # behind a plain yes or no
_MARKS = " \"'([*->:"


class Reply(NamedTuple):
    """The answer that begins with "yes" or "no"."""

    block: int
    words: str  # as printed
    folded: str


def reply_to(statement: Statement, page: PageText, cue: str, lexicon: VoiceLexicon) -> Reply | None:
    """The answer to a question, when it is a plain no, or yes: "No order leaves without a prescription" is none.

    Args:
        statement: the question.
        page: where it stands.
        cue: `denial` or `consent` of `rules/lists/voice.yaml`.
        lexicon: cue words.
    """
    if statement.speaker is not Speaker.QUESTION:
        return None
    blocks, asked = page.reading.blocks, statement.hit.block
    behind = statement.begin + len(statement.folded)
    for block in range(asked, min(asked + 1 + _BLOCKS, len(blocks))):
        skipped = behind if block == asked else 0
        folded = page.block_text(block)[skipped:]
        label, colon, behind_label = folded.partition(":")
        answer = f"{(behind_label if colon and len(label) <= _LABEL_CHARS else folded).strip(_MARKS)}."
        if answer == ".":
            continue  # nothing, or "Answer:"
        end = lexicon.opening(cue, statement.hit.phrase.language, answer)
        if end < 0 or not answer[end:].lstrip(" ").startswith(_ENDS):
            return None
        return Reply(block, blocks[block].text[skipped:].strip(), answer)
    return None
