/** Lays rows out in columns; the first row is the header. Columns of numbers are right-aligned. */
export function table(rows: readonly (readonly string[])[]): string {
  const [header = [], ...body] = rows;
  const columns = header.map((_, index) => {
    const cells = rows.map((row) => row[index] ?? "");
    const numeric = body.length > 0 && body.every((row) => /^\d+$/.test(row[index] ?? ""));
    return { width: Math.max(...cells.map((cell) => cell.length)), numeric };
  });
  return rows
    .map((row) =>
      columns
        .map(({ width, numeric }, index) => {
          const cell = row[index] ?? "";
          return numeric ? cell.padStart(width) : cell.padEnd(width);
        })
        .join("  ")
        .trimEnd(),
    )
    .join("\n");
}
