"""What we measure, one command: ``make bench`` (docs/benchmarks.md reads the figures)."""
