"""A small e+e- experiment for trigemu, with a drift chamber and a calorimeter, built from `trigemu.collider`."""
