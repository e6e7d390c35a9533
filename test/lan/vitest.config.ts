import { defineConfig } from "vitest/config";

// biome-ignore lint/style/noDefaultExport: vitest reads it.
export default defineConfig({
  test: {
    include: ["test/lan/**/*.test.ts"],
    // Each test runs several processes and measures time.
    fileParallelism: false,
    testTimeout: 60_000,
    hookTimeout: 20_000,
  },
});
