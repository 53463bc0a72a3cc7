"""Cuts a document into chunks: whole blocks under one path of headings, within a number of the model's tokens."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from agent.job.records import Block, BlockKind, Chunk, Document, Split
from workers.parse.curate.pieces import Piece, pieces_of
from workers.tokens.counter import TokenCounter

Path = tuple[tuple[int, str], ...]
"""Headings from the outermost to the innermost, each with its level."""


@dataclass
class _Draft:
    """A chunk being filled; ``path`` is the heading path all its blocks share."""

    path: Path
    pieces: list[Piece] = field(default_factory=list)
    overlap: int = 0
    """Pieces at its beginning that the chunk before it ends with."""

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(text for _, text in self.path)

    @property
    def body(self) -> list[Piece]:
        return [piece for piece in self.pieces if not piece.block.level]

    def ended(self) -> _Draft:
        """Without headings at its end: they stand above what comes next."""
        last = max((place for place, piece in enumerate(self.pieces, 1) if not piece.block.level), default=0)
        return _Draft(self.path, self.pieces[:last], self.overlap)


@dataclass(frozen=True)
class Cutter:
    """Cuts documents under one set of limits."""

    tokens: TokenCounter
    chunk_tokens: int
    """Most tokens in a chunk; one block of code, a table or a formula may be more, and then stands alone with what
    belongs to it."""
    min_chunk_tokens: int
    overlap_blocks: int = 0
    """Blocks at the end of a chunk that the next one of the same section begins with."""

    def chunks(self, document: Document, split: Split) -> list[Chunk]:
        """The chunks of a document in order; together they hold every block, but the headings of their own paths.

        A section becomes one chunk or several. A section shorter than ``min_chunk_tokens`` goes on into the next one,
        and the chunk then carries the path both share, with the headings below it as blocks. A block longer than
        ``chunk_tokens`` is cut as `workers.parse.curate.pieces` tells.
        """
        drafts = [draft for draft in self._drafts(document) if draft.body]
        return [
            Chunk(
                id=f"{document.id}-{ordinal}",
                document_id=document.id,
                split=split,
                ordinal=ordinal,
                url=document.url,
                title=document.title,
                headings=draft.names,
                licence=document.licence,
                language=document.language,
                blocks=tuple(piece.block for piece in draft.pieces),
                overlap=draft.overlap,
                tokens=self._size(draft.pieces),
                continues=ordinal > 0 and drafts[ordinal - 1].path == draft.path,
            )
            for ordinal, draft in enumerate(drafts)
        ]

    def _drafts(self, document: Document) -> Iterator[_Draft]:
        draft = _Draft(())
        for path, pieces in self._sections(document):
            if sum(piece.tokens for piece in draft.body[draft.overlap :]) >= self.min_chunk_tokens:
                yield draft.ended()
                draft = _Draft(path)
            elif draft.pieces:  # a short section goes on into the next: the headings they do not share become blocks
                draft = self._widened(draft, path)
            else:
                draft = _Draft(path)
            for group in self._groups(pieces):
                if draft.body and self._size([*draft.pieces, *group]) > self.chunk_tokens:
                    yield draft.ended()
                    draft = self._continued(draft, path, group)
                draft.pieces += group
        yield draft.ended()

    def _sections(self, document: Document) -> Iterator[tuple[Path, list[Piece]]]:
        """What stands under each heading, with the path of headings above it; headings without a text have none."""
        sizes = self.tokens.count([block.text for block in document.blocks])
        path: Path = ()
        blocks: list[Block] = []
        own: list[int] = []
        for block, size in zip(document.blocks, sizes, strict=True):
            if not block.level:
                blocks.append(block)
                own.append(size)
                continue
            if blocks:
                yield path, self._pieces(blocks, own, document.language)
            blocks, own = [], []
            path = (*(above for above in path if above[0] < block.level), (block.level, block.text))
        if blocks:
            yield path, self._pieces(blocks, own, document.language)

    def _pieces(self, blocks: Sequence[Block], sizes: Sequence[int], language: str) -> list[Piece]:
        return pieces_of(blocks, sizes, self.chunk_tokens, self.tokens.count, language)

    def _groups(self, pieces: Iterable[Piece]) -> Iterator[list[Piece]]:
        """Pieces that belong together, as far as a chunk has room for them."""
        group: list[Piece] = []
        for piece in pieces:
            shown = BlockKind.CAPTION in (piece.block.kind, *(each.block.kind for each in group[-1:]))
            fits = self._size([*group, piece]) <= self.chunk_tokens or shown
            if group and not (piece.glued and fits):
                yield group
                group = []
            group.append(piece)
        if group:
            yield group

    def _widened(self, draft: _Draft, path: Path) -> _Draft:
        """The draft under what its path and this one share, with the headings below that as blocks."""
        same = [one == other for one, other in zip(draft.path, path, strict=False)]
        shared = path[: [*same, False].index(False)]
        own, opened = draft.path[len(shared) :], path[len(shared) :]
        return _Draft(shared, [*self._headings(own), *draft.pieces[draft.overlap :], *self._headings(opened)])

    def _headings(self, path: Path) -> list[Piece]:
        sizes = self.tokens.count([text for _, text in path])
        return [
            Piece(Block(kind=BlockKind.HEADING, text=text, level=level), size)
            for (level, text), size in zip(path, sizes, strict=True)
        ]

    def _continued(self, draft: _Draft, path: Path, group: Sequence[Piece]) -> _Draft:
        """The chunk after this one in the same section, with as much of its end as was asked for and has room."""
        headings = [place for place, piece in enumerate(draft.pieces) if piece.block.level]
        since = max(draft.overlap, headings[-1] + 1 if headings else 0, len(draft.pieces) - self.overlap_blocks)
        repeated = draft.pieces[since:]
        while repeated and self._size([*repeated, *group]) > self.chunk_tokens:
            repeated = repeated[1:]
        return _Draft(path, list(repeated), len(repeated))

    def _size(self, pieces: Sequence[Piece]) -> int:
        return sum(piece.tokens for piece in pieces) + self.tokens.joint * max(0, len(pieces) - 1)
