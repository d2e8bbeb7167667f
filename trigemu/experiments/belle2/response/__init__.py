"""Fast simulation: particles to wire hits, muon-detector hits and offline quantities."""
