"""What we measure, one command: ``make bench`` (README.md here reads the figures)."""
