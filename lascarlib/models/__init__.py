"""Networks, and the planner that configures them from a data set."""
