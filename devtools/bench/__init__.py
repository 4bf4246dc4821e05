"""What the suite costs, measured against what it cannot do without (`make bench`, docs/bench.md)."""
