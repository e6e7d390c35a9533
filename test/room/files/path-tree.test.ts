import { expect, test } from "vitest";
import { pathPartsMax, pathStepsMax } from "../../../src/room/files/limits.ts";
import { PathTree } from "../../../src/room/files/path-tree.ts";

test("names that some system takes for the same are saved under different ones", () => {
  const tree = new PathTree();
  expect(tree.add(["a", "Readme.txt"], "file")).toEqual(["a", "Readme.txt"]);
  expect(tree.add(["a", "README.TXT"], "file")).toEqual(["a", "README (1).TXT"]);
  expect(tree.add(["a", "readme.txt"], "file")).toEqual(["a", "readme (2).txt"]);
  expect(tree.add(["b", "readme.txt"], "file")).toEqual(["b", "readme.txt"]);
});

test("what is in a directory follows it when it is saved under another name", () => {
  const tree = new PathTree();
  expect(tree.add(["x"], "directory")).toEqual(["x"]);
  expect(tree.add(["X", "1"], "file")).toEqual(["X (1)", "1"]);
  expect(tree.add(["X", "2"], "file")).toEqual(["X (1)", "2"]);
  expect(tree.add(["x", "1"], "file")).toEqual(["x", "1"]);
});

test("names that become the same when they are made safe are told apart", () => {
  const tree = new PathTree();
  expect(tree.add(["a:b"], "file")).toEqual(["a_b"]);
  expect(tree.add(["a?b"], "file")).toEqual(["a_b (1)"]);
  expect(tree.add(["a_b"], "file")).toEqual(["a_b (2)"]);
});

test("a path that is there, or leads through a file, is none", () => {
  const tree = new PathTree();
  tree.add(["a", "b"], "file");
  expect(tree.add(["a", "b"], "file")).toBeUndefined();
  expect(tree.add(["a", "b", "c"], "file")).toBeUndefined();
  expect(tree.add(["a"], "directory")).toBeUndefined();
});

test("F8: 20,000 names that are alike are told apart in one try each", () => {
  const tree = new PathTree();
  const names = Array.from({ length: 20_000 }, (_, index) =>
    [..."readmeofsomebody"]
      .map((letter, bit) => ((index >> bit) % 2 === 1 ? letter.toUpperCase() : letter))
      .join(""),
  );
  const paths = names.map((name) => tree.add([name], "file"));
  expect(paths.at(-1)?.[0]).toMatch(/ \(19999\)$/);
});

test("F8: paths of as many directories as folders may have are taken, and not one more", () => {
  const tree = new PathTree();
  const parts = Array.from({ length: pathPartsMax }, (_, depth) => `${depth}`);
  const paths = Array.from({ length: pathStepsMax / pathPartsMax }, (_, index) =>
    tree.add([`top ${index}`, ...parts.slice(1)], "file"),
  );
  expect(paths).not.toContain(undefined);
  expect(tree.add(["one more"], "file")).toBeUndefined();
});
