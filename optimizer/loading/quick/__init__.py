"""Say of thousands of loads which fit and which cannot, each answer with its proof."""
