"""Plan at scale: compiled kernels over arrays, a search beside a proof, shards on many hosts."""
