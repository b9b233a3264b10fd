"""Compile kernels, kept on disk. They let other threads run when Python calls them."""

from __future__ import annotations

from typing import Any

import numba as nb

COMPILER = f"numba {nb.__version__}"

_njit: Any = nb.njit  # its stubs lack _nrt (tried with the locked release)

# A compiled function counts who holds each array of each tuple that it hands to another: two
# locked instructions an array and call, which was three quarters of the packer's time with support.
# A kernel makes no array, is given none by what it calls and returns none, so it has nothing to
# free and need not count. Whether a function counts is otherwise inherited from the one that first
# calls it, so each says which it is.
kernel = _njit(cache=True, nogil=True, _nrt=False)
allocating = _njit(cache=True, nogil=True, _nrt=True)
