"""The 2D finder of the drift chamber, slowly: the recursive search itself, then clusters square by square."""

from __future__ import annotations

import math

from trigemu.experiments.belle2.cdc import geometry as g

SEGMENTS = g.SEGMENTS.tolist()
RADII = [(g.RADIUS[layer].item() / 10, g.RADIUS[layer + 1].item() / 10) for layer in g.PRIORITY_LAYER]


class Reference:
    """2D tracks of one crossing from its segments, given as (segment, position) in rising order."""

    def __init__(self, *, columns=160, rows=34, min_pt=0.3, min_hits=4, min_short=4):
        self.columns, self.rows, self.min_hits, self.min_short = columns, rows, min_hits, min_short
        self.most = 0.5 * 29.9792458 * 1.5e-4 / min_pt
        self.steps = math.ceil(math.log2(max(columns, rows))) - 1
        self.unambiguous = True

    def find(self, segments):
        """Return tracks as (phi0, omega, corner, squares, [(row, weight), ...])."""
        self.segments = [(int(s), int(p)) for s, p in segments]
        self.axial = list(self._wires())
        self.unambiguous = True
        size = 2 ** (self.steps + 1)
        x, y = math.pi * size / self.columns, self.most * size / self.rows
        self.cells = set()
        if self.segments:
            self._search(-x, x, -y, y, 0)
        return self._clusters()

    def _wires(self):
        for row, (segment, position) in enumerate(self.segments):
            superlayer = int(g.segment_superlayer(segment))
            if superlayer % 2 == 0:
                yield row, superlayer, segment - int(g.SEGMENT_FIRST[superlayer]), position

    def _search(self, x_low, x_high, y_low, y_high, step):
        half_x, half_y = (x_high - x_low) / 2, (y_high - y_low) / 2
        last = step == self.steps
        for i in range(2):
            for j in range(2):
                x1, x2 = x_low + i * half_x, x_low + (i + 1) * half_x
                y1, y2 = y_low + j * half_y, y_low + (j + 1) * half_y
                if x2 <= -math.pi or x1 >= math.pi or y2 <= -self.most or y1 >= self.most:
                    continue
                if not last and half_x > math.pi / 2:
                    self._search(x1, x2, y1, y2, step + 1)
                    continue
                if not self._enough(x1, x2, y1, y2, last):
                    continue
                if not last:
                    self._search(x1, x2, y1, y2, step + 1)
                    continue
                column = math.floor(((x1 + x2) / 2 + math.pi) / 2 / math.pi * self.columns)
                row = math.floor(((y1 + y2) / 2 + self.most) / 2 / self.most * self.rows)
                self.cells.add((column, row))

    def _enough(self, x1, x2, y1, y2, rising):
        hit = set()
        for _, superlayer, number, position in self.axial:
            side = {3: 0.0, 2: 0.5, 1: -0.5}[position]
            phi = (number + side) * 2.0 * math.pi / SEGMENTS[superlayer]
            if self._crosses(superlayer, phi, position != 3, (x1, x2, y1, y2), rising):
                hit.add(superlayer)
        inner = 0
        while 2 * inner in hit:
            inner += 1
        return len(hit) >= self.min_hits or inner >= self.min_short

    @staticmethod
    def _crosses(superlayer, phi, second, rectangle, rising):
        x1, x2, y1, y2 = rectangle
        r = RADII[superlayer][second]
        m, a = math.cos(phi) / r, math.sin(phi) / r
        one = m * math.sin(x1 - 1e-10) - a * math.cos(x1 - 1e-10)
        two = m * math.sin(x2 + 1e-10) - a * math.cos(x2 + 1e-10)
        if rising and one > two:
            return False
        return not ((one > y2 and two > y2) or (one < y1 and two < y1))

    def _square(self, x, y):
        """Cells of a square as a set of (0 or 1, 0 or 1)."""
        x %= self.columns // 2
        return {(i, j) for i in (0, 1) for j in (0, 1) if (2 * x + i, 2 * y + j) in self.cells}

    def _joined(self, x, y, dx, dy):
        """Do the squares at (x, y) and at (x + dx, y + dy) touch: side by side, above, or rising to the right."""
        for i, j in self._square(x, y):
            for k, m in self._square(x + dx, y + dy):
                if (2 * dx + k - i, 2 * dy + m - j) in {(1, 0), (0, 1), (1, 1)}:
                    return True
        return False

    def _clusters(self):
        tracks = []
        for x in range(self.columns // 2):
            for y in range(self.rows // 2):
                if not self._square(x, y):
                    continue
                if (
                    self._joined(x - 1, y, 1, 0)
                    or self._joined(x, y - 1, 0, 1)
                    or self._joined(x - 1, y - 1, 1, 1)
                ):
                    continue
                track = self._track(x, y)
                if track:
                    tracks.append(track)
        return tracks

    def _track(self, x, y):
        own = {(0, 0)}
        for i in range(3):
            for j in range(3):
                for di, dj in ((1, 0), (0, 1), (1, 1)):
                    if (i - di, j - dj) in own and self._joined(x + i - di, y + j - dj, di, dj):
                        own.add((i, j))
        for i, j in own:
            if i == 2 and (self._joined(x + 2, y + j, 1, 0) or self._joined(x + 2, y + j, 1, 1)):
                self.unambiguous = False
            if j == 2 and (self._joined(x + i, y + 2, 0, 1) or self._joined(x + i, y + 2, 1, 1)):
                self.unambiguous = False
        top = max(own, key=lambda square: (square[1], square[0]))
        if any(j < top[1] and i > top[0] for i, j in own):
            self.unambiguous = False
        last, first = self._square(x + top[0], y + top[1]), self._square(x, y)
        last_cell = max(last, key=lambda cell: (cell == (1, 1), cell[0], cell[1]))
        first_cell = min(first, key=lambda cell: (cell != (0, 0), cell[0], cell[1]))
        if last >= {(0, 1), (1, 0)} and (1, 1) not in last:
            self.unambiguous = False
        if first >= {(0, 1), (1, 0)} and (0, 0) not in first:
            self.unambiguous = False
        end = (2 * top[0] + last_cell[0], 2 * top[1] + last_cell[1])
        if end == first_cell:
            return None
        centre_x = 2 * x + (end[0] + first_cell[0]) / 2
        if centre_x >= self.columns:
            centre_x -= self.columns
        centre_y = 2 * y + (end[1] + first_cell[1]) / 2
        phi0 = -math.pi + (centre_x + 0.5) * 2.0 * math.pi / self.columns
        height = -self.most + (centre_y + 0.5) * 2.0 * self.most / self.rows
        relations = self._relations(phi0, height, centre_x, centre_y)
        return phi0, 2 * height, (2 * x, 2 * y), len(own), relations

    def _relations(self, phi0, height, centre_x, centre_y):
        dx = math.pi / self.columns * (1 if centre_x == round(centre_x) else 2)
        dy = self.most / self.rows * (1 if centre_y == round(centre_y) else 2)
        window = (phi0 - dx, phi0 + dx, height - dy, height + dy)
        related, best = [], {}
        for row, superlayer, number, position in self.axial:
            unit = 2.0 * math.pi / SEGMENTS[superlayer]
            if any(
                self._crosses(superlayer, (number + side) * unit, side != 0, window, True)
                for side in (0, 0.5, -0.5)
            ):
                related.append(row)
                rank = (position == 3, number)
                best[superlayer] = max(best.get(superlayer, (rank, row)), (rank, row))
        if not related:
            self.unambiguous = False
        chosen = {row for _, row in best.values()}
        return [(row, 1) for row in related if row in chosen] + [
            (row, -1) for row in related if row not in chosen
        ]
