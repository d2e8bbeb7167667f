"""What there is to choose from: trigger bits, lines, signals and configurations, each with what it means."""
