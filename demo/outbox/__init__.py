"""Where everything the broker sends arrives, and the simulated phones that people read it on."""
