"""The network that finds where digits stand in a page, and the order to read them in."""
