"""The parts of the validator, which share nothing with the packer."""
