/** The part of a page under a heading, up to the next heading of its level or above. */
export function sectionOf(page: string, heading: string): string {
  const lines = page.split("\n");
  const start = lines.indexOf(heading);
  if (start === -1) throw new Error(`no heading "${heading}"`);
  const level = /^#+/.exec(heading)?.[0].length ?? 0;
  const isNext = (line: string) => {
    const own = /^(#+) /.exec(line)?.[1]?.length;
    return own !== undefined && own <= level;
  };
  const length = lines.slice(start + 1).findIndex(isNext);
  return lines.slice(start + 1, length === -1 ? undefined : start + 1 + length).join("\n");
}

/** The rows of all tables in a text, cell by cell, without heads; code marks are taken off. */
export function rowsOf(text: string): readonly (readonly string[])[] {
  const rows: string[][] = [];
  for (const line of text.split("\n").filter((candidate) => candidate.startsWith("|"))) {
    const cells = line.slice(1, line.lastIndexOf("|")).split("|").map(clean);
    // The row of dashes says that the one before it was the head.
    if (cells.every((cell) => /^:?-+:?$/.test(cell))) rows.pop();
    else rows.push(cells);
  }
  return rows;
}

function clean(cell: string): string {
  return cell.trim().replaceAll("`", "");
}

/** The fenced blocks of a language, joined. */
export function fencedOf(text: string, language: string): string {
  const blocks = text.matchAll(new RegExp(`\`\`\`${language}\\n([\\s\\S]*?)\`\`\``, "g"));
  return [...blocks].map((block) => block[1] ?? "").join("\n");
}

/** The whole numbers in a text, in order; `0x…` is hexadecimal. */
export function numbersOf(text: string): readonly number[] {
  return (text.match(/0x[0-9a-f]+|\d+/g) ?? []).map(Number);
}
