import { defineConfig } from "vitest/config";

// biome-ignore lint/style/noDefaultExport: vitest reads it.
export default defineConfig({
  test: {
    include: ["test/crash/**/*.test.ts"],
    // 200 kills at about a second each, on a machine that is busy.
    testTimeout: 1_800_000,
  },
});
