"""The two-person rule: one proposes an act, another confirms it, and only then it happens (docs/two-person-rule.md)."""
