"""Ways to spoil a good document, each with its strength: the bad half of what the quality score is calibrated on."""

from __future__ import annotations

import base64
import random
from collections.abc import Callable, Sequence
from typing import NamedTuple

from agent.job.records import Block, BlockKind

Blocks = Sequence[Block]
Spoil = Callable[[Blocks, random.Random], Blocks]

LOOKALIKES = {"l": "1", "1": "l", "o": "0", "e": "c", "c": "e", "h": "b", "i": "j", "t": "f", "n": "u", "u": "v"}
"""What scanners confuse; any other letter turns into a random one."""
LETTERS = "abcdefghijklmnopqrstuvwxyz"
_LOREM_TEXT = (
    "lorem ipsum dolor sit amet consectetur adipiscing elit sed do eiusmod tempor incididunt ut labore et dolore magna "
    "aliqua enim ad minim veniam quis nostrud exercitation ullamco laboris nisi aliquip ex ea commodo consequat duis "
    "aute irure in reprehenderit voluptate velit esse cillum eu fugiat nulla pariatur"
)
LOREM = _LOREM_TEXT.split()
REFUSAL = (
    "As an AI language model, I cannot give opinions on this subject. I'm sorry, but I can't assist with that request. "
    "As of my last knowledge update, I do not have access to real-time information. It is important to note that I am "
    "an AI and cannot provide professional advice. I hope this helps! Let me know if you have any further questions."
)
TOWNS = ("Springfield", "Riverside", "Franklin", "Greenville", "Bristol", "Clinton", "Fairview", "Salem", "Madison")
_MENU_TEXT = "Home Products Services Partners Pricing Blog Careers Contact Help Search Login Cart Terms Sitemap"
MENU = _MENU_TEXT.split()
PLACEHOLDERS = (
    "404 Not Found. The page you are looking for could not be found. It may have been moved or deleted. Go back to the "
    "home page or use the search. If you think this is a mistake, please contact the administrator of this site.",
    "Please enable JavaScript to continue using this application. Your browser does not support JavaScript or it is "
    "turned off. JavaScript is required to view this page. Checking your browser before accessing the site. Please "
    "wait a few seconds. This process is automatic and you will be redirected to your requested content shortly.",
    "Sign in to continue. Log in to your account to view this page. Email address. Password. Forgot your password? "
    "Remember me. Don't have an account yet? Create an account. By signing in you agree to our terms of service and "
    "privacy policy. Sign in with another provider. Need help? Contact support for access to your account.",
    "We use cookies to improve your experience. By continuing to use this site you agree to our use of cookies. Accept "
    "all cookies. Reject all. Manage preferences. Strictly necessary cookies. These cookies are required for the site "
    "to work. You can change your cookie settings at any time. Read our privacy policy to learn more about cookies.",
    "This page is under construction. Content for this page is coming soon. Please check back later for updates. "
    "Subscribe to our newsletter to be notified when it is ready. Thank you for your patience while we are working "
    "on our new site. Follow us on social media in the meantime. This domain may be for sale. Powered by our host.",
)


class Corruption(NamedTuple):
    """One way to spoil a document."""

    kind: str
    strength: str
    """``severe`` must be rejected; ``mild`` shows how the score falls, and some of it is better kept."""
    reasons: tuple[str, ...]
    """Names under which a rejection is right; more than one where two are true of it."""
    spoil: Spoil

    @property
    def name(self) -> str:
        """Kind and strength."""
        return f"{self.kind} ({self.strength})"


def by_block(change: Callable[[str, random.Random], str], share: float = 1.0) -> Spoil:
    """Changes this share of the prose blocks; code and tables stay as they are."""

    def spoil(blocks: Blocks, dice: random.Random) -> Blocks:
        return [
            block.model_copy(update={"text": change(block.text, dice)}) if is_prose(block) and dice.random() < share
            else block
            for block in blocks
        ]  # fmt: skip

    return spoil


def instead(write: Callable[[str, random.Random], str]) -> Spoil:
    """One paragraph in place of all, made from the prose of the document."""
    return lambda blocks, dice: [paragraph(write("\n".join(b.text for b in blocks if is_prose(b)), dice))]


def by_word(change: Callable[[str, random.Random], str], rate: float) -> Callable[[str, random.Random], str]:
    """Changes words at this rate."""
    return lambda text, dice: " ".join(
        change(word, dice) if dice.random() < rate else word for word in text.split(" ")
    )  # fmt: skip


def is_prose(block: Block) -> bool:
    """Whether the block holds running text."""
    return block.kind not in (BlockKind.CODE, BlockKind.TABLE, BlockKind.FORMULA)


def paragraph(text: str) -> Block:
    """One paragraph; lines may stay in it."""
    return Block(kind=BlockKind.PARAGRAPH, text=text)


def scanned(rate: float) -> Callable[[str, random.Random], str]:
    """Character errors at this rate: three quarters substitutions, the others losses, insertions and lost spaces."""

    def change(text: str, dice: random.Random) -> str:
        out = []
        for letter in text:
            if dice.random() >= rate:
                out.append(letter)
            elif (kind := dice.random()) < 0.75:
                out.append(LOOKALIKES.get(letter) or dice.choice(LETTERS + "0123456789.,;'~|"))
            elif kind < 0.85:
                out.append(letter + dice.choice(LETTERS + ".,'|"))
        return "".join(out)

    return change


def misread(rate: float) -> Callable[[str, random.Random], str]:
    """Vowels at this rate become accented and are read in the wrong encoding (UTF-8 as Windows-1252)."""
    accented = dict(zip("aeiou", "áéíóú", strict=True))

    def change(text: str, dice: random.Random) -> str:
        marked = "".join(
            accented.get(letter, "’") if letter in "aeiou'" and dice.random() < rate else letter for letter in text
        )
        return marked.encode().decode("cp1252", errors="replace")

    return change


def replaced(rate: float) -> Callable[[str, random.Random], str]:
    """Letters at this rate become replacement characters."""
    return lambda text, dice: "".join("\ufffd" if dice.random() < rate else letter for letter in text)


def shuffled_letters(word: str, dice: random.Random) -> str:
    """The word's letters in another order."""
    return "".join(dice.sample(word, len(word)))


def random_letters(word: str, dice: random.Random) -> str:
    """As many letters, any."""
    return "".join(dice.choices(LETTERS, k=len(word)))


def base64_of(text: str, dice: random.Random) -> str:
    """The text's bytes in base64, in lines of 76."""
    return base64.encodebytes(text.encode()).decode().strip()


def hex_of(text: str, dice: random.Random) -> str:
    """The text's bytes as a hex dump."""
    return text.encode().hex(" ", 2)


def without_spaces(rate: float) -> Callable[[str, random.Random], str]:
    """Spaces lost at this rate."""
    return lambda text, dice: "".join(sign for sign in text if sign != " " or dice.random() >= rate)


def letter_spaced(word: str, dice: random.Random) -> str:
    """The word with a space after each letter."""
    return " ".join(word)


def wrong_codepage(text: str, dice: random.Random) -> str:
    """The text's bytes in an EBCDIC code page, read as Windows-1252."""
    return text.encode("cp500", errors="replace").decode("cp1252", errors="replace")


def shuffled_words(text: str, dice: random.Random) -> str:
    """All words in another order, commas and full stops with them."""
    words = text.split()
    return " ".join(dice.sample(words, len(words)))


def babble(order: int) -> Callable[[str, random.Random], str]:
    """A Markov chain over the document's own words."""

    def write(text: str, dice: random.Random) -> str:
        words = text.split()
        follows: dict[tuple[str, ...], list[str]] = {}
        for place in range(len(words) - order):
            follows.setdefault(tuple(words[place : place + order]), []).append(words[place + order])
        state = tuple(words[:order])
        out = list(state)
        while len(out) < len(words):
            state = state if state in follows else dice.choice(list(follows))
            out.append(dice.choice(follows[state]))
            state = (*state[1:], out[-1])
        return " ".join(out)

    return write


def repeated(share: float) -> Spoil:
    """One paragraph of the document said again until it makes this share of the text, as lines of one block."""

    def spoil(blocks: Blocks, dice: random.Random) -> Blocks:
        prose = [block.text for block in blocks if is_prose(block) and len(block.text) > 80]
        line = dice.choice(prose).replace("\n", " ")[:400]
        length = sum(len(block.text) for block in blocks if is_prose(block))
        times = max(3, round(share / (1 - share) * length / len(line)))
        return [*blocks, paragraph("\n".join([line] * times))]

    return spoil


def stuffed(rate: float) -> Callable[[str, random.Random], str]:
    """Two phrases to be found by, strewn in after words at this rate."""
    phrases = ("best quantum computer", "buy quantum computer online")
    return by_word(lambda word, dice: f"{word} {dice.choice(phrases)}", rate)


def lorem(text: str, dice: random.Random) -> str:
    """Placeholder text of the same length in sentences."""
    out = []
    for _ in range(max(1, len(text.split()) // 10)):
        out.append(" ".join(dice.choices(LOREM, k=10)).capitalize() + ".")
    return " ".join(out)


def spun(text: str, dice: random.Random) -> str:
    """One advertising template with the slots filled anew thirty times."""
    lines = []
    for _ in range(30):
        town, word = dice.choice(TOWNS), dice.choice(("best", "cheapest", "leading", "trusted", "top"))
        lines.append(
            f"Looking for the {word} quantum consulting in {town}? Our {town} experts offer {word} quantum consulting "
            f"services at great prices. Call our {town} office today for a free quote on quantum consulting."
        )
    return "\n".join(lines)


def log(text: str, dice: random.Random) -> str:
    """Lines of a server's log with the document's words as names."""
    words = [word for word in text.split() if word.isalpha()]
    return "\n".join(
        f"2026-03-{dice.randint(10, 28)} {dice.randint(10, 23)}:{dice.randint(10, 59)}:{dice.randint(10, 59)},"
        f"{dice.randint(100, 999)} INFO  [worker-{dice.randint(1, 16)}] {dice.choice(words).lower()}.service: request "
        f"{dice.randint(10**6, 10**7)} finished in {dice.randint(1, 900)} ms with status {dice.choice((200, 404, 500))}"
        for _ in range(60)
    )


def listing(text: str, dice: random.Random) -> str:
    """An automatic listing: a stub of the same words for each name."""
    names = sorted({word.strip(".,:;()").lower() for word in text.split() if word.strip(".,:;()").isalpha()})
    return "\n".join(f"get_{name}(self) returns the {name} property. No description available." for name in names[:80])


def refusal(text: str, dice: random.Random) -> str:
    """The boilerplate of a model that declines, a few times."""
    return " ".join([REFUSAL] * 2)


def link_list(text: str, dice: random.Random) -> str:
    """Titles of two to six of the document's words, one a line."""
    words = [word.strip(".,:;()") for word in text.split()]
    return "\n".join(
        "- " + " ".join(words[place : place + dice.randint(2, 6)]).title()
        for place in dice.choices(range(max(1, len(words) - 6)), k=60)
    )


def menus(text: str, dice: random.Random) -> str:
    """Menus of a site after each other."""
    return "\n".join(" ".join(dice.sample(MENU, len(MENU))) for _ in range(6))


def stub(words: int) -> Spoil:
    """The first words of the prose, broken off."""
    return instead(lambda text, dice: " ".join(text.split()[:words]) + " … Read more")


def placeholder(text: str, dice: random.Random) -> str:
    """A page that stands where a page should be, under the title of the document."""
    return f"{' '.join(text.split()[:6])}\n{dice.choice(PLACEHOLDERS)}"


CORRUPTIONS = (
    *(Corruption("misread encoding", s, ("corrupted",), by_block(misread(r)))
      for s, r in (("mild", 0.03), ("severe", 0.12), ("severe", 0.4))),
    *(Corruption("replacement characters", s, ("corrupted",), by_block(replaced(r)))
      for s, r in (("mild", 0.005), ("severe", 0.03), ("severe", 0.1))),
    *(Corruption("shuffled letters", s, ("corrupted",), by_block(by_word(shuffled_letters, r)))
      for s, r in (("mild", 0.2), ("severe", 0.6), ("severe", 1.0))),
    *(Corruption("random letters", s, ("corrupted",), by_block(by_word(random_letters, r)))
      for s, r in (("mild", 0.2), ("severe", 0.6), ("severe", 1.0))),
    *(Corruption("base64", s, ("corrupted",), by_block(base64_of, r))
      for s, r in (("mild", 0.3), ("severe", 0.7), ("severe", 1.0))),
    Corruption("hex dump", "severe", ("corrupted",), by_block(hex_of)),
    *(Corruption("spaces lost", s, ("corrupted",), by_block(without_spaces(r)))
      for s, r in (("mild", 0.2), ("severe", 0.6), ("severe", 1.0))),
    *(Corruption("letter-spaced", s, ("corrupted",), by_block(by_word(letter_spaced, r)))
      for s, r in (("mild", 0.2), ("severe", 0.6), ("severe", 1.0))),
    *(Corruption(f"OCR, {100 * r:.0f} % characters wrong", s, ("corrupted",), by_block(scanned(r)))
      for s, r in (("mild", 0.02), ("mild", 0.05), ("severe", 0.1), ("severe", 0.2))),
    Corruption("wrong code page", "severe", ("corrupted",), by_block(wrong_codepage)),
    *(Corruption("word salad", s, ("machine_generated",), by_block(shuffled_words, r))
      for s, r in (("mild", 0.4), ("severe", 1.0))),
    Corruption("word salad", "severe", ("machine_generated",), instead(shuffled_words)),
    *(Corruption(f"Markov babble of order {n}", s, ("machine_generated",), instead(babble(n)))
      for n, s in ((1, "severe"), (2, "mild"))),
    *(Corruption("repeated paragraph", s, ("machine_generated",), repeated(r))
      for s, r in (("mild", 0.2), ("severe", 0.5), ("severe", 0.8))),
    *(Corruption("keyword stuffing", s, ("machine_generated",), by_block(stuffed(r)))
      for s, r in (("mild", 0.02), ("severe", 0.15), ("severe", 0.4))),
    *(Corruption("lorem ipsum", s, ("machine_generated",), by_block(lorem, r))
      for s, r in (("mild", 0.3), ("severe", 1.0))),
    Corruption("spun template", "severe", ("machine_generated",), instead(spun)),
    Corruption("log", "severe", ("machine_generated", "corrupted"), instead(log)),
    Corruption("automatic listing", "severe", ("machine_generated",), instead(listing)),
    Corruption("refusal of a model", "severe", ("machine_generated",), instead(refusal)),
    Corruption("refusal in the middle", "mild", ("machine_generated",),
               lambda blocks, dice: [*blocks[: len(blocks) // 2], paragraph(REFUSAL), *blocks[len(blocks) // 2 :]]),
    Corruption("link list", "severe", ("thin",), instead(link_list)),
    Corruption("menus", "severe", ("thin", "machine_generated"), instead(menus)),
    Corruption("stub of 30 words", "severe", ("thin",), stub(30)),
    Corruption("stub of 60 words", "mild", ("thin",), stub(60)),
    Corruption("placeholder page", "severe", ("thin",), instead(placeholder)),
)  # fmt: skip
