import tailwindcss from "@tailwindcss/vite";
import react from "@vitejs/plugin-react";
import type { Plugin } from "vite";
import { defineConfig } from "vitest/config";

/** A classic script, blocking on purpose: the theme is set before the first paint. Vite bundles modules only. */
const themeFirst: Plugin = {
  name: "theme-first",
  transformIndexHtml: () => [{ tag: "script", attrs: { src: "./theme.js" }, injectTo: "head" }],
};

export default defineConfig({
  // Relative, so that a proxy may serve Studio under any path: index.html's <base> tells which.
  base: "./",
  plugins: [react(), tailwindcss(), themeFirst],
  build: {
    outDir: "../fanlight/studio_dist",
    emptyOutDir: true,
    target: "es2022",
    // The polyfill is an inline concern of old browsers; without it the page needs no script but its own.
    modulePreload: { polyfill: false },
    // An inlined asset would be a data: URL, which the page's content security policy does not need to allow.
    assetsInlineLimit: 0,
    reportCompressedSize: false,
    rolldownOptions: {
      output: {
        // What most pages share is one file and not forty: small ones compress badly, and each is a request.
        codeSplitting: {
          groups: [
            { name: "vendor", test: /\/node_modules\//, priority: 3 },
            { name: "shared", test: /\/src\/(?:base|model|data|widgets)\//, priority: 2, minShareCount: 3 },
          ],
        },
      },
    },
  },
  server: { proxy: { "/api": "http://127.0.0.1:4319" } },
  test: { include: ["src/**/*.test.ts"] },
});
