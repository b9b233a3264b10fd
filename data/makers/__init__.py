"""Scripts that regenerate shipped tables and networks; nothing at run time imports them.

>>> from data.makers.factors import slope_and_empty
>>> slope_and_empty(empty=0.6, full=1.0, full_per_tkm=0.05)
(0.02, 0.6)
"""
