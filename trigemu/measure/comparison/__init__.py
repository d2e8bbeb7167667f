"""Two runs or two scans: what differs in configurations, decisions, rates and efficiencies."""
