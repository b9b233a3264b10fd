"""Pack one load unit: blocks of equal boxes, free spaces, and a beam search over them."""
