"""XPaths of elements as they stood in the page's source, in linear time for a whole page."""

from __future__ import annotations

from typing import Any

from workers.parse.html.formulas import TAG_BEFORE


class Paths:
    """Names elements of one tree; the first question about a holder's child numbers all of its children."""

    def __init__(self) -> None:
        self._steps: dict[Any, str] = {}
        self._paths: dict[Any, str] = {}

    def of(self, element: Any) -> str:
        """``/html/body/div[2]/p[3]``: a number counts siblings of one name, an only one has none."""
        open_steps: list[Any] = []
        while element is not None and element not in self._paths:
            open_steps.append(element)
            element = element.getparent()
        path = "" if element is None else self._paths[element]
        for each in reversed(open_steps):
            path = self._paths[each] = f"{path}/{self._step(each)}"
        return path

    def keep(self, root: Any) -> None:
        """Name all elements under a root now, before some are taken out."""
        for element in root.iter("*"):
            self.of(element)

    def _step(self, element: Any) -> str:
        if element not in self._steps:
            parent = element.getparent()
            siblings = [element] if parent is None else [child for child in parent if isinstance(child.tag, str)]
            count: dict[str, int] = {}
            numbered = []
            for sibling in siblings:
                name = sibling.get(TAG_BEFORE) or sibling.tag
                count[name] = count.get(name, 0) + 1
                numbered.append((sibling, name, count[name]))
            for sibling, name, number in numbered:
                self._steps[sibling] = f"{name}[{number}]" if count[name] > 1 else name
        return self._steps[element]
