import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    // The default leaves a core idle, which is half of a machine of two.
    maxWorkers: 2,
    // Ten times what the slowest takes alone: time is no result, and machines have other things to do.
    testTimeout: 60_000,
    hookTimeout: 60_000,
    projects: [
      {
        extends: true,
        test: {
          name: "parts",
          include: ["test/**/*.test.ts"],
          exclude: ["test/crash/**", "test/lan/**", "test/system/**"],
        },
      },
      {
        extends: true,
        test: {
          name: "system",
          include: ["test/system/**/*.test.ts"],
          globalSetup: ["test/support/build.ts"],
          exclude: ["test/system/crowd.test.ts"],
          // After the others, whose sockets on loopback they would meet. They wait more than they work.
          sequence: { groupOrder: 1 },
          maxWorkers: 4,
        },
      },
      {
        extends: true,
        test: {
          name: "crowd",
          include: ["test/system/crowd.test.ts"],
          globalSetup: ["test/support/build.ts"],
          // Twenty programs at once want to be alone.
          sequence: { groupOrder: 2 },
        },
      },
    ],
  },
});
