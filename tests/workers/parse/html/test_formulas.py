"""Mathematics of web pages becomes TeX where it stands."""

from __future__ import annotations

import pytest

from workers.parse.html.formulas import formulas_to_tex
from workers.parse.html.markup import to_blocks
from workers.parse.html.page import drop_unseen, load

TEX = "<annotation encoding='application/x-tex'>a_1</annotation>"
MATHML = f"<math><semantics><msub><mi>a</mi><mn>1</mn></msub>{TEX}</semantics></math>"


@pytest.mark.parametrize(
    "markup",
    [
        MATHML,
        '<math alttext="a_1"><msub><mi>a</mi><mn>1</mn></msub></math>',
        f'<span class="katex"><span class="katex-mathml">{MATHML}</span><span class="katex-html">a1</span></span>',
        '<script type="math/tex">a_1</script>',
        r'<span class="math">\(a_1\)</span>',
        '<img class="mwe-math-fallback-image-inline" alt="a_1" src="x.svg">',
    ],
)
def test_a_formula_stands_once_as_tex_in_its_sentence(markup: str) -> None:
    root = load(f"<html><body><p>Take {markup} from it.</p></body></html>")
    formulas_to_tex(root)
    drop_unseen(root)
    assert to_blocks(root.find(".//body"))[0].text == "Take $a_1$ from it."
