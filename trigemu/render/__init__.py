"""What results look like: tables, numbers, HTML and pictures made of plain data.  Knows nothing of runs or triggers."""
