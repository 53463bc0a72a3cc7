"""First results about a small subject, written for the tests: what a search for "bread baking" might find."""

from __future__ import annotations

from agent.job.records import Candidate
from workers.crawl.sources.contract import Found

SUBJECT = "bread baking"

TEXTS = (
    (
        "Why sourdough needs time",
        "Sourdough starters are a culture of wild yeast and lactic acid bacteria. The starter raises the "
        "bread dough slowly, and lactic acid bacteria give the baked bread its sour taste. Bakers feed "
        "sourdough starters every day.",
    ),
    (
        "Gluten and the crumb of bread",
        "Gluten development decides how well bread dough holds gas while baking. Kneading lines up the "
        "protein strands. High-protein flour, such as hard wheat flour, makes gluten development easier in "
        "bread baking.",
    ),
    (
        "Baking with a Dutch oven",
        "A Dutch oven traps steam, so that the oven spring of the bread is larger and its crust thinner. "
        "Steam injection does the same in a bakery. Preheat the Dutch oven for the baking of sourdough "
        "starters' loaves.",
    ),
    (
        "Bulk fermentation of bread dough",
        "Bulk fermentation is the first rise of bread dough. Lactic acid bacteria and wild yeast work in it, "
        "and gluten development goes on without kneading. Bulk fermentation ends before the bread is shaped "
        "for baking.",
    ),
    (
        "Oven spring in bread baking",
        "Oven spring is the last rise of bread in the first minutes of baking. Steam injection keeps the "
        "crust soft for it. A strong bulk fermentation, gluten development and hard wheat flour give more "
        "oven spring to the bread.",
    ),
    (
        "The thermal death of yeast (TDY) in baking",
        "In this paper we study bread baking. Figure 1 shows the bread. Wild yeast dies at 60 degrees. The "
        "dough yield index (DYI) of bread dough is given for hard wheat flour; see Figure 1 and the example "
        "code. Bread was baked.",
    ),
    (
        "Flour for bread",
        "In this paper the dough yield index (DYI) of bread flours is compared. Figure 1 lists hard wheat "
        "flour first. The example code draws the baking curve of bread. We thank Anna Baker for the flour.",
    ),
)  # fmt: skip


def results() -> list[Found]:
    """One find for each text, best first."""
    return [
        Found(
            Candidate(
                id=str(number), url=f"https://bread.example/{number}", source="urls:x", score=0.0, title=title,
                authors=("Anna Baker",),
            ),
            text,
        )
        for number, (title, text) in enumerate(TEXTS)
    ]  # fmt: skip
