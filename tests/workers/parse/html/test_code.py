"""Code of web pages: its lines, and the language that each highlighter names in its own way."""

from __future__ import annotations

import lxml.html
import pytest

from workers.parse.html.code import code_of, language_of


def pre(markup: str) -> object:
    return lxml.html.fromstring(f"<div>{markup}</div>").find(".//pre")


@pytest.mark.parametrize(
    ("markup", "language"),
    [
        ('<pre><code class="language-python">x</code></pre>', "python"),
        ('<pre class="brush: js">x</pre>', "js"),
        ('<div class="highlight-c++ notranslate"><div><pre>x</pre></div></div>', "c++"),
        ('<div class="highlight-source-shell"><pre>x</pre></div>', "shell"),
        ('<pre class="sourceCode haskell">x</pre>', "haskell"),
        ('<pre><code class="hljs rust">x</code></pre>', "rust"),
        ('<pre data-lang="Go">x</pre>', "go"),
        ('<pre class="language-none">x</pre>', ""),
        ("<pre>x</pre>", ""),
    ],
)
def test_the_language_is_what_the_highlighter_says(markup: str, language: str) -> None:
    assert language_of(pre(markup)) == language


@pytest.mark.parametrize(
    ("markup", "code"),
    [
        ("<pre><span>if x:</span>\n    <b>y()</b>\n</pre>", "if x:\n    y()\n"),
        ("<pre>a<br>b</pre>", "a\nb"),
        ("<pre><button>Copy</button>a</pre>", "a"),
        ('<pre><span class="lineno">1</span>a\n<span class="lineno">2</span>b</pre>', "a\nb"),
        ("<pre><code><div>a</div><div>b</div></code></pre>", "a\nb\n"),
    ],
)
def test_lines_stay_and_numbers_and_buttons_go(markup: str, code: str) -> None:
    assert code_of(pre(markup)) == code
