"""Texts that a buyer may type, such as names and streets: ordinary ones, and ones that a careless shop trips over."""

from __future__ import annotations

from hypothesis import strategies as st

# A shop has to refuse them, to keep them as they are, or at least to survive: half of the free texts.
ODD_TEXTS = ("<b>", "Wal\x07nut", "O'Neill-Größe", "%s%n{0}", "../..%2f", "\u202e\U0001f6d2")
LATIN_1 = 255  # its last character
# Letters, digits and punctuation that every address may have; what is no ordinary text is refused, so that it is rare.
ORDINARY_TEXTS = st.text(
    st.characters(max_codepoint=LATIN_1, exclude_categories=("C", "Z"), exclude_characters="<>"),
    min_size=1,
    max_size=30,
)
ORDINARY_OR_ODD = st.one_of(ORDINARY_TEXTS, st.sampled_from(ODD_TEXTS))
