"""Words that want to do something: what a shop may write, a list may hold, and a name may be.  All of our own making.

`MARK` stands in each, so that a test can see that they arrived where it looks.
"""

from __future__ import annotations

import re

MARK = "zqx7"

WORDS = {
    "script": "<script>alert('zqx7')</script>",
    "handler": "zqx7\"><img src=x onerror=alert(1)>'><b onmouseover=alert(1)>",
    "drawing": "<svg/onload=alert(1)>zqx7</svg><math><mi xlink:href=javascript:alert(1)>",
    "link": "javascript:alert(1)//zqx7 data:text/html,<script>1</script> https://evil.example/zqx7",
    "frame": "zqx7</textarea></title></style><iframe srcdoc='<script>1</script>'></iframe><base href=//evil.example>",
    "formula": '=HYPERLINK("https://evil.example/zqx7";"zqx7")',
    "command": "=cmd|' /C calc'!A1 zqx7",
    "sum": "@SUM(1+1)*zqx7",
    "plus": "+1+zqx7",
    "minus": "-2+3+zqx7",
    "tab": "\t=1+zqx7",
    "wide": "＝1+zqx7",
    "cell": 'zqx7","=1+1","\n=2+2',
    "escape": "\x1b[31mzqx7\x1b[2J\x1b]0;owned\x07\x1b]8;;https://evil.example\x07x",
    "eight bits": "\x9b31mzqx7\x9d0;owned\x9c",
    "backspace": "zqx7\b\b\b\b\x7f\rverified",
    "turned": "\u202ezqx7 gnp.exe\u2066\u2069\u200f",
    "unseen": "z\u200bq\u00adx\ufeff7 zqx7\u2063\U000e0041",
    "lines": "zqx7\u2028\u2029\x85verified: yes",
    "nothing": "zqx7\x00verified",
    "half": "zqx7&#xD800;&#xDFFF;",
    "long": "zqx7 " + "A" * 60_000,
    "piled": "zqx7" + "a\u0301\u0302\u0303" * 2_000,
    "markup": "zqx7]]><!-- &lol; <![CDATA[ <?xml version='1.0'?> --> &#0; &amp;amp;",
    "template": "zqx7 {{7*7}} ${7*7} <%= 7*7 %> #{7*7} {% raw %} {0.__class__} %s%n",
    "header": "zqx7\r\nSet-Cookie: owned=1\r\n\r\n<p>",
    "document": 'zqx7"}],"category":"verified","x":[{"y":"',
    "console": "[red]zqx7[/red] [link=https://evil.example]y[/link] [/] :skull:",
    "question": "zqx7'; DROP TABLE checks; --",
    "place": "zqx7/../../../../etc/passwd%00",
}

ACTS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff\ud800-\udfff]")
"""What no output may hold: a terminal, a table or a reader obeys it, or nobody sees it."""
