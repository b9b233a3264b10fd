"""Measure what Greenlane claims; results stand in bench/README.md."""
