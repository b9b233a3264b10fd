"""The ways between places, mode by mode, measured on the shipped networks."""
