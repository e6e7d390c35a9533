// Writes the program into dist/program as a few files, because its 220 modules take 90 ms longer to load. What tests
// and benchmarks import, and the package's transport, stays as the compiler writes it.
import { build } from "rolldown";

await build({
  input: {
    main: "src/cli/main.ts",
    // Threads: who begins one expects it beside itself.
    "file-disk-worker": "src/room/files/file-disk-worker.ts",
    "dns-sd-worker": "src/discovery/dns-sd-worker.ts",
  },
  platform: "node",
  // Installed packages stay where they are.
  external: /^[^./]/,
  transform: { target: "es2023" },
  output: { dir: "dist/program", cleanDir: true, chunkFileNames: "[name].js", sourcemap: true },
});
