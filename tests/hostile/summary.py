"""What an attack found."""

from dataclasses import dataclass, field


@dataclass
class Summary:
    """One attack and what it found; made by every attack.

    Attributes
    ----------
    name : str
        Of the attack.
    seed : int
        Seed and number make a case again.
    cases : int
        How many were tried.
    findings : list of str
        A line each, which begins with the case's number. None is what is wished for.
    seconds : float
        How long it took.
    tally : dict of str to int
        What became of the cases, such as {"refused": 40, "taken": 10}; an attack that is always refused shows little.
    """

    name: str
    seed: int
    cases: int
    findings: list[str] = field(default_factory=list)
    seconds: float = 0.0
    tally: dict[str, int] = field(default_factory=dict)

    def __str__(self) -> str:
        """Say it for people, findings below."""
        outcomes = ", ".join(f"{what} {count}" for what, count in sorted(self.tally.items()))
        return "\n".join([
            f"{self.name}: {self.cases} cases, seed {self.seed}, {self.seconds:.1f} s, {len(self.findings)} findings"
            + (f" ({outcomes})" if outcomes else ""),
            *(f"  {finding}" for finding in self.findings),
        ])
