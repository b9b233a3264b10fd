"""What the world offers between any two places: hubs, legs, assumptions, and chains for people."""
