"""Load boxes into units: packed by a beam search, checked by a validator that shares none of it."""
