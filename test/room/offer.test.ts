import { describe, expect, test } from "vitest";
import { entryText, isLine } from "../../src/room/entry.ts";
import { offerNameLengthMax, offersPerPerson } from "../../src/room/limits.ts";
import type { EntryBody, FileOffer, LogEntry } from "../../src/room/log-entry.ts";
import { changedBy, changeProblem } from "../../src/room/overlay.ts";
import { featureTerm, termsOf } from "../../src/room/search-terms.ts";
import { deviceKey, ServerDesk } from "../support/server-desk.ts";

const offer = { type: "offer", name: "Übersicht.pdf", fileCount: 1, bytes: 3_400_000 } as const;
const anna = { person: "anna-id", nick: "anna" };
const device = Buffer.from(deviceKey(1)).toString("base64url");

function entryOf(body: EntryBody, sequence = 1): LogEntry {
  return { sequence, id: `id-${sequence}`, sentAt: 0, ordinal: 1, author: anna, body };
}

const stored: FileOffer = { ...offer, device };

/** Anna, who is 1, and ben, who is 2, in the lobby; everything is stored at once. */
function stage(): ServerDesk {
  const desk = new ServerDesk({ lastSequences: new Map([["lobby", 9]]) });
  desk.isQuick = true;
  desk.enter(1, "anna");
  desk.enter(2, "ben");
  desk.events(2);
  return desk;
}

describe("an offer of files", () => {
  test("is stored and told like a line, with the device that has proven its key", () => {
    const desk = stage();
    expect(desk.post(1, offer)).toMatchObject({ type: "stored", sequence: 10 });
    const [said] = desk.events(2);
    expect(said).toMatchObject({ type: "said", entries: [{ ordinal: 10, body: stored }] });
  });

  test("has a name that is safe to show, and is not blank", () => {
    const desk = stage();
    desk.isQuick = false;
    desk.post(1, { ...offer, name: "\u202ecod.exe\u001b[2J\n" });
    expect(desk.drafts![0]!.body).toMatchObject({ name: "cod.exe[2J" });
    desk.stored();
    const refusal = { type: "error", code: "text-empty" };
    expect(desk.post(1, { ...offer, name: "\u200b \n" })).toMatchObject(refusal);
  });

  test(`has a name of ${offerNameLengthMax} characters and not one more`, () => {
    const desk = stage();
    const named = (length: number) => desk.post(1, { ...offer, name: "n".repeat(length) });
    expect(named(offerNameLengthMax)).toMatchObject({ type: "stored" });
    expect(named(offerNameLengthMax + 1)).toMatchObject({ code: "request-invalid" });
  });

  test(`is one of ${offersPerPerson.burst} at once and not one more`, () => {
    const desk = stage();
    const post = () => desk.post(1, offer);
    for (let count = 0; count < offersPerPerson.burst; count += 1) {
      expect(post()).toMatchObject({ type: "stored" });
    }
    expect(post()).toMatchObject({ type: "error", code: "too-fast" });
    desk.advance(1_000 / offersPerPerson.perSecond);
    expect(post()).toMatchObject({ type: "stored" });
  });

  test("is taken back by a delete, and not edited or reacted to", () => {
    const target = entryOf(stored);
    const own = { person: anna.person, isForOwn: true };
    const deletion = { type: "delete", target: 1 } as const;
    expect(changeProblem(target, deletion, own)).toBeUndefined();
    expect(changeProblem(target, deletion, { ...own, person: "ben" })).toBe("target-foreign");
    const deleted = changedBy(target, entryOf(deletion, 2));
    expect(deleted.body).toEqual({ type: "deleted", by: "anna" });
    for (const body of [
      { type: "edit", target: 1, text: "x" },
      { type: "react", target: 1, emoji: "👍", isOn: true },
    ] as const) {
      expect(changeProblem(target, body, own)).toBe("target-missing");
      expect(changedBy(target, entryOf(body, 2))).toBe(target);
    }
  });

  test("is found by the words of its name, and by having a file", () => {
    const terms = termsOf("lobby", entryOf(stored));
    expect([...terms]).toEqual(expect.arrayContaining(["ubersicht", "pdf", featureTerm("file")]));
    expect(termsOf("lobby", entryOf({ type: "message", text: "file" }))).not.toContain("+file");
  });

  test("is a line to people, who read what and how much it is", () => {
    expect(isLine(entryOf(stored))).toBe(true);
    expect(entryText(entryOf(stored))).toBe("offers Übersicht.pdf, 3.4 MB");
    const folder = { ...stored, name: "fotos", fileCount: 12, isFolder: true } as const;
    expect(entryText(entryOf(folder))).toBe("offers fotos, 12 files, 3.4 MB");
  });
});
