"""Events of the experiment's raw data files, with the words of its trigger hardware."""
