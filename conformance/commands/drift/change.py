"""One difference between a published document and the contract. Plain data."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass
class Change:
    """One difference. ours, theirs: the contract and the document, in a few words; '' where it is not there.

    names: what a requirement would call the thing; breaks: requests of today would be refused, or nothing is left of
    the method, so that every requirement of its methods is touched.
    """

    kind: str
    what: str
    ours: str
    theirs: str
    operations: list[str]
    names: set[str] = field(default_factory=set)
    breaks: bool = False

    @property
    def verb(self) -> str:
        """Added, removed or changed, as the document sees it."""
        return "changed" if self.ours and self.theirs else "added" if self.theirs else "removed"
