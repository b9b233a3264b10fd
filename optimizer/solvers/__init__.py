"""OR-Tools behind one wall: nothing outside this package imports it."""
