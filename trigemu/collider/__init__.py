"""e+e- colliders: beams and crossings, signals and backgrounds, tracks and showers in a detector that is handed in."""
